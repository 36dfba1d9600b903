// Faults of the clock and interference by other programs: failing calls, a clock that is stepped, a process that is
// stopped. Each test checks the exit code, the message, and that the clock was moved once or not at all.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratch, start } from '../support/command.ts';
import { unavailable } from '../support/debian-package.ts';
import { counted, expectClean, type Report, startServer, straced, withoutStrace } from './bench.ts';
import { faketime } from './faketime.ts';
import { address, callsIn, injected, moving, PACE } from './faults.ts';
import { type Behavior, lie, truth } from './server.ts';

describe.skipIf(withoutStrace !== undefined)('the clock call', () => {
  const kinds = {
    EPERM: 'not-permitted',
    EINVAL: 'invalid',
    ENOSYS: 'unsupported',
    EBUSY: 'busy',
    EFAULT: 'failed',
  };

  describe.each(['slew', 'step'] as const)('%s', way => {
    test.each(Object.entries(kinds))('fails with %s', async (error, kind) => {
      const fault = `clock_adjtime:error=${error}:when=${await moving[way]()}`;
      const { code, report } = await injected([fault], [`--${way}`, await address(lie(0.2))]);
      const message = expect.stringContaining(error);
      expect(report).toMatchObject({ result: 'clock-error', error: { kind, message } });
      expect(report.offset).toBeCloseTo(0.2, 1);
      expect(code).toBe(4);
    });

    test('succeeds (simulated by strace): exit 0, moved once', async () => {
      const trace = join(scratch(), 'trace');
      const success = `inject=clock_adjtime:retval=0:when=${await moving[way]()}+`;
      const surroundings = straced(['-e', 'trace=clock_adjtime', '-e', success, '-o', trace]);
      const args = ['--format=json', ...PACE, `--${way}`, await address(lie(0.2))];
      const result = await start(['sync', '--force', ...args], surroundings).ended;
      expectClean(result);
      const moves = callsIn(trace).filter(call => /modes=\S*(SETOFFSET|SINGLESHOT)/.test(call));
      expect({ code: result.code, moves: moves.length }).toEqual({ code: 0, moves: 1 });
    });
  });

  test('not permitted: the message names the capability', async () => {
    const { code, report } = await injected(['clock_adjtime:delay_enter=1'], [await address(lie(1))]);
    expect(report).toMatchObject({ error: { message: expect.stringContaining('CAP_SYS_TIME') } });
    expect(code).toBe(4);
  });

  test.each(Object.keys(kinds))('reading the clock state fails with %s', async error => {
    const { code } = await injected([`clock_adjtime:error=${error}`], [await address()]);
    expect(code).toBe(4);
  });

  test.each(Object.keys(kinds))(
    'a query still measures when reading the clock state fails with %s',
    async error => {
      const { code, report } = await injected(
        [`clock_adjtime:error=${error}`],
        ['-q', await address(lie(0.2))],
      );
      expect(code).toBe(0);
      expect(report.offset).toBeCloseTo(0.2, 1);
    },
  );

  test('marking the clock as synchronized fails: a warning, exit 0', async () => {
    const success = `clock_adjtime:retval=0:when=${await moving.slew()}`;
    const { code, report } = await injected([success], ['--slew', await address(lie(0.2))]);
    expect(report.warnings.join()).toContain('EPERM');
    expect(code).toBe(0);
  });
});

const withoutFaketime = unavailable(['libfaketime']);

