import { describe, expect, test, vi } from 'vitest';
import { withListener } from '../../src/pipeline/listening.ts';

type Emit = (event: string) => unknown;

/** A run that tells of these events, one after the other, and ends with the reason of its signal, if it was aborted. */
function run(emit: Emit, events: readonly string[], signal = new AbortController().signal) {
  return withListener(
    { emit, signal } as { emit: (event: string) => void; signal: AbortSignal },
    async ports => {
      for (const event of events) {
        await Promise.resolve();
        ports.emit(event);
      }
      return ports.signal.aborted ? `aborted: ${ports.signal.reason}` : 'done';
    },
  );
}

describe('a listener', () => {
  test('hears all events of a run, which ends with its result', async () => {
    const emit = vi.fn();
    expect(await run(emit, ['a', 'b'])).toBe('done');
    expect(emit.mock.calls).toEqual([['a'], ['b']]);
  });

  test('that throws aborts the run, hears no more, and the run rejects with its error', async () => {
    const error = new Error('full');
    const emit = vi.fn(() => {
      throw error;
    });
    await expect(run(emit, ['a', 'b', 'c'])).rejects.toBe(error);
    expect(emit).toHaveBeenCalledTimes(1);
  });

  test('that throws twice is known by the first of its errors', async () => {
    const emit = vi.fn((event: string) => Promise.reject(new Error(event)));
    await expect(run(emit, ['a', 'b'])).rejects.toThrow('a');
  });

  test('whose promise rejects at the last event is heard all the same', async () => {
    await expect(run(() => Promise.reject(new Error('late')), ['a'])).rejects.toThrow('late');
  });
});

describe('the signal of the caller', () => {
  test('ends the run with its reason', async () => {
    expect(await run(() => {}, ['a'], AbortSignal.abort('enough'))).toBe('aborted: enough');
  });

  test('has no listener left after the run', async () => {
    const { signal } = new AbortController();
    const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    await run(() => {}, ['a'], signal);
    expect(added.mock.calls.length).toBeGreaterThan(0);
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });
});
