// The macOS adapter against macOS itself, as an ordinary user: what it reads, that its structs and constants are those of
// the system's headers, and that it is refused what only root may do.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock/clock.ts';
import { openClock } from '../../src/clock/index.ts';
import * as timex from '../../src/clock/timex.ts';
import { HEADERS } from './headers.ts';

let clock: Clock;
beforeAll(async () => {
  expect(process.platform).toBe('darwin');
  clock = await openClock();
});

describe('the clock of a Mac', () => {
  it('is opened by the macOS adapter, which can set it', () => {
    expect([clock.name, clock.sets]).toEqual(['darwin', true]);
  });

  it('shows the time that JavaScript shows', () => {
    const before = BigInt(Date.now());
    const now = clock.now() / 1_000_000n;
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(BigInt(Date.now()));
  });

  it('has a precision of a microsecond, or better', () => {
    expect(clock.precision).toBeGreaterThan(0);
    expect(clock.precision).toBeLessThanOrEqual(2e-6);
  });

  it('has a monotonic clock that passes as much time as the one of Node, but for a slew', async () => {
    const outer = process.hrtime.bigint();
    const first = clock.monotonic();
    const inner = process.hrtime.bigint();
    await new Promise(resolve => setTimeout(resolve, 2000));
    const innerEnd = process.hrtime.bigint();
    const passed = Number(clock.monotonic() - first);
    const outerEnd = process.hrtime.bigint();
    expect(passed).toBeGreaterThanOrEqual(Number(innerEnd - inner) * (1 - SLEWED) - MICROSECOND);
    expect(passed).toBeLessThanOrEqual(Number(outerEnd - outer) * (1 + SLEWED) + MICROSECOND);
  });

  it("reports the kernel's state, which an ordinary user may read", () => {
    const { synchronized, maxError, estimatedError, frequency } = clock.status();
    console.log(clock.status());
    expect(synchronized).toEqual(expect.any(Boolean));
    expect(maxError).toBeGreaterThan(0);
    expect(estimatedError).toBeGreaterThanOrEqual(0);
    expect(Math.abs(frequency ?? Number.NaN)).toBeLessThanOrEqual(500);
  });

  it('tells this boot from others', () => {
    const session = execFileSync('sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim();
    expect(session).toMatch(/^[0-9A-F-]{36}$/i);
    expect(clock.bootId()).toBe(session);
  });
});

describe('what only root may do', () => {
  it.each([
    ['a step', () => clock.step(1)],
    ['a slew', () => clock.slew(0.01)],
    [
      'to declare the clock synchronized',
      () => clock.declareSynchronized({ maxError: 1, estimatedError: 1 }),
    ],
  ])('%s is refused, with sudo as advice', (_, attempt) => {
    expect(process.geteuid?.()).not.toBe(0);
    const ahead = () => Number(BigInt(clock.now()) - process.hrtime.bigint()) / 1e9;
    const before = ahead();
    expect(attempt).toThrow(
      expect.objectContaining({ kind: 'not-permitted', message: expect.stringContaining('sudo') }),
    );
    expect(Math.abs(ahead() - before)).toBeLessThan(0.5);
  });
});

describe("the system's headers", () => {
  const folder = mkdtempSync(join(tmpdir(), 'tsntp-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const found = new Map<string, number>();
  beforeAll(() => {
    writeFileSync(join(folder, 'headers.c'), HEADERS);
    // Fails where a declaration differs from the adapter's.
    execFileSync('cc', ['-Werror', '-o', join(folder, 'headers'), join(folder, 'headers.c')]);
    const lines = execFileSync(join(folder, 'headers'), { encoding: 'utf8' }).trim().split('\n');
    for (const [name = '', value] of lines.map(line => line.split(' '))) found.set(name, Number(value));
  });

  it('have the layouts that the adapter reads and writes', () => {
    expect(Object.fromEntries(found)).toMatchObject({
      ...{ 'timespec.size': 16, 'timespec.tv_sec': 0, 'timespec.tv_nsec': 8 },
      ...{ 'timeval.size': 16, 'timeval.tv_sec': 0, 'timeval.tv_usec': 8, 'timeval.tv_usec.size': 4 },
      ...{ 'timex.size': 136, 'timex.modes': 0, 'timex.offset': 8, 'timex.freq': 16, 'timex.maxerror': 24 },
      ...{ 'timex.esterror': 32, 'timex.status': 40, 'ntptimeval.size': 48 },
    });
  });

  it('have the constants that the adapter uses', () => {
    expect(Object.fromEntries(found)).toMatchObject({
      ...{ CLOCK_REALTIME: 0, CLOCK_MONOTONIC_RAW: 4, CLOCK_MONOTONIC: 6, CLOCK_UPTIME_RAW: 8 },
      ...{ MOD_MAXERROR: timex.MAXERROR, MOD_ESTERROR: timex.ESTERROR, MOD_STATUS: timex.STATUS },
      ...{ MOD_OFFSET: timex.OFFSET, MOD_FREQUENCY: timex.FREQUENCY, STA_UNSYNC: 0x40 },
    });
  });
});

/** A slew in progress moves the monotonic clock, at most by this. */
const SLEWED = 5e-3;
/** The resolution of both clocks, in nanoseconds. */
const MICROSECOND = 2000;
