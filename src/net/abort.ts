// Listening to the one signal that ends all of a run, ten thousand times over.

import { setMaxListeners } from 'node:events';

/** Calls `action` once `signal` is aborted, now if it is already; what it returns stops that. */
export function onAbort(signal: AbortSignal, action: () => void): () => void {
  // A listener that was removed still points at the next, so that garbage collection finds long chains of them
  // alive: nothing of its owner may hang on to it.
  let act: (() => void) | undefined = action;
  const listener = (): void => act?.();
  // Node 20 would warn of the eleventh listener; later ones have no limit for signals.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener);
  if (signal.aborted) action();
  return () => {
    signal.removeEventListener('abort', listener);
    act = undefined;
  };
}
