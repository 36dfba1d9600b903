import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
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
import { readState, type State, stateDirectory, writeState } from '../../src/host/state.ts';
import { formatInstant, unixTimeOf } from '../../src/ntp/time.ts';
import { scratch } from '../support/command.ts';
import { firstLine, isRoot, program, start } from './child.ts';

const posix = process.platform !== 'win32';
let root: string;
let directory: string;
let file: string;

beforeEach(() => {
  root = scratch();
  directory = join(root, 'tsntp');
  file = join(directory, 'state.json');
});

const state: State = {
  version: 1,
  lastSet: {
    bootId: '0d7bb3ab-6d5b-4f09-8b2c-7a3e6a0c1c55',
    time: '2026-11-21T12:10:23.000000001Z',
    offset: -38908.575181,
    kind: 'step',
    server: '203.0.113.5',
    errorBound: 0.0213,
  },
};

function plant(contents: string | Uint8Array): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file, contents, { mode: 0o600 });
}

function expectRefused(reason: RegExp): void {
  const { state: read, warning } = readState(directory);
  expect(read).toEqual({ version: 1 });
  expect(warning).toMatch(/^cannot tell whether tsntp has set this clock before: /);
  expect(warning).toMatch(reason);
}

describe('the state file', () => {
  test('is absent without a warning before the first run', () => {
    expect(readState(directory)).toEqual({ state: { version: 1 } });
    mkdirSync(directory, { mode: 0o700 });
    expect(readState(directory)).toEqual({ state: { version: 1 } });
  });

  test('is written with its directory, and read back', () => {
    directory = join(root, 'a/b/tsntp');
    expect(writeState(directory, state)).toBeUndefined();
    expect(readState(directory)).toEqual({ state });
    expect(readdirSync(directory)).toEqual(['state.json']);
  });

  test.runIf(posix)('and its directory are for the owner alone', () => {
    directory = join(root, 'a/b/tsntp');
    writeState(directory, state);
    expect(statSync(directory).mode & 0o7777).toBe(0o700);
    expect(statSync(join(directory, 'state.json')).mode & 0o7777).toBe(0o600);
  });

  test('is replaced, not written over: a reader has the old or the new one whole', () => {
    writeState(directory, { version: 1 });
    const before = statSync(file).ino;
    writeState(directory, state);
    expect(statSync(file).ino).not.toBe(before);
    expect(readState(directory)).toEqual({ state });
  });

  test('comes back as it was written, whatever was remembered', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map(x => x + 0);
    const word = fc.string({ minLength: 1 }).filter(text => !/\p{C}/u.test(text));
    const lastSet = fc.record(
      {
        bootId: word,
        time: fc.bigInt(0n, 253402300799999999999n).map(ns => formatInstant(unixTimeOf(ns))),
        offset: number,
        kind: fc.constantFrom('step' as const, 'slew' as const),
        server: word,
        errorBound: number.map(Math.abs),
        sum: number,
        uptime: number,
        asleep: number,
        suspends: number,
      },
      { requiredKeys: ['time', 'offset', 'kind', 'server', 'errorBound'] },
    );
    fc.assert(
      fc.property(lastSet, set => {
        expect(writeState(directory, { version: 1, lastSet: set })).toBeUndefined();
        expect(readState(directory)).toEqual({ state: { version: 1, lastSet: set } });
      }),
      { numRuns: 50 },
    );
  });

  test('drops members that it does not know', () => {
    plant(JSON.stringify({ ...state, later: 1, lastSet: { ...state.lastSet, later: 2 } }));
    expect(readState(directory)).toEqual({ state });
  });

  const bytes = fc.uint8Array({ maxLength: 300 });
  const json = fc.json().map(text => Buffer.from(text));
  const mutated = fc
    .tuple(fc.nat(JSON.stringify(state).length - 1), fc.nat(255))
    .map(([at, byte]) => Buffer.from(JSON.stringify(state)).fill(byte, at, at + 1));
  test('is a state or a warning, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.oneof(bytes, json, mutated), contents => {
        plant(contents);
        const { state: read, warning } = readState(directory);
        if (warning === undefined) {
          expect(read.version).toBe(1);
        } else {
          expect(read).toEqual({ version: 1 });
          expect(warning).not.toMatch(/\p{Cc}/u);
        }
        expect(writeState(directory, state)).toBeUndefined();
        expect(readState(directory)).toEqual({ state });
      }),
    );
  });

  const last = (change: object): object => ({ version: 1, lastSet: { ...state.lastSet, ...change } });
  test.each<[string, string | object, RegExp]>([
    ['empty', '', /is not JSON/],
    ['cut off', JSON.stringify(state).slice(0, -1), /is not JSON/],
    ['nested deeply', '['.repeat(65_536), /is not JSON/],
    ['of a later version', { ...state, version: 2 }, /is not a state file of version 1/],
    ['a list', [state], /is not a state file of version 1/],
    ['null', 'null', /is not a state file of version 1/],
    ['too large', `${JSON.stringify(state)}${' '.repeat(65_536)}`, /is larger than 65536 bytes/],
    ['last set at no time', last({ time: '2026-13-21T12:10:23.000000001Z' }), /"lastSet" that is malformed/],
    ['last set in milliseconds', last({ time: '2026-11-21T12:10:23.000Z' }), /malformed/],
    ['last set by text', last({ offset: '1' }), /malformed/],
    ['last set by infinity', JSON.stringify(state).replace('-38908.575181', '1e999'), /malformed/],
    ['last set otherwise', last({ kind: 'jump' }), /malformed/],
    ['last set within less than nothing', last({ errorBound: -1 }), /malformed/],
    ['last set from an escape sequence', last({ server: '\u001b[2J' }), /malformed/],
    ['last set in no boot', last({ bootId: null }), /malformed/],
    ['last set with a sum in words', last({ sum: 'much' }), /malformed/],
    ['last set at no uptime', last({ uptime: null }), /malformed/],
    ['last set by null', { version: 1, lastSet: null }, /malformed/],
  ])('is refused when it is %s', (_, contents, reason) => {
    plant(typeof contents === 'string' ? contents : JSON.stringify(contents));
    expectRefused(reason);
  });

  test('is refused when it is not UTF-8', () => {
    plant(Buffer.from(JSON.stringify(state).replace('203.0.113.5', '\u00e9'), 'latin1'));
    expectRefused(/is not JSON/);
  });
});

