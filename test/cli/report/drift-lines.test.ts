// The screens of `drift show` and the rows of `status`, as they are for a week of hourly runs.

import { describe, expect, test } from 'vitest';
import { driftLines } from '../../../src/cli/report/drift-lines.ts';
import type { DriftHistoryEntry } from '../../../src/ntp/drift/drift-state.ts';
import { add } from '../../../src/ntp/time.ts';
import type { MachineDrift } from '../../../src/pipeline/machine-drift.ts';
import { BEGINNING } from '../../support/world.ts';

/** A first correction of 2 s, then a daily rhythm; the rate is set from the third run on. */
const history: readonly DriftHistoryEntry[] = Array.from({ length: 169 }, (_, i) => ({
  at: add(BEGINNING, 3600 * i),
  offset: i === 0 ? 2 : 4e-4 * Math.sin((2 * Math.PI * i) / 24),
  frequency: i < 2 ? 0 : 37.4 + 0.1 * Math.cos((2 * Math.PI * i) / 24),
}));
const KNOWN: MachineDrift = {
  rate: { frequency: 37.5, sigma: 0.021, from: 'this-boot', wander: 0.03, dailyAmplitude: 0.312 },
  runs: 169,
  boots: [
    { frequency: 36.9, sigma: 0.1, runs: 100 },
    { frequency: -3, sigma: 20, runs: 0 },
  ],
  kernel: { frequency: 37.412, tick: 10_000 },
  set: { frequency: 37.412, tick: 10_000, at: '2026-11-28T00:00:00.000000001Z' },
  found: { frequency: 0, tick: 10_000 },
  interval: 3600,
  expectedError: 4.1e-4,
  history,
  directory: '/var/lib/tsntp',
  noMemoryIn: [],
  warnings: [],
};
const terminal = { blocks: true, width: 120 };

test('drift show on a terminal of 120 columns', () => {
  expect(`\n${driftLines(KNOWN, terminal)}`).toBe(`
rate:           loses 3.24 s a day (37.5 ppm); the kernel makes up for it
uncertainty:    ± 0.021 ppm
wander:         0.030 ppm in an hour
daily rhythm:   ± 0.312 ppm
samples:        169 of this boot, the last run at 2026-11-28T00:00Z
earlier boots:  loses 36.9 ppm, gains 3.000 ppm (imported)
kernel:         +37.412 ppm, set by tsntp at 2026-11-28T00:00:00Z; before tsntp it was +0.000 ppm
expected error: ± 0.410 ms until the next run (every 60 min)
corrections:    ^███▆▂▁▁▂▆███▅▂▁▁▃▆██▇▄▁▁▁▄▇██▆▃▁▁▂▅███▅▂▁▁▃▆██▇▅▁▁▁▃▇██▇▃▁▁▁▄  -0.400 ms to +0.400 ms, ^ +2.000 s
rate set:       v█▅▂▁▁▃▆██▇▅▁▁▁▃▇██▇▃▁▁▁▄███▆▂▁▁▂▆███▅▁▁▁▃▇██▇▃▁▁▁▄▇██▆▃▁▁▂▅██  +37.300 ppm to +37.500 ppm, v +0.000 ppm
shown:          2026-11-21T00:00Z to 2026-11-28T00:00Z
memory:         /var/lib/tsntp
`);
});

