// Subscribes to the signal that ends a run. Must scale to ten thousand listeners.

import { setMaxListeners } from 'node:events';

/** Calls `action` when `signal` is aborted, or immediately if it already is. The returned function unsubscribes. */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  // A removed listener still points at the next one, which keeps long chains of listeners alive. The listener therefore
  // must not hold on to its owner.
  let act: (() => void) | undefined = action;
  const listener = (): void => act?.();
  // Node 20 would warn about the eleventh listener; later versions have no limit for signals.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener);
  if (signal.aborted) action();
  return () => {
    signal.removeEventListener('abort', listener);
    act = undefined;
  };
}
