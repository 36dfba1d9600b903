// A word of the command line that may be a mistyped command, beside servers that would set the clock all the same.

import { type Resolve, resolve } from '../../net/resolve.ts';
import { realTimer } from '../../net/timer.ts';
import type { Seconds } from '../../ntp/time.ts';
import { asHost, isBareWord } from './command-words.ts';
import { UsageError } from './usage-error.ts';

/** What is left to ask for a late answer, in which none comes. */
const SHORTEST: Seconds = 0.001;

/**
 * Looks up those of the `words` that have nothing that only a host has; resolves with the seconds that are left of
 * `deadline`. Rejects with `UsageError` for one that is no host. An abort of `signal` ends the look, and is no error.
 */
export async function refuseUnresolvedWords(
  words: readonly string[],
  deadline: Seconds,
  signal: AbortSignal,
  lookUp: Resolve = resolve,
): Promise<Seconds> {
  const bare = words.filter(isBareWord);
  if (bare.length === 0) return deadline;
  const began = performance.now();
  const over = new AbortController();
  const stop = () => over.abort(new Error('it did not resolve in time'));
  signal.addEventListener('abort', stop);
  const forget = realTimer.after(deadline, stop);
  try {
    await Promise.all(bare.map(word => lookUp(word, undefined, over.signal).catch(refuse(word))));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    forget();
    signal.removeEventListener('abort', stop);
  }
  return Math.max(SHORTEST, deadline - (performance.now() - began) / 1000);
}

function refuse(word: string): (reason: Error) => never {
  return ({ message }) => {
    throw new UsageError(
      `"${word}" is no command, and not found as a server: ${message}. Nothing was asked or set.${asHost(word)}`,
    );
  };
}
