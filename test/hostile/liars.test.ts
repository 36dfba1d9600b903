// Lying servers among honest ones: a strict majority is accepted, anything less yields no result, and the printed bound
// covers the true offset whenever most servers are honest.

import { describe, expect, test } from 'vitest';
import { counted, type Judgment, judge, startServer } from './bench.ts';
import { type Behavior, lie, reply, truth } from './server.ts';

/** Which of `n` servers lie: all 2^n patterns up to four servers, else one pattern for each number of liars. */
function patterns(n: number): readonly (readonly boolean[])[] {
  const bits = (mask: number) => Array.from({ length: n }, (_, i) => ((mask >> i) & 1) === 1);
  if (n <= 4) return Array.from({ length: 2 ** n }, (_, mask) => bits(mask));
  // 3 is coprime to 5 and 7; for 6 every second place comes first.
  const order = n === 6 ? [0, 2, 4, 1, 3, 5] : Array.from({ length: n }, (_, i) => (i * 3) % n);
  return Array.from({ length: n + 1 }, (_, liars) =>
    bits(order.slice(0, liars).reduce((mask, i) => mask | (1 << i), 0)),
  );
}

/** How far the i-th liar is ahead, in seconds. */
const together = () => 1;
const eachItsOwn = (i: number) => (i % 2 === 0 ? 1 : -1) * (1 + i);

function believed({ code, report, attempts = 1 }: Judgment, offset: number): void {
  expect(Math.abs(report.offset! - offset)).toBeLessThan(report.errorBound!);
  expect(report.errorBound).toBeLessThan(0.5);
  expect({ code, attempts }).toEqual({ code: 4, attempts: 1 });
}

function noMajority({ code, report, attempts = 0 }: Judgment): void {
  expect(report.reason).toBe('no-majority');
  expect(report.offset).toBeUndefined();
  expect({ code, attempts }).toEqual({ code: 3, attempts: 0 });
}

const falsetickers = ({ rows }: Judgment) => rows.map(({ verdict }) => verdict === 'falseticker');

for (const n of [2, 3, 4, 5, 6, 7]) {
  const drawn = (pattern: readonly boolean[]) => pattern.map(liar => (liar ? 'x' : '+')).join('');
  const rows = patterns(n).map(pattern => [drawn(pattern), pattern] as const);

  describe(`of ${n} servers, liars (x) with the same lie`, () => {
    test.each(rows)('%s', async (_drawn, pattern) => {
      const run = await judge(pattern.map(liar => (liar ? lie(together()) : truth)));
      const liars = pattern.filter(liar => liar).length;
      if (2 * liars === n) return noMajority(run);
      const won = 2 * liars > n;
      believed(run, won ? together() : 0);
      expect(falsetickers(run)).toEqual(pattern.map(liar => liar !== won));
    });
  });

  describe(`of ${n} servers, liars (x) with different lies`, () => {
    test.each(rows)('%s', async (_drawn, pattern) => {
      const run = await judge(pattern.map((liar, i) => (liar ? lie(eachItsOwn(i)) : truth)));
      if (2 * pattern.filter(liar => !liar).length <= n) return noMajority(run);
      believed(run, 0);
      expect(falsetickers(run)).toEqual(pattern);
    });
  });
}

describe('liars with wide intervals that reach the truth: the bound covers it', () => {
  const vague = (ahead: number, dispersion: number) =>
    reply({ rootDispersion: Math.round(dispersion * 0x1_0000) }, ahead);
  const companies: Readonly<Record<string, readonly Behavior[]>> = {
    'one of three, 0.5 s off by 0.6': [truth, truth, vague(0.5, 0.6)],
    'two of five, both ways': [truth, truth, truth, vague(1, 1.1), vague(-1, 1.1)],
    'two of five, the same way': [truth, truth, truth, vague(1, 1.1), vague(0.9, 1)],
    'three of seven, the same way': [
      truth,
      truth,
      truth,
      truth,
      vague(0.2, 0.3),
      vague(0.25, 0.3),
      vague(0.3, 0.4),
    ],
    'one of two': [truth, vague(1, 1.2)],
    'at the edge of the truth': [truth, truth, vague(0.05, 0.05)],
  };
  test.each(Object.entries(companies))('%s', async (_name, servers) => {
    const { code, report } = await judge(servers);
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
    expect(code).toBe(4);
  });
});

