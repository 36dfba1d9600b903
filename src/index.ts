// The library: `import { query, sync } from 'tsntp'`. The command's own pipeline with typed results; it prints
// nothing and never exits.

import { openMachine } from './machine.ts';
import type { NtsTrust } from './net/nts/open.ts';
import { given, type Optional } from './options/given.ts';
import { checkRanges } from './options/ranges.ts';
import { listenedTo } from './pipeline/listening.ts';
import type { Outcome } from './pipeline/outcome.ts';
import { type RtcAction, type RtcOptions, type RtcOutcome, type RtcPorts, rtc as rtcOf } from './rtc.ts';
import { parseServer, type Server, withPools } from './sources/server.ts';
import { type Status, type StatusPorts, status as statusOf } from './status.ts';
import {
  defaults,
  type Ports,
  query as queryWith,
  type SyncEvent,
  type SyncOptions,
  sync as syncWith,
} from './sync.ts';

/**
 * What both `query` and `sync` take; all of it may be left out, or undefined. Durations are seconds; `timeout` and `deadline` may be
 * `Infinity`.
 */
export interface Options extends Optional<Omit<SyncOptions, 'servers' | 'limitsFrom'>> {
  /** Stops the run: it ends with an outcome of kind `interrupted`, with what was measured, and the clock untouched. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called with each packet, test and decision as it happens. If it throws, or returns a promise that rejects meanwhile, the run
   * ends, and the promise of the run rejects with that error.
   */
  readonly onEvent?: ((event: SyncEvent) => void) | undefined;
  /** Where the state file and the lock are; by default as the platform has it. */
  readonly stateDirectory?: string | undefined;
  /** The authorities that are trusted for NTS; the system's unless given. */
  readonly nts?: NtsTrust | undefined;
  /** In place of this machine's clock, network, resolver, …: for tests. */
  readonly ports?: Optional<Ports> | undefined;
}

/**
 * Measures this machine's clock against servers (`host`, `host:port`, `[v6]:port`) and touches nothing; needs no
 * privilege. Resolves with an Outcome whatever the network does. Rejects with `ServerSyntaxError`, and with `RangeError` for an
 * option that is out of its range, and `ClockError` for a clock that stands still.
 */
export function query(
  servers: string | readonly (string | Server)[],
  options: Options = {},
): Promise<Outcome> {
  return run(queryWith, servers, options, 'look');
}

/**
 * The same, and then steps or slews this machine's clock, once or not at all. What stands in the way (privilege,
 * limits, another time service) is in the Outcome. Rejects as `query` does.
 */
export function sync(
  servers: string | readonly (string | Server)[],
  options: Options = {},
): Promise<Outcome> {
  return run(syncWith, servers, options, 'set');
}

async function run(
  pipeline: typeof syncWith,
  servers: string | readonly (string | Server)[],
  { signal, onEvent, stateDirectory, nts, ports = {}, ...options }: Options,
  mode: 'look' | 'set',
): Promise<Outcome> {
  checkRanges(options);
  const list = typeof servers === 'string' ? [servers] : servers;
  if (!Array.isArray(list) || list.length === 0)
    throw new RangeError('servers: give a host, as in "pool.ntp.org", or a list of one or more');
  const named = list.flatMap(server =>
    typeof server === 'string' ? withPools([parseServer(server, 'argument')], list.length === 1) : [server],
  );
  const real = await openMachine({
    mode,
    env: process.env,
    ...given({ stateDirectory, nts, signal, emit: onEvent }),
  });
  const chosen = { ...real, ...given(ports) };
  return listenedTo(chosen, heard => pipeline({ ...defaults, ...given(options), servers: named }, heard));
}

/** What `status` takes; all of it may be left out. */
export interface StatusOptions {
  /** The one folder to look into for what tsntp remembers; every folder where it may be unless given. */
  readonly stateDirectory?: string | undefined;
  /** In place of this machine's clock, memory, …: for tests. */
  readonly ports?: Optional<StatusPorts> | undefined;
}

/**
 * What is known of this machine's clock without asking a server: whether the kernel calls it synchronized, how far off it may be,
 * what tsntp last did, which other programs set it, and what the hardware clock shows. Sets nothing, and needs no privilege.
 * Rejects with `ClockError` for a clock that stands still.
 */
export async function status({ stateDirectory, ports = {} }: StatusOptions = {}): Promise<Status> {
  const real = await openMachine({ mode: 'look', env: process.env, ...given({ stateDirectory }) });
  return statusOf({ ...real, ...given(ports) });
}

/** What `rtc.show`, `rtc.write` and `rtc.read` take; all of it may be left out. */
export interface HardwareClockOptions extends Optional<Omit<RtcOptions, 'action'>> {
  /** Sets nothing, and says what would be done. */
  readonly dryRun?: boolean | undefined;
  /** Where the state file and the lock are; by default as the platform has it. */
  readonly stateDirectory?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** In place of this machine's clocks, lock, …: for tests. */
  readonly ports?: Optional<RtcPorts> | undefined;
}

type HardwareClockAction = (options?: HardwareClockOptions) => Promise<RtcOutcome>;

/**
 * The hardware clock (Linux): `show` compares it with the system clock, `write` sets it to the system clock, `read` sets the system
 * clock to it, within the limits that hold for a server. Each resolves with an outcome; what stands in the way is in it.
 */
export const rtc: {
  readonly show: HardwareClockAction;
  readonly write: HardwareClockAction;
  readonly read: HardwareClockAction;
} = {
  show: options => runRtc('show', options),
  write: options => runRtc('write', options),
  read: options => runRtc('read', options),
};

async function runRtc(
  action: RtcAction,
  { dryRun, stateDirectory, signal, ports = {}, ...options }: HardwareClockOptions = {},
): Promise<RtcOutcome> {
  const mode = action === 'show' ? 'look' : dryRun ? 'rehearse' : 'set';
  const real = await openMachine({ mode, env: process.env, ...given({ stateDirectory, signal }) });
  return rtcOf({ action, ...given(options) }, { ...real, ...given(ports) });
}

export type { Clock, ClockErrorKind, ClockStatus, Quality, Slew } from './clock/clock.ts';
export { ClockError } from './clock/clock.ts';
export type { HardwareClock, HardwareReading } from './clock/hardware-clock.ts';
export type { Authentication, Keys } from './net/authentication.ts';
export type { Burst } from './net/burst.ts';
export type { NtsTrust } from './net/nts/open.ts';
export { type KeyExchange, NtsError } from './net/nts/session.ts';
export type { Address, Transport, TransportError } from './net/transport.ts';
export type { SymmetricKey } from './ntp/auth/key.ts';
export { readKeys } from './ntp/auth/key-file.ts';
export type { Estimate } from './ntp/combine.ts';
export type { Decision } from './ntp/decide.ts';
export type { PeerEstimate } from './ntp/filter.ts';
export { formatRefid } from './ntp/refid.ts';
export type { Rejection, Sample } from './ntp/sample.ts';
export {
  add,
  difference,
  formatInstant,
  type MonotonicTime,
  type NtpTimestamp,
  type Reading,
  type Seconds,
  type UnixTime,
} from './ntp/time.ts';
export type { Competitor, Outcome, ServerReport, Unsuitable, Verdict } from './pipeline/outcome.ts';
export type { LastSet, MemoryReading } from './pipeline/ports.ts';
export type { RtcComparison, RtcOutcome, RtcPorts } from './rtc.ts';
export { type Server, ServerSyntaxError } from './sources/server.ts';
export type { Status, StatusPorts, TimeServices } from './status.ts';
export type { Ports, SyncEvent } from './sync.ts';
