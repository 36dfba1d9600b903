// --every and --jitter → how often a command runs again, or an error; the servers of a run → warnings about it.

import type { Seconds } from '../../ntp/time.ts';
import { MIN_POOL_PERIOD, periodWarnings, type RepeatOptions } from '../../repeat.ts';
import { isPublicPool, type Server } from '../../sources/server.ts';
import { isStream } from './chosen-servers.ts';
import { UsageError } from './usage-error.ts';

/** The options that concern repetition. */
export interface RepetitionArguments {
  readonly repeat?: number | undefined;
  readonly jitter?: number | undefined;
  readonly file?: readonly string[] | undefined;
  readonly syslog?: boolean | undefined;
}

/** How often the command runs. Throws `UsageError` for options that no second run could follow. */
export function repetitionOf({ repeat, jitter = 0, file = [] }: RepetitionArguments): RepeatOptions {
  if (repeat === undefined)
    throw new UsageError('--jitter is for --every, which is missing: give --every 1h');
  const stream = file.find(isStream);
  if (stream !== undefined)
    throw new UsageError(
      `--file ${stream}: it can be read only once, and --every reads it each time; name a file`,
    );
  return { every: repeat, jitter };
}

/** The warnings about a period with these servers. Throws `UsageError` if it is too short for a public pool. */
export function checkPeriod(every: Seconds, servers: readonly Server[]): readonly string[] {
  const pool = servers.find(({ host }) => isPublicPool(host));
  if (pool !== undefined && every < MIN_POOL_PERIOD)
    throw new UsageError(
      `--every ${every}: ${pool.host} is a public pool, which may not be asked so often; give 15m or longer, or servers of your own`,
    );
  return periodWarnings({ every, pool: pool !== undefined });
}
