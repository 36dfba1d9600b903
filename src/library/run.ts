// A call of the library → a run of the command's own pipeline, on this machine or on the ports of the caller.

import { dryRun as neverSet } from '../clock/dry-run.ts';
import { openMachine, readSecret } from '../machine.ts';
import type { Keys } from '../net/authentication.ts';
import { readKeys } from '../ntp/auth/key-file.ts';
import type { Seconds } from '../ntp/time.ts';
import { given } from '../options/given.ts';
import { withListener } from '../pipeline/listening.ts';
import type { QueryOutcome, SyncOutcome } from '../pipeline/outcome.ts';
import { escaped, formatServer, type Server } from '../sources/server.ts';
import { defaults, type Ports, query as queryWith, type SyncOptions, sync as syncWith } from '../sync.ts';
import { checkOptions, type Options } from './options.ts';
import { type Servers, serversOf } from './servers.ts';
import { explain } from './words.ts';

/**
 * Measures this machine's clock against servers and changes nothing. Needs no privilege. Network failures and an abort of
 * `signal` are part of the `QueryOutcome`.
 *
 * Rejects with `ServerSyntaxError` for an invalid server, `RangeError` for an argument out of range, `KeyFileError` for an
 * unusable key file, `ClockError` for a clock that stands still, and with any error that `onEvent` throws.
 */
export async function query(servers: Servers, options: Options = {}): Promise<QueryOutcome> {
  return run(queryWith, servers, options, 'look');
}

/**
 * Measures this machine's clock against servers, then steps or slews it at most once. Missing privilege, a limit, or
 * another time service is part of the `SyncOutcome`. With `dryRun: true`, changes nothing. Rejects as `query` does.
 */
export async function sync(servers: Servers, options: Options = {}): Promise<SyncOutcome> {
  return run(syncWith, servers, options, options?.dryRun ? 'rehearse' : 'set');
}

/** The result of `measureOffset`, in seconds. */
export interface MeasuredOffset {
  /** The correction that this machine's clock needs, in seconds: positive if the clock is behind. */
  readonly offset: Seconds;
  /** The true offset is within `offset` ± this, in seconds, if a majority of the servers is honest. */
  readonly errorBound: Seconds;
}

/**
 * Measures the offset of this machine's clock and changes nothing: `query` for programs that need only the number.
 *
 * Rejects with an `Error` that has the reasons as its message and the `QueryOutcome` as its `cause` if there is no suitable
 * server, the offset exceeds `maxOffset`, or the run is aborted. Otherwise rejects as `query` does.
 */
export async function measureOffset(servers: Servers, options: Options = {}): Promise<MeasuredOffset> {
  const outcome = await query(servers, options);
  if (outcome.kind !== 'queried') throw new Error(whyNoOffset(outcome), { cause: outcome });
  const { offset, rootDistance } = outcome.estimate;
  return { offset, errorBound: rootDistance };
}

/** The number of servers that the message of an error names. */
const SERVERS_NAMED = 4;

/** The summary and, if no server was suitable, the first servers with their reasons. */
function whyNoOffset(outcome: QueryOutcome): string {
  if (outcome.kind !== 'no-suitable-server') return explain(outcome);
  const reasons = outcome.servers
    .slice(0, SERVERS_NAMED)
    .map(report => `${formatServer(report.server)}: ${explain(report, outcome)}`);
  return `${explain(outcome)} ${reasons.join('; ')}`;
}

async function run<Outcome>(
  pipeline: (options: SyncOptions, ports: Ports) => Promise<Outcome>,
  servers: Servers,
  options: Options,
  mode: 'look' | 'rehearse' | 'set',
): Promise<Outcome> {
  checkOptions(options);
  const {
    signal,
    onEvent,
    stateDirectory,
    nts = false,
    ntsTrust,
    ports: own = {},
    keys,
    dryRun,
    ...rest
  } = options;
  const named = serversOf(servers, nts);
  if (rest.version !== undefined && rest.version < 4 && named.some(server => server.nts))
    throw new RangeError(`version: ${rest.version} is not allowed with NTS; give 4`);
  const real = await openMachine({
    mode,
    env: process.env,
    ...given({ stateDirectory, nts: ntsTrust, signal, emit: onEvent }),
  });
  const chosen = { ...real, ...given(own) };
  const world = dryRun ? { ...chosen, clock: neverSet(chosen.clock) } : chosen;
  const plan = { ...defaults, ...given({ ...rest, keys: keysOf(keys, named) }), servers: named };
  return withListener(world, ports => pipeline(plan, ports));
}

/** The keys; from a file, only those that servers refer to. */
function keysOf(keys: string | Keys | undefined, servers: readonly Server[]): Keys | undefined {
  if (typeof keys !== 'string') return keys;
  const wanted = new Set(servers.flatMap(({ key }) => (key === undefined ? [] : [key])));
  return readKeys(readSecret(keys, 'give the path of another as keys'), escaped(keys), wanted);
}
