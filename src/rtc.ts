// The hardware clock beside the system's: shown, written from it (as hwclock --systohc) or read into it (--hctosys). Reading sets
// the system clock by the same rules as from a server: through pipeline/apply.ts.
// Sign: a positive offset = the hardware clock is ahead of the system's.

import { ClockError } from './clock/clock.ts';
import type { HardwareClock } from './clock/hardware-clock.ts';
import { difference, formatInstant, type Seconds, type UnixTime } from './ntp/time.ts';
import { type Applied, type ApplyPorts, apply } from './pipeline/apply.ts';
import type { Competitor } from './pipeline/outcome.ts';
import type { ClockLock } from './pipeline/ports.ts';

export type RtcAction = 'show' | 'write' | 'read';

export interface RtcOptions {
  readonly action: RtcAction;
  /** Another hardware clock than the machine's first: `/dev/rtc1`. */
  readonly device?: string;
  /** `read`: no panic limit, and a time before this program's release is believed. */
  readonly allowAnyOffset?: boolean;
  /** `read`: a larger correction is refused, always; seconds. */
  readonly maxOffset?: Seconds;
  /** `read`: set the system clock although another time service is setting it. */
  readonly force?: boolean;
}

/** What `rtc` takes of a machine. */
export interface RtcPorts extends ApplyPorts {
  /** Opens a hardware clock, the first unless a path is given. Rejects with `ClockError`. */
  readonly openRtc: (path?: string) => Promise<HardwareClock>;
}

/** What the hardware clock showed before anything was done. */
export interface RtcComparison {
  readonly device: string;
  readonly otherDevices: readonly string[];
  /** Whether it keeps UTC; else local time. */
  readonly utc: boolean;
  readonly time: UnixTime;
  /** By how much that was ahead of the system's clock. */
  readonly offset: Seconds;
}

/** What became of the system's clock, of which a reading is known. */
type Compared =
  | { readonly kind: 'shown' }
  | { readonly kind: 'written' }
  | { readonly kind: 'would-write' }
  | { readonly kind: 'interrupted' }
  /** The hardware clock holds a time that cannot be. */
  | { readonly kind: 'clock-error'; readonly error: ClockError }
  | Applied;

/** How an action on the hardware clock ended. `comparison` is absent where the clock could not be read, or was not. */
export type RtcOutcome = { readonly warnings: readonly string[] } & (
  | (Compared & { readonly comparison: RtcComparison })
  | { readonly kind: 'clock-error'; readonly error: ClockError; readonly comparison?: undefined }
  /** Another tsntp has the lock. */
  | { readonly kind: 'busy'; readonly competitors: readonly Competitor[]; readonly comparison?: undefined }
);

/** Shows, writes or reads the hardware clock of `machine`. What stands in the way is in the outcome. */
export async function rtc(options: RtcOptions, machine: RtcPorts): Promise<RtcOutcome> {
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
    await device.write(clock.status().slewRemaining ?? 0);
    return { kind: device.sets ? 'written' : 'would-write' };
  },

  async read({ comparison, options, lock, machine }) {
    const { time, offset, device: server } = comparison;
    const { allowAnyOffset = false, force = false, maxOffset } = options;
    if (time < machine.release && !allowAnyOffset) return { kind: 'clock-error', error: batteryEmpty(time) };
    const proposal = { offset, errorBound: ERROR_BOUND, server };
    const rules = { method: 'step', stepThreshold: 0, allowAnyOffset, force } as const;
    // The hardware clock is no witness to its own time.
    const host = { ...machine.host, hardwareAhead: () => undefined };
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
