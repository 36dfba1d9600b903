import { beforeAll, describe, expect, test } from 'vitest';
import { unavailable } from '../support/debian-package.ts';
import { type WindowsNode, windowsNode } from './windows-node.ts';

const missing = unavailable(['wine64']);
if (missing) console.error(missing);

describe.skipIf(missing)('the Windows clock under wine', () => {
  let run: WindowsNode;
  beforeAll(() => {
    run = windowsNode();
  });

  test('is read through kernel32 with a resolution of 100 ns and agrees with Date.now()', () => {
    const answer = JSON.parse(
      run(`
        import { openClock } from './src/clock/index.ts';
        const clock = await openClock();
        const before = Date.now();
        const { time, monotonic } = clock.read();
        const after = Date.now();
        const milliseconds = Number(time / 1_000_000n);
        console.log(JSON.stringify({
          name: clock.name,
          sets: clock.sets,
          precision: clock.precision,
          late: milliseconds - before,
          early: after - milliseconds,
          forward: clock.monotonic() >= monotonic,
          status: clock.status(),
        }));`),
    );
    expect(answer).toMatchObject({ name: 'windows', sets: true, forward: true, status: { frequency: 0 } });
    // Date.now() is interpolated on Windows and may differ by a millisecond.
    expect(answer.late).toBeGreaterThanOrEqual(-1);
    expect(answer.early).toBeGreaterThanOrEqual(-1);
    expect(answer.precision).toBeGreaterThanOrEqual(1e-7);
    expect(answer.precision).toBeLessThan(1e-3);
  });

  test('the privilege is enabled, and a refused step reports GetLastError', () => {
    const [hour, nothing] = JSON.parse(
      run(`
        import { openClock } from './src/clock/index.ts';
        const clock = await openClock();
        console.log(JSON.stringify([3600, 0].map(offset => {
          try { clock.step(offset); return {} } catch ({ kind, message }) { return { kind, message } }
        })));`),
    );
    // wine accepts a step below half a second, without effect, and refuses all others.
    expect(hour).toEqual({
      kind: 'not-permitted',
      message: expect.stringContaining('cannot step the clock by +3600.000000 s: Windows error 1314'),
    });
    expect(nothing).toEqual({});
  });

  test('a slew ends by itself and does not keep the process alive', () => {
    const [begun, ended] = JSON.parse(
      run(`
        import { openClock } from './src/clock/index.ts';
        const clock = await openClock();
        const slew = clock.slew(2e-6);
        const begun = slew.unattended;
        process.on('exit', () => console.log(JSON.stringify([begun, slew.remaining()])));`),
    );
    expect(begun).toBe(false);
    expect(ended).toBe(0);
  });

  test('a slew is released when the process ends early', () => {
    const [left, later] = JSON.parse(
      run(`
        import { openClock } from './src/clock/index.ts';
        const clock = await openClock();
        const slew = clock.slew(10);
        process.on('exit', () => {
          const left = slew.remaining();
          for (const begun = Date.now(); Date.now() < begun + 50; );
          console.log(JSON.stringify([left, slew.remaining()]));
        });
        process.exit(0);`),
    );
    expect(left).toBeGreaterThan(9);
    expect(later).toBe(left);
  });
});
