// The null driver of --query, --debug, and --dry-run: reads the underlying clock and records changes instead of making
// them.

import type { KernelRate } from '../ntp/drift/kernel-rate.ts';
import type { Seconds } from '../ntp/time.ts';
import type { Clock, Quality } from './clock.ts';
import type { HardwareClock } from './hardware-clock.ts';

/** A call that would have changed the clock. */
export type RecordedCall =
  | { readonly kind: 'step'; readonly offset: Seconds }
  | { readonly kind: 'slew'; readonly offset: Seconds }
  | { readonly kind: 'declare-synchronized'; readonly quality: Quality }
  | { readonly kind: 'set-frequency'; readonly rate: KernelRate };

export interface DryRunClock extends Clock {
  /** The recorded calls, in order. */
  readonly recorded: readonly RecordedCall[];
}

/** Wraps `clock` so that nothing is ever set; a slew is complete immediately. */
export function dryRun(clock: Clock): DryRunClock {
  const recorded: RecordedCall[] = [];
  // Delegates call by call: the methods of a clock that is an instance of a class are not its own properties.
  return {
    name: 'dry-run',
    sets: false,
    precision: clock.precision,
    recorded,
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    read: () => clock.read(),
    status: () => clock.status(),
    bootId: () => clock.bootId(),
    step(offset) {
      recorded.push({ kind: 'step', offset });
    },
    slew(offset) {
      recorded.push({ kind: 'slew', offset });
      return { unattended: true, remaining: () => 0, release() {} };
    },
    declareSynchronized(quality) {
      recorded.push({ kind: 'declare-synchronized', quality });
    },
    // Absent where the clock lacks them: their absence means something.
    ...(clock.readOscillator && { readOscillator: () => clock.readOscillator!() }),
    ...(clock.rate && { rate: () => clock.rate!() }),
    ...(clock.setFrequency && {
      setFrequency: (rate: KernelRate) => void recorded.push({ kind: 'set-frequency', rate }),
    }),
  };
}

/** Wraps a hardware clock so that it is never written. */
export function dryRunRtc(device: HardwareClock): HardwareClock {
  return {
    path: device.path,
    others: device.others,
    utc: device.utc,
    sets: false,
    read: () => device.read(),
    write: async () => undefined,
    close: () => device.close(),
  };
}
