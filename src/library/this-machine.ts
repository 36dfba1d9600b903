// A call of the library → a run of `status`, `driftState` or `rtc`, on this machine or on the ports of the caller.

import { dryRun as neverSet, dryRunRtc as neverWritten } from '../clock/dry-run.ts';
import { type FloorOutcome, restoreFloor } from '../floor.ts';
import { openMachine } from '../machine.ts';
import { given, type Optional } from '../options/given.ts';
import { checkValue, checkValues, type Range, type Ranges, row } from '../options/ranges.ts';
import { type MachineDrift, readDrift } from '../pipeline/machine-drift.ts';
import { type RtcAction, type RtcOptions, type RtcOutcome, type RtcPorts, rtc as rtcOf } from '../rtc.ts';
import { type Status, type StatusPorts, status as statusOf } from '../status.ts';
import { aFunction, anObject, nonEmpty, OWN, PORTS, yesOrNo } from './options.ts';

/** The options of `status` and `driftState`. All are optional. */
export interface StatusOptions {
  /** The only directory to search for the state file; by default all directories where it may be. */
  readonly stateDirectory?: string | undefined;
  /** Replaces this machine's clock, state and so on, for tests. */
  readonly ports?: Optional<StatusPorts> | undefined;
}

/**
 * Reads the state of this machine's clock without querying a server: whether the kernel considers it synchronized, its
 * error bound, the last correction by tsntp, other programs that set it, and the hardware clock. Sets nothing and needs no
 * privilege. Rejects with `ClockError` if the clock stands still, and with `RangeError` for an unknown
 * option or one out of its range.
 */
export async function status(options: StatusOptions = {}): Promise<Status> {
  checkOptions(options, STATUS, STATUS_PORTS);
  const { stateDirectory, ports = {} } = options;
  const real = await openMachine({ mode: 'look', env: process.env, ...given({ stateDirectory }) });
  return statusOf({ ...real, ...given(ports) });
}

/**
 * Reads what is known of the rate of this machine's clock: how much it loses or gains by itself, how well that is known, what
 * the kernel makes up for, and what the runs of the last week found. Sets nothing and needs no privilege. Rejects like
 * `status`.
 */
export async function driftState(options: StatusOptions = {}): Promise<MachineDrift> {
  checkOptions(options, STATUS, STATUS_PORTS);
  const { stateDirectory, ports = {} } = options;
  const real = await openMachine({ mode: 'look', env: process.env, ...given({ stateDirectory }) });
  return readDrift({ ...real, ...given(ports) });
}

/** The options of `rtc.show`, `rtc.write` and `rtc.read`. All are optional. */
export interface HardwareClockOptions extends Optional<Omit<RtcOptions, 'action' | 'limitsFrom'>> {
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

/** The options of `rtc.floor`. All are optional. */
export type RestoreFloorOptions = Omit<HardwareClockOptions, 'device'>;

/**
 * The hardware clock (Linux): `show` compares it with the system clock, `write` sets it from the system clock, and `read`
 * sets the system clock from it, within the same limits as `sync`. `floor` (every platform) sets a system clock that started in
 * the past to the last measured time. Failures are part of the outcome. Each rejects
 * with `RangeError` for an unknown option or one out of its range.
 */
export const rtc: {
  readonly show: HardwareClockAction;
  readonly write: HardwareClockAction;
  readonly read: HardwareClockAction;
  readonly floor: (options?: RestoreFloorOptions) => Promise<FloorOutcome>;
} = {
  show: options => runRtc('show', options),
  write: options => runRtc('write', options),
  read: options => runRtc('read', options),
  floor: runFloor,
};

async function runRtc(action: RtcAction, all: HardwareClockOptions = {}): Promise<RtcOutcome> {
  checkOptions(all, RTC, RTC_PORTS);
  const { dryRun, stateDirectory, signal, ports = {}, ...options } = all;
  const mode = action === 'show' ? 'look' : dryRun ? 'rehearse' : 'set';
  const real = await openMachine({ mode, env: process.env, ...given({ stateDirectory, signal }) });
  const chosen = { ...real, ...given(ports) };
  return rtcOf({ action, ...given(options) }, dryRun ? rehearsing(chosen) : chosen);
}

async function runFloor(all: RestoreFloorOptions = {}): Promise<FloorOutcome> {
  const { device: _, ...ranges } = RTC;
  const { openRtc: __, ...portRanges } = RTC_PORTS;
  checkOptions(all, ranges, portRanges);
  const { dryRun, stateDirectory, signal, ports = {}, ...options } = all;
  const mode = dryRun ? 'rehearse' : 'set';
  const real = await openMachine({ mode, env: process.env, ...given({ stateDirectory, signal }) });
  const chosen = { ...real, ...given(ports) };
  return restoreFloor(given(options), dryRun ? rehearsing(chosen) : chosen);
}

/** The same ports, with which nothing is set. */
function rehearsing(ports: RtcPorts): RtcPorts {
  return {
    ...ports,
    clock: neverSet(ports.clock),
    openRtc: async path => neverWritten(await ports.openRtc(path)),
  };
}

/** Throws `RangeError` for the first option or port that does not exist or is out of its range. */
function checkOptions(options: { readonly ports?: object | undefined }, ranges: Ranges, ports: Ranges): void {
  checkValue('options', options, anObject);
  checkValues(options, ranges, 'option');
  if (options.ports !== undefined) checkValues(options.ports, ports, 'port', 'ports.');
}

const { stateDirectory, signal, ports } = OWN;

const STATUS: Readonly<Record<keyof StatusOptions, Range>> = { stateDirectory, ports };

const STATUS_PORTS: Readonly<Record<keyof StatusPorts, Range>> = {
  clock: PORTS.clock,
  memories: aFunction,
  driftMemories: aFunction,
  oscillator: aFunction,
  timeServices: aFunction,
  localTime: aFunction,
  peekRtc: aFunction,
};

const RTC: Readonly<Record<keyof HardwareClockOptions, Range>> = {
  device: nonEmpty('the path of a device, as in "/dev/rtc1"'),
  allowAnyOffset: row('allowAnyOffset'),
  maxOffset: row('maxOffset'),
  force: row('force'),
  dryRun: yesOrNo,
  stateDirectory,
  signal,
  ports,
};

const RTC_PORTS: Readonly<Record<keyof RtcPorts, Range>> = {
  clock: PORTS.clock,
  host: PORTS.host,
  release: PORTS.release,
  emit: PORTS.emit,
  signal: PORTS.signal,
  openRtc: aFunction,
};
