import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { driftStore } from '../../src/host/drift-store.ts';
import { type DriftMemory, EMPTY_DRIFT_MEMORY } from '../../src/ntp/drift/drift-record.ts';
import { hourly } from '../support/drift-samples.ts';
import { world } from '../support/world.ts';

const directory = mkdtempSync(join(tmpdir(), 'tsntp-store-'));
afterAll(() => rmSync(directory, { recursive: true }));

const { clock } = world({});
const MEMORY: DriftMemory = { ...EMPTY_DRIFT_MEMORY, samples: hourly(2, -37.5) };

test('a drift store that keeps nothing writes no file', () => {
  const store = driftStore(clock, directory, { keeps: false });
  expect(store.remember(MEMORY)).toBeUndefined();
  expect(existsSync(join(directory, 'drift.json'))).toBe(false);
  expect(store.recall()).toEqual({ memory: EMPTY_DRIFT_MEMORY });
});

test('a drift store recalls the memory that it keeps', () => {
  const store = driftStore(clock, directory, { keeps: true });
  expect(store.remember(MEMORY)).toBeUndefined();
  expect(store.recall()).toEqual({ memory: MEMORY });
});

test('the oscillator has the boot of the clock and the clock source of the kernel', () => {
  const { bootId, clocksource } = driftStore(clock, directory, { keeps: false }).oscillator();
  expect(bootId).toBe('this boot');
  if (process.platform !== 'linux') expect(clocksource).toBeUndefined();
  else {
    const path = '/sys/devices/system/clocksource/clocksource0/current_clocksource';
    expect(clocksource).toBe(readFileSync(path, 'utf8').trim());
  }
});

test('the time asleep is never below 0, which no memory would take', () => {
  expect(driftStore(clock, directory, { keeps: false }).asleep()).toBeGreaterThanOrEqual(0);
});
