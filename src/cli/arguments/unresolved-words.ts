// Words of the command line that may be mistyped commands → an error unless they resolve as servers. Otherwise the other
// servers on the line would set the clock.

import { type Resolve, resolve } from '../../net/resolve.ts';
import { realTimer } from '../../net/timer.ts';
import type { Seconds } from '../../ntp/time.ts';
import { asHost, isBareWord } from './command-words.ts';
import { UsageError } from './usage-error.ts';

/** The deadline that is left if the lookup used it up: too short for a reply. */
const SHORTEST: Seconds = 0.001;

/**
 * Looks up the `words` that could also be commands. Resolves with the seconds that are left of `deadline`. Rejects with
 * `UsageError` if one of them is not a host. An abort of `signal` ends the lookup without an error.
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
      `"${word}" is not a command, and was not found as a server: ${message}. Nothing was queried or set.${asHost(word)}`,
    );
  };
}
