// `wait`: looks at this machine's clock once a second until it is good, for scripts that run at boot and need the time. Queries
// no server, sets nothing, and needs no privilege: whatever sets the clock, the kernel's state shows it.
// Sign: what is left of a correction is positive if the clock is still behind.

import type { Clock, ClockStatus } from './clock/clock.ts';
import type { Timer } from './net/timer.ts';
import { elapsed, type Seconds, type UnixTime } from './ntp/time.ts';
import type { MemoryReading } from './pipeline/ports.ts';
import type { TimeServices } from './status.ts';

export interface WaitOptions {
  /** Seconds until it gives up; `Infinity` = never. */
  readonly timeout: Seconds;
  /** The largest likely error, and the largest correction that may be left, in seconds. */
  readonly within?: Seconds;
}

/** What `wait` uses of a machine. */
export interface WaitPorts {
  readonly clock: Clock;
  readonly timer: Timer;
  /** The release of this program: a clock that shows an earlier time is wrong. */
  readonly release: UnixTime;
  readonly memories: () => readonly MemoryReading[];
  readonly timeServices: () => Promise<TimeServices>;
  readonly emit: (event: WaitEvent) => void;
  readonly signal: AbortSignal;
}

/** A look at a clock that is not good yet. `left` is the rest of the timeout in seconds, `Infinity` without one. */
export interface WaitEvent {
  readonly kind: 'waiting';
  readonly shortcomings: readonly Shortcoming[];
  readonly left: Seconds;
}

/** Why a clock is not good. Durations are seconds. */
export type Shortcoming =
  /** It shows a time before this program was released. */
  | { readonly kind: 'before-release'; readonly now: UnixTime; readonly release: UnixTime }
  /** The kernel does not consider it synchronized. */
  | { readonly kind: 'unsynchronized' }
  /** The kernel does not say, and tsntp has no record of having set it since boot. */
  | { readonly kind: 'never-set' }
  /** A correction is under way; `left` is absent if the platform does not tell. */
  | { readonly kind: 'slewing'; readonly left?: Seconds; readonly limit: Seconds }
  /** The likely error is larger than allowed; absent if unknown. */
  | { readonly kind: 'inaccurate'; readonly error?: Seconds; readonly limit: Seconds };

/** How the clock was last seen, and how long the wait took. */
interface Seen {
  /** In seconds. */
  readonly took: Seconds;
  readonly kernel: ClockStatus;
}

/** How the wait ended. */
export type WaitOutcome = Seen &
  (
    | { readonly kind: 'good' }
    | (TimeServices & { readonly kind: 'timed-out'; readonly shortcomings: readonly Shortcoming[] })
    | { readonly kind: 'interrupted'; readonly shortcomings: readonly Shortcoming[] }
  );

/** How often to look, in seconds. */
const LOOK: Seconds = 1;
/** The largest correction that may be left without `within`: that of chrony-wait.service (`chronyc waitsync 0 0.1`). */
export const SLEW_LIMIT: Seconds = 0.1;
/** The error that Linux reports while it knows none (NTP_PHASE_LIMIT), in seconds. */
const UNKNOWN_ERROR: Seconds = 16;

/** Waits until the clock of `machine` is good. */
export async function wait({ timeout, within }: WaitOptions, machine: WaitPorts): Promise<WaitOutcome> {
  const { clock, timer, signal } = machine;
  const began = timer.now();
  for (;;) {
    const kernel = clock.status();
    const shortcomings = shortcomingsOf(kernel, within, machine);
    const took = elapsed(timer.now(), began);
    if (shortcomings.length === 0) return { kind: 'good', took, kernel };
    if (signal.aborted) return { kind: 'interrupted', took, kernel, shortcomings };
    const left = timeout - took;
    if (left <= 0)
      return { kind: 'timed-out', took, kernel, shortcomings, ...(await machine.timeServices()) };
    machine.emit({ kind: 'waiting', shortcomings, left });
    await timer.sleep(Math.min(LOOK, left), signal);
  }
}

function shortcomingsOf(
  kernel: ClockStatus,
  within: Seconds | undefined,
  machine: WaitPorts,
): readonly Shortcoming[] {
  const { clock, release } = machine;
  const now = clock.now();
  const found: readonly (Shortcoming | undefined)[] = [
    now < release ? { kind: 'before-release', now, release } : undefined,
    ...(kernel.synchronized === undefined
      ? byRecord(within, machine.memories())
      : byKernel(kernel, kernel.synchronized, within)),
    slewing(kernel, within ?? SLEW_LIMIT),
  ];
  return found.filter(each => each !== undefined);
}

/**
 * The likely error counts, not the kernel's bound: the bound grows by 500 ppm, so that it is over 10 ms half a minute after any
 * correction. chronyc waitsync ignores its bound, too.
 */
function byKernel(
  { estimatedError = UNKNOWN_ERROR }: ClockStatus,
  synchronized: boolean,
  limit: Seconds | undefined,
): readonly (Shortcoming | undefined)[] {
  // The error of a clock that is not synchronized says nothing.
  if (!synchronized) return [{ kind: 'unsynchronized' }];
  if (limit === undefined || estimatedError <= limit) return [];
  const known = estimatedError < UNKNOWN_ERROR;
  return [{ kind: 'inaccurate', limit, ...(known && { error: estimatedError }) }];
}

/** Where the kernel does not say, as on Windows: by tsntp's last correction since boot. */
function byRecord(
  limit: Seconds | undefined,
  memories: readonly MemoryReading[],
): readonly (Shortcoming | undefined)[] {
  const records = memories.flatMap(({ lastSet }) => (lastSet?.sinceBoot ? [lastSet] : []));
  if (records.length === 0) return [{ kind: 'never-set' }];
  const error = records.toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time))[0]!.errorBound;
  return limit === undefined || error <= limit ? [] : [{ kind: 'inaccurate', limit, error }];
}

/** On Windows, only the rate shows that another process slews the clock. */
function slewing(
  { slewRemaining, phaseRemaining = 0, slewRate = 0 }: ClockStatus,
  limit: Seconds,
): Shortcoming | undefined {
  if (slewRemaining === undefined) return slewRate === 0 ? undefined : { kind: 'slewing', limit };
  const left = slewRemaining + phaseRemaining;
  return Math.abs(left) <= limit ? undefined : { kind: 'slewing', left, limit };
}
