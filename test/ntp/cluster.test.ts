import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clusterSurvivors, MAXDIST, NMIN, selectionJitter } from '../../src/ntp/cluster.ts';
import { candidate, electorates } from '../support/builders.ts';

const steady = { jitter: 1e-4 };

describe('the order of merit: stratum × MAXDIST + λ', () => {
  test('MAXDIST is 1.5 s and NMIN is 3', () => {
    expect([MAXDIST, NMIN]).toEqual([1.5, 3]);
  });

  test('of one stratum the one of least root distance is the system peer', () => {
    const [near, far, farther] = [candidate(0, 0.01), candidate(0, 0.02), candidate(0, 0.03)];
    expect(clusterSurvivors([farther, near, far])).toEqual({ survivors: [near, far, farther], outliers: [] });
  });

  test('a stratum weighs 1.5 s of root distance', () => {
    const upper = candidate(0, 1.6, { stratum: 1 });
    const lower = candidate(0, 0.05, { stratum: 2 });
    expect(clusterSurvivors([upper, lower]).survivors).toEqual([lower, upper]);
    const better = candidate(0, 1.5, { stratum: 1 });
    expect(clusterSurvivors([lower, better]).survivors).toEqual([better, lower]);
  });

  test('one that is preferred comes first', () => {
    const [best, preferred] = [candidate(0, 0.01, { stratum: 1 }), candidate(0, 0.5, { stratum: 9 })];
    expect(clusterSurvivors([best, preferred], one => one === preferred).survivors).toEqual([
      preferred,
      best,
    ]);
  });
});

describe('casting off', () => {
  test('φ is the RMS of the distances to the others, worked by hand', () => {
    const [a, b, c] = [candidate(0, 1), candidate(3, 1), candidate(4, 1)];
    expect(selectionJitter(a, [a, b, c])).toBeCloseTo(Math.sqrt((9 + 16) / 2), 12);
    expect(selectionJitter(b, [a, b, c])).toBeCloseTo(Math.sqrt((9 + 1) / 2), 12);
    expect(selectionJitter(a, [a])).toBe(0);
  });

  test('the one that scatters most goes, down to NMIN', () => {
    const [a, b, c] = [
      candidate(0, 0.2, steady),
      candidate(0.001, 0.2, steady),
      candidate(0.002, 0.2, steady),
    ];
    const off = candidate(0.1, 0.19, steady);
    expect(clusterSurvivors([off, a, b, c])).toEqual({ survivors: [a, b, c], outliers: [off] });
    expect(clusterSurvivors([off, a, b])).toEqual({ survivors: [off, a, b], outliers: [] });
  });

  test('more stay than are doubtful, so that an honest one is among them', () => {
    const seven = [0, 0.001, 0.002, 0.1, 0.2, 0.3, -0.4].map(offset => candidate(offset, 0.5, steady));
    const staying = (doubtful: number) => clusterSurvivors(seven, undefined, doubtful).survivors.length;
    expect([0, 2, 3, 5].map(staying)).toEqual([3, 3, 4, 6]);
  });

  test('one after the other, the worst first', () => {
    const near = [0, 0.001, 0.002].map(offset => candidate(offset, 0.2, steady));
    const [off, farOff] = [candidate(0.05, 0.2, steady), candidate(-0.1, 0.2, steady)];
    expect(clusterSurvivors([off, ...near, farOff])).toEqual({ survivors: near, outliers: [farOff, off] });
  });

  test('no server goes while the scatter is below the greatest jitter: it may be chance', () => {
    const noisy = [0, 0.001, 0.002, 0.01].map(offset => candidate(offset, 0.2, { jitter: 0.02 }));
    expect(clusterSurvivors(noisy)).toEqual({ survivors: noisy, outliers: [] });
    const offsets = [0, 0.001, 0.002, 0.01];
    const oneNoisy = offsets.map((offset, i) => candidate(offset, 0.2, i === 1 ? { jitter: 0.02 } : steady));
    expect(clusterSurvivors(oneNoisy).outliers).toEqual([]);
    const allSteady = offsets.map(offset => candidate(offset, 0.2, steady));
    expect(clusterSurvivors(allSteady).outliers).toEqual([allSteady[3]]);
  });

  test('the jitter of a server that goes does not keep the others that scatter', () => {
    const near = [0, 0.001, 0.002].map(offset => candidate(offset, 0.2, steady));
    const off = candidate(0.01, 0.2, steady);
    const noisyAndFar = candidate(1, 0.2, { jitter: 0.02 });
    const { survivors, outliers } = clusterSurvivors([...near, off, noisyAndFar]);
    expect({ survivors, outliers }).toEqual({ survivors: near, outliers: [noisyAndFar, off] });
  });

  test('one that is preferred stays, however far off', () => {
    const near = [0, 0.001, 0.002, 0.003].map(offset => candidate(offset, 0.2, steady));
    const off = candidate(0.1, 0.2, steady);
    const { survivors } = clusterSurvivors([...near, off], one => one === off);
    expect(survivors[0]).toBe(off);
  });

  test('of two that scatter alike the one of less merit goes', () => {
    for (const offsets of [
      [-1, -1, 1, 1],
      [1, 1, -1, -1],
    ]) {
      const four = offsets.map((offset, i) => candidate(offset, 2 + i / 10, steady));
      expect(clusterSurvivors(four).outliers).toEqual([four[3]]);
    }
  });

  test('every server is a survivor or an outlier, at least NMIN survive, and the list given is left as it was', () => {
    fc.assert(
      fc.property(electorates(), ({ candidates }) => {
        const before = [...candidates];
        const { survivors, outliers } = clusterSurvivors(candidates);
        expect(candidates).toEqual(before);
        expect(new Set([...survivors, ...outliers])).toEqual(new Set(candidates));
        expect(survivors.length + outliers.length).toBe(candidates.length);
        expect(survivors.length).toBeGreaterThanOrEqual(Math.min(NMIN, candidates.length));
      }),
    );
  });

  test('the survivors scatter less than the noisiest of them jitters, or there are NMIN', () => {
    fc.assert(
      fc.property(electorates(), ({ candidates }) => {
        const { survivors } = clusterSurvivors(candidates);
        fc.pre(survivors.length > NMIN);
        const scatter = Math.max(...survivors.map(one => selectionJitter(one, survivors)));
        expect(scatter).toBeLessThanOrEqual(Math.max(...survivors.map(one => one.jitter)) * (1 + 1e-9));
      }),
    );
  });

  test('ten thousand servers are clustered', () => {
    const many = Array.from({ length: 10_000 }, (_, i) =>
      candidate(Math.sin(i) * 1e-3, 0.01 + i * 1e-6, steady),
    );
    const { survivors, outliers } = clusterSurvivors(many);
    expect(survivors.length + outliers.length).toBe(10_000);
    const offsets = survivors.map(one => one.offset);
    expect(Math.max(...offsets) - Math.min(...offsets)).toBeLessThan(1e-3);
  });
});
