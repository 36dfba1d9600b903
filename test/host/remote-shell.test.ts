// What is asked of a shell by ssh, and what is understood of its answer; test/interop/check-ssh.test.ts runs them.

import { describe, expect, test } from 'vitest';
import { POSIX_SHELL, POWERSHELL } from '../../src/host/remote-shell.ts';

describe('the line of a date', () => {
  test.each([
    ['GNU', 'tsntp-3-1800000000.000000007', 1_800_000_000_000_000_007n, 1e-9],
    ['busybox with glibc', 'tsntp-3-1800000000.%N', 1_800_000_000_000_000_000n, 1],
    ['busybox with musl', 'tsntp-3-1800000000.', 1_800_000_000_000_000_000n, 1],
    ['macOS and BSD', 'tsntp-3-1800000000.N', 1_800_000_000_000_000_000n, 1],
    ['a clock before 1970', 'tsntp-3--5.N', -5_000_000_000n, 1],
  ])('of %s is read', (_, line, date, resolution) => {
    expect(POSIX_SHELL.read(line, 3)).toEqual({ date, resolution });
  });

  test.each([
    'tsntp-2-1800000000.0',
    'Welcome',
    'sh: date: not found',
    'tsntp-3-.5',
    `tsntp-3-${'9'.repeat(40)}`,
  ])('"%s" is no answer to question 3', line => {
    expect(POSIX_SHELL.read(line, 3)).toBeUndefined();
  });
});

describe('PowerShell', () => {
  test('gets a script that no shell on the way can misread', () => {
    const [program, ...rest] = POWERSHELL.command.split(' -EncodedCommand ');
    expect(program).toBe('powershell -NoProfile -NonInteractive');
    expect(rest).toEqual([expect.stringMatching(/^[\w+/=]+$/)]);
    // cmd.exe takes no longer line.
    expect(POWERSHELL.command.length).toBeLessThan(8191);
    const script = Buffer.from(rest[0]!, 'base64').toString('utf16le');
    expect(script).toContain('[DateTime]::UtcNow.Ticks');
    expect(script).not.toMatch(/[^ -~\n]/);
  });

  test('says ticks of .NET, which are 100 ns each from the year 1 on', () => {
    // [DateTimeOffset]::FromUnixTimeSeconds(1800000000).Ticks, and half a second and 100 ns more.
    const line = 'tsntp-3-ticks-639355968005000001';
    expect(POWERSHELL.read(line, 3)).toEqual({ date: 1_800_000_000_500_000_100n, resolution: 1 / 64 });
    expect(POWERSHELL.read('tsntp-3-ticks-621355968000000000', 3)?.date).toBe(0n);
  });

  test.each(['tsntp-2-ticks-639355968005000001', 'tsntp-3-ticks-', '3', '#< CLIXML', 'tsntp-3-ticks-1x'])(
    '"%s" is no answer to question 3',
    line => expect(POWERSHELL.read(line, 3)).toBeUndefined(),
  );
});
