// A local clock of the simulated world: behind the true time by so much, running at its own rate, moved by
// `step` and `slew` as the kernel moves it, and by others. Like Linux's, the monotonic clock takes part in a
// slew and in nothing else.
// Sign: behind positive = the true time is ahead = add it to this clock.

import { type Clock, ClockError, type ClockErrorKind, SLEW_RATE } from '../../../src/clock/clock.ts';
import type { RecordedCall } from '../../../src/clock/dry-run.ts';
import { type KernelRate, rateOf } from '../../../src/ntp/drift/kernel-rate.ts';
import {
  add,
  type MonotonicTime,
  monotonicTimeOf,
  nanoseconds,
  type Seconds,
  type UnixTime,
} from '../../../src/ntp/time.ts';

/** What a kernel does after a boot. */
export const UNCORRECTED: KernelRate = { frequency: 0, tick: 10_000 };
/** What the monotonic clock shows when the world begins. */
const UPTIME = 12_345_678_901_234n;

export interface ClockSetup {
  /** What must be added to the clock when the world begins. */
  readonly behind?: Seconds;
  /** How much too fast it runs: 10e-6 gains 10 µs a second. */
  readonly frequency?: number;
  /** How far its oscillator has gained so many seconds after the world began; takes the place of `frequency`. */
  readonly gained?: (time: Seconds) => Seconds;
  /** Its oscillator can be read and its rate set, as on Linux. */
  readonly steerable?: boolean;
  /** The kernel's correction of the rate when the world begins. */
  readonly rate?: KernelRate;
  /** The kernel's loops that also steer the clock. */
  readonly loops?: readonly string[];
  /** What comes of setting the rate. */
  readonly refusesRateWith?: ClockErrorKind;
  /** Whether the kernel calls it synchronized. */
  readonly synchronized?: boolean;
  /** A slew lasts only until it is released, as on Windows. */
  readonly attended?: boolean;
  /** What comes of trying to set it. */
  readonly refusesWith?: ClockErrorKind;
  /** The same for telling it that it is synchronized. */
  readonly refusesQualityWith?: ClockErrorKind;
}

export interface SimulatedClock extends Clock {
  /** Each call that changed something, or was refused. */
  readonly calls: readonly RecordedCall[];
  /** What must be added to this clock now. */
  behind(): Seconds;
  /** Another program steps it. */
  disturb(offset: Seconds): void;
  /** The kernel's correction of the rate. */
  kernelRate(): KernelRate;
  /** Another program sets the correction of the rate. */
  disturbRate(rate: KernelRate): void;
  /** The machine boots: the raw clock begins anew, and the kernel corrects nothing. */
  reboot(id: string): void;
}

/** `running` counts the seconds that the machine was awake, `trueTime` does not care. */
export function simulatedClock(
  setup: ClockSetup,
  running: () => Seconds,
  trueTime: () => UnixTime,
): SimulatedClock {
  const calls: RecordedCall[] = [];
  let stepped = -(setup.behind ?? 0);
  let slewed = 0;
  let slew = { from: 0, offset: 0 };
  let boot = { id: 'this boot', at: 0 };
  let steered = { rate: setup.rate ?? UNCORRECTED, from: 0, gained: 0 };

  const applied = (): Seconds => {
    const { from, offset } = slew;
    return Math.sign(offset) * Math.min(Math.abs(offset), SLEW_RATE * (running() - from));
  };
  const remaining = (): Seconds => slew.offset - applied();
  const startSlew = (offset: Seconds): void => {
    slewed += applied();
    slew = { from: running(), offset };
  };
  const gained = setup.gained ?? (time => time * (setup.frequency ?? 0));
  const oscillated = (): Seconds => running() + gained(running());
  const corrected = (): Seconds =>
    steered.gained + 1e-6 * rateOf(steered.rate) * (oscillated() - steered.from);
  const steer = (rate: KernelRate): void => {
    steered = { rate, from: oscillated(), gained: corrected() };
  };
  const drift = (): Seconds => gained(running()) + corrected() + slewed + applied();
  const now = (): UnixTime => add(trueTime(), stepped + drift());
  const monotonic = (): MonotonicTime => monotonicTimeOf(UPTIME + nanoseconds(running() + drift()));
  const record = (call: RecordedCall, refusal: ClockErrorKind | undefined): void => {
    calls.push(call);
    if (refusal) throw new ClockError(refusal, `the simulated clock refuses: ${refusal}`);
  };

  const steering: Pick<Clock, 'readOscillator' | 'rate' | 'setFrequency'> = {
    readOscillator: () => ({
      time: now(),
      raw: 5_000_000_000n + nanoseconds(oscillated() - boot.at),
      gap: 1e-6,
    }),
    rate: () => ({ rate: steered.rate, unit: 2 ** -16, loops: setup.loops ?? [] }),
    setFrequency(rate) {
      record({ kind: 'set-frequency', rate }, setup.refusesRateWith);
      steer(rate);
    },
  };

  return {
    ...(setup.steerable && steering),
    name: 'simulated',
    precision: 2 ** -24,
    sets: true,
    calls,
    now,
    monotonic,
    read: () => ({ time: now(), monotonic: monotonic() }),
    step(offset) {
      record({ kind: 'step', offset }, setup.refusesWith);
      startSlew(0);
      stepped += offset;
    },
    slew(offset) {
      record({ kind: 'slew', offset }, setup.refusesWith);
      startSlew(offset);
      if (!setup.attended) return { unattended: true, remaining, release() {} };
      let left: Seconds | undefined;
      const release = () => {
        left ??= remaining();
        startSlew(0);
      };
      return { unattended: false, remaining: () => left ?? remaining(), release };
    },
    declareSynchronized(quality) {
      record({ kind: 'declare-synchronized', quality }, setup.refusesQualityWith);
    },
    status() {
      const slewRemaining = remaining();
      const slewRate = Math.sign(slewRemaining) * SLEW_RATE;
      const synchronized = setup.synchronized !== undefined && { synchronized: setup.synchronized };
      return { ...synchronized, slewRemaining, slewRate };
    },
    bootId: () => boot.id,
    kernelRate: () => steered.rate,
    disturbRate: steer,
    reboot(id) {
      boot = { id, at: oscillated() };
      steer(UNCORRECTED);
    },
    behind: () => -(stepped + drift()),
    disturb(offset) {
      stepped += offset;
    },
  };
}
