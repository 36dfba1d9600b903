// The verbs that ask no server, on this machine or on the ports that the caller gives: status and rtc.

import { dryRun as neverSet, dryRunRtc as neverWritten } from '../clock/dry-run.ts';
import { openMachine } from '../machine.ts';
import { given, type Optional } from '../options/given.ts';
import { checkValue, checkValues, type Range, type Ranges, row } from '../options/ranges.ts';
import { type RtcAction, type RtcOptions, type RtcOutcome, type RtcPorts, rtc as rtcOf } from '../rtc.ts';
import { type Status, type StatusPorts, status as statusOf } from '../status.ts';
import { aFunction, anObject, OWN, PORTS, someText, yesOrNo } from './options.ts';

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
 * Rejects with `ClockError` for a clock that stands still, and `RangeError` for an option that does not exist or is out of its
 * range.
 */
export async function status(options: StatusOptions = {}): Promise<Status> {
  checkOptions(options, STATUS, STATUS_PORTS);
  const { stateDirectory, ports = {} } = options;
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
 * clock to it, within the limits that hold for a server. Each resolves with an outcome; what stands in the way is in it. Each
 * rejects with `RangeError` for an option that does not exist or is out of its range.
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

async function runRtc(action: RtcAction, all: HardwareClockOptions = {}): Promise<RtcOutcome> {
  checkOptions(all, RTC, RTC_PORTS);
  const { dryRun, stateDirectory, signal, ports = {}, ...options } = all;
  const mode = action === 'show' ? 'look' : dryRun ? 'rehearse' : 'set';
  const real = await openMachine({ mode, env: process.env, ...given({ stateDirectory, signal }) });
  const chosen = { ...real, ...given(ports) };
  return rtcOf({ action, ...given(options) }, dryRun ? rehearsing(chosen) : chosen);
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
  timeServices: aFunction,
  localTime: aFunction,
  peekRtc: aFunction,
};

const RTC: Readonly<Record<keyof HardwareClockOptions, Range>> = {
  device: someText('the path of a device, as in "/dev/rtc1"'),
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