describe.skipIf(withoutFaketime !== undefined)('another program steps this clock', () => {
  /** True time, until the n-th request moves this clock by `ahead(n)` seconds. */
  function stepping(file: string, ahead: (number: number) => number): Behavior {
    return ask => {
      writeFileSync(file, `${ahead(ask.number) < 0 ? '' : '+'}${ahead(ask.number)}s\n`);
      return truth(ask);
    };
  }

  async function run(ahead: (number: number) => number, samples: number) {
    const file = join(scratch(), 'time');
    writeFileSync(file, '+0s\n');
    const server = await startServer(stepping(file, ahead));
    const args = [`-p${samples}`, '-t1', '--interval=0.05', `127.0.0.1:${server.port}`];
    return { ...(await counted(args, faketime({ file }))), server };
  }

  test.each([5, -5, 0.01, -0.01, 3600])(
    'by %d s during the burst: measured again, with the right result',
    async step => {
      const { code, report, server } = await run(number => (number >= 2 ? step : 0), 3);
      expect(server.requests).toHaveLength(6);
      expect(Math.abs(report.offset! + step)).toBeLessThan(report.errorBound! + 0.0005);
      expect(code).toBe(4);
    },
  );

  test('by 2 s between the last reply and the end of the run: measured again', async () => {
    const { report, server } = await run(number => (number >= 3 ? 2 : 0), 3);
    expect(server.requests).toHaveLength(6);
    expect(Math.abs(report.offset! + 2)).toBeLessThan(report.errorBound! + 0.0005);
  });

  test('repeatedly: no result, exit 3', async () => {
    const { code, report } = await run(number => number, 2);
    expect(report.reason).toBe('clock-unsteady');
    expect(code).toBe(3);
  });
});

describe.skipIf(withoutFaketime !== undefined)('a clock that stands still', () => {
  const stopped = '2026-11-25 10:00:00';
  const message = expect.stringContaining('stands still');

  test.each([
    [['sync', '--force'], false],
    [['query'], false],
    [['query'], true],
    [['status'], false],
    [['rtc', 'show'], false],
  ] as const)('ends %j with exit 4 (the monotonic clock, too: %j)', async (command, monotonicToo) => {
    const servers = ['sync', 'query'].includes(command[0]) ? [await address()] : [];
    const surroundings = faketime({ stopped, monotonicToo });
    const { code, stderr } = await start([...command, ...servers], surroundings).ended;
    expect({ code, stderr }).toEqual({ code: 4, stderr: message });
  });

  test('that stops in the middle of the burst: exit 4, reported in JSON', async () => {
    const file = join(scratch(), 'time');
    writeFileSync(file, '+0s\n');
    const stopping: Behavior = ask => {
      if (ask.number === 2) writeFileSync(file, `${stopped}\n`);
      return truth(ask);
    };
    const { code, report } = await counted(
      ['-p3', '-t1', '--interval=0.05', await address(stopping)],
      faketime({ file }),
    );
    expect({ code, report }).toMatchObject({ code: 4, report: { result: 'error', message } });
  });
});

describe('the process is stopped by a signal', () => {
  test('in the middle of the burst, for longer than the reply timeout', async () => {
    let pid = 0;
    const stopping: Behavior = ask => {
      if (ask.number === 2) {
        process.kill(pid, 'SIGSTOP');
        setTimeout(() => process.kill(pid, 'SIGCONT'), 1500);
      }
      return truth(ask);
    };
    const args = ['-p3', '-t1', '--interval=0.05', await address(stopping), await address(), await address()];
    const running = start(['sync', '--force', '--format=json', ...args]);
    pid = running.child.pid!;
    const result = await running.ended;
    expectClean(result);
    const report = JSON.parse(result.stdout) as Report;
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
    expect(result.code).toBe(4);
  });

  test('forty times, 20 ms each', async () => {
    const running = start([
      'sync',
      '--force',
      '--format=json',
      '-p8',
      '-t2',
      '--interval=0.05',
      await address(),
      await address(),
      await address(),
    ]);
    const { child } = running;
    for (let i = 0; i < 40 && child.exitCode === null; i++) {
      child.kill('SIGSTOP');
      await new Promise(resolve => setTimeout(resolve, 20));
      child.kill('SIGCONT');
      await new Promise(resolve => setTimeout(resolve, 15));
    }
    const result = await running.ended;
    expectClean(result);
    const report = JSON.parse(result.stdout) as Report;
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
    expect(result.code).toBe(4);
  });
});
