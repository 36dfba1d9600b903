// A call of the library → a run of `status` or `rtc`, on this machine or on the ports of the caller.

import { openMachine } from '../machine.ts';
import { given, type Optional } from '../options/given.ts';
import { type RtcAction, type RtcOptions, type RtcOutcome, type RtcPorts, rtc as rtcOf } from '../rtc.ts';
import { type Status, type StatusPorts, status as statusOf } from '../status.ts';

/** The options of `status`. All are optional. */
export interface StatusOptions {
  /** The only directory to search for the state file; by default all directories where it may be. */
  readonly stateDirectory?: string | undefined;
  /** Replaces this machine's clock, state and so on, for tests. */
  readonly ports?: Optional<StatusPorts> | undefined;
}

/**
 * Reads the state of this machine's clock without querying a server: whether the kernel considers it synchronized, its
 * error bound, the last correction by tsntp, other programs that set it, and the hardware clock. Sets nothing and needs no
 * privilege. Rejects with `ClockError` if the clock stands still.
 */
export async function status({ stateDirectory, ports = {} }: StatusOptions = {}): Promise<Status> {
  const real = await openMachine({ mode: 'look', env: process.env, ...given({ stateDirectory }) });
  return statusOf({ ...real, ...given(ports) });
}

/** The options of `rtc.show`, `rtc.write` and `rtc.read`. All are optional. */
export interface HardwareClockOptions extends Optional<Omit<RtcOptions, 'action'>> {
  /** Sets nothing; the outcome states what would be done. */
  readonly dryRun?: boolean | undefined;
  /** The directory of the state file and the lock; by default the platform's. */
  readonly stateDirectory?: string | undefined;
  /** Aborts the action before it sets a clock; the outcome is then `interrupted`. */
  readonly signal?: AbortSignal | undefined;
  /** Replaces this machine's clocks, lock and so on, for tests. */
  readonly ports?: Optional<RtcPorts> | undefined;
}

type HardwareClockAction = (options?: HardwareClockOptions) => Promise<RtcOutcome>;

/**
 * The hardware clock (Linux): `show` compares it with the system clock, `write` sets it from the system clock, and `read`
 * sets the system clock from it, within the same limits as `sync`. Failures are part of the outcome.
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
