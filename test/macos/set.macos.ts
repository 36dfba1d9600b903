// The macOS adapter sets the clock of a Mac, and puts it back: only in a workflow, whose machine is thrown away, and as
// root. The time service of macOS is off, so that it does not set the clock at the same time.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import koffi from 'koffi';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/clock/clock.ts';
import { openClock } from '../../src/clock/index.ts';

/** What reading and setting the clock of a virtual machine leaves open, in seconds. */
const EXACTLY = 0.05;

let clock: Clock;
beforeAll(async () => {
  if (process.platform !== 'darwin' || process.env.GITHUB_ACTIONS !== 'true' || process.geteuid?.() !== 0)
    throw new Error('these tests set the clock: they run as root on a Mac of a workflow, and nowhere else');
  clock = await openClock();
});

/** How far the clock is ahead of one that nothing sets, in seconds. */
function ahead(): number {
  return Number(clock.now() - process.hrtime.bigint()) / 1e9;
}

describe('the clock of a Mac', () => {
  it.each([0.25, -0.25, 3.25, -3.25])('is stepped by %d s', seconds => {
    const before = ahead();
    clock.step(seconds);
    const moved = ahead() - before;
    console.log(`step ${seconds} s: ${moved.toFixed(6)} s`);
    expect(Math.abs(moved - seconds)).toBeLessThan(EXACTLY);
  });

  it.each([0.5, -0.5])('is slewed toward %d s at 500 ppm, and what is left is known', async seconds => {
    const before = ahead();
    const slew = clock.slew(seconds);
    await sleep(30_000);
    const moved = ahead() - before;
    const left = slew.remaining();
    const reported = cancelSlew();
    console.log(`slew ${seconds} s: ${moved.toFixed(6)} s done, ${left.toFixed(6)} s or ${reported} s left`);
    expect(Math.sign(moved)).toBe(Math.sign(seconds));
    expect(Math.abs(moved)).toBeGreaterThan(0.01);
    // The kernel hands it out second by second.
    expect(Math.abs(left - reported)).toBeLessThan(2e-3);
    expect(Math.abs(moved + reported - seconds)).toBeLessThan(5e-3);
  });

  it('ends a slew by a step', () => {
    clock.slew(0.5);
    clock.step(0.1);
    expect(cancelSlew()).toBe(0);
    clock.step(-0.1);
  });

  it('is declared synchronized, with an error that grows', async () => {
    clock.declareSynchronized({ maxError: 0.25, estimatedError: 0.001 });
    expect(clock.status()).toMatchObject({ synchronized: true, estimatedError: 0.001 });
    await sleep(3000);
    const { maxError = 0 } = clock.status();
    expect(maxError).toBeGreaterThan(0.25);
    expect(maxError).toBeLessThan(0.3);
  });
});

describe('the command as root on a Mac', () => {
  it('steps the clock to a server, says so, and remembers it', async () => {
    // In a process of its own: it answers while the command runs.
    const server = spawn(process.execPath, ['test/vm/server.js', JSON.stringify([{ offset: 0.75 }])]);
    const [line] = await once(server.stdout, 'data');
    const address = `127.0.0.1:${JSON.parse(line).servers[0]}`;
    const before = ahead();
    const report = run('sync', '--json', address);
    const moved = ahead() - before;
    server.kill();
    console.log(`sync: ${moved.toFixed(6)} s of 0.75 s`, report);
    expect(report.result).toBe('adjusted');
    expect(Math.abs(moved - 0.75)).toBeLessThan(EXACTLY);
    expect(run('status', '--json')).toMatchObject({ synchronized: true, lastSet: { kind: 'step' } });
    clock.step(-0.75);
  });
});

/** The report of the command. */
function run(...args: readonly string[]) {
  const command = ['bin/tsntp.js', ...args, '--state', '/tmp/tsntp-state'];
  return JSON.parse(execFileSync(process.execPath, command, { encoding: 'utf8' }));
}

/** Ends a slew by adjtime(2) itself; returns what was left of it, in seconds. */
function cancelSlew(): number {
  const adjtime = koffi.load(null).func('int adjtime(void *delta, void *old)');
  const old = Buffer.alloc(16);
  expect(adjtime(Buffer.alloc(16), old)).toBe(0);
  return Number(old.readBigInt64LE(0)) + old.readInt32LE(8) / 1e6;
}
