// Time stamps of one server → the tick of its clock, where they reveal it: whole seconds, hundredths, 15.6 ms, whatever its
// precision byte says. Each tick on whose grid all stamps lie is a hypothesis: the grid begins with the second, or at any
// phase. A fine clock is the other: its stamps lie on a grid by chance, which our own requests make likelier where they
// are regular themselves. What may be chance is no tick; among ticks, Bayes' rule decides.

import type { Seconds, UnixTime } from './time.ts';

/** The tick of a clock, 0 where it is too fine to matter. */
export interface Tick {
  readonly likeliest: Seconds;
  /** The longest that is plausible: the one for a bound. */
  readonly longest: Seconds;
}

/** Ticks per second that clocks are known to have: 1, 100 and 1000 Hz, finer decimals, 64 Hz (Windows), 60, 250 and 1024 Hz. */
const USUAL = [1, 60, 64, 100, 250, 1000, 1024, 10_000, 100_000];
/** The share of clocks with any other tick, against a usual one; N ticks per second are one of N such numbers. */
const UNUSUAL = 0.2;
/** The most ticks per second at which unusual ticks are tried. */
const FINEST = 1024;
const EVERY = Array.from({ length: FINEST }, (_, i) => i + 1).concat(
  USUAL.filter(perSecond => perSecond > FINEST),
);
/** One stamp alone lies on fine grids by chance too often: no unusual ones that are finer than this are tried. */
const FINEST_OF_ONE = 100;
const OF_ONE = EVERY.filter(perSecond => perSecond <= FINEST_OF_ONE || USUAL.includes(perSecond));
/** The share of clocks out of phase with the second that are so by a number as round as others' stamps. */
const ROUND_PHASE = 1.5e-4;
/** The share of clocks whose stamps are some ns off their grid, by a careless conversion to 2^-32 s, per ns. */
const CARELESS = 1e-3;
/** Ticks are plausible down to these odds against the likeliest. */
const PLAUSIBLE = 1e-3;
/** The accepted chance that stamps of a fine clock look like a tick; of one that shows microseconds, in one stamp alone. */
const CHANCE = 2e-5;
const CHANCE_OF_ONE = 1e-3;
/** All in nanoseconds: a second, how far a careless conversion puts a stamp off its grid, and how far rounding does. */
const SECOND = 1e9;
const OFF_GRID = 100;
const ROUNDING = 1;
/** What fine clocks count in, in nanoseconds: their stamps lie on a grid more often. */
const FINE_UNITS = [1e3, SECOND / 2 ** 20];

/**
 * The tick of the clock that gave these stamps, of which there is at least one. A tick below `atLeast` hardly explains
 * how the samples disagree. `ours` are our own stamps of the same exchanges: where they are as regular, so were the
 * requests, and not the clock.
 */
export function inferTick(stamps: readonly UnixTime[], ours: readonly UnixTime[], atLeast: Seconds): Tick {
  const seen = look(stamps, ours);
  const ticks = [...evenTicks(seen), ...oddTick(seen)];
  if (!ticks.some(({ revealed }) => revealed())) return { likeliest: 0, longest: 0 };
  const weigh = ({ tick, weight }: Hypothesis) =>
    weight * Math.max(1 - (atLeast * SECOND) / tick, PLAUSIBLE ** 2);
  const best = ticks.reduce((a, b) => (weigh(b) > weigh(a) ? b : a));
  const plausible = ticks.filter(one => weigh(one) >= PLAUSIBLE * weigh(best));
  return { likeliest: best.tick / SECOND, longest: Math.max(...plausible.map(({ tick }) => tick)) / SECOND };
}

/** A tick on whose grid all stamps lie. */
interface Hypothesis {
  /** In nanoseconds. */
  readonly tick: number;
  /** How likely such a clock is, and these stamps of it. */
  readonly weight: number;
  /** Whether a fine clock hardly gives such stamps. */
  readonly revealed: () => boolean;
}

/** Stamps in nanoseconds, since the second began (`fractions`) and since the earliest, ascending, each once (`places`). */
interface Seen {
  readonly fractions: readonly number[];
  readonly places: readonly number[];
  readonly ourFractions: readonly number[];
  /** In order of arrival. */
  readonly ourPlaces: readonly number[];
  /** What a fine clock's stamps may be multiples of, at least what rounding leaves of them. */
  readonly unit: number;
}

function look(stamps: readonly UnixTime[], ours: readonly UnixTime[]): Seen {
  const fractions = fractionsOf(stamps);
  return {
    fractions,
    places: [...new Set(placesOf(stamps))].sort((a, b) => a - b),
    ourFractions: fractionsOf(ours),
    ourPlaces: placesOf(ours),
    unit: FINE_UNITS.find(unit => offGrid(fractions, unit) <= ROUNDING) ?? 2 * ROUNDING,
  };
}

