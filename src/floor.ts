// `rtc floor`: a machine without a hardware clock boots in the past → its clock continues from the floor, the last measured
// time. The clock is stepped by the same rules as in a sync, through pipeline/apply.ts. The floor is no measurement: nothing
// is remembered, the kernel is not told that the clock is synchronized, and the next sync may correct any error.

import { isPlausibleFloor } from './ntp/clock-floor.ts';
import { isVouchedFor } from './ntp/clock-trust.ts';
import { difference, type UnixTime } from './ntp/time.ts';
import { type Applied, type ApplyPorts, apply } from './pipeline/apply.ts';
import type { Competitor, LimitsFrom } from './pipeline/outcome.ts';
import type { ClockLock, Host } from './pipeline/ports.ts';

export interface FloorOptions {
  /** No limits: accept a floor of any year, and step even a clock that was set since boot. */
  readonly allowAnyOffset?: boolean;
  /** Refuse any larger correction; in seconds. */
  readonly maxOffset?: number;
  readonly limitsFrom?: LimitsFrom;
  /** Set the clock even if another time service sets it. */
  readonly force?: boolean;
}

/** What `rtc floor` uses of a machine. */
export interface FloorPorts extends ApplyPorts {
  readonly host: Host;
}

/** The floor, and the clock before it was set. */
export interface FloorComparison {
  readonly floor: UnixTime;
  /** The file that holds it. */
  readonly path: string;
  readonly now: UnixTime;
}

type Compared =
  /** The clock shows a later time: nothing to do. */
  | { readonly kind: 'above-floor' }
  /** The clock shows an earlier time, but was set since boot or is synchronized, which counts more. */
  | { readonly kind: 'vouched'; readonly by: 'tsntp' | 'kernel' }
  /** The floor is further in the future than any time that this program accepts. */
  | { readonly kind: 'implausible-floor' }
  | Applied;

/** How the restoring of the floor ended. Without `comparison`, no floor is known or it was not looked for. */
export type FloorOutcome = { readonly warnings: readonly string[] } & (
  | (Compared & { readonly comparison: FloorComparison })
  /** No measured time is known. */
  | { readonly kind: 'no-floor'; readonly comparison?: undefined }
  /** Another tsntp holds the lock. */
  | { readonly kind: 'busy'; readonly competitors: readonly Competitor[]; readonly comparison?: undefined }
);

/** Steps the clock of `machine` to its floor if it shows an earlier time. Failures are part of the outcome. */
export async function restoreFloor(options: FloorOptions, machine: FloorPorts): Promise<FloorOutcome> {
  const lock = await machine.host.lockClock();
  try {
    return underLock(options, lock, machine);
  } finally {
    lock.release();
  }
}

function underLock(options: FloorOptions, lock: ClockLock, machine: FloorPorts): FloorOutcome {
  const competitors = lock.competitors.filter(({ kind }) => kind === 'tsntp');
  if (competitors.length > 0) return { kind: 'busy', competitors, warnings: lock.warnings };
  const { time: floor, path, warnings = [] } = machine.host.floor?.recall() ?? {};
  if (floor === undefined || path === undefined) return { kind: 'no-floor', warnings };
  const comparison = { floor, path, now: machine.clock.now() };
  const restored = restore(comparison, options, lock, machine);
  const more = 'warnings' in restored ? restored.warnings : [];
  return { ...restored, comparison, warnings: [...warnings, ...more] };
}

function restore(
  { floor, path, now }: FloorComparison,
  options: FloorOptions,
  lock: ClockLock,
  machine: FloorPorts,
): Compared {
  const { allowAnyOffset = false, force = false, maxOffset, limitsFrom = {} } = options;
  if (now >= floor) return { kind: 'above-floor' };
  if (!allowAnyOffset && !isPlausibleFloor(floor, machine.release)) return { kind: 'implausible-floor' };
  const by = allowAnyOffset ? undefined : voucherOf(machine);
  if (by !== undefined) return { kind: 'vouched', by };
  const rules = { method: 'step', stepThreshold: 0, allowAnyOffset, force, limitsFrom } as const;
  const proposal = { offset: difference(floor, now), errorBound: Infinity, server: path };
  return apply(proposal, { ...rules, ...(maxOffset !== undefined && { maxOffset }) }, lock, {
    ...machine,
    host: {
      recall: () => machine.host.recall(),
      // The floor is older than the truth: it is no correction of which a later run must know.
      remember: () => undefined,
      hardwareAhead: () => undefined,
    },
  });
}

/** What shows that the clock is right although it is before the floor; a memory that cannot be read shows nothing. */
function voucherOf({ clock, host, release }: FloorPorts): 'tsntp' | 'kernel' | undefined {
  const { setSinceBoot: remembered, warning } = host.recall();
  const setSinceBoot = remembered && warning === undefined;
  const { synchronized = false } = clock.status();
  if (!isVouchedFor({ setSinceBoot, synchronized, beforeRelease: clock.now() < release })) return undefined;
  return setSinceBoot ? 'tsntp' : 'kernel';
}
