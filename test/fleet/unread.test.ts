import { expect, test } from 'vitest';
import { combinedUnread } from '../../src/fleet/unread.ts';

test('one means says it in its own words', () => {
  expect(combinedUnread(new Map([['ntp', { kind: 'no-answer' as const }]]))).toEqual({ kind: 'no-answer' });
});

test('of several means, the most telling decides, and all are said', () => {
  const failures = new Map([
    ['ntp', { kind: 'unknown-name' as const, reason: 'no address' }],
    ['http', { kind: 'no-answer' as const }],
    ['ssh', { kind: 'refused' as const, reason: 'Permission denied (publickey)' }],
  ]);
  expect(combinedUnread(failures)).toEqual({
    kind: 'refused',
    reason: 'ntp: no address; http: no answer; ssh: Permission denied (publickey)',
  });
});

test('what ssh says of itself is said once', () => {
  const failures = new Map([
    ['ntp', { kind: 'no-answer' as const }],
    ['ssh', { kind: 'refused' as const, reason: 'ssh: connect to host a port 22: Connection refused' }],
  ]);
  expect(combinedUnread(failures).reason).toBe(
    'ntp: no answer; ssh: connect to host a port 22: Connection refused',
  );
});
