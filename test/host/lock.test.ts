import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { acquireLock, lockDirectories } from '../../src/host/lock.ts';
import { scratch } from '../support/command.ts';
import { firstLine, kill, program, start } from './child.ts';

let directory: string;

beforeEach(() => {
  directory = scratch();
});

const holder = program(
  'lock',
  `const [directory, platform, pipe] = JSON.parse(process.argv[2]);
   const lock = await it.acquireLock([directory], platform, pipe);
   console.log(lock.kind);
   process.stdin.resume();`,
);

function hold(...args: readonly (string | undefined)[]) {
  return start([process.execPath, holder, JSON.stringify(args)]);
}

describe.skipIf(process.platform === 'win32')('a lock file', () => {
  test('is held by one process, names it, and is free when that one is killed', async () => {
    const path = join(directory, 'tsntp.lock');
    writeFileSync(path, '4194304 of an earlier run\n', { mode: 0o600 });
    const first = hold(directory);
    expect(await firstLine(first)).toBe('lock');
    expect(await acquireLock([directory])).toEqual({ kind: 'held', path, pid: first.pid });

    const second = hold(directory);
    expect(await firstLine(second)).toBe('held');
    await kill(second);
    expect(await acquireLock([directory])).toMatchObject({ kind: 'held', pid: first.pid });

    await kill(first);
    expect(existsSync(path)).toBe(true);
    const lock = await acquireLock([directory]);
    expect(lock).toMatchObject({ kind: 'lock', path });
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    if (lock.kind === 'lock') lock.release();
  });

  test('excludes within one process too, and can be taken again after release', async () => {
    const first = await acquireLock([directory]);
    if (first.kind !== 'lock') throw new Error(first.kind);
    expect(await acquireLock([directory])).toMatchObject({ kind: 'held', pid: process.pid });
    first.release();
    const second = await acquireLock([directory]);
    first.release();
    expect(await acquireLock([directory])).toMatchObject({ kind: 'held' });
    if (second.kind === 'lock') second.release();
  });

  test('leaves the holder unnamed when its process id cannot be read', async () => {
    const lock = await acquireLock([directory]);
    writeFileSync(join(directory, 'tsntp.lock'), '\u001b[31m42');
    expect(await acquireLock([directory])).toEqual({ kind: 'held', path: join(directory, 'tsntp.lock') });
    if (lock.kind === 'lock') lock.release();
  });

  test('falls back to the next directory, and is made with its directory', async () => {
    writeFileSync(join(directory, 'file'), '');
    const fallback = join(directory, 'run');
    const lock = await acquireLock([join(directory, 'file/state'), fallback]);
    expect(lock).toMatchObject({ kind: 'lock', path: join(fallback, 'tsntp.lock') });
    if (lock.kind === 'lock') lock.release();
  });

  test('is never a symbolic or hard link to something else', async () => {
    const victim = join(directory, 'victim');
    writeFileSync(victim, 'precious');
    const linked = join(directory, 'linked');
    mkdirSync(linked, { mode: 0o700 });
    symlinkSync(victim, join(linked, 'tsntp.lock'));
    const lock = await acquireLock([linked]);
    expect(lock).toMatchObject({
      kind: 'unavailable',
      reason: expect.stringContaining('is a symbolic link'),
    });
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  test('is unavailable, with every reason, where no directory will do', async () => {
    const lock = await acquireLock(['/proc/tsntp', '/dev/null/tsntp']);
    expect(lock.kind === 'unavailable' && lock.reason).toMatch(/\/proc\/tsntp.*; .*\/dev\/null/);
    expect(await acquireLock([])).toEqual({
      kind: 'unavailable',
      reason: 'there is no directory to keep it in',
    });
  });
});

// Linux has sockets in a name space of their own that, like a Windows pipe, end with their process.
describe.runIf(process.platform === 'linux')('the pipe', () => {
  const pipe = `\0tsntp-test-${process.pid}`;

  test('is held by one process, names it, and is free when that one is killed', async () => {
    const first = hold(directory, 'win32', pipe);
    expect(await firstLine(first)).toBe('lock');
    expect(await acquireLock([], 'win32', pipe)).toEqual({ kind: 'held', path: pipe, pid: first.pid });
    await kill(first);
    const lock = await acquireLock([], 'win32', pipe);
    expect(lock).toMatchObject({ kind: 'lock', path: pipe });
    if (lock.kind === 'lock') lock.release();
  });

  test('is unavailable where there cannot be one', async () => {
    const lock = await acquireLock([], 'win32', '/proc/tsntp');
    expect(lock).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('/proc/tsntp') });
  });
});

describe('lockDirectories', () => {
  test.each([
    [
      'linux',
      { XDG_RUNTIME_DIR: '/run/user/7' },
      '/var/lib/tsntp',
      ['/var/lib/tsntp', '/run', '/run/user/7'],
    ],
    ['linux', {}, undefined, ['/run']],
    ['darwin', {}, '/var/db/tsntp', ['/var/db/tsntp', '/var/run']],
    ['freebsd', {}, '/var/lib/tsntp', ['/var/lib/tsntp', '/var/run']],
  ] as const)('%s %j %s', (platform, env, state, expected) => {
    expect(lockDirectories(platform, env, state)).toEqual(expected);
  });
});
