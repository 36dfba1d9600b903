import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { cookieStore } from '../../src/host/cookie-store.ts';
import type { NtsSession } from '../../src/net/nts/session.ts';
import { scratch } from '../support/command.ts';

const posix = process.platform !== 'win32';
const SERVER = { host: 'time.example', port: 4460, ntpPort: 123 };
const NOW = new Date('2026-11-21T12:00:00Z');
const SESSION: NtsSession = {
  host: '203.0.113.5',
  port: 123,
  c2s: new Uint8Array(32).fill(1),
  s2c: new Uint8Array(32).fill(2),
  cookies: [new Uint8Array(100).fill(3), new Uint8Array(100).fill(4)],
};

let root: string;
let directory: string;
beforeEach(() => {
  root = scratch();
  directory = join(root, 'tsntp');
});

const store = (trust = 'system', now = NOW) => cookieStore(directory, trust, () => now);
const files = (): readonly string[] => readdirSync(directory);
/** Keeps a session and lets its file be another. */
function tamper(change: (contents: Record<string, unknown>) => unknown): void {
  store().keep(SERVER, SESSION);
  const path = join(directory, files()[0]!);
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, 'utf8')))));
}

test('what is kept can be taken, once', () => {
  store().keep(SERVER, SESSION);
  expect(store().take(SERVER)).toEqual(SESSION);
  expect(store().take(SERVER)).toBeUndefined();
  expect(files()).toEqual([]);
});

test.runIf(posix)('the file of cookies is for its owner alone', () => {
  store().keep(SERVER, SESSION);
  expect(statSync(join(directory, files()[0]!)).mode & 0o777).toBe(0o600);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
});

test('no cookies are found where none were kept, and nothing is kept without a cookie', () => {
  expect(store().take(SERVER)).toBeUndefined();
  store().keep(SERVER, { ...SESSION, cookies: [] });
  expect(store().take(SERVER)).toBeUndefined();
});

test('each server, port and trust store has its own', () => {
  store().keep(SERVER, SESSION);
  expect(store('another').take(SERVER)).toBeUndefined();
  expect(store().take({ ...SERVER, port: 4461 })).toBeUndefined();
  expect(store().take({ ...SERVER, host: 'other.example' })).toBeUndefined();
  expect(store().take(SERVER)).toEqual(SESSION);
});

describe('is passed over, and gone:', () => {
  test.each<[string, (contents: Record<string, unknown>) => unknown]>([
    ['a null', () => null],
    ['another version', one => ({ ...one, version: 2 })],
    ['an empty cookie', one => ({ ...one, cookies: [''] })],
    ['a huge cookie', one => ({ ...one, cookies: ['00'.repeat(513)] })],
    ['one bad cookie among good ones', one => ({ ...one, cookies: ['00'.repeat(100), 'x'] })],
    ['too many cookies', one => ({ ...one, cookies: Array(9).fill('00'.repeat(100)) })],
    ['no cookies', one => ({ ...one, cookies: [] })],
    ['a short key', one => ({ ...one, c2s: '00' })],
    ['no key', one => ({ ...one, s2c: undefined })],
    ['a port that is none', one => ({ ...one, port: 0 })],
    ['a host that is none', one => ({ ...one, host: 'a b' })],
    ['no date', one => ({ ...one, saved: undefined })],
    ['what is too old', one => ({ ...one, saved: '2026-11-14T11:59:59Z' })],
    ['what is of the future', one => ({ ...one, saved: '2026-11-28T12:00:01Z' })],
  ])('%s', (_, change) => {
    tamper(change);
    expect(store().take(SERVER)).toBeUndefined();
    expect(files()).toEqual([]);
  });

  test('any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        tamper(() => value);
        expect(store().take(SERVER)).toBeUndefined();
      }),
      { numRuns: 30 },
    );
  });

  test.runIf(posix)('what others can write', () => {
    store().keep(SERVER, SESSION);
    chmodSync(join(directory, files()[0]!), 0o622);
    expect(store().take(SERVER)).toBeUndefined();
  });

  test('what others could read', () => {
    store().keep(SERVER, SESSION);
    const path = join(directory, files()[0]!);
    if (posix) chmodSync(path, 0o640);
    else execFileSync('icacls', [path, '/grant', '*S-1-5-32-545:R']);
    expect(store().take(SERVER)).toBeUndefined();
    expect(files()).toEqual([]);
  });

  test.runIf(posix)('a symbolic link', () => {
    store().keep(SERVER, SESSION);
    const path = join(directory, files()[0]!);
    const elsewhere = join(root, 'elsewhere');
    writeFileSync(elsewhere, readFileSync(path), { mode: 0o600 });
    rmSync(path);
    symlinkSync(elsewhere, path);
    expect(store().take(SERVER)).toBeUndefined();
    expect(statSync(elsewhere).isFile()).toBe(true);
  });
});

test('a folder that cannot be made is no failure', () => {
  writeFileSync(directory, 'a file');
  store().keep(SERVER, SESSION);
  expect(store().take(SERVER)).toBeUndefined();
});

test.runIf(posix)('a folder that others can write to is not used', () => {
  mkdirSync(directory, { mode: 0o700 });
  chmodSync(directory, 0o777);
  store().keep(SERVER, SESSION);
  expect(files()).toEqual([]);
});
