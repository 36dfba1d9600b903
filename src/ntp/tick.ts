// The timestamps of one server → the tick of its clock, if they reveal one: whole seconds, hundredths, 15.6 ms,
// regardless of its precision field. Every tick whose grid contains all timestamps is a hypothesis; the grid starts at
// the second or at any phase. The alternative is a fine clock whose timestamps lie on a grid by chance, which is
// likelier if our own requests were regular. A tick is accepted only if chance is ruled out; Bayes' rule chooses among
// ticks.

import type { Seconds, UnixTime } from './time.ts';

/** The tick of a clock in seconds; 0 if it is too fine to matter. */
export interface Tick {
  readonly likeliest: Seconds;
  /** The longest plausible tick, to be used in bounds. */
  readonly longest: Seconds;
}

/** Known tick rates of clocks in Hz: 1, 100, and 1000, finer decimals, 64 (Windows), 60, 250, and 1024. */
const USUAL = [1, 60, 64, 100, 250, 1000, 1024, 10_000, 100_000];
/** The share of clocks with an unusual tick, relative to a usual one; the prior for N Hz is one of N such numbers. */
const UNUSUAL = 0.2;
/** The highest rate in Hz at which unusual ticks are tried. */
const FINEST = 1024;
/** A single timestamp lies on fine grids by chance too often: for one, unusual ticks above this rate are not tried. */
const FINEST_OF_ONE = 100;
/** The share of clocks out of phase with the second whose phase is as round as the timestamps of other clocks. */
const ROUND_PHASE = 1.5e-4;
/**
 * The share of clocks, per ns, whose timestamps are some ns off their grid because of a careless conversion to 2^-32 s.
 */
const CARELESS = 1e-3;
/** Ticks remain plausible down to these odds against the likeliest. */
const PLAUSIBLE = 1e-3;
/**
 * The accepted probability that a fine clock's timestamps look like a tick; for microsecond resolution, within a single
 * timestamp.
 */
const CHANCE = 2e-5;
const CHANCE_OF_ONE = 1e-3;
/** All in nanoseconds: a second, the distance from the grid after a careless conversion, and after rounding. */
const SECOND = 1e9;
const OFF_GRID = 100;
const ROUNDING = 1;
/** Units of fine clocks in nanoseconds; their timestamps lie on a grid more often. */
const FINE_UNITS = [1e3, SECOND / 2 ** 20];

/**
 * The tick of the clock that produced `stamps`, which must not be empty. A tick below `atLeast` barely explains the
 * disagreement between samples. `ours` are our own timestamps of the same exchanges: if they are as regular, the
 * requests caused the regularity, not the clock.
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

/** A tick whose grid contains all timestamps. */
interface Hypothesis {
  /** In nanoseconds. */
  readonly tick: number;
  /** The likelihood of such a clock producing these timestamps. */
  readonly weight: number;
  /** Whether a fine clock is unlikely to produce these timestamps. */
  readonly revealed: () => boolean;
}

/**
 * Timestamps in nanoseconds: since the start of their second (`fractions`), and since the earliest one, ascending and
 * unique (`places`).
 */
interface Seen {
  readonly fractions: readonly number[];
  readonly places: readonly number[];
  readonly ourFractions: readonly number[];
  /** In order of arrival. */
  readonly ourPlaces: readonly number[];
  /** The unit of a fine clock's timestamps, at least the rounding error. */
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

/** All rates in Hz up to the finest at which unusual ticks are tried, and the usual ones above. */
function ratesTo(finest: number): readonly number[] {
  return [...Array(finest).keys()].map(n => n + 1).concat(USUAL.filter(perSecond => perSecond > finest));
}

/** Ticks that divide the second. A single timestamp can only reveal ticks in phase with the second. */
function evenTicks(seen: Seen): readonly Hypothesis[] {
  const alone = seen.fractions.length === 1;
  const [places, numbers] = alone ? [seen.fractions, ratesTo(FINEST_OF_ONE)] : [seen.places, ratesTo(FINEST)];
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

/** A tick in phase with the second; `place` is the probability of the first timestamp's position. */
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

/**
 * A tick that does not divide the second: a fraction of the smallest gap, or, if all gaps are equal, up to one second.
 */
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
 * The probability that a fine clock's timestamps lie within `width` of a grid of any phase, not counting those it was
 * `fitted` to. A timestamp is equally likely at every instant over which our requests spread within a tick.
 */
function chanceOfGaps({ ourPlaces }: Seen, tick: number, width: number, fitted = 0): number {
  const within = ourPlaces.map(at => at % tick).sort((a, b) => a - b);
  const steps = within.map((at, i) => (within[i + 1] ?? within[0]! + tick) - at);
  const spread = tick - Math.max(...steps);
  const independent = steps.filter(step => step > OFF_GRID).length - 1 - fitted;
  return Math.min(width / spread, 1) ** Math.max(independent, 0);
}

/** The largest distance from a multiple of the tick, or the first that exceeds `enough`, in nanoseconds. */
function offGrid(places: readonly number[], tick: number, enough = Infinity): number {
  let worst = 0;
  for (const at of places) {
    worst = Math.max(worst, Math.abs(at - Math.round(at / tick) * tick));
    if (worst > enough) return worst;
  }
  return worst;
}

/** Rates in Hz of which every usual coarse tick is a multiple. */
const COARSE_RATES = [1000, 64, 60, 1024];

/** Whether a single timestamp may be of a clock with a coarse tick: a quick test, which few timestamps of fine clocks pass. */
export function mayBeCoarse(stamp: UnixTime): boolean {
  const fraction = Number(BigInt.asUintN(64, stamp) % 1_000_000_000n);
  return COARSE_RATES.some(rate => {
    const ticks = (fraction * rate) / SECOND;
    return (Math.abs(ticks - Math.round(ticks)) / rate) * SECOND <= 2 * OFF_GRID;
  });
}
