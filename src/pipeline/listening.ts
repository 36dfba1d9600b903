// A run and its listener → the run's result, or what the listener threw. A throwing listener ends the run immediately,
// wherever the event was emitted, and never the process.

import { onAbort } from '../net/abort.ts';

/** The ports of a run that its listener affects. */
interface Listened<Event> {
  readonly emit: (event: Event) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs `run` with ports whose `emit` may throw, or return a promise that rejects during the run. The run is then
 * aborted, and the first such error is thrown once it has ended.
 */
export async function withListener<Event, P extends Listened<Event>, T>(
  ports: P & Listened<Event>,
  run: (ports: P) => Promise<T>,
): Promise<T> {
  const end = new AbortController();
  const errors: unknown[] = [];
  let promised = false;
  const fail = (error: unknown): void => {
    errors.push(error);
    end.abort(error);
  };
  const emit = (event: Event): void => {
    if (errors.length > 0) return;
    try {
      const returned: unknown = ports.emit(event);
      if (!(returned instanceof Promise)) return;
      promised = true;
      returned.catch(fail);
    } catch (error) {
      fail(error);
    }
  };
  // A listener, unlike AbortSignal.any, keeps a signal of AbortSignal.timeout from being garbage-collected.
  const stopListening = onAbort(ports.signal, () => end.abort(ports.signal.reason));
  try {
    const result = await run({ ...ports, emit, signal: end.signal });
    // The promise of the last event may just have been rejected.
    if (promised) await new Promise(setImmediate);
    if (errors.length > 0) throw errors[0];
    return result;
  } finally {
    stopListening();
  }
}