describe('a smeared leap second among servers that do not smear', () => {
  const smeared = (ahead: number) => lie(ahead);
  test('3 against 3: no result, never an average', async () => {
    noMajority(await judge([truth, truth, truth, smeared(0.3), smeared(0.3), smeared(0.3)]));
  });
  test('2 against 2, a second apart', async () => {
    noMajority(await judge([truth, truth, smeared(-1), smeared(-1)]));
  });
  test('3 against 2: the three win', async () => {
    const run = await judge([truth, smeared(0.5), truth, smeared(0.5), truth]);
    believed(run, 0);
    expect(falsetickers(run)).toEqual([false, true, false, true, false]);
  });
  test('2 against 3: the three win', async () => {
    believed(await judge([truth, smeared(-0.4), smeared(-0.4), smeared(-0.4), truth]), -0.4);
  });
  test('three smears of different shape: no result', async () => {
    noMajority(await judge([smeared(0.1), smeared(0.2), smeared(0.3), truth]));
  });
});

describe('one server has one vote, no matter how often it is named', () => {
  const voters = async () => {
    const [liar, one, two] = await Promise.all([startServer(lie(1)), startServer(truth), startServer(truth)]);
    return { liar: liar.port, one: one.port, two: two.port };
  };
  const pace = ['-p2', '-t1', '--interval=0.05'];
  const names: Readonly<Record<string, readonly string[]>> = {
    'three times the same': ['127.0.0.1', '127.0.0.1', '127.0.0.1'],
    'by address and by name': ['127.0.0.1', 'localhost', 'LOCALHOST', 'localhost.'],
    'as an IPv4-mapped IPv6 address': ['127.0.0.1', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
  };
  test.each(Object.entries(names))('%s', async (_name, hosts) => {
    const { liar, one, two } = await voters();
    const servers = [...hosts.map(host => `${host}:${liar}`), `127.0.0.1:${one}`, `127.0.0.1:${two}`];
    const { code, report } = await counted([...pace, ...servers]);
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
    expect(code).toBe(4);
  });

  test('an IPv6 address, written in three ways', async () => {
    const [liar, one, two] = await Promise.all([
      startServer(lie(1), '::1'),
      startServer(truth),
      startServer(truth),
    ]);
    const hosts = ['[::1]', '[0:0:0:0:0:0:0:1]', '[0::1]'].map(host => `${host}:${liar.port}`);
    const { report } = await counted([...pace, ...hosts, `127.0.0.1:${one.port}`, `127.0.0.1:${two.port}`]);
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
  });
});

describe('--min-servers', () => {
  test('fewer truechimers yield no result', async () => {
    const { code, report, attempts = 0 } = await judge([truth, truth, lie(1)], { args: ['--min-servers=3'] });
    expect(report.reason).toBe('too-few');
    expect({ code, attempts }).toEqual({ code: 3, attempts: 0 });
  });
});

test('a server whose time jumps by a second during the burst has little weight: the others determine the result', async () => {
  const turncoat: Behavior = ask => lie(ask.number % 2)(ask);
  const { code, report } = await judge([turncoat, truth, truth], { samples: 4 });
  expect(Math.abs(report.offset!)).toBeLessThan(0.001);
  expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
  expect(code).toBe(4);
});

test('a server whose time jumps by more than any tick during the burst contradicts itself', async () => {
  const turncoat: Behavior = ask => lie(2 * (ask.number % 2))(ask);
  const { code, rows, report } = await judge([turncoat, truth, truth], { samples: 4 });
  expect(rows[0]!.verdict).not.toMatch(/system-peer|survivor/);
  expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
  expect(code).toBe(4);
});
