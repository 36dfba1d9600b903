// One run's measurement of the free oscillator: what CLOCK_MONOTONIC_RAW showed at which true time → the phase
// z = raw − true and its noise. The raw clock is never steered, so that steps, slews and rates that any program sets
// leave z as it is.
// Sign: z grows while the oscillator gains on true time.

import type { Seconds, UnixTime } from '../time.ts';

/** What one run has measured of the oscillator. */
export interface DriftSample {
  /** CLOCK_MONOTONIC_RAW in nanoseconds, read together with the clock that `true` was made from. */
  readonly raw: bigint;
  /** The true time at that moment: the clock plus its measured offset. */
  readonly true: UnixTime;
  /** The likely error of `true`: the jitter of the combination. */
  readonly jitter: Seconds;
  /** The round trip to `peer`. */
  readonly delay: Seconds;
  /** The root distance: the bound of the error of `true`, whichever way. */
  readonly distance: Seconds;
  /** Where the time came from. Two samples with the same text share an asymmetry of the path. */
  readonly peer: string;
  /** How long the machine has slept since it booted: CLOCK_BOOTTIME less CLOCK_MONOTONIC; absent = never. */
  readonly asleep?: Seconds;
  /** The measured offset of the clock at this run, before its correction; for display only. Absent in older files. */
  readonly offset?: Seconds;
  /** The correction of the rate that was in force until this run, in ppm; for display only. */
  readonly frequency?: number;
}

/** A longer sleep than this between two samples breaks the phase: the raw clock stands still meanwhile. */
const ASLEEP: Seconds = 0.1;
/** No oscillator is off by more; a phase that moves faster has jumped (tick of the kernel: ±10 %, adjtimex(2)). */
const WILDEST_RATE = 0.1;
/** The reading of two clocks in turn is no better than this, in a process that shares its processor. */
const FLOOR: Seconds = 20e-6;

/** How long after `a` the sample `b` was taken, by the oscillator itself. */
export function spacing(a: DriftSample, b: DriftSample): Seconds {
  return Number(b.raw - a.raw) / 1e9;
}

/** How far the phase z grew from `a` to `b`. */
export function phaseChange(a: DriftSample, b: DriftSample): Seconds {
  return Number(b.raw - a.raw - (b.true - a.true)) / 1e9;
}

/** Whether the machine slept between two samples. */
export function hasSlept(a: Pick<DriftSample, 'asleep'>, b: Pick<DriftSample, 'asleep'>): boolean {
  return (b.asleep ?? 0) - (a.asleep ?? 0) > ASLEEP;
}

/** Whether a rate explains how the phase went from `a` to `b`: no sleep and no jump in between. */
export function isContinuous(a: DriftSample, b: DriftSample): boolean {
  const farthest = a.distance + b.distance + WILDEST_RATE * spacing(a, b);
  return !hasSlept(a, b) && Math.abs(phaseChange(a, b)) <= farthest;
}

/** The samples since the raw clock last went backwards or stood still, which it does at a new boot only. */
export function sinceRawRestarted(samples: readonly DriftSample[]): readonly DriftSample[] {
  const restart = samples.findLastIndex((sample, i) => i > 0 && sample.raw <= samples[i - 1]!.raw);
  return samples.slice(Math.max(restart, 0));
}

/** The least delay to each peer. */
export function leastDelays(samples: readonly DriftSample[]): ReadonlyMap<string, Seconds> {
  const least = new Map<string, Seconds>();
  for (const { peer, delay } of samples) least.set(peer, Math.min(delay, least.get(peer) ?? delay));
  return least;
}

/**
 * The standard deviation of the measured phase. A queue on one way delays the packet by twice what it moves the offset
 * by, so that half of the delay over the least one bounds the damage.
 */
export function noiseOf({ jitter, delay }: DriftSample, leastDelay: Seconds): Seconds {
  return Math.hypot(jitter, (delay - leastDelay) / 2, FLOOR);
}

/** The spacing of the runs to come: the median of the last ones, an hour before there are any. */
export function usualInterval(samples: readonly DriftSample[]): Seconds {
  const last = sinceRawRestarted(samples).slice(-RECENT - 1);
  const spacings = last.slice(1).map((sample, i) => spacing(last[i]!, sample));
  return spacings.sort((a, b) => a - b)[spacings.length >> 1] ?? HOUR;
}

const RECENT = 8;
const HOUR: Seconds = 3600;
