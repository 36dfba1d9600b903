import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { buildSync } from 'esbuild';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Clock, ClockError } from '../../src/clock/clock.ts';
import { openClock } from '../../src/clock/index.ts';
import { openLinux } from '../../src/clock/linux.ts';
import { type Answer, fillTime, type RecordedLibrary, recordedLibrary } from '../support/recorded-library.ts';

describe.runIf(process.platform === 'linux')('the clock of this machine', async () => {
  const clock = await openClock();

  test('shows the time that Date.now() floors', () => {
    const before = Date.now();
    const time = Number(clock.now() / 1_000_000n);
    const after = Date.now();
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(after);
  });

  test('is read together with CLOCK_MONOTONIC, the clock of process.hrtime', () => {
    const before = process.hrtime.bigint();
    const { monotonic } = clock.read();
    expect(monotonic).toBeGreaterThanOrEqual(before);
    expect(monotonic).toBeLessThanOrEqual(process.hrtime.bigint());
  });

  test('has a precision between a nanosecond and a millisecond', () => {
    expect(clock.precision).toBeGreaterThanOrEqual(1e-9);
    expect(clock.precision).toBeLessThan(1e-3);
  });

  test('tells its status without privilege', () => {
    const status = clock.status();
    expect(status.synchronized).toBeTypeOf('boolean');
    expect(status.maxError).toBeGreaterThanOrEqual(0);
    expect(status.maxError).toBeLessThanOrEqual(16);
    expect(Math.abs(status.frequency ?? Number.NaN)).toBeLessThan(100_000);
  });

  test('names the boot of the machine', () => {
    expect(clock.bootId()).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  });

  test('is not set without CAP_SYS_TIME, and says how to be allowed to', () => {
    const errors = settingWithoutPrivilege();
    expect(errors.map(error => error.kind)).toEqual(Array(4).fill('not-permitted'));
    for (const { message } of errors) {
      expect(message).toContain('(EPERM)');
      expect(message).toContain('CAP_SYS_TIME');
    }
    expect(errors[0]?.message).toContain('cannot step the clock by +0.000000 s');
    expect(errors[3]?.message).toContain("cannot set the clock's rate to -0.500 ppm");
  });
});

