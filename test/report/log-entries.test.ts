// What the system log receives of real outcomes: ntpdate's words and levels, and the facts beside them.

import { describe, expect, test } from 'vitest';
import { dryRun } from '../../src/clock/dry-run.ts';
import type { DriftGate } from '../../src/ntp/drift/closed-gate.ts';
import type { Outcome } from '../../src/pipeline/outcome.ts';
import { type LogSelection, logEntries } from '../../src/report/log-entries.ts';
import { world } from '../support/world.ts';

const ALL: LogSelection = { listServers: false, quiet: false, verbose: false, rows: 30 };

/** The level and the text of each entry. */
const said = (outcome: Outcome, selection: Partial<LogSelection> = {}) =>
  logEntries(outcome, { ...ALL, ...selection }).map(({ severity, message }) => `${severity}: ${message}`);

describe('a step in the system log', () => {
  const stepped = () => world({ behind: 3.25, servers: { '203.0.113.5': {} } }).sync();

  test('has the line of ntpdate as a notice, then the clock before and after it', async () => {
    expect(said(await stepped())).toEqual([
      expect.stringMatching(/^notice: step time server 203\.0\.113\.5 offset 3\.25\d{4} sec$/),
      expect.stringMatching(
        /^notice: the clock was stepped by \+3\.25\d s: from 2026-\d\d-\d\dT[\d:.]+Z to 2026-\d\d-\d\dT[\d:.]+Z$/,
      ),
    ]);
  });

  test('has its facts as fields; before and after differ by exactly the correction', async () => {
    const outcome = await stepped();
    if (outcome.kind !== 'adjusted') throw new Error(outcome.kind);
    const [first, second] = logEntries(outcome, ALL);
    const { TSNTP_BEFORE = '', TSNTP_AFTER = '', ...fields } = first?.fields ?? {};
    expect(first?.event).toBe('clock-stepped');
    expect(fields).toEqual({
      TSNTP_RESULT: 'adjusted',
      TSNTP_KIND: 'step',
      TSNTP_OFFSET: outcome.estimate.offset.toFixed(9),
      TSNTP_CORRECTION: outcome.decision.offset.toFixed(9),
      TSNTP_BOUND: outcome.estimate.rootDistance.toFixed(9),
      TSNTP_SERVER: '203.0.113.5',
      REALTIME: String(outcome.at / 1000n),
    });
    const nanoseconds = (time: string) =>
      BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1_000_000n + BigInt(time.slice(20, 29));
    expect(nanoseconds(TSNTP_AFTER)).toBe(outcome.at);
    expect(Number(nanoseconds(TSNTP_AFTER) - nanoseconds(TSNTP_BEFORE)) / 1e9).toBeCloseTo(
      outcome.decision.offset,
      8,
    );
    expect(second?.fields).toEqual({ TSNTP_BEFORE, TSNTP_AFTER });
    expect(second?.event).toBeUndefined();
  });
});

test('a slew in the system log has the line of ntpdate as a notice; the first one since boot is an event', async () => {
  const run = (setSinceBoot: boolean) =>
    world({ behind: 0.05, setSinceBoot, servers: { '203.0.113.5': {} } }).sync();
  const outcome = await run(false);
  expect(said(outcome)).toEqual([
    expect.stringMatching(/^notice: adjust time server 203\.0\.113\.5 offset 0\.0\d{5} sec$/),
  ]);
  const [first] = logEntries(outcome, ALL);
  expect(first).toMatchObject({ event: 'first-synchronized', fields: { TSNTP_KIND: 'slew' } });
  expect(first?.fields).not.toHaveProperty('TSNTP_BEFORE');
  expect(logEntries(await run(true), ALL)[0]).not.toHaveProperty('event');
});

test('a query in the system log has no field for a correction', async () => {
  const outcome = await world({ behind: 0.05, servers: { '203.0.113.5': {}, '203.0.113.6': {} } }).query();
  expect(said(outcome, { listServers: true })).toEqual([
    expect.stringMatching(/^info: server 203\.0\.113\.5, stratum 1, offset 0\.0\d{5}, delay 0\.0\d{4}$/),
    expect.stringMatching(/^info: server 203\.0\.113\.6, stratum 1, offset 0\.0\d{5}, delay 0\.0\d{4}$/),
    expect.stringMatching(/^notice: adjust time server 203\.0\.113\.\d offset 0\.0\d{5} sec$/),
  ]);
  const { fields } = logEntries(outcome, ALL)[0]!;
  expect(fields).toMatchObject({ TSNTP_RESULT: 'queried' });
  expect(Object.keys(fields ?? {})).not.toEqual(expect.arrayContaining(['TSNTP_CORRECTION']));
});

