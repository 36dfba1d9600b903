// A signal that also aborts when time is up.

import type { Seconds } from '../ntp/time.ts';
import { onAbort } from './abort.ts';
import type { Timer } from './timer.ts';

/** A signal that aborts with this one, or after `duration` seconds. `clear` must be called when it is no longer needed. */
export function deadline(
  duration: Seconds,
  timer: Pick<Timer, 'after'>,
  signal: AbortSignal,
): { readonly signal: AbortSignal; clear(): void } {
  const over = new AbortController();
  const cancel = timer.after(duration, () => over.abort());
  const stopListening = onAbort(signal, () => over.abort());
  return {
    signal: over.signal,
    clear() {
      cancel();
      stopListening();
    },
  };
}
