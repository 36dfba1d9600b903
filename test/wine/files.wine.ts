// wine keeps of an access list what the mode of a file can hold, and makes an access list of that mode: enough to see that
// Windows' functions are called rightly, and that what others may read or write is refused.

import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unavailable } from '../support/debian-package.ts';
import { openWine, type WindowsNode, windowsNode } from './windows-node.ts';

const missing = unavailable(['wine64']);
if (missing) console.error(missing);

const STORE = `
  import { cookieStore } from './src/host/cookie-store.ts';
  const SERVER = { host: 'time.example', port: 4460, ntpPort: 123 };
  const session = {
    host: '203.0.113.5', port: 123, cookies: [new Uint8Array(100)],
    c2s: new Uint8Array(32), s2c: new Uint8Array(32),
  };
  const store = cookieStore('FOLDER', 'system');
`;
const KEEP = `${STORE} store.keep(SERVER, session); console.log(JSON.stringify('kept'));`;
const TAKE = `${STORE} console.log(JSON.stringify(store.take(SERVER) === undefined ? 'nothing' : 'a session'));`;

describe.skipIf(missing)('files of tsntp under wine', () => {
  let run: WindowsNode;
  let root: string;
  let folder: string;
  beforeAll(() => {
    run = windowsNode();
    root = mkdtempSync(join(openWine().folder, 'files-'));
    folder = join(root, 'tsntp');
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** Runs a program in which FOLDER stands for the folder of the state. */
  const answer = (program: string) => JSON.parse(run(program.replaceAll('FOLDER', folder)));
  const others = (path: string) => statSync(path).mode & 0o007;

  test('cookies are kept in a folder and a file that no other user can open, and taken once', () => {
    expect(answer(KEEP)).toBe('kept');
    const [file = 'none', ...more] = readdirSync(folder);
    expect(more).toEqual([]);
    expect([others(folder), others(join(folder, file))]).toEqual([0, 0]);
    expect([answer(TAKE), answer(TAKE)]).toEqual(['a session', 'nothing']);
  });

  test.each([
    ['a file that others can read', 0o604, 'file'],
    ['a file that others can write', 0o602, 'file'],
    ['a folder that others can write to', 0o707, 'folder'],
  ] as const)('cookies in %s are not used', (_, mode, which) => {
    answer(KEEP);
    const [file = 'none'] = readdirSync(folder);
    chmodSync(which === 'file' ? join(folder, file) : folder, mode);
    expect(answer(TAKE)).toBe('nothing');
    chmodSync(folder, 0o700);
    for (const left of readdirSync(folder)) rmSync(join(folder, left));
  });

  test('a state that others can write is not believed, with a command that helps', () => {
    const read = `
      import { readState, writeState } from './src/host/state.ts';
      writeState('FOLDER', { version: 1 });
      console.log(JSON.stringify(readState('FOLDER')));`;
    expect(answer(read)).toEqual({ state: { version: 1 } });
    chmodSync(join(folder, 'state.json'), 0o606);
    const { warning } = answer(`
      import { readState } from './src/host/state.ts';
      console.log(JSON.stringify(readState('FOLDER')));`);
    expect(warning).toMatch(
      /state\.json can be written by any user: remove it, or run icacls ".*state\.json" /,
    );
  });

  test('a file of keys is read only if no other user can read it', () => {
    const keys = join(root, 'keys');
    writeFileSync(keys, '1 SHA256 HEX:00', { mode: 0o600 });
    const read = `
      import { readSecret } from './src/host/secret-file.ts';
      let said;
      try { said = readSecret('${keys}', 'try another'); } catch (error) { said = error.name + ': ' + error.message; }
      console.log(JSON.stringify(said));`;
    expect(answer(read)).toBe('1 SHA256 HEX:00');
    chmodSync(keys, 0o604);
    expect(answer(read)).toMatch(
      /^KeyFileError: .*keys has secret keys and can be read by any user: run icacls .* \/inheritance:r/,
    );
  });

  test('a file of keys that others can read is refused, even if a better one has its name once it is open', () => {
    const keys = join(root, 'swapped-keys');
    writeFileSync(keys, '1 SHA256 HEX:00', { mode: 0o600 });
    chmodSync(keys, 0o604);
    writeFileSync(`${keys}.better`, '1 SHA256 HEX:00', { mode: 0o600 });
    const read = `
      import { renameSync } from 'node:fs';
      import { readSecret } from './src/host/secret-file.ts';
      import { accessLists } from './src/host/windows/access-lists.ts';
      const swap = () => {
        // Windows lets an open file be renamed, but not replaced.
        renameSync('${keys}', '${keys}.open');
        renameSync('${keys}.better', '${keys}');
        return accessLists();
      };
      let said;
      try { said = readSecret('${keys}', 'try another', 'win32', swap); } catch (error) { said = error.message; }
      console.log(JSON.stringify(said));`;
    expect(answer(read)).toMatch(/swapped-keys has secret keys and can be read by any user/);
    expect(statSync(keys).mode & 0o004).toBe(0);
  });

  test('an administrator has the folders of the machine, and no time service is found', () => {
    const [user, services] = answer(`
      import { effectiveUser } from './src/host/effective-user.ts';
      import { findTimeServices } from './src/host/services.ts';
      import koffi from 'koffi';
      import { windowsTimeServices } from './src/host/windows/time-services.ts';
      windowsTimeServices(koffi);
      console.log(JSON.stringify([effectiveUser(), await findTimeServices()]));`);
    expect([user, services]).toEqual([0, []]);
  });
});
