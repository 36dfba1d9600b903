// The hardware clock: shown, written from the system clock (as hwclock --systohc), or read into it (--hctosys). Reading
// sets the system clock by the same rules as a sync: through pipeline/apply.ts.
// Sign: a positive offset = the hardware clock is ahead of the system's.

import { ClockError } from './clock/clock.ts';
import type { HardwareClock, HardwareWriting } from './clock/hardware-clock.ts';
import { difference, formatInstant, type Seconds, type UnixTime } from './ntp/time.ts';
import { type Applied, type ApplyPorts, apply } from './pipeline/apply.ts';
import type { Competitor, LimitsFrom } from './pipeline/outcome.ts';
import type { ClockLock, Host } from './pipeline/ports.ts';

export type RtcAction = 'show' | 'write' | 'read';

export interface RtcOptions {
  readonly action: RtcAction;
  /** A hardware clock other than the machine's first: `/dev/rtc1`. */
  readonly device?: string;
  /** `read`: no panic limit, and accept a time before this program's release. */
  readonly allowAnyOffset?: boolean;
  /** `read`: refuse any larger correction; in seconds. */
  readonly maxOffset?: Seconds;
  readonly limitsFrom?: LimitsFrom;
  /** `read`: set the system clock even if another time service sets it. */
  readonly force?: boolean;
}

/** What `rtc` uses of a machine. */
export interface RtcPorts extends ApplyPorts {
  readonly host: Host;
  /** Opens a hardware clock, by default the first. Rejects with `ClockError`. */
  readonly openRtc: (path?: string) => Promise<HardwareClock>;
}

/** The hardware clock before the action. */
export interface RtcComparison {
  readonly device: string;
  readonly otherDevices: readonly string[];
  /** True if it keeps UTC, false if local time. */
  readonly utc: boolean;
  readonly time: UnixTime;
  /** How far it was ahead of the system clock, in seconds. */
  readonly offset: Seconds;
}

/** The result for the system clock, given a reading of the hardware clock. */
type Compared =
  | { readonly kind: 'shown' }
  | { readonly kind: 'written'; readonly written?: HardwareWriting }
  | { readonly kind: 'would-write' }
  | { readonly kind: 'interrupted' }
  /** The hardware clock holds an impossible time. */
  | { readonly kind: 'clock-error'; readonly error: ClockError }
  | Applied;

/** How an action on the hardware clock ended. `comparison` is absent if the clock could not be read, or was not. */
export type RtcOutcome = {
  readonly warnings: readonly string[];
  /** `show`: the floor of the system clock, the last measured time; absent if none is known. */
  readonly floor?: UnixTime;
} & (
  | (Compared & { readonly comparison: RtcComparison })
  | { readonly kind: 'clock-error'; readonly error: ClockError; readonly comparison?: undefined }
  /** Another tsntp holds the lock. */
  | { readonly kind: 'busy'; readonly competitors: readonly Competitor[]; readonly comparison?: undefined }
);

/** Shows, writes, or reads the hardware clock of `machine`. Failures are part of the outcome. */
export async function rtc(options: RtcOptions, machine: RtcPorts): Promise<RtcOutcome> {
  const outcome = await locked(options, machine);
  const floor = options.action === 'show' ? machine.host.floor?.recall().time : undefined;
  return { ...outcome, ...(floor !== undefined && { floor }) };
}

async function locked(options: RtcOptions, machine: RtcPorts): Promise<RtcOutcome> {
  const lock = await machine.host.lockClock();
  try {
    return await underLock(options, lock, machine);
  } catch (error) {
    if (!(error instanceof ClockError)) throw error;
    return { kind: 'clock-error', error, warnings: lock.warnings };
  } finally {
    lock.release();
  }
}

async function underLock(options: RtcOptions, lock: ClockLock, machine: RtcPorts): Promise<RtcOutcome> {
  const { warnings } = lock;
  const competitors = lock.competitors.filter(({ kind }) => kind === 'tsntp');
  if (competitors.length > 0) return { kind: 'busy', competitors, warnings };
  const device = await machine.openRtc(options.device);
  try {
    const comparison = await compare(device);
    const compared = await actions[options.action]({ device, comparison, options, lock, machine });
    return { warnings, ...compared, comparison };
  } finally {
    device.close();
  }
}

async function compare(device: HardwareClock): Promise<RtcComparison> {
  const { time, at } = await device.read();
  const { path, others, utc } = device;
  return { device: path, otherDevices: others, utc, time, offset: difference(time, at.time) };
}

interface Opened {
  readonly device: HardwareClock;
  readonly comparison: RtcComparison;
  readonly options: RtcOptions;
  readonly lock: ClockLock;
  readonly machine: RtcPorts;
}

const actions: Record<RtcAction, (opened: Opened) => Promise<Compared>> = {
  show: async () => ({ kind: 'shown' }),

  async write({ device, machine: { clock, signal } }) {
    if (signal.aborted) return { kind: 'interrupted' };
    const written = await device.write(clock.status().slewRemaining ?? 0);
    return device.sets ? { kind: 'written', ...(written && { written }) } : { kind: 'would-write' };
  },

  async read({ comparison, options, lock, machine }) {
    const { time, offset, device: server } = comparison;
    const { allowAnyOffset = false, force = false, maxOffset, limitsFrom = {} } = options;
    if (time < machine.release && !allowAnyOffset) return { kind: 'clock-error', error: batteryEmpty(time) };
    const proposal = { offset, errorBound: ERROR_BOUND, server };
    const rules = { method: 'step', stepThreshold: 0, allowAnyOffset, force, limitsFrom } as const;
    // The hardware clock cannot confirm its own time.
    const host: ApplyPorts['host'] = {
      recall: () => machine.host.recall(),
      remember: correction => machine.host.remember(correction),
      hardwareAhead: () => undefined,
    };
    return apply(proposal, { ...rules, ...(maxOffset !== undefined && { maxOffset }) }, lock, {
      ...machine,
      host,
    });
  },
};

/** A hardware clock holds whole seconds. */
const ERROR_BOUND: Seconds = 1;

function batteryEmpty(time: UnixTime): ClockError {
  return new ClockError(
    'failed',
    `the hardware clock shows ${formatInstant(time)}, which is before this tsntp was released: is its battery ` +
      'empty? Set it with "tsntp rtc write" from a right system clock, or use -g to believe it',
  );
}
