// Whether this process may set the clock, told before it tries, and in two sentences.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { missingPermission } from '../../src/clock/permission.ts';
import { scratch } from '../support/command.ts';

const ALL = '000001ffffffffff';
const NONE = '0000000000000000';
const WITHOUT_TIME = '000001fffdffffff';
const FIRST = '         0          0 4294967295\n';
const OWN = '         0       1000          1\n';

function proc(capabilities: string, map: string): string {
  const folder = join(scratch(), 'self');
  mkdirSync(folder);
  writeFileSync(join(folder, 'status'), `Name:\tnode\nCapEff:\t${capabilities}\n`);
  writeFileSync(join(folder, 'uid_map'), map);
  return folder;
}

test.each([
  ['all capabilities', 0, ALL, FIRST, undefined],
  ['CAP_SYS_TIME for an ordinary user', 1000, '0000000002000000', FIRST, undefined],
  ['an ordinary user', 1000, NONE, FIRST, 'Setting the clock needs CAP_SYS_TIME. Run as root: sudo tsntp'],
  [
    'root of a container',
    0,
    WITHOUT_TIME,
    FIRST,
    'Root lacks CAP_SYS_TIME, as in a container. Start the container with --cap-add SYS_TIME',
  ],
  [
    'root of a user namespace, which has all capabilities there',
    0,
    ALL,
    OWN,
    'Root lacks CAP_SYS_TIME, as in a container. Start the container with --cap-add SYS_TIME',
  ],
])('Linux: %s', (_, user, capabilities, map, expected) => {
  expect(missingPermission('linux', user, proc(capabilities, map))).toBe(expected);
});

test('Linux without /proc: only trying tells', () => {
  expect(missingPermission('linux', 1000, join(scratch(), 'none'))).toBeUndefined();
});

test('macOS: root may', () => {
  expect(missingPermission('darwin', 0)).toBeUndefined();
  expect(missingPermission('darwin', 501)).toBe('Setting the clock needs root. Run: sudo tsntp');
});

test('Windows: only trying tells', () => {
  expect(missingPermission('win32', undefined)).toBeUndefined();
});
