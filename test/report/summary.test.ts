// The one sentence of a run: how good the clock is, which servers agree, and which limit was waived by what.

import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/pipeline/outcome.ts';
import { explainDisagreement } from '../../src/report/disagreement.ts';
import { summaryOf } from '../../src/report/summary.ts';
import type { SyncOptions } from '../../src/sync.ts';
import { server, type WorldSetup, world } from '../support/world.ts';

const three = { '10.1.0.1': {}, '10.1.0.2': {}, '10.1.0.3': {} };

describe('how good the clock is', () => {
  test('an offset inside its bound: right to within what both come to', async () => {
    const outcome = await world({ behind: 0.002, servers: three }).query();
    expect(summaryOf(outcome)).toBe(
      'This clock is right to within 12.21 ms (+2.00 ms ± 10.21 ms; 3 of 3 servers agree).',
    );
  });

  test('an offset beyond it: by how much it is behind', async () => {
    const outcome = await world({ behind: 0.05, servers: three }).query();
    expect(summaryOf(outcome)).toBe('This clock is 50.00 ms behind (± 10.21 ms; 3 of 3 servers agree).');
  });

  test('over a limit it is not called right', async () => {
    const outcome = await world({ behind: 0.002, servers: three }).query({ maxOffset: 0.0005 });
    expect(summaryOf(outcome)).toMatch(
      /^This clock is 2\.00 ms behind \(.*: over the maxOffset of 0\.0005 s\.$/,
    );
  });
});

describe('a limit that the command line, a variable or a file set', () => {
  const limitsFrom = { maxOffset: '/etc/tsntp.conf:2' };

  test.each([
    [3600, '--max-offset 2h.'],
    [-90, '--max-offset 2m.'],
    [1.5, '--max-offset 2s.'],
    [3 * 86_400, '--max-offset 4d.'],
  ])('%i s over it: the message names it and advises %s', async (behind, advice) => {
    const outcome = await world({ behind, servers: three }).sync({ maxOffset: 1, limitsFrom });
    expect(summaryOf(outcome)).toMatch(
      /: over the max-offset of 1 s \(\/etc\/tsntp\.conf:2\), so the clock was not set\. If the servers are right, run once with --/,
    );
    expect(summaryOf(outcome).endsWith(advice)).toBe(true);
  });

  test('a query sets no clock and says nothing of that', async () => {
    const outcome = await world({ behind: 5, servers: three }).query({ maxOffset: 1, limitsFrom });
    expect(summaryOf(outcome)).toMatch(/: over the max-offset of 1 s \(\/etc\/tsntp\.conf:2\)\.$/);
  });

  test('the panic limit is not named after it', async () => {
    const setup = { behind: 2000, setSinceBoot: true, servers: three };
    const outcome = await world(setup).sync({ maxOffset: 1e5, limitsFrom });
    expect(summaryOf(outcome)).toMatch(
      /over the panic limit of 1000 s for a clock that was set before, so the clock was not set\. If the servers are right, run again with -g\.$/,
    );
  });
});

test.each([
  [0.0001, /; it would be slewed by \+0\.\d{3} ms\.$/],
  [-0.05, /; it would be slewed by -50\.00 ms, for \d+ s\.$/],
])('a slew of %d s that a dry run does not make: its size, and how long it takes', async (behind, words) => {
  const outcome = await world({ behind, servers: three }).sync({ method: 'slew' });
  if (outcome.kind !== 'adjusted') throw new Error(summaryOf(outcome));
  expect(summaryOf({ ...outcome, kind: 'would-adjust' })).toMatch(words);
});

describe('the panic limit', () => {
  test.each<[words: string, setup: WorldSetup, options: Partial<SyncOptions>]>([
    ['for the first correction since boot', { behind: 2000 }, {}],
    ['by -g', { behind: -2000, setSinceBoot: true }, { allowAnyOffset: true }],
    [
      'because the hardware clock agrees with the servers',
      { behind: 2000, setSinceBoot: true, hardwareOffset: 0 },
      {},
    ],
    ['for a clock that showed a time before this release', { behind: 1e8, setSinceBoot: true }, {}],
  ])('waived %s', async (words, setup, options) => {
    const outcome = await world({ ...setup, servers: three }).sync(options);
    expect(outcome.kind).toBe('adjusted');
    expect(summaryOf(outcome)).toContain(
      `it has been stepped; the panic limit of 1000 s was waived ${words}.`,
    );
  });

  test.each<[what: string, setup: WorldSetup, options: Partial<SyncOptions>]>([
    ['a smaller correction', { behind: 900 }, {}],
    ['a smaller one with -g', { behind: 900, setSinceBoot: true }, { allowAnyOffset: true }],
    ['one that was refused', { behind: 2000, setSinceBoot: true }, {}],
  ])('%s: nothing of a waiver', async (_, setup, options) => {
    expect(summaryOf(await world({ ...setup, servers: three }).sync(options))).not.toContain('waived');
  });
});

describe('a disagreement', () => {
  const offsets = async (...all: readonly number[]): Promise<Outcome> => {
    const servers = all.map((offset, i) => [`10.1.0.${i + 1}`, { offset }] as const);
    return world({ servers: Object.fromEntries(servers) }).query();
  };

  test('a disagreement names the servers that agree, their offset, and what a majority is', async () => {
    const outcome = await offsets(0.03, 5, 0.03, -3);
    expect(summaryOf(outcome)).toContain(
      'no majority of them agrees: 10.1.0.1 and 10.1.0.3 agree on +30.00 ms, 10.1.0.2 says +5.000 s, 10.1.0.4 says -3.000 s; a majority is 3 of 4; name more servers',
    );
  });

  test('the larger group is told first', async () => {
    expect(explainDisagreement((await offsets(9, 9, 1, 1, 1, 4)).servers)).toMatch(
      /^10\.1\.0\.3, 10\.1\.0\.4 and 10\.1\.0\.5 agree on \+1\.000 s, 10\.1\.0\.1 and 10\.1\.0\.2 agree on \+9/,
    );
  });

  test('of many groups four are told, and the others counted', async () => {
    expect(explainDisagreement((await offsets(1, 2, 3, 4, 5, 6)).servers)).toMatch(
      /10\.1\.0\.4 says \+4\.000 s, 2 others differ; a majority is 4 of 6$/,
    );
  });

  test('where the list trusts servers, those alone have a say', async () => {
    const w = world({ servers: { '10.1.0.1': {}, '10.1.0.2': { offset: 1 }, '10.1.0.3': {} } });
    const trusted = (host: string) => server(host, { trust: true });
    const servers = [trusted('10.1.0.1'), trusted('10.1.0.2'), server('10.1.0.3')];
    expect(explainDisagreement((await w.query({ servers })).servers)).toMatch(
      /^10\.1\.0\.1 says [+-]0\.000 ms, 10\.1\.0\.2 says \+1\.000 s; a majority is 2 of 2$/,
    );
  });
});
