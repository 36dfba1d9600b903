// Faults of the machine: few descriptors, closed or full streams, an unusable state directory. None of them may change
// what happens to the clock.

import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BIN, type Surroundings, scratch, start, works } from '../support/command.ts';
import { counted, expectClean, withoutStrace } from './bench.ts';
import { address, injected, moving, PACE } from './faults.ts';
import { lie } from './server.ts';

describe.runIf(works(['prlimit', '--version']))('few descriptors', () => {
  test.each([60, 100])(
    '%i of them for 120 servers: servers without a descriptor are named, the others are used',
    async limit => {
      const servers = await Promise.all(Array.from({ length: 120 }, () => address()));
      const program = ['prlimit', `--nofile=${limit}:${limit}`, process.execPath, BIN];
      const { code, report } = await counted([...PACE, ...servers], { program });
      for (const { verdict, reason } of report.servers) {
        if (verdict === 'unreachable') expect(reason).toMatch(/too many open sockets.*ulimit -n/);
        else expect(verdict).toMatch(/system-peer|survivor|outlier|falseticker/);
      }
      if (code === 4) expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
      else expect(code).toBe(3);
    },
  );
});

describe('stdout and stderr', () => {
  const shell = (redirection: string): Surroundings => ({
    program: ['sh', '-c', `exec "$0" "$@" ${redirection}`, process.execPath, BIN],
  });
  const formats = ['classic', 'table', 'json'];

  test.each(formats)(
    '%s to a full disk: reported on stderr, with the exit code of the clock',
    async format => {
      const { code, stderr } = await start(
        ['sync', '--force', ...PACE, `--format=${format}`, await address()],
        shell('>/dev/full'),
      ).ended;
      expect(stderr).toMatch(/cannot write the result to stdout: .*ENOSPC/);
      expect(code).toBe(4);
    },
  );

  test.each([
    ['stdout closed', '>&-'],
    ['stderr closed', '2>&-'],
    ['both closed', '>&- 2>&-'],
    ['all closed', '<&- >&- 2>&-'],
    ['stderr full', '2>/dev/full'],
    ['both full', '>/dev/full 2>&1'],
  ])('%s', async (_name, redirection) => {
    const result = await start(['sync', '--force', '-v', ...PACE, await address()], shell(redirection)).ended;
    expectClean(result);
    expect(result.code).toBe(4);
  });

  test.each(['stdout', 'stderr'] as const)('%s: a pipe whose reader has closed it', async name => {
    const running = start(['sync', '--force', '-d', ...PACE, '-q', await address()]);
    running.child[name]!.destroy();
    const result = await running.ended;
    expectClean(result);
    expect(result.code).toBe(0);
  });
});

describe('the state directory', () => {
  const places: Readonly<Record<string, () => string>> = {
    'is a file': () => {
      const path = join(scratch(), 'state');
      writeFileSync(path, '');
      return path;
    },
    'is a symbolic link': () => {
      const path = join(scratch(), 'state');
      symlinkSync('/tmp', path);
      return path;
    },
    'is writable by all users': () => {
      const path = join(scratch(), 'state');
      mkdirSync(path);
      chmodSync(path, 0o777);
      return path;
    },
    'holds a state file that is garbage': () => stateFile(Buffer.alloc(1000, 0xa5)),
    'holds an empty state file': () => stateFile(''),
    'holds a state file of the wrong shape': () => stateFile('{"version":1,"lastSet":[]}'),
    'holds a state file with an escape sequence': () =>
      stateFile('{"version":1,"lastSet":{"server":"\u001b[2J"}}'),
    'holds a huge state file': () => stateFile(`{"version":1${' '.repeat(200_000)}}`),
    'contains a directory in place of the state file': () => {
      const path = scratch();
      mkdirSync(join(path, 'state.json'));
      return path;
    },
  };
  test.each(Object.entries(places))('%s: a warning, and the run continues', async (_name, place) => {
    const {
      code,
      report,
      attempts = 1,
    } = await counted([...PACE, await address(lie(0.2))], { env: { TSNTP_STATE: place() } });
    expect(report.warnings).not.toEqual([]);
    expect({ code, attempts }).toEqual({ code: 4, attempts: 1 });
  });

  test.skipIf(withoutStrace !== undefined)(
    'cannot be created: the clock is set, and a warning states the consequence',
    async () => {
      const place = '--state=/proc/tsntp';
      const { code, report } = await injected(
        [`clock_adjtime:retval=0:when=${await moving.step()}+`],
        ['--step', place, await address(lie(0.2))],
      );
      expect(report.warnings.join()).toContain('cannot remember');
      expect(code).toBe(0);
    },
  );

  function stateFile(contents: string | Uint8Array): string {
    const path = scratch();
    writeFileSync(join(path, 'state.json'), contents, { mode: 0o600 });
    return path;
  }
});
