// Time stamps of one server → the tick of its clock, where they reveal it: whole seconds, hundredths, 15.6 ms, whatever its
// precision byte says. Honest stamps lie on no grid but by chance, and the chance is counted: what may be chance is no tick.

import type { Seconds, UnixTime } from './time.ts';

/** Ticks per second that clocks are known to have: 1, 100 and 1000 Hz, finer decimals, 64 Hz (Windows), 60, 250 and 1024 Hz. */
const USUAL = [1, 60, 64, 100, 250, 1000, 1024, 10_000, 100_000];
/** The weight of any other number of ticks per second, against a usual one. */
const UNUSUAL = 0.2;
/** Requests tell a finer tick from a coarser one where they lie this share of a tick off the coarser grid. */
const STRAYED = 0.9;
/** The most ticks per second at which unusual ticks are tried; fewer with one stamp alone, where chance hits more often. */
const FINEST = 1024;
const FINEST_OF_ONE = 100;
/** How far a careless conversion to 2^-32 s puts a stamp off its grid, in nanoseconds. */
const OFF_GRID = 100;
/** How far rounding alone puts it off, in nanoseconds. */
const ROUNDING = 1;
/** The accepted chance that stamps look like a tick and are none: in nanoseconds, and in microseconds (older servers). */
const CHANCE = 1e-5;
const CHANCE_OF_MICROSECONDS = 1e-3;
const SECOND = 1e9;
const MICROSECOND = 1e3;

/**
 * The tick of the clock that gave these stamps, of which there is at least one; 0 where they show none. Where several
 * grids fit, the likeliest that is no finer than `atLeast`: a finer one does not explain how the samples disagree.
 * `ours` are our own stamps of the same exchanges: where they are as regular, so were the requests, and not the clock.
 */
export function inferTick(stamps: readonly UnixTime[], ours: readonly UnixTime[], atLeast: Seconds): Seconds {
  const aligned = tickOfTheSecond(stamps, ours, atLeast);
  const free = tickOfAnyPhase(stamps, Math.max(aligned * SECOND, MICROSECOND));
  return Math.max(aligned, free > 0 && isRegular(ours, free * SECOND) ? 0 : free);
}

/** Whether our requests were so regular that the gaps say nothing about the server's clock. */
function isRegular(ours: readonly UnixTime[], tick: number): boolean {
  return onGrid(sinceFirst(ours), tick, OFF_GRID) || (ours.length > 2 && areAlike(gapsOf(ours)));
}

/** In nanoseconds since the second began. */
function fractionsOf(stamps: readonly UnixTime[]): readonly number[] {
  const second = BigInt(SECOND);
  return stamps.map(stamp => Number(((stamp % second) + second) % second));
}

/** In nanoseconds since the earliest, each once. */
function sinceFirst(stamps: readonly UnixTime[]): readonly number[] {
  const ascending = [...new Set(stamps)].sort((a, b) => (a < b ? -1 : 1));
  return ascending.map(stamp => Number(stamp - ascending[0]!));
}

/** From each to the next, in nanoseconds. */
function gapsOf(stamps: readonly UnixTime[]): readonly number[] {
  const since = sinceFirst(stamps);
  return since.slice(1).map((at, i) => at - since[i]!);
}

/** Whether all gaps are equal, apart from rounding. */
function areAlike(gaps: readonly number[]): boolean {
  return Math.max(...gaps) - Math.min(...gaps) <= 2 * ROUNDING * gaps.length;
}

/** A tick that divides the second, beginning with it. */
function tickOfTheSecond(stamps: readonly UnixTime[], ours: readonly UnixTime[], atLeast: Seconds): Seconds {
  const fractions = fractionsOf(stamps);
  const [ourFractions, ourPlaces] = [fractionsOf(ours), sinceFirst(ours)];
  const fits = (perSecond: number, tries: number) => {
    const tick = SECOND / perSecond;
    if (!onGrid(fractions, tick, OFF_GRID) || onGrid(ourFractions, tick, OFF_GRID)) return false;
    // Regular requests add no evidence: they count as one.
    const count = onGrid(ourPlaces, tick, OFF_GRID) ? 1 : stamps.length;
    return !mayBeChance({ count, tick, off: offGrid(fractions, tick), unit: MICROSECOND, tries });
  };
  const usual = USUAL.find(perSecond => fits(perSecond, 1));
  const weight = usual !== undefined && 1 / usual >= atLeast ? 1 / usual : 0;
  // A finer clock stays on the coarser grid only where the requests do.
  const strayed = (perSecond: number) =>
    offGrid(ourPlaces, SECOND / perSecond) > (STRAYED * SECOND) / (usual ?? FINEST);
  const finest = Math.min(usual ?? Infinity, stamps.length === 1 ? FINEST_OF_ONE : FINEST);
  for (let perSecond = 2; perSecond <= finest; perSecond++) {
    if (!fits(perSecond, perSecond)) continue;
    if (UNUSUAL / perSecond > weight || strayed(perSecond)) return 1 / perSecond;
  }
  return usual === undefined ? 0 : 1 / usual;
}

/** A tick that began at any time: the gaps between the stamps are multiples of it, as they are of `unit` anyway. */
function tickOfAnyPhase(stamps: readonly UnixTime[], unit: number): Seconds {
  const since = sinceFirst(stamps);
  // A clock that showed the same twice shows whole seconds, if it shows no fraction that is a rounder one.
  if (since.length === 1) return stamps.length > 1 && unit === MICROSECOND ? 1 : 0;
  const gaps = gapsOf(stamps);
  const least = Math.min(...gaps);
  const rounding = 2 * ROUNDING * (since.at(-1)! / least);
  const fits = (tick: number, count: number, tries: number) =>
    onGrid(since, tick, rounding) && !mayBeChance({ count, tick, off: rounding, unit, tries });
  if (areAlike(gaps)) {
    // The tick may be any part of the gap, but a tick there is.
    const whole = least / Math.max(Math.ceil(least / SECOND), 1);
    return stamps.length > 3 && fits(whole, 1, 1) ? whole / SECOND : 0;
  }
  for (let parts = 1; parts <= (FINEST * least) / SECOND; parts++) {
    const tick = least / parts;
    if (fits(tick, gaps.length - 1, parts)) return tick / SECOND;
  }
  return 0;
}

/** Whether all are within `tolerance` of multiples of the tick. Most are not at the first: a loop is done there. */
function onGrid(places: readonly number[], tick: number, tolerance: number): boolean {
  for (const at of places) if (Math.abs(at - Math.round(at / tick) * tick) > tolerance) return false;
  return true;
}

/** How far the worst of them is from a multiple of the tick; all in nanoseconds. */
function offGrid(places: readonly number[], tick: number): number {
  return places.reduce((worst, at) => Math.max(worst, Math.abs(at - Math.round(at / tick) * tick)), 0);
}

interface Match {
  /** How many stamps lie on the grid independently of each other. */
  readonly count: number;
  /** In nanoseconds. */
  readonly tick: number;
  /** How far the worst stamp is off the grid, in nanoseconds. */
  readonly off: number;
  /** What the stamps are multiples of in any case, in nanoseconds. */
  readonly unit: number;
  /** How many grids were tried. */
  readonly tries: number;
}

/** Whether so many stamps may lie so near to a grid by chance. */
function mayBeChance({ count, tick, off, unit, tries }: Match): boolean {
  const near = (distance: number) => Math.min(distance / tick, 1) ** count;
  return tries * near(2 * Math.max(off, ROUNDING)) > CHANCE || near(unit) > CHANCE_OF_MICROSECONDS;
}