test('a dry run has the level of information in the system log', async () => {
  const w = world({ behind: 3, servers: { '203.0.113.5': {} } });
  const outcome = await w.sync({}, { clock: dryRun(w.ports().clock) });
  expect(said(outcome)).toEqual([
    expect.stringMatching(/^info: would step time server 203\.0\.113\.5 offset 3\.0\d{5} sec$/),
  ]);
  const set = { frequency: 37.25, tick: 10_000 };
  const drift = { frequency: 37.25, sigma: 0.05, wander: 0.1, runs: 9, expectedError: 0.0004, set };
  const fields = Object.keys(logEntries({ ...outcome, drift }, ALL)[0]?.fields ?? {});
  expect(fields).toEqual(['TSNTP_RESULT', 'TSNTP_OFFSET', 'TSNTP_BOUND', 'TSNTP_SERVER', 'TSNTP_KIND']);
});

test('no suitable server is logged as an error in the words of ntpdate, then the reason, then each server', async () => {
  const outcome = await world({
    servers: { '203.0.113.5': { fault: 'silent' }, '203.0.113.6': { fault: 'refuses' } },
  }).sync();
  expect(said(outcome)).toEqual([
    'error: no server suitable for synchronization found',
    expect.stringMatching(/^error: No server suitable for synchronization found: .+\.$/),
    expect.stringMatching(/^warning: 203\.0\.113\.5: no reply to \d requests \(-t 2\)$/),
    expect.stringMatching(/^warning: 203\.0\.113\.6: /),
  ]);
});

test('a refusal is logged as an error, with what to do', async () => {
  const outcome = await world({ servers: { '203.0.113.5': { offset: 5 } } }).sync({ maxOffset: 1 });
  expect(said(outcome)).toEqual([
    expect.stringMatching(/^error: refuse time server 203\.0\.113\.5 offset [45]\.\d{6} sec$/),
    expect.stringMatching(/^error: This clock is .+ over the maxOffset of 1 s/),
  ]);
  expect(logEntries(outcome, ALL)[0]?.fields).not.toHaveProperty('TSNTP_CORRECTION');
});

test('a falseticker is logged as a warning with its verdict, also when --quiet leaves out the success', async () => {
  const servers = { '203.0.113.5': {}, '203.0.113.6': {}, '203.0.113.7': { offset: 5 } };
  const outcome = await world({ servers }).sync();
  const entries = logEntries(outcome, { ...ALL, quiet: true });
  expect(entries).toEqual([
    {
      severity: 'warning',
      message: expect.stringContaining('203.0.113.7: falseticker'),
      fields: { TSNTP_SERVER: '203.0.113.7', TSNTP_VERDICT: 'falseticker' },
    },
  ]);
});

test('a rate that was set is a field of the log entry; -v adds an entry on it', async () => {
  const run = await world({ behind: 0.05, servers: { '203.0.113.5': {} } }).sync();
  const set = { frequency: 37.25, tick: 10_000 };
  const findings = { frequency: 37.25, sigma: 0.05, wander: 0.1, runs: 9, expectedError: 0.0004 };
  const outcome: Outcome = { ...run, drift: { ...findings, set } };
  const entries = logEntries(outcome, { ...ALL, verbose: true });
  expect(entries[0]?.fields).toMatchObject({
    TSNTP_FREQUENCY: '37.250000',
    TSNTP_EXPECTED_ERROR: '0.000400000',
  });
  expect(entries[0]?.fields).not.toHaveProperty('TSNTP_GATE');
  expect(entries.at(-2)).toMatchObject({ severity: 'info', message: expect.stringContaining('from 9 runs') });
  expect(entries.at(-1)?.message).toBe('expected error until the next run: ± 0.400 ms');
  expect(logEntries({ ...run, drift: findings }, ALL)[0]?.fields).not.toHaveProperty('TSNTP_FREQUENCY');
});

test('why the rate was left alone is a field, and the expected error is one where it is known', async () => {
  const run = await world({ behind: 0.05, servers: { '203.0.113.5': {} } }).sync();
  const findings = { frequency: 37.25, sigma: 0.05, wander: 0.1, runs: 9, expectedError: 0.0004 };
  const fieldsWith = (gate: DriftGate) =>
    logEntries({ ...run, drift: { ...findings, gate } }, ALL)[0]?.fields;
  expect(fieldsWith({ kind: 'suspended' })).toMatchObject({
    TSNTP_GATE: 'suspended',
    TSNTP_EXPECTED_ERROR: '0.000400000',
  });
  expect(fieldsWith({ kind: 'too-early' })).toMatchObject({ TSNTP_GATE: 'too-early' });
  expect(fieldsWith({ kind: 'too-early' })).not.toHaveProperty('TSNTP_EXPECTED_ERROR');
});

test('a warning of a run is a warning in the log', async () => {
  const outcome = await world({ behind: 3, memoryWarning: 'the disk is full', servers: { a: {} } }).sync();
  expect(said(outcome).at(-1)).toBe('warning: warning: the disk is full');
});

test('thousands of servers do not flood the log', async () => {
  const silent = Array.from({ length: 100 }, (_, i) => [`192.0.2.${i}`, { fault: 'silent' }] as const);
  const outcome = await world({ servers: { '203.0.113.5': {}, ...Object.fromEntries(silent) } }).query({
    samples: 1,
  });
  const lines = said(outcome);
  expect(lines).toHaveLength(1 + 31);
  expect(lines.at(-1)).toBe('warning: … and 70 more servers');
});