test('drift show in a pipe: ASCII alone in the sparklines, and long lines as they are', () => {
  const text = driftLines(KNOWN, { blocks: false, width: undefined });
  expect(text).not.toMatch(/[▁▂▃▄▅▆▇█]/u);
  expect(text).toMatch(/^corrections: +\^[.:\-=+*#@]+ {2}-0\.400 ms to \+0\.400 ms, \^ \+\S+ s$/m);
});

test.each([40, 60, 80, 120])('drift show in %i columns: no line is wider, and nothing is lost', width => {
  const gate = { kind: 'another-service', services: ['chronyd'] } as const;
  const text = driftLines({ ...KNOWN, gate }, { blocks: true, width });
  expect(text.split('\n').filter(line => [...line].length > width)).toEqual([]);
  const words = text.replaceAll(/\s+/g, ' ');
  for (const part of ['the kernel makes up for it', '+0.400 ms', 'chronyd also', '/var/lib/tsntp'])
    expect(words).toContain(part);
});

describe('the rate of a clock in words', () => {
  const rateOf = (changes: Partial<MachineDrift>) =>
    /^rate: +(.*)$/m.exec(driftLines({ ...KNOWN, ...changes }, { ...terminal, width: undefined }))?.[1];
  const rate = KNOWN.rate!;
  const { kernel: _, set: __, rate: ___, ...silent } = KNOWN;

  test.each<[string, Partial<MachineDrift>, string]>([
    [
      'a gain',
      { rate: { ...rate, frequency: -37.5 }, kernel: { frequency: -37.4, tick: 10_000 } },
      'gains 3.24 s a day (37.5 ppm); the kernel makes up for it',
    ],
    [
      'nothing done',
      { kernel: { frequency: 0, tick: 10_000 } },
      'loses 3.24 s a day (37.5 ppm); nothing makes up for it',
    ],
    [
      'the opposite sign',
      { kernel: { frequency: -37.5, tick: 10_000 } },
      'loses 3.24 s a day (37.5 ppm); but the kernel corrects its rate by -37.500 ppm',
    ],
    [
      'by the tick',
      { rate: { ...rate, frequency: 1234 }, kernel: { frequency: 34, tick: 10_012 } },
      'loses 106.62 s a day (1234.0 ppm); the kernel makes up for it',
    ],
    [
      'a good clock',
      { rate: { ...rate, frequency: 0.05 }, kernel: { frequency: 0, tick: 10_000 } },
      'loses 4.32 ms a day (0.050 ppm), which needs no correction',
    ],
    [
      'a perfect clock',
      { rate: { ...rate, frequency: 0 }, kernel: { frequency: 0, tick: 10_000 } },
      'neither loses nor gains (0 ppm), which needs no correction',
    ],
    [
      'an earlier boot',
      { rate: { frequency: 37.5, sigma: 20, from: 'earlier-boots' } },
      'loses 3.24 s a day (37.5 ppm) according to earlier boots; not yet measured in this boot',
    ],
    [
      'an imported file alone',
      {
        rate: { frequency: 37.5, sigma: 20, from: 'earlier-boots' },
        boots: [{ frequency: 37.5, sigma: 20, runs: 0 }],
      },
      'loses 3.24 s a day (37.5 ppm) according to the imported drift file; not yet measured in this boot',
    ],
  ])('%s', (_, changes, words) => {
    expect(rateOf(changes)).toBe(words);
  });

  test('of what nothing has made up for so far', () => {
    const never = driftLines({ ...silent, rate, kernel: { frequency: 0, tick: 10_000 } }, terminal);
    expect(never).toMatch(/^rate: .*; nothing makes up for it yet$/m);
  });

  test('of a rate that is no more than a hint', () => {
    const hint = { frequency: 37.5, sigma: 20, from: 'earlier-boots' } as const;
    expect(driftLines({ ...KNOWN, rate: hint }, terminal)).toMatch(
      /^uncertainty: +± 20 ppm \(not measured in this boot\)$/m,
    );
  });

  test('of what is not known', () => {
    expect(driftLines({ ...silent, rate }, terminal)).toMatch(/what the kernel does about it is not known$/m);
    const nothing = { ...silent, runs: 0, boots: [], history: [], noMemoryIn: ['/a', '/b'] };
    const { directory: _, ...unknown } = nothing;
    expect(driftLines(unknown, terminal)).toMatch(
      /^rate: +unknown: it takes two runs.*^memory: +none in \/a, \/b$/ms,
    );
  });

  test('of a rate that another program has changed since', () => {
    const text = driftLines(
      { ...KNOWN, kernel: { frequency: 12, tick: 10_000 } },
      { ...terminal, width: undefined },
    );
    expect(text).toMatch(
      /^kernel: +\+12\.000 ppm, set by another program after tsntp set \+37\.412 ppm at 2026-11-28T00:00:00Z; before tsntp it was \+0\.000 ppm$/m,
    );
  });
});
