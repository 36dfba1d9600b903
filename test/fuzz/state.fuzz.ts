// Any bytes as the state file: a complete state, or an empty one and a warning. Never an exception.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect } from 'vitest';
import { explainedSince, setSinceBoot } from '../../src/host/boot.ts';
import { readState } from '../../src/host/state.ts';
import { NOW } from '../support/builders.ts';
import { expectPrintable, fuzz, mutated } from './fuzz.ts';

const folder = mkdtempSync(join(tmpdir(), 'tsntp-fuzz-'));
afterAll(() => rmSync(folder, { recursive: true }));

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.constant(null),
  fc.constant('1e999'),
  fc.boolean(),
  fc.object(),
);
const time = fc.oneof(
  fc.constant('2026-11-21T12:10:23.000000001Z'),
  fc.constant('2026-13-41T25:61:61.000000000Z'),
  anything,
);
const member = (value: unknown) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: anything });
const lastSet = fc.record(
  {
    bootId: member('5f0c0f3e-0000-4000-8000-000000000000'),
    time,
    offset: member(-0.25),
    kind: member('step'),
    server: member('192.0.2.1'),
    errorBound: member(0.01),
    sum: member(12.5),
    uptime: member(500),
    asleep: member(20.25),
    suspends: member(3),
    more: anything,
  },
  { requiredKeys: [] },
);
const files = fc.record({
  version: member(1),
  lastSet: fc.oneof({ weight: 6, arbitrary: lastSet }, { weight: 1, arbitrary: anything }),
});
const inputs = fc.oneof(
  { weight: 6, arbitrary: files.map(file => Buffer.from(JSON.stringify(file))) },
  { weight: 3, arbitrary: mutated(files.map(file => Buffer.from(JSON.stringify(file)))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
);

fuzz('state', inputs, bytes => {
  writeFileSync(join(folder, 'state.json'), bytes, { mode: 0o600 });
  const { state, warning } = readState(folder);
  if (warning !== undefined) expectPrintable(warning);
  expect(state.version).toBe(1);
  expect(typeof setSinceBoot(state, { now: NOW, uptime: 1000 })).toBe('boolean');
  if (state.lastSet === undefined) return;
  expect(explainedSince(state.lastSet, { now: NOW, uptime: 1000, suspends: 4 })).toBeGreaterThanOrEqual(0);
  expect(Number.isFinite(state.lastSet.sum ?? 0)).toBe(true);
  const { server, offset, errorBound, kind } = state.lastSet;
  expectPrintable(server);
  expect(Number.isFinite(offset) && errorBound >= 0).toBe(true);
  expect(['step', 'slew']).toContain(kind);
});
