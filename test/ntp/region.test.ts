// Servers whose clocks show less than their precision byte says, in simulated bursts from fixed seeds: whatever the tick,
// its phase and the stamps it cuts, the bound covers the truth wherever the stamps reveal it.

import { describe, expect, test } from 'vitest';
import { estimatePeer } from '../../src/ntp/filter.ts';
import { MAXFREQ } from '../../src/ntp/rate.ts';
import type { Sample } from '../../src/ntp/sample.ts';
import { inferTick } from '../../src/ntp/tick.ts';
import {
  add,
  difference,
  type Seconds,
  toNtpTimestamp,
  toUnixTime,
  type UnixTime,
  unixTimeOf,
} from '../../src/ntp/time.ts';
import { NOW, sampleOf, ticked } from '../support/builders.ts';
import { exponential, seeded } from '../support/world/random.ts';

type Random = () => number;

const TICKS = [
  1,
  0.5,
  0.1,
  0.05,
  0.054_925,
  0.02,
  1 / 60,
  1 / 64,
  0.015_600_1,
  0.01,
  0.004,
  1 / 300,
  0.001,
  1e-4,
];
const SPACINGS = [0.05, 0.1, 2];

/** When the requests leave: timers are late by a part of a millisecond or more. */
function departures(n: number, spacing: Seconds, random: Random): readonly Seconds[] {
  let at = random();
  return Array.from({ length: n }, () => {
    const sent = at;
    at += spacing + 2e-4 + exponential(5e-4, random);
    return sent;
  });
}

interface World {
  readonly tick: Seconds;
  readonly phase: Seconds;
  readonly cuts: 'both' | 'receive' | 'transmit';
  readonly n: number;
  readonly spacing: Seconds;
}

/** What is estimated of such a server, and the true offset. */
function burst({ tick, phase, cuts, n, spacing }: World, random: Random) {
  const ahead = 20 * random() - 10;
  const rate = MAXFREQ * (2 * random() - 1) * (random() < 0.5 ? 0.1 : 1);
  const samples = departures(n, spacing, random).map((sent): Sample => {
    const forward = 1e-4 + exponential(5e-5, random);
    const course = {
      t1: add(NOW, sent),
      offset: ahead + rate * (sent + forward),
      forward,
      backward: 1e-4 + exponential(5e-5, random),
      kept: 5e-5 * random(),
    };
    const sample = sampleOf(course, { rootDelay: 0, rootDispersion: 0 });
    const cut = (time: UnixTime) => ticked(time, tick, phase);
    const { t2, t3 } = sample;
    return { ...sample, t2: cuts === 'transmit' ? t2 : cut(t2), t3: cuts === 'receive' ? t3 : cut(t3) };
  });
  return { samples, truth: ahead + rate * difference(samples.at(-1)!.t4, NOW) };
}

/** Whether the stamps of that many samples can tell of such a grid. */
function reveals({ tick, phase, n }: World): boolean {
  const divides = Math.abs(1 / tick - Math.round(1 / tick)) < 1e-6;
  if (!divides) return n >= 5;
  return n >= (phase === 0 ? 2 : 3) || [1, 0.01, 1 / 60, 1 / 64].includes(tick);
}

describe.each(TICKS)('a tick of %f s', tick => {
  test('the bound covers the truth, and no server is dropped', () => {
    const random = seeded(Math.round(tick * 1e9));
    const missed: unknown[] = [];
    let worlds = 0;
    for (let i = 0; i < RUNS; i++) {
      const world: World = {
        tick,
        phase: i % 2 ? 0 : tick * random(),
        cuts: (['both', 'receive', 'transmit'] as const)[i % 3]!,
        n: 2 + Math.floor(15 * random()),
        spacing: SPACINGS[Math.floor(3 * random())]!,
      };
      const { samples, truth } = burst(world, random);
      const estimate = estimatePeer(samples);
      if ('kind' in estimate) {
        missed.push({ ...world, ...estimate });
        continue;
      }
      if (!reveals(world)) continue;
      worlds++;
      const error = Math.abs(estimate.offset - truth);
      if (error > estimate.rootDistance) missed.push({ ...world, error, bound: estimate.rootDistance });
    }
    expect(missed.length, JSON.stringify(missed.slice(0, 12), null, 0)).toBeLessThanOrEqual(worlds / 1000);
  });
});
const RUNS = 600;

test('whole seconds that begin with the second are covered in one sample', () => {
  const random = seeded(1);
  for (let i = 0; i < 300; i++) {
    const { samples, truth } = burst({ tick: 1, phase: 0, cuts: 'both', n: 1, spacing: 1 }, random);
    const estimate = estimatePeer(samples);
    if ('kind' in estimate) throw new Error('dropped');
    expect(Math.abs(estimate.offset - truth)).toBeLessThanOrEqual(estimate.rootDistance);
  }
});

describe('a fine clock has no tick', () => {
  const fine: readonly [name: string, least: number, shows: (ns: number) => number][] = [
    ['nanoseconds', 1, ns => ns],
    ['microseconds', 2, ns => Math.floor(ns / 1000) * 1000],
    ['2^-20 s', 2, ns => Math.round((Math.floor((ns * 2 ** 20) / 1e9) * 1e9) / 2 ** 20)],
  ];
  test.each(fine)('of %s', (_, least, shows) => {
    const random = seeded(20_261_121);
    const second = NOW - (NOW % 1_000_000_000n);
    const wrong: unknown[] = [];
    for (let i = 0; i < FINE; i++) {
      const n = least + Math.floor((17 - least) * random());
      const way = 0.1 * random();
      const sent = departures(n, SPACINGS[i % 3]!, random);
      const ours = sent.map(at => add(NOW, at));
      const theirs = sent.map(at => {
        const shown = shows(Math.round((at + way + exponential(2e-5, random)) * 1e9));
        const stamp = unixTimeOf(second + BigInt(shown));
        return i % 2 ? stamp : toUnixTime(toNtpTimestamp(stamp), stamp);
      });
      const { longest } = inferTick(theirs, ours, 0);
      if (longest !== 0) wrong.push([n, SPACINGS[i % 3], longest, theirs.map(t => Number(t - second))]);
    }
    expect(wrong.length, JSON.stringify(wrong.slice(0, 10))).toBe(0);
  });
});
const FINE = 100_000;