function fractionsOf(stamps: readonly UnixTime[]): readonly number[] {
  return stamps.map(stamp => Number(BigInt.asUintN(64, stamp) % BigInt(SECOND)));
}

function placesOf(stamps: readonly UnixTime[]): readonly number[] {
  const earliest = stamps.reduce((least, stamp) => (stamp < least ? stamp : least));
  return stamps.map(stamp => Number(stamp - earliest));
}

/** Ticks that divide the second. One stamp alone shows those of no phase but the second's. */
function evenTicks(seen: Seen): readonly Hypothesis[] {
  const alone = seen.fractions.length === 1;
  const [places, numbers] = alone ? [seen.fractions, OF_ONE] : [seen.places, EVERY];
  const fitting = numbers.filter(
    perSecond => offGrid(places, SECOND / perSecond, 2 * OFF_GRID) <= 2 * OFF_GRID,
  );
  const aligned = fitting.flatMap(perSecond => alignedTick(seen, perSecond, alone));
  if (alone) return aligned;
  const roundest = Math.max(0, ...aligned.map(({ place }) => place));
  const place = Math.max((2 * ROUNDING) / SECOND, ROUND_PHASE * roundest);
  const width = Math.max(2 * ROUNDING, seen.unit);
  const free = fitting.flatMap(perSecond => {
    const tick = SECOND / perSecond;
    if (offGrid(seen.places, tick) > 2 * ROUNDING) return [];
    const revealed = () => triesOf(perSecond) * chanceOfGaps(seen, tick, width) <= CHANCE;
    return { tick, weight: shareOf(perSecond) * place, revealed };
  });
  return [...aligned, ...free];
}

/** The tick that begins with the second; `place` is how likely its first stamp is where it is. */
function alignedTick(
  seen: Seen,
  perSecond: number,
  alone: boolean,
): readonly (Hypothesis & { place: number })[] {
  const tick = SECOND / perSecond;
  const off = offGrid(seen.fractions, tick, OFF_GRID);
  if (off > OFF_GRID || offGrid(seen.ourFractions, tick, OFF_GRID) <= OFF_GRID) return [];
  const width = Math.max(2 * off, seen.unit);
  const ofFirst = triesOf(perSecond) * Math.min(width / tick, 1);
  const place = (off > 2 * ROUNDING ? CARELESS : 1) / perSecond;
  const accepted = alone && seen.unit > 2 * ROUNDING ? CHANCE_OF_ONE : CHANCE;
  const revealed = () => ofFirst * chanceOfGaps(seen, tick, width) <= accepted;
  return [{ tick, weight: shareOf(perSecond) * place, revealed, place }];
}

function shareOf(perSecond: number): number {
  return USUAL.includes(perSecond) ? 1 : UNUSUAL / perSecond;
}

function triesOf(perSecond: number): number {
  return USUAL.includes(perSecond) ? 1 : perSecond;
}

/** A tick that does not divide the second: a part of the least gap, or up to a second of it where all gaps are alike. */
function oddTick(seen: Seen): readonly Hypothesis[] {
  const { places, unit } = seen;
  if (places.length < 3) return [];
  const least = Math.min(...places.slice(1).map((at, i) => at - places[i]!));
  const rounding = 2 * ROUNDING * (places.at(-1)! / least);
  for (let parts = Math.ceil(least / SECOND); parts <= (FINEST * least) / SECOND; parts++) {
    const tick = least / parts;
    if (offGrid(places, tick, rounding) > rounding) continue;
    const chance = parts * chanceOfGaps(seen, tick, Math.max(2 * rounding, unit), 1);
    const weight = (UNUSUAL * tick * 2 * ROUNDING) / SECOND ** 2;
    if (chance <= CHANCE) return [{ tick, weight, revealed: () => true }];
  }
  return [];
}

/**
 * The chance that a fine clock's stamps lie within `width` of a grid of any phase, less those that it was `fitted` to: in
 * any instant of what our requests spread over within a tick, a stamp is as likely as in another.
 */
function chanceOfGaps({ ourPlaces }: Seen, tick: number, width: number, fitted = 0): number {
  const within = ourPlaces.map(at => at % tick).sort((a, b) => a - b);
  const steps = within.map((at, i) => (within[i + 1] ?? within[0]! + tick) - at);
  const spread = tick - Math.max(...steps);
  const independent = steps.filter(step => step > OFF_GRID).length - 1 - fitted;
  return Math.min(width / spread, 1) ** Math.max(independent, 0);
}

/** How far the worst of them is from a multiple of the tick, or the first that is farther than `enough`; all in nanoseconds. */
function offGrid(places: readonly number[], tick: number, enough = Infinity): number {
  let worst = 0;
  for (const at of places) {
    worst = Math.max(worst, Math.abs(at - Math.round(at / tick) * tick));
    if (worst > enough) return worst;
  }
  return worst;
}
