// The verbs that ask no server, on this machine or on the ports that the caller gives: status and rtc.

import { openMachine } from '../machine.ts';
import { given, type Optional } from '../options/given.ts';
import { type RtcAction, type RtcOptions, type RtcOutcome, type RtcPorts, rtc as rtcOf } from '../rtc.ts';
import { type Status, type StatusPorts, status as statusOf } from '../status.ts';

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
