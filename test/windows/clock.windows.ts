// The Windows adapter on Windows: steps, slews and sets the rate of its clock, and puts all back.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/clock/clock.ts';
import { openClock } from '../../src/clock/index.ts';
import { rateOf } from '../../src/ntp/drift/kernel-rate.ts';
import { assertDisposable, run, trueTime } from './disposable.ts';

/** What setting the clock of a virtual machine to a millisecond leaves open, in seconds. */
const EXACTLY = 0.05;
/** A unit of the rate, in ppm. */
const UNIT = 0.11;
const SLEW = 500;

let clock: Clock;
beforeAll(async () => {
  assertDisposable();
  await run('net stop w32time');
  clock = await openClock();
});
afterAll(() => clock?.setFrequency?.({ frequency: 0, tick: 10_000 }));

const ahead = () => Number(clock.now() - trueTime()) / 1e9;
const ppm = async (): Promise<number> => {
  // What another process sees.
  const program = `
    import { openClock } from './dist/clock/index.js';
    const clock = await openClock();
    const { frequency, slewRate } = clock.status();
    console.log(JSON.stringify(frequency + slewRate * 1e6));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(child.stdout, 'data');
  return JSON.parse(String(said));
};

test('the precise functions are there', () => {
  expect(clock).toMatchObject({ name: 'windows', sets: true });
  expect(clock.setFrequency).toBeTypeOf('function');
  expect(clock.precision).toBeLessThan(1e-3);
});

test.each([3.25, -3.25, 0.75, -0.75])('the clock is stepped by %d s', seconds => {
  const before = ahead();
  clock.step(seconds);
  const moved = ahead() - before;
  console.log(`step ${seconds} s: ${moved.toFixed(6)} s`);
  expect(Math.abs(moved - seconds)).toBeLessThan(EXACTLY);
});

describe('the rate of the clock', () => {
  test('outlasts the process that sets it', async () => {
    clock.setFrequency?.({ frequency: 37.4, tick: 10_000 });
    expect(await ppm()).toBeCloseTo(37.4, 0);
    expect(rateOf(clock.rate!().rate)).toBeCloseTo(37.4, 0);
  });

  test.each([0.005, -0.005])(
    'is changed while a slew by %d s lasts, and is restored after it',
    async seconds => {
      const [rate, before] = [await ppm(), ahead()];
      const slew = clock.slew(seconds);
      expect(Math.abs((await ppm()) - rate - Math.sign(seconds) * SLEW)).toBeLessThan(UNIT);
      while (slew.remaining() !== 0) await sleep(100);
      const moved = ahead() - before;
      console.log(`slew ${seconds} s: ${moved.toFixed(6)} s`);
      expect(await ppm()).toBeCloseTo(rate, 1);
      // The rate itself has moved it by 37.4 ppm for 10 s.
      expect(Math.abs(moved - seconds)).toBeLessThan(2e-3);
    },
  );

  test('is restored by the next run after one that was killed', async () => {
    const rate = await ppm();
    const program = `
      import { openClock } from './dist/clock/index.js';
      (await openClock()).slew(1);
      console.log('slewing');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
    await once(child.stdout, 'data');
    expect(Math.abs((await ppm()) - rate - SLEW)).toBeLessThan(UNIT);
    child.kill('SIGKILL');
    await once(child, 'exit');
    clock.step(0);
    expect(await ppm()).toBeCloseTo(rate, 1);
  });
});
