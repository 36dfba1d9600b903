// A call of the library → a run of the command's own pipeline on this machine, or on the ports that the caller gives.

import { dryRun as neverSet } from '../clock/dry-run.ts';
import { openMachine } from '../machine.ts';
import type { Keys } from '../net/authentication.ts';
import { readKeys } from '../ntp/auth/key-file.ts';
import type { Seconds } from '../ntp/time.ts';
import { given } from '../options/given.ts';
import { listenedTo } from '../pipeline/listening.ts';
import type { QueryOutcome, SyncOutcome } from '../pipeline/outcome.ts';
import { readSecret } from '../sources/secret-file.ts';
import { escaped, type Server } from '../sources/server.ts';
import { defaults, type Ports, query as queryWith, type SyncOptions, sync as syncWith } from '../sync.ts';
import { checkOptions, type Options } from './options.ts';
import { type Servers, serversOf } from './servers.ts';
import { explain } from './words.ts';

/**
 * Measures this machine's clock against servers, and touches nothing. It needs no privilege. Resolves with a `QueryOutcome`
 * whatever the network does: that no server answers, and that `signal` aborts, are outcomes.
 *
 * Rejects with `ServerSyntaxError` for a server that cannot be read, `RangeError` for an argument out of its range, `KeyFileError`
 * for a key file that cannot be used, `ClockError` for a clock that stands still, and with what `onEvent` throws.
 */
export async function query(servers: Servers, options: Options = {}): Promise<QueryOutcome> {
  return run(queryWith, servers, options, 'look');
}

/**
 * Measures this machine's clock against servers, and then steps or slews it, once or not at all. What prevents that (privilege,
 * limits, another time service) is in the `SyncOutcome`. With `dryRun: true` it touches nothing.
 *
 * Rejects as `query` does.
 */
export async function sync(servers: Servers, options: Options = {}): Promise<SyncOutcome> {
  return run(syncWith, servers, options, options?.dryRun ? 'rehearse' : 'set');
}

/** The result of `measureOffset`, in seconds. */
export interface MeasuredOffset {
  /** Seconds to add to this machine's clock: positive where the clock is behind. */
  readonly offset: Seconds;
  /** Seconds: the true offset lies within `offset` ± this, while most of the servers that answered are honest. */
  readonly errorBound: Seconds;
}

/**
 * Measures by how much this machine's clock is off, and touches nothing: `query` for programs that want the number alone.
 *
 * Rejects with an `Error` whose message says why there is no number, and whose `cause` is the `QueryOutcome`: no suitable server,
 * an offset over `maxOffset`, or an abort. Rejects as `query` does otherwise.
 */
export async function measureOffset(servers: Servers, options: Options = {}): Promise<MeasuredOffset> {
  const outcome = await query(servers, options);
  if (outcome.kind !== 'queried') throw new Error(explain(outcome), { cause: outcome });
  const { offset, rootDistance } = outcome.estimate;
  return { offset, errorBound: rootDistance };
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
    ports = {},
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
  const chosen = { ...real, ...given(ports) };
  const world = dryRun ? { ...chosen, clock: neverSet(chosen.clock) } : chosen;
  const plan = { ...defaults, ...given({ ...rest, keys: keysOf(keys, named) }), servers: named };
  return listenedTo(world, heard => pipeline(plan, heard));
}

/** The keys that servers name; of a file, those alone. */
function keysOf(keys: string | Keys | undefined, servers: readonly Server[]): Keys | undefined {
  if (typeof keys !== 'string') return keys;
  const wanted = new Set(servers.flatMap(({ key }) => (key === undefined ? [] : [key])));
  return readKeys(readSecret(keys, 'give the path of another as keys'), escaped(keys), wanted);
}