describe.runIf(posix)('another user', () => {
  test('cannot have a file overwritten by a symbolic link in its place (CVE-2020-14367)', () => {
    const victim = join(root, 'passwd');
    writeFileSync(victim, 'precious', { mode: 0o600 });
    mkdirSync(directory, { mode: 0o700 });
    symlinkSync(victim, file);
    expectRefused(/state\.json is a symbolic link/);
    expect(writeState(directory, state)).toMatch(/state\.json is a symbolic link/);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readdirSync(directory)).toEqual(['state.json']);
  });

  test('cannot have a file made through a dangling link', () => {
    mkdirSync(directory, { mode: 0o700 });
    symlinkSync(join(root, 'made'), file);
    expect(writeState(directory, state)).toMatch(/is a symbolic link/);
    expect(existsSync(join(root, 'made'))).toBe(false);
  });

  test('cannot lead the directory elsewhere', () => {
    const elsewhere = join(root, 'elsewhere');
    writeState(elsewhere, state);
    symlinkSync(elsewhere, directory);
    expectRefused(/tsntp is a symbolic link/);
    expect(writeState(directory, { version: 1 })).toMatch(/tsntp is a symbolic link/);
    expect(readState(elsewhere)).toEqual({ state });
  });

  test('may link a directory above it', () => {
    mkdirSync(join(root, 'disk'));
    symlinkSync(join(root, 'disk'), join(root, 'var'));
    expect(writeState(join(root, 'var/tsntp'), state)).toBeUndefined();
    expect(readState(join(root, 'var/tsntp'))).toEqual({ state });
  });

  test('cannot choose which file is read by a hard link', () => {
    plant(JSON.stringify(state));
    linkSync(file, join(root, 'other'));
    expectRefused(/is a hard link/);
  });

  test.each([
    ['file', 0o666],
    ['file', 0o620],
    ['directory', 0o777],
    ['directory', 0o730],
  ])('that can write the %s (mode %o) is not believed', (which, mode) => {
    plant(JSON.stringify(state));
    chmodSync(which === 'file' ? file : directory, mode);
    expectRefused(/can be written by others \(mode 0\d{3}\): chmod go-w it/);
    if (which === 'directory') expect(writeState(directory, state)).toMatch(/can be written by others/);
  });

  test.runIf(isRoot).each(['file', 'directory'])('that owns the %s is not believed', which => {
    plant(JSON.stringify(state));
    chownSync(which === 'file' ? file : directory, 65534, 65534);
    expectRefused(/belongs to user 65534, not to 0 or root/);
  });

  test('cannot hold the run up with a FIFO, or with a directory, in the place of the file', async () => {
    mkdirSync(directory, { mode: 0o700 });
    await new Promise(resolve => start(['mkfifo', '-m', '600', file]).on('close', resolve));
    expectRefused(/is not a regular file/);
    rmSync(file);
    mkdirSync(file);
    expectRefused(/is not a regular file/);
    expect(writeState(directory, state)).toMatch(/^cannot remember that tsntp has set this clock: EISDIR/);
    expect(readdirSync(directory)).toEqual(['state.json']);
  });
});

