// What a run says of the rate of the clock: the end of its summary, the notes of -v, warnings, and the JSON.

import { describe, expect, test } from 'vitest';
import type { DriftGate } from '../../src/ntp/drift/closed-gate.ts';
import type { DriftFindings, Outcome } from '../../src/pipeline/outcome.ts';
import { driftNotes, driftWarnings, expectationNotes } from '../../src/report/drift-findings.ts';
import { reportOf } from '../../src/report/json.ts';
import { summaryOf } from '../../src/report/summary.ts';
import { world } from '../support/world.ts';

const SET: DriftFindings = {
  frequency: 37.4119,
  sigma: 0.0512,
  wander: 0.03,
  runs: 12,
  expectedError: 4e-4,
  set: { frequency: 37.4119, tick: 10_000 },
};
const { set: _, ...KNOWN } = SET;

async function outcomeWith(drift: DriftFindings, kind = 'adjusted'): Promise<Outcome> {
  const outcome = await world({ behind: 0.02, servers: { '10.1.0.1': {} } }).sync();
  return { ...outcome, kind, drift } as Outcome;
}

const closed = (gate: DriftGate, isNew = true): DriftFindings => ({
  ...KNOWN,
  gate,
  ...(isNew && { gateIsNew: true }),
});
const RATES = { found: { frequency: 0, tick: 10_000 }, set: { frequency: 37.4, tick: 10_000 } };

const GATES: readonly (readonly [DriftGate, known: boolean, fault: boolean, words: RegExp])[] = [
  [{ kind: 'another-service', services: ['ntpd'] }, true, false, /ntpd also steers this clock; stop one/],
  [
    { kind: 'other-boot' },
    false,
    false,
    /has booted since the last run.*; a run at least 15 minutes later sets it$/,
  ],
  [
    { kind: 'other-clocksource', before: 'tsc', now: 'hpet' },
    ...([false, false, /now hpet, and was tsc.*; .*15 minutes later sets it$/] as const),
  ],
  [{ kind: 'raw-went-backwards' }, false, false, /less than at the last run.*15 minutes later sets it$/],
  [{ kind: 'suspended' }, true, false, /has slept since the last run/],
  [
    { kind: 'set-by-another', ...RATES },
    true,
    true,
    /to \+0\.000 ppm, from the \+37\.400 ppm .*--force-freq/,
  ],
  [{ kind: 'jumped', by: 278 }, true, false, /changed by \+278\.000 ppm .*paused/],
  [{ kind: 'unlike-raw', by: -12.5 }, true, true, /runs -12\.500 ppm off what the kernel was told/],
  [
    { kind: 'too-early' },
    false,
    false,
    /two runs that are 15 minutes apart.*; a run at least 15 minutes after the first sets it$/,
  ],
  [
    { kind: 'unsure', frequency: 30, sigma: 20 },
    true,
    false,
    /not known well enough yet: \+30\.000 ppm ± 20\.0/,
  ],
];

test('the summary ends with the error to expect', async () => {
  expect(summaryOf(await outcomeWith(SET))).toMatch(
    /slewed, for 40 s; expected error until the next run: ± 0\.400 ms\.$/,
  );
});

test('a dry run says which rate it would set', async () => {
  expect(summaryOf(await outcomeWith(SET, 'would-adjust'))).toMatch(
    /for 40 s; its rate would be set to \+37\.412 ppm; expected error until the next run: ± 0\.400 ms\.$/,
  );
  expect(driftNotes(await outcomeWith(SET, 'would-adjust'))[0]).toMatch(/would be set to/);
});

test('a report without the summary has the expected error on a line of its own', async () => {
  expect(expectationNotes(await outcomeWith(SET))).toEqual(['expected error until the next run: ± 0.400 ms']);
  expect(expectationNotes(await outcomeWith(closed({ kind: 'too-early' })))).toEqual([]);
});

test('-v says which rate was set, and how well it is known', async () => {
  const note = 'the rate of the clock was set to +37.412 ppm (+37.412 ppm ± 0.051 ppm from 12 runs)';
  expect(driftNotes(await outcomeWith(SET))).toEqual([note]);
});

test('a rate that could not be set is still reported as known', async () => {
  expect(driftNotes(await outcomeWith(KNOWN))).toEqual([
    'the rate of the clock was not set; it is known as +37.412 ppm ± 0.051 ppm from 12 runs',
  ]);
});

test('without drift findings a report does not mention the rate', async () => {
  const outcome = await world({ behind: 0.02, servers: { '10.1.0.1': {} } }).sync();
  expect(summaryOf(outcome)).toMatch(/for 40 s\.$/);
  expect(driftNotes(outcome)).toEqual([]);
  expect(driftWarnings(outcome)).toEqual([]);
});

describe.each(GATES)('the gate %j', (gate, known, fault, words) => {
  test('is a note, or a warning where something is wrong', async () => {
    const outcome = await outcomeWith(closed(gate));
    const [said, unsaid] = fault
      ? [driftWarnings(outcome), driftNotes(outcome)]
      : [driftNotes(outcome), driftWarnings(outcome)];
    expect(said).toEqual([expect.stringMatching(words)]);
    expect(said[0]).toMatch(/^the rate of the clock was left alone: /);
    expect(unsaid).toEqual([]);
  });

  test('is only a note if the last run already warned of it', async () => {
    const outcome = await outcomeWith(closed(gate, false));
    expect(driftWarnings(outcome)).toEqual([]);
    expect(driftNotes(outcome)).toEqual([expect.stringMatching(words)]);
  });

  test('leaves the summary without an expectation where there is none', async () => {
    expect(summaryOf(await outcomeWith(closed(gate))).includes('expected error')).toBe(known);
  });

  test('is in the JSON, with its words', async () => {
    const { drift, warnings } = reportOf(await outcomeWith(closed(gate)), { command: 'sync', exitCode: 0 });
    expect(drift).toMatchObject({
      gate: gate.kind,
      reason: expect.stringMatching(words),
      expectedError: 4e-4,
    });
    expect(warnings).toHaveLength(fault ? 1 : 0);
  });
});
