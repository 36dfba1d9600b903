// The file of the floor: whose it may be, what it may contain, and that it is replaced whole.

import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { floorStore, readFloor } from '../../src/host/floor-file.ts';
import { formatInstant, unixTimeOf } from '../../src/ntp/time.ts';
import { scratch } from '../support/command.ts';
import { isRoot } from './child.ts';

const posix = process.platform !== 'win32';
const INSTANT = '2026-11-21T12:10:23.000000001Z';
const TIME = unixTimeOf(BigInt(Date.parse('2026-11-21T12:10:23Z')) * 1_000_000n + 1n);
let directory: string;
let file: string;

beforeEach(() => {
  directory = join(scratch(), 'tsntp');
  file = join(directory, 'floor');
});

function plant(contents: string, folder = directory): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'floor'), contents, { mode: 0o600 });
}

function expectIgnored(reason: RegExp): void {
  const { warnings, ...reading } = readFloor(directory);
  expect(reading).toEqual({});
  expect(warnings).toEqual([
    expect.stringMatching(/^cannot read the floor of this clock, the last measured time: /),
  ]);
  expect(warnings[0]).toMatch(reason);
}

test('without a file there is no floor, and no warning', () => {
  expect(readFloor(directory)).toEqual({ warnings: [] });
  expect(floorStore(undefined, []).recall()).toEqual({ warnings: [] });
  expect(floorStore(undefined, []).remember({ time: TIME, errorBound: 1 })).toBeUndefined();
});

test('a floor that was kept is read again, from a file that only this user may read', () => {
  const store = floorStore(directory, []);
  expect(store.remember({ time: TIME, errorBound: 0 })).toBeUndefined();
  expect(store.recall()).toEqual({ time: TIME, path: file, warnings: [] });
  expect(readFileSync(file, 'utf8')).toBe(`${INSTANT}\n`);
  expect(readdirSync(directory)).toEqual(['floor']);
  if (posix) expect([statSync(directory).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);
});

test('the floor file follows the rule of the floor: not lowered by an inaccurate measurement, replaced by one that excludes it', () => {
  plant(`${INSTANT}\n`);
  const store = floorStore(directory, []);
  store.remember({ time: TIME, errorBound: 5 });
  expect(store.recall().time).toBe(TIME);
  const before = unixTimeOf(TIME - 100_000_000_000n);
  store.remember({ time: before, errorBound: 0 });
  expect(store.recall().time).toBe(before);
});

test.each([
  '2026-11-21T12:10:23Z',
  '2026-11-21T12:10:23.5Z\n',
  ' 2026-11-21T12:10:23Z',
  '',
  'soon',
  '2026-13-01T00:00:00Z',
  '2026-11-21T12:10:23+01:00',
  '\x1b[31m',
  'x'.repeat(2000),
])('%j is an instant or a warning that shows nothing of it', contents => {
  plant(contents);
  const { time, warnings } = readFloor(directory);
  if (/^2026-11-21T12:10:23(\.5)?Z\s*$/.test(contents))
    expect(formatInstant(time!)).toMatch(/^2026-11-21T12:10:23\.[05]0{8}Z$/);
  else {
    expect(time).toBeUndefined();
    expect(warnings[0]).toMatch(/: .*floor is (not an instant such as|larger than) .*: remove it$/);
    expect(warnings[0]).not.toContain('\x1b');
  }
});

test('a malformed floor file is replaced by the next measurement', () => {
  plant('soon\n');
  const store = floorStore(directory, []);
  expect(store.remember({ time: TIME, errorBound: 0 })).toBeUndefined();
  expect(store.recall()).toMatchObject({ time: TIME, warnings: [] });
});

test('of several directories, the latest floor counts, but only the file of this machine is written', () => {
  const other = join(scratch(), 'unit');
  plant('2026-11-22T00:00:00Z\n', other);
  const store = floorStore(directory, [other]);
  expect(store.recall()).toMatchObject({ path: join(other, 'floor') });
  store.remember({ time: TIME, errorBound: 0 });
  expect(readFileSync(file, 'utf8')).toBe(`${INSTANT}\n`);
  expect(store.recall()).toMatchObject({ path: join(other, 'floor') });
});

describe.runIf(posix)('a floor file that another user could have written is ignored', () => {
  test('a symbolic link', () => {
    mkdirSync(directory, { mode: 0o700 });
    symlinkSync('/etc/hostname', file);
    expectIgnored(/symbolic link/);
  });

  test('a hard link', () => {
    plant(`${INSTANT}\n`);
    linkSync(file, join(directory, 'second'));
    expectIgnored(/hard link/);
  });

  test('a file that others can write, and a directory', () => {
    plant(`${INSTANT}\n`);
    chmodSync(file, 0o666);
    expectIgnored(/can be written by others/);
    chmodSync(file, 0o600);
    chmodSync(directory, 0o777);
    expectIgnored(/can be written by others/);
  });

  test.runIf(isRoot)("another user's, unless it belongs to the owner of another directory", () => {
    plant(`${INSTANT}\n`);
    chownSync(file, 1234, 1234);
    chownSync(directory, 1234, 1234);
    expectIgnored(/belongs to user 1234/);
    expect(floorStore(undefined, [directory]).recall().time).toBe(TIME);
    chownSync(file, 4321, 4321);
    expect(floorStore(undefined, [directory]).recall().time).toBeUndefined();
  });
});

test.runIf(posix)('a floor in a directory that cannot be written is a warning', () => {
  writeFileSync(directory, '');
  expect(floorStore(directory, []).remember({ time: TIME, errorBound: 0 })).toMatch(
    /^cannot keep the floor of this clock, .*not a directory/,
  );
});