describe.runIf(posix)('a place that cannot be written', () => {
  test('is a warning where the kernel makes no files', () => {
    expect(writeState('/proc/tsntp', state)).toMatch(/^cannot remember .*ENOENT.*\/proc\/tsntp/);
    writeFileSync(join(root, 'file'), '');
    expect(writeState(join(root, 'file/tsntp'), state)).toMatch(/ENOTDIR/);
    expect(readState(join(root, 'file/tsntp')).warning).toMatch(/ENOTDIR/);
  });

  const attempt = program(
    'state',
    `const directory = process.argv[2];
     console.log(JSON.stringify([it.readState(directory), it.writeState(directory, { version: 1 })]));`,
  );
  const run = async (...before: readonly string[]): Promise<unknown> =>
    JSON.parse(await firstLine(start([...before, process.execPath, attempt, directory])));
  const otherUser = ['setpriv', '--reuid', '65534', '--clear-groups'];

  test.runIf(isRoot)("is a warning for an ordinary user in root's directory", async () => {
    plant(JSON.stringify(state));
    chmodSync(root, 0o755);
    expect(await run(...otherUser)).toEqual([
      { state: { version: 1 }, warning: expect.stringContaining('EACCES') },
      expect.stringMatching(/^cannot remember .*EACCES/),
    ]);
    rmSync(directory, { recursive: true });
    expect(await run(...otherUser)).toEqual([
      { state: { version: 1 } },
      expect.stringMatching(/EACCES: permission denied, mkdir/),
    ]);
  });

  test.runIf(isRoot)('may still be read where root has left it readable', async () => {
    plant(JSON.stringify(state));
    for (const path of [root, directory]) chmodSync(path, 0o755);
    chmodSync(file, 0o644);
    expect(await run(...otherUser)).toEqual([{ state }, expect.stringContaining('EACCES')]);
  });

  test.runIf(isRoot && process.platform === 'linux')('is a warning on a read-only file system', async () => {
    plant(JSON.stringify(state));
    const script = `mount --bind "${root}" "${root}" && mount -o remount,bind,ro "${root}" && exec "$@"`;
    expect(await run('unshare', '--mount', 'sh', '-c', script, 'sh')).toEqual([
      { state },
      expect.stringMatching(/^cannot remember .*EROFS/),
    ]);
  });
});

describe('stateDirectory', () => {
  const home = { HOME: '/home/ada' };
  test.each<[NodeJS.Platform, Record<string, string>, number | undefined, string | undefined]>([
    ['linux', home, 0, '/var/lib/tsntp'],
    ['freebsd', {}, 0, '/var/lib/tsntp'],
    ['darwin', home, 0, '/var/db/tsntp'],
    ['linux', home, 1000, '/home/ada/.local/state/tsntp'],
    ['darwin', home, 501, '/home/ada/.local/state/tsntp'],
    ['linux', { ...home, XDG_STATE_HOME: '/s' }, 1000, '/s/tsntp'],
    ['linux', { ...home, XDG_STATE_HOME: 's' }, 1000, '/home/ada/.local/state/tsntp'],
    ['linux', { XDG_STATE_HOME: '/s' }, 0, '/var/lib/tsntp'],
    ['linux', {}, 1000, undefined],
    ['linux', { HOME: '' }, 1000, undefined],
    ['win32', { ProgramData: 'C:\\P', LOCALAPPDATA: 'C:\\L' }, 0, 'C:\\P\\tsntp'],
    ['win32', { ProgramData: 'C:\\P', LOCALAPPDATA: 'C:\\L' }, undefined, 'C:\\L\\tsntp'],
    ['win32', { LOCALAPPDATA: 'C:\\L' }, 0, undefined],
    ['win32', {}, undefined, undefined],
  ])('%s %j %s → %s', (platform, env, uid, expected) => {
    expect(stateDirectory(platform, env, uid)).toBe(expected);
  });
});
