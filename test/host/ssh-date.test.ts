// What ssh is told, and what is understood of what it says; test/interop/check-ssh.test.ts runs it.

import { describe, expect, test } from 'vitest';
import { dateErrorOfSsh, parseDateLine, sshArguments } from '../../src/host/ssh-date.ts';

describe('the arguments of ssh', () => {
  test('ask for nothing, and end the options before the host', () => {
    const args = sshArguments({
      host: '2001:db8::5',
      user: 'root',
      port: 2222,
      family: 6,
      connectTimeout: 4.2,
    });
    expect(args.slice(-3)).toEqual(['--', '2001:db8::5', 'sh']);
    expect(args.join(' ')).toContain('-o BatchMode=yes -o ConnectTimeout=5 ');
    expect(args.join(' ')).toContain(' -l root -p 2222 -6 --');
  });
});

describe('the line of a date', () => {
  test.each([
    ['GNU', 'tsntp-3-1800000000.000000007', 1_800_000_000_000_000_007n, 1e-9],
    ['busybox with glibc', 'tsntp-3-1800000000.%N', 1_800_000_000_000_000_000n, 1],
    ['busybox with musl', 'tsntp-3-1800000000.', 1_800_000_000_000_000_000n, 1],
    ['macOS and BSD', 'tsntp-3-1800000000.N', 1_800_000_000_000_000_000n, 1],
    ['a clock before 1970', 'tsntp-3--5.N', -5_000_000_000n, 1],
  ])('of %s is read', (_, line, date, resolution) => {
    expect(parseDateLine(line, 3)).toEqual({ date, resolution });
  });

  test.each([
    'tsntp-2-1800000000.0',
    'Welcome',
    'sh: date: not found',
    'tsntp-3-.5',
    `tsntp-3-${'9'.repeat(40)}`,
  ])('"%s" is no answer to question 3', line => {
    expect(parseDateLine(line, 3)).toBeUndefined();
  });
});

describe('an end of ssh', () => {
  test.each([
    ['ssh: Could not resolve hostname nohost: Name or service not known', 'unknown-name'],
    ['ssh: connect to host 10.0.0.5 port 22: Connection refused', 'refused'],
    ['ssh: connect to host 10.0.0.5 port 22: Connection timed out', 'no-answer'],
    ['ssh: connect to host 10.0.0.5 port 22: No route to host', 'no-answer'],
    ['root@10.0.0.5: Permission denied (publickey).', 'refused'],
    ['Host key verification failed.', 'refused'],
  ])('with "%s" is told from the others', (text, kind) => {
    expect(dateErrorOfSsh(255, `banner\r\n${text}\r\n`)).toMatchObject({
      kind,
      message: text.replace(/\.$/, ''),
    });
  });

  test('with another status is that of the shell', () => {
    expect(dateErrorOfSsh(127, 'sh: not found\n')).toMatchObject({
      kind: 'unusable',
      message: 'no shell with a date there: sh: not found',
    });
  });

  test('is told without control characters, and not at length', () => {
    const { message } = dateErrorOfSsh(255, `\u001b[31mgone${'x'.repeat(500)}\u0007\n`);
    expect(message).toMatch(/^\\u\{1b\}\[31mgonex+$/);
    expect(message.length).toBeLessThan(220);
  });
});
