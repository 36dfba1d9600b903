// What ssh is told, and what is understood of what it says; test/interop/check-ssh.test.ts runs it.

import { describe, expect, test } from 'vitest';
import { POSIX_SHELL } from '../../src/host/remote-shell.ts';
import { dateErrorOfSsh, sshArguments } from '../../src/host/ssh-date.ts';

describe('the arguments of ssh', () => {
  test('ask for nothing, and end the options before the host', () => {
    const place = { host: '2001:db8::5', user: 'root', port: 2222, family: 6, connectTimeout: 4.2 } as const;
    const args = sshArguments(place, POSIX_SHELL);
    expect(args.slice(-3)).toEqual(['--', '2001:db8::5', 'sh']);
    expect(args.join(' ')).toContain('-o BatchMode=yes -o ConnectTimeout=5 ');
    expect(args.join(' ')).toContain(' -l root -p 2222 -6 --');
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