/** The errors of step, slew, declareSynchronized and setFrequency in a process that has lost the capability, and refuses to go on if it has not. */
function settingWithoutPrivilege(): readonly { readonly kind: string; readonly message: string }[] {
  const program = `
    import { readFileSync } from 'node:fs';
    import { openClock } from './src/clock/index.ts';
    const effective = BigInt('0x' + /CapEff:\\s*(\\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
    if (effective & (1n << 25n)) throw new Error('this process could set the clock of this machine');
    const clock = await openClock();
    const calls = [
      () => clock.step(0),
      () => clock.slew(0),
      () => clock.declareSynchronized({ maxError: 16, estimatedError: 16 }),
      () => clock.setFrequency({ frequency: -0.5, tick: 10000 }),
    ];
    console.log(JSON.stringify(calls.map(call => {
      try { call(); return { kind: 'none', message: '' } } catch ({ kind, message }) { return { kind, message } }
    })));`;
  const bundle = buildSync({
    stdin: { contents: program, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['koffi'],
    write: false,
  });
  const node = [process.execPath, '--input-type=module', '-e', bundle.outputFiles[0]!.text];
  const [command, ...args] = canSetClock() ? [...withoutCapability, ...node] : node;
  return JSON.parse(execFileSync(command!, args, { encoding: 'utf8' }));
}

const withoutCapability = [
  'setpriv',
  '--bounding-set=-sys_time',
  '--inh-caps=-sys_time',
  '--ambient-caps=-sys_time',
] as const;

function canSetClock(): boolean {
  const effective = /CapEff:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return (BigInt(`0x${effective}`) & (1n << 25n)) !== 0n;
}

/** The kernel counts in nanoseconds. */
const STA_NANO = 0x2000;

/** A kernel that accepts everything, or refuses with an errno, and answers every request with these values. */
function recordedKernel(
  answer: { readonly status?: number; readonly offset?: bigint; readonly refusesWith?: number } = {},
): RecordedLibrary {
  let seconds = 1_700_000_000n;
  const gettime: Answer = args => {
    fillTime(args.at(-1), seconds++, 123_456_789n);
    return 0;
  };
  const adjtime: Answer = args => {
    const timex = args.at(-1)!.memory!;
    timex.setBigInt64(8, answer.offset ?? 0n, true);
    timex.setBigInt64(16, 65536n * -25n, true);
    timex.setBigInt64(24, 16_000_000n, true);
    timex.setBigInt64(32, 250n, true);
    timex.setInt32(40, answer.status ?? 0x40, true);
    timex.setBigInt64(48, 10n, true);
    timex.setBigInt64(88, 9_999n, true);
    if (answer.refusesWith !== undefined) return kernel.fail(answer.refusesWith);
    return 5; // TIME_ERROR: not synchronized, which is no failure
  };
  const kernel = recordedLibrary({
    clock_gettime: gettime,
    clock_adjtime: adjtime,
    syscall: args => (args[0]?.value === 403 ? gettime(args) : adjtime(args)),
  });
  return kernel;
}

/** The struct timex of the last call. */
function lastTimex(kernel: RecordedLibrary): DataView {
  return kernel.callsOf('clock_adjtime').at(-1)![1] as DataView;
}

/** What each call asked to change, in order. */
function modesOf(kernel: RecordedLibrary): readonly number[] {
  return kernel.callsOf('clock_adjtime').map(([, timex]) => (timex as DataView).getUint32(0, true));
}

/** Where struct timex is not zero, as [offset in bytes, value of 8 bytes]. */
function content(timex: DataView): readonly (readonly [number, bigint])[] {
  const words = Array.from({ length: timex.byteLength / 8 }, (_, i) => i * 8);
  return words.map(at => [at, timex.getBigInt64(at, true)] as const).filter(([, value]) => value !== 0n);
}

describe('what the kernel is asked', () => {
  test('a step back is a negative second and a positive nanosecond, in a zeroed struct of 208 bytes', () => {
    const kernel = recordedKernel({ status: STA_NANO });
    openLinux(kernel, 'x64').step(-2.25);
    expect(lastTimex(kernel).byteLength).toBe(208);
    expect(content(lastTimex(kernel))).toEqual([
      [0, 0x2100n],
      [72, -3n],
      [80, 750_000_000n],
    ]);
  });

  test('what the kernel answered before is not handed back to it', () => {
    const kernel = recordedKernel({ status: 0x2001 });
    const clock = openLinux(kernel, 'x64');
    clock.status();
    clock.step(1);
    expect(content(lastTimex(kernel))).toEqual([
      [0, 0x2100n],
      [72, 1n],
    ]);
  });

  test('both clocks of a reading are those that a slew moves alike: CLOCK_REALTIME and CLOCK_MONOTONIC', () => {
    const kernel = recordedKernel();
    openLinux(kernel, 'x64').read();
    const clocks = kernel.callsOf('clock_gettime').map(([clock]) => clock);
    expect(clocks.slice(-3)).toEqual([1, 0, 1]);
  });

  /** A clock whose other clocks show these times in turn, and whose wall clock goes on by 1 ns a reading. */
  function readingAt(monotonic: bigint[]): { readonly clock: Clock; readonly wall: () => bigint } {
    let wall = 0n;
    const kernel = recordedLibrary({
      clock_gettime: args => {
        fillTime(args.at(-1), 0n, args[0]?.value === 0 ? ++wall : monotonic.shift()!);
        return 0;
      },
      clock_adjtime: () => 0,
    });
    return { clock: openLinux(kernel, 'x64'), wall: () => wall };
  }

  test('a reading during which the process was kept waiting is taken again', () => {
    const { clock, wall } = readingAt([0n, 5_000_000n, 6_000_000n, 6_001_000n]);
    expect(clock.read()).toEqual({ time: wall() + 500n, monotonic: 6_001_000n });
  });

  test('the oscillator is CLOCK_MONOTONIC_RAW, halfway between two readings around the wall clock', () => {
    const { clock, wall } = readingAt([0n, 5_000_000n, 6_000_000n, 6_001_000n]);
    expect(clock.readOscillator?.()).toEqual({ time: wall(), raw: 6_000_500n, gap: 500e-9 });
    const kernel = recordedKernel();
    openLinux(kernel, 'x64').readOscillator?.();
    expect(
      kernel
        .callsOf('clock_gettime')
        .map(([clock]) => clock)
        .slice(-3),
    ).toEqual([4, 0, 4]);
  });

  test('where all are slow, the pair that lies closest counts', () => {
    const gaps = [400_000n, 300_000n, 50_000n, 90_000n, 2_000_000n];
    const monotonic = gaps.flatMap((gap, i) => [BigInt(i) * 10_000_000n, BigInt(i) * 10_000_000n + gap]);
    const { clock, wall } = readingAt(monotonic);
    const before = wall();
    expect(clock.read()).toEqual({ time: before + 3n + 25_000n, monotonic: 20_050_000n });
  });

  test('every step is whole seconds and 0 to 999,999,999 ns, which make up the offset', () => {
    const kernel = recordedKernel({ status: STA_NANO });
    const clock = openLinux(kernel, 'x64');
    fc.assert(
      fc.property(
        fc.integer({ min: -4_000_000_000, max: 4_000_000_000 }),
        fc.integer({ min: -1e9, max: 1e9 }),
        (s, ns) => {
          const offset = s + ns / 1e9;
          clock.step(offset);
          const seconds = lastTimex(kernel).getBigInt64(72, true);
          const rest = lastTimex(kernel).getBigInt64(80, true);
          expect(rest >= 0n && rest < 1_000_000_000n).toBe(true);
          expect(Number(seconds) + Number(rest) / 1e9).toBeCloseTo(offset, 6);
          expect(Math.floor(Number(seconds))).toBeLessThanOrEqual(offset + 1e-9);
        },
      ),
    );
  });

  test.each([
    [1000, 'Setting the clock needs CAP_SYS_TIME. Run as root: sudo tsntp'],
    [0, 'Root lacks CAP_SYS_TIME, as in a container. Start the container with --cap-add SYS_TIME'],
  ])('a refused change tells user %d how to get permission', (user, advice) => {
    const kernel = recordedKernel({ refusesWith: 1 });
    const clock = openLinux(kernel, 'x64', user);
    const message = expect.stringMatching(/^cannot slew the clock by \+1\.000000 s: .*\(EPERM\)\. /);
    expect(() => clock.slew(1)).toThrow(expect.objectContaining({ kind: 'not-permitted', message }));
    expect(() => clock.slew(1)).toThrow(`(EPERM). ${advice}`);
  });

  test('a step is one call, so that a refused one leaves a slew in progress alone', () => {
    const kernel = recordedKernel({ status: STA_NANO });
    openLinux(kernel, 'x64').step(1);
    expect(modesOf(kernel)).toEqual([0, 0x2100]);
  });

  test('a step gives back the microseconds that others may count in', () => {
    const kernel = recordedKernel({ status: 0x40 });
    openLinux(kernel, 'x64').step(1);
    expect(modesOf(kernel)).toEqual([0, 0x2100, 0x1000]);
  });

  test('a slew is in microseconds, and what is left is read without changing anything', () => {
    const kernel = recordedKernel({ offset: -31_500n });
    const slew = openLinux(kernel, 'x64').slew(-0.05);
    expect(content(lastTimex(kernel))).toEqual([
      [0, 0x8001n],
      [8, -50_000n],
    ]);
    expect(slew.unattended).toBe(true);
    expect(slew.remaining()).toBe(-0.0315);
    expect(content(lastTimex(kernel))).toEqual([[0, 0xa001n]]);
  });

  test.each([2146, -1e6, Number.NaN])('a slew by %d s is refused before the kernel hears of it', offset => {
    const kernel = recordedKernel();
    const clock = openLinux(kernel, 'x64');
    expect(() => clock.slew(offset)).toThrow(
      expect.objectContaining({ name: 'ClockError', kind: 'invalid' }),
    );
    expect(kernel.callsOf('clock_adjtime')).toEqual([]);
  });

  test('declaring the clock synchronized clears STA_UNSYNC and no other bit, leap second and all', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff }), status => {
        const kernel = recordedKernel({ status });
        openLinux(kernel, 'x64').declareSynchronized({ maxError: 0.0123456, estimatedError: 0.0000001 });
        const timex = lastTimex(kernel);
        expect(timex.getInt32(0, true)).toBe(0x001c);
        expect(timex.getInt32(40, true)).toBe(status & ~0x40);
        expect(timex.getBigInt64(24, true)).toBe(12_346n);
        expect(timex.getBigInt64(32, true)).toBe(1n);
      }),
    );
  });

  test('the rate is a frequency in 2^-16 ppm and a tick in µs, and the call that sets it changes nothing else', () => {
    const kernel = recordedKernel({ status: STA_NANO });
    const clock = openLinux(kernel, 'x64');
    clock.setFrequency?.({ frequency: -25, tick: 9999 });
    expect(content(lastTimex(kernel))).toEqual([
      [0, 0x4002n],
      [16, -25n * 65_536n],
      [88, 9999n],
    ]);
    expect(clock.rate?.()).toEqual({ rate: { frequency: -25, tick: 9999 }, unit: 2 ** -16, loops: [] });
  });

  test('the status: microseconds, parts per million with a 16-bit fraction, and 100 ppm for each µs of the tick', () => {
    const clock = openLinux(recordedKernel({ offset: 500n }), 'x64');
    expect(clock.status()).toEqual({
      synchronized: false,
      maxError: 16,
      estimatedError: 0.00025,
      frequency: -125,
      slewRemaining: 0.0005,
      phaseRemaining: 0.0005,
      slewRate: 0.0005,
    });
    expect(openLinux(recordedKernel({ status: 0x2001 }), 'x64').status().synchronized).toBe(true);
  });

  test("the rest of the kernel's own loop is in the kernel's unit, and absent without one", () => {
    const phaseOf = (state: Parameters<typeof recordedKernel>[0]) =>
      openLinux(recordedKernel(state), 'x64').status().phaseRemaining;
    expect(phaseOf({ offset: -250_000n, status: 0x1 })).toBe(-0.25);
    expect(phaseOf({ offset: -250_000n, status: 0x1 | STA_NANO })).toBe(-0.00025);
    expect(phaseOf({ offset: 0n, status: 0x1 })).toBeUndefined();
  });

  test.each(['arm', 'ia32'])('on %s the system calls with 64-bit times, and the same structs', arch => {
    const kernel = recordedKernel({ status: STA_NANO });
    const clock = openLinux(kernel, arch);
    expect(clock.now() % 1_000_000_000n).toBe(123_456_789n);
    clock.step(-0.25);
    const [number, realtime, timex] = kernel.callsOf('syscall').at(-1)!;
    expect([number, realtime]).toEqual([405, 0]);
    expect(content(timex as DataView)).toEqual([
      [0, 0x2100n],
      [72, -1n],
      [80, 750_000_000n],
    ]);
    expect(kernel.callsOf('clock_gettime')).toEqual([]);
  });
});

describe('what the kernel refuses', () => {
  const errors = [
    [1, 'not-permitted', 'EPERM'],
    [16, 'busy', 'EBUSY'],
    [22, 'invalid', 'EINVAL'],
    [38, 'unsupported', 'ENOSYS'],
    [14, 'failed', 'EFAULT'],
  ] as const;

  test.runIf(process.platform === 'linux').each(errors)('errno %d is %s', (errno, kind, name) => {
    const kernel: RecordedLibrary = recordedLibrary({
      clock_gettime: args => {
        fillTime(args[1], BigInt(Date.now()), process.hrtime.bigint() % 1_000_000_000n);
        return 0;
      },
      clock_adjtime: () => kernel.fail(errno),
    });
    const clock = openLinux(kernel, 'x64');
    for (const call of [() => clock.step(-1), () => clock.slew(0.1)]) {
      expect(call).toThrow(ClockError);
      expect(call).toThrow(expect.objectContaining({ kind, message: expect.stringContaining(`(${name})`) }));
    }
    // Measuring asks for its state, and needs no leave.
    expect(clock.status()).toEqual({});
  });
});
