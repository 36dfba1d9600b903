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

  test('the oscillator is the performance counter, and no rate lasts without the precise functions', () => {
    const answer = JSON.parse(
      run(`
        import { openClock } from './src/clock/index.ts';
        const clock = await openClock();
        const before = clock.readOscillator();
        const began = process.hrtime.bigint();
        while (process.hrtime.bigint() < began + 100_000_000n);
        const took = process.hrtime.bigint() - began;
        const after = clock.readOscillator();
        console.log(JSON.stringify({
          beyond: Number(after.raw - before.raw - took),
          off: Number(after.time - before.time - (after.raw - before.raw)),
          gap: before.gap + after.gap,
          rate: 'rate' in clock,
          setFrequency: 'setFrequency' in clock,
        }));`),
    );
    expect(answer).toMatchObject({ rate: false, setFrequency: false });
    expect(answer.beyond).toBeGreaterThanOrEqual(0);
    // wine's wall clock shows units of 100 ns.
    expect(Math.abs(answer.off)).toBeLessThanOrEqual(1e9 * answer.gap + 200 + 1e-3 * 100e6);
  });

  test('a slew is noted in a volatile key of the registry as long as it lasts', () => {
    const { during, child, after } = JSON.parse(
      run(`
        import koffi from 'koffi';
        import { openClock } from './src/clock/index.ts';
        import { openSlewNote } from './src/clock/windows/slew-note.ts';
        const note = openSlewNote(koffi);
        const read = () => {
          const slew = note.read();
          return slew && { units: Number(slew.slewing - slew.base.increment), ...slew.base };
        };
        const create = koffi.load('advapi32.dll').func('int32 __stdcall RegCreateKeyExW(intptr_t key, str16 path, uint32 reserved, void *class, uint32 options, uint32 access, void *security, void *result, void *disposition)');
        const clock = await openClock();
        const slew = clock.slew(10);
        const during = read();
        // Nothing that outlasts the boot may be below a volatile key.
        const child = create(0x80000002, 'SOFTWARE\\\\tsntp\\\\slew\\\\child', 0, null, 0, 2, null, new BigInt64Array(1), null);
        slew.release();
        console.log(JSON.stringify({ during, child, after: read() }, (_, value) =>
          typeof value === 'bigint' ? Number(value) : value));`),
    );
    const ERROR_CHILD_MUST_BE_VOLATILE = 1021;
    expect(during.units).toBe(Math.round(during.increment * 500e-6));
    expect(child).toBe(ERROR_CHILD_MUST_BE_VOLATILE);
    expect(after).toBeUndefined();
  });
});
