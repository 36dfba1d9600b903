// What it costs that a rate is unknown: simulated bursts over the paths of the bench, from fixed seeds.

import { expect, test } from 'vitest';
import { estimatePeer } from '../../src/ntp/filter.ts';
import type { Exchange } from '../../src/ntp/pairing.ts';
import { likelyRate, MAXFREQ, UNKNOWN_RATE } from '../../src/ntp/rate.ts';
import { add, difference, type Seconds } from '../../src/ntp/time.ts';
import { NOW, sampleOf } from '../support/builders.ts';
import { exponential, seeded } from '../support/world/random.ts';

interface Path {
  readonly base: Seconds;
  readonly queue: Seconds;
  readonly spacing: Seconds;
}

const LAN: Path = { base: 100e-6, queue: 20e-6, spacing: 0.1 };
const SLOW_LAN: Path = { ...LAN, spacing: 2 };
const WAN: Path = { base: 0.01, queue: 0.002, spacing: 2 };

/** A burst of four at this rate, and the true offset when the last reply came. */
function burst({ base, queue, spacing }: Path, seed: number, rate: number) {
  const random = seeded(seed);
  const samples = [0, 1, 2, 3].map(i => {
    const forward = base + exponential(queue, random);
    const backward = base + exponential(queue, random);
    const sent = spacing * i + 1e-3 * random();
    const offset = rate * (sent + forward);
    return sampleOf({ t1: add(NOW, sent), offset, forward, backward, kept: 1e-5 });
  });
  return { samples, truth: rate * difference(samples.at(-1)!.t4, NOW) };
}

/** The error of each way to estimate, median and 90th percentile of many bursts. */
function errors(path: Path, size: number) {
  const ways = { known: [] as number[], unknown: [] as number[], least: [] as number[] };
  for (let seed = 1; seed <= 600; seed++) {
    const rate = seed % 2 ? size : -size;
    const { samples, truth } = burst(path, seed, rate);
    const add = (errors: number[], terms: Parameters<typeof estimatePeer>[1]) => {
      const estimate = estimatePeer(samples, terms);
      if ('kind' in estimate) throw new Error(`inconsistent by ${estimate.by} s`);
      errors.push(Math.abs(estimate.offset - truth));
    };
    add(ways.known, { rate: { rate, uncertainty: 0 } });
    add(ways.unknown, {});
    add(ways.least, { estimator: 'least-delay' });
  }
  const quantile = (values: number[], share: number) =>
    values.toSorted((a, b) => a - b)[Math.floor(share * values.length)]!;
  const figures = (values: number[]) => ({ median: quantile(values, 0.5), p90: quantile(values, 0.9) });
  return { known: figures(ways.known), unknown: figures(ways.unknown), least: figures(ways.least) };
}

const cases = [
  ...Object.entries({ LAN, WAN }).flatMap(([name, path]) =>
    [0, 20, 60, 78, 100, 300, 500].map(ppm => [name, ppm, path] as const),
  ),
  ...[0, 5, 78].map(ppm => ['LAN, 2 s apart', ppm, SLOW_LAN] as const),
];

test.each(cases)(
  '%s, %d ppm: a known rate costs nothing, an unknown one less than any that is ignored',
  (_, ppm, path) => {
    const steady = errors(path, 0);
    const { known, unknown, least } = errors(path, ppm * 1e-6);
    expect(known.median / steady.known.median).toBeCloseTo(1, 1);
    // Fitting costs three times where all rates weigh alike; as those near 0 weigh more, it is more where one is hard to tell from 0.
    expect(unknown.median).toBeLessThan(5.5 * known.median);
    expect(unknown.p90).toBeLessThan(4 * known.p90);
    expect(unknown.median).toBeLessThan(least.median);
    expect(unknown.p90).toBeLessThan(least.p90);
  },
);

test.each(Object.entries({ LAN, WAN }))(
  '%s: where the clocks keep pace, next to nothing is lost',
  (_, path) => {
    const { known, unknown } = errors(path, 0);
    expect(unknown.median).toBeLessThan(1.15 * known.median);
    expect(unknown.p90).toBeLessThan(1.2 * known.p90);
  },
);

test.each([-400e-6, 0, 78e-6])('samples that show a rate of %f plainly are believed', rate => {
  const exchanges = [0, 1, 2, 3, 4].map((i): Exchange => {
    const [sent, received] = [2 * i - 8, 2 * i - 8 + 2e-4];
    const [there, back] = [1e-6 * Math.sin(i) ** 2, 1e-6 * Math.cos(i) ** 2];
    return { sent, received, most: rate * sent + 1e-4 + there, least: rate * received - 1e-4 - back };
  });
  expect(Math.abs(likelyRate(exchanges, UNKNOWN_RATE, 1e-7) - rate)).toBeLessThan(0.5e-6);
});

test('a rate shows through congestion in one direction', () => {
  const rate = 1e-4;
  const misses = Array.from({ length: 300 }, (_, seed) => {
    const random = seeded(seed + 1);
    const exchanges = [0, 1, 2, 3, 4, 5, 6, 7].map((i): Exchange => {
      const at = 2 * i - 14;
      const congestion = i > 1 && i < 5 ? 0.01 + 0.02 * random() : 0;
      const most = rate * at + exponential(5e-4, random) + congestion;
      return { sent: at, received: at, most, least: rate * at - exponential(5e-4, random) };
    });
    return Math.abs(likelyRate(exchanges, UNKNOWN_RATE, 1e-6) - rate);
  });
  expect(misses.toSorted((a, b) => a - b)[150]).toBeLessThan(1.2e-5);
});

test('one sample tells nothing of a rate: what was known stays', () => {
  const one = { sent: -1, received: -0.9, most: 0.1, least: 0 };
  expect(likelyRate([one], { rate: 5e-5, uncertainty: MAXFREQ }, 1e-6)).toBe(5e-5);
});

test('what is known for sure is not looked for', () => {
  const exchanges = [-2, 0].map(sent => ({ sent, received: sent, most: 1e-3 * sent, least: 1e-3 * sent }));
  expect(likelyRate(exchanges, { rate: 1e-5, uncertainty: 0 }, 1e-6)).toBe(1e-5);
  expect(likelyRate(exchanges, { rate: 1e-5, uncertainty: 1e-6 }, 1e-6)).toBeLessThan(1.2e-5);
});
