// Any bytes as drift.json: a memory that is whole and an estimate of numbers, or none and a warning; never an exception.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect } from 'vitest';
import { readDriftMemory } from '../../src/host/drift-memory.ts';
import { estimateDrift } from '../../src/ntp/drift/estimate.ts';
import { rateBounds } from '../../src/ntp/drift/rate-bounds.ts';
import { explainDriftGate } from '../../src/report/drift-gate.ts';
import { expectPrintable, fuzz, mutated } from './fuzz.ts';

const folder = mkdtempSync(join(tmpdir(), 'tsntp-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.constantFrom(null, '1e999', -1, 1e308, 5e-324),
  fc.boolean(),
  fc.object(),
);
const member = (value: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 40, arbitrary: value }, { weight: 1, arbitrary: anything });
const nanoseconds = fc.oneof(
  fc.bigInt({ min: 0n, max: 10n ** 15n }).map(String),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }).map(String),
);
const span = fc.oneof(fc.constant(1e-4), fc.double({ min: 0, max: 1e9, noNaN: true }));
const sample = fc.record(
  {
    raw: member(nanoseconds),
    true: member(nanoseconds),
    jitter: member(span),
    delay: member(span),
    distance: member(span),
    peer: member(fc.constantFrom('192.0.2.1', 'ntp.example.org')),
    asleep: member(span),
  },
  { requiredKeys: ['raw', 'true', 'jitter', 'delay', 'distance', 'peer'] },
);
const rate = fc.record({
  frequency: member(fc.double({ min: -500, max: 500, noNaN: true })),
  tick: member(fc.constant(10_000)),
  at: member(fc.constant('2026-11-21T12:10:23.000000001Z')),
});
const setting = fc.record(
  {
    frequency: member(fc.constant(37.5)),
    tick: member(fc.constant(10_000)),
    at: rate.map(({ at }) => at),
    before: member(rate),
  },
  { requiredKeys: ['frequency', 'tick', 'at'] },
);
const gate = fc.oneof(
  fc.record({
    kind: fc.constantFrom('suspended', 'other-boot', 'too-early', 'raw-went-backwards', 'constructor'),
  }),
  fc.record({
    kind: fc.constant('another-service'),
    services: member(fc.array(fc.string({ unit: 'binary' }))),
  }),
  fc.record({
    kind: fc.constant('other-clocksource'),
    before: member(fc.string()),
    now: member(fc.string()),
  }),
  fc.record({ kind: fc.constant('set-by-another'), found: member(rate), set: member(rate) }),
  fc.record({ kind: fc.constant('unlike-raw'), by: member(fc.double()) }),
  fc.record({ kind: fc.constant('jumped'), by: member(fc.double()) }),
  fc.record({ kind: fc.constant('unsure'), frequency: member(fc.double()), sigma: member(span) }),
);
const boot = fc.record({
  frequency: member(fc.constant(37.5)),
  sigma: member(span),
  runs: member(fc.nat(200)),
});
const files = fc.record(
  {
    version: member(fc.constant(1)),
    oscillator: member(fc.record({ bootId: member(fc.constant('5f0c')) }, { requiredKeys: [] })),
    found: member(rate),
    set: member(setting),
    gate: member(gate),
    boots: member(fc.array(boot, { maxLength: 3 })),
    samples: member(fc.array(sample, { maxLength: 6 })),
  },
  { requiredKeys: ['version', 'oscillator', 'boots', 'samples'] },
);
const bytes = files.map(file => Buffer.from(JSON.stringify(file)));
const inputs = fc.oneof(
  { weight: 6, arbitrary: bytes },
  { weight: 3, arbitrary: mutated(bytes) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
);

fuzz('drift-memory', inputs, input => {
  writeFileSync(join(folder, 'drift.json'), input, { mode: 0o600 });
  const { memory, warning } = readDriftMemory(folder);
  if (warning !== undefined) {
    expectPrintable(warning);
    expect(memory.samples).toEqual([]);
  }
  for (const { peer } of memory.samples) expectPrintable(peer);
  if (memory.gate) expectPrintable(explainDriftGate(memory.gate));
  const estimate = estimateDrift(memory.samples, 3600);
  expect(estimate === undefined).toBe(memory.samples.length === 0);
  for (const value of Object.values(estimate ?? {})) expect(Number.isFinite(value)).toBe(true);
  const { low, high } = rateBounds(memory.samples, true);
  expect(low).toBeLessThanOrEqual(high);
  expect(Math.abs(low) + Math.abs(high)).toBeLessThanOrEqual(200_000);
});
