// The archive for Windows as the operator of a machine without network and without Node uses it: install.cmd, the command
// from PATH, an upgrade, uninstall.cmd; with the registry and the files before and after. The files are those of the release,
// but for node.exe: that of the release does not start under wine 8.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unavailable } from '../support/debian-package.ts';
import { unelevated } from './unelevated.ts';
import { type WindowsPrompt, windowsPrompt } from './windows-prompt.ts';
import { stateOf } from './windows-state.ts';

const missing = unavailable(['wine64']);
if (missing) console.error(missing);

const ENVIRONMENT = 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
/** What setx would cut and expand: variables, brackets, letters beyond ASCII, an empty entry, 2500 characters. */
const LONG_PATH = [
  '%SystemRoot%\\system32;%SystemRoot%;%SystemRoot%\\system32\\wbem',
  'C:\\Program Files (x86)\\Größe\\bin;%JAVA_HOME%\\bin;"C:\\a;b";',
  ...Array.from({ length: 100 }, (_, i) => `C:\\tools\\number ${i} & more`),
].join(';');
const VERSION: string = JSON.parse(readFileSync('package.json', 'utf8')).version;
const FOLDER = `tsntp-${VERSION}-win-x64`;

describe.skipIf(missing)('the archive for Windows', () => {
  let prompt: WindowsPrompt;
  let work: string;
  let server: string;
  let responder: ChildProcess;
  let path: string;
  let before: readonly string[];
  const run = (...lines: readonly string[]) => prompt.run(lines, work);
  // Under wine, call turns each exit code but 0 into 1.
  const cmd = (line: string) => run(`call ${line}`, 'exit /b %errorlevel%');
  const program = () => join(prompt.drive, 'Program Files/tsntp');
  const inProgram = (name: string) => join(program(), name);

  beforeAll(async () => {
    prompt = await windowsPrompt();
    work = resolve(mkdtempSync('.cache/wine/Jürgen 测试 (x86) & co '));
    execFileSync(process.execPath, ['test/wine/unpack.js', join(work, FOLDER), prompt.node]);
    responder = spawn(process.execPath, [resolve('test/release/server.js')]);
    server = `127.0.0.1:${String((await once(responder.stdout!, 'data'))[0]).trim()}`;
    path = await pathOfRegistry();
    await writePath(LONG_PATH);
    before = await stateOf(prompt);
  });
  afterAll(async () => {
    responder?.kill();
    if (path !== undefined) await writePath(path);
    rmSync(program(), { recursive: true, force: true });
    rmSync(work, { recursive: true, force: true });
  });

  /** The machine's PATH as it is in the registry. */
  async function pathOfRegistry(): Promise<string> {
    await run(`reg export "${ENVIRONMENT}" C:\\prompt\\path.reg /y`);
    const text = readFileSync(join(prompt.drive, 'prompt/path.reg'), 'utf16le').replaceAll(/\\\r\n\s*/g, '');
    // hex(2) is REG_EXPAND_SZ.
    const [, bytes] = /"path"=hex\(2\):(.*)/i.exec(text) ?? [];
    if (bytes === undefined) throw new Error(`PATH is not REG_EXPAND_SZ: ${text}`);
    return Buffer.from(bytes.replaceAll(',', ''), 'hex').toString('utf16le').replace(/\0$/, '');
  }

  async function writePath(value: string): Promise<void> {
    const bytes = [...Buffer.from(`${value}\0`, 'utf16le')].map(byte => byte.toString(16).padStart(2, '0'));
    const key = `[${ENVIRONMENT.replace('HKLM', 'HKEY_LOCAL_MACHINE')}]`;
    const text = `\ufeffWindows Registry Editor Version 5.00\r\n\r\n${key}\r\n"Path"=hex(2):${bytes.join(',')}\r\n`;
    writeFileSync(join(prompt.drive, 'prompt/path.reg'), text, 'utf16le');
    await run('reg import C:\\prompt\\path.reg');
  }

  test('refuses wrong arguments before it changes anything', async () => {
    const { status, stderr } = await run(`${FOLDER}\\install.cmd --nonsense`);
    expect(stderr).toContain('unknown option --nonsense');
    expect(status).toBe(2);
    expect(await stateOf(prompt)).toEqual(before);
  });

  test.each(['install', 'uninstall'])(
    '%s.cmd refuses a prompt that is not elevated, and changes nothing',
    async name => {
      const { status, stderr } = await run(
        unelevated(prompt, `cmd /c ${FOLDER}\\${name}.cmd`),
        'exit /b %errorlevel%',
      );
      expect(stderr).toBe(
        `${name}: this takes an elevated prompt: start cmd with "Run as administrator"; nothing was changed\n`,
      );
      expect(status).toBe(4);
      expect(await stateOf(prompt)).toEqual(before);
    },
  );

  test('leaves a folder of another origin alone', async () => {
    await run('mkdir "C:\\Program Files\\tsntp"', 'echo mine> "C:\\Program Files\\tsntp\\notes.txt"');
    const { status, stderr } = await run(`cmd /c ${FOLDER}\\install.cmd`, 'exit /b %errorlevel%');
    expect(stderr).toContain('C:\\Program Files\\tsntp has files of another origin');
    expect(status).toBe(5);
    expect(readdirSync(program())).toEqual(['notes.txt']);
    rmSync(program(), { recursive: true });
  });

  describe('installed with a server', () => {
    let installed: readonly string[];

    beforeAll(async () => {
      const { status, stderr } = await cmd(`${FOLDER}\\install.cmd --max-offset 60 ${server}`);
      expect([status, stderr.replace(/^warning: --max-offset 60 .*\n/, '')]).toEqual([0, '']);
      installed = await stateOf(prompt);
    });

    test('adds its folder to the end of PATH, and keeps all that was there', async () => {
      expect(await pathOfRegistry()).toBe(`${LONG_PATH};C:\\Program Files\\tsntp\\bin`);
    });

    test('puts nothing but tsntp into PATH', async () => {
      const { stdout } = await run('dir /b "C:\\Program Files\\tsntp\\bin"');
      expect(stdout.trim()).toBe('tsntp.cmd');
    });

    test('registers the source of its events', async () => {
      const key = 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\EventLog\\Application\\tsntp';
      const { stdout } = await run(`reg query ${key}`);
      expect(stdout).toMatch(/EventMessageFile\s+REG_EXPAND_SZ\s+%SystemRoot%\\System32\\EventCreate\.exe/);
      expect(stdout).toMatch(/TypesSupported\s+REG_DWORD\s+0x7\b/);
    });

    test.each([
      ['sync', ` sync --max-offset=60 `],
      ['boot', ` sync `],
    ])(
      'the Task Scheduler has the task %s, which runs what is installed, as SYSTEM',
      async (name, between) => {
        expect(existsSync(join(prompt.drive, 'windows/system32/tasks/tsntp', name))).toBe(true);
        const bytes = readFileSync(join(prompt.drive, 'Program Files/tsntp-schedule', `${name}.xml`));
        expect(bytes.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xfe]));
        const xml = bytes.toString('utf16le');
        expect(xml).toContain('<Command>C:\\Program Files\\tsntp\\lib\\tsntp\\node.exe</Command>');
        const script = '"C:\\Program Files\\tsntp\\lib\\tsntp\\bin\\tsntp.js"';
        expect(xml).toContain(`<Arguments>${script}${between}${server}</Arguments>`);
        for (const part of ['<UserId>S-1-5-18</UserId>', '<StartWhenAvailable>true</StartWhenAvailable>'])
          expect(xml).toContain(part);
        expect(/<RandomDelay>PT60S<\/RandomDelay>/.test(xml)).toBe(name === 'sync');
      },
    );

    test('is found in PATH, and its exit code reaches && and || of a caller', async () => {
      const { stdout } = await run(
        'call tsntp --version >nul && echo good',
        `call tsntp -q -t 0.1 -p 1 127.0.0.1:1 >nul 2>nul || echo bad`,
      );
      expect(stdout).toBe('good\r\nbad\r\n');
    });

    test('installed again, it is the same', async () => {
      const { status, stdout } = await cmd(`${FOLDER}\\install.cmd --max-offset 60 ${server}`);
      expect(stdout).toContain('unchanged: the scheduled run is installed');
      expect(status).toBe(0);
      expect(await stateOf(prompt)).toEqual(installed);
    });

    test('replaces an older version, and keeps its tasks', async () => {
      writeFileSync(inProgram('lib/tsntp/package.json'), '{ "version": "0.0.1", "type": "module" }\n');
      writeFileSync(inProgram('lib/tsntp/of-the-older-version.js'), '');
      expect((await cmd(`${FOLDER}\\install.cmd`)).status).toBe(0);
      expect(await stateOf(prompt)).toEqual(installed);
    });

    test('keeps files of another origin in its folder', async () => {
      writeFileSync(inProgram('servers.txt'), 'mine');
      writeFileSync(inProgram('bin/mine.cmd'), 'mine');
      expect((await cmd(`${FOLDER}\\install.cmd`)).status).toBe(0);
      for (const name of ['servers.txt', 'bin/mine.cmd']) {
        expect(readFileSync(inProgram(name), 'utf8')).toBe('mine');
        rmSync(inProgram(name));
      }
      expect(await stateOf(prompt)).toEqual(installed);
    });
  });

  describe('uninstalled by a prompt in its own folder', () => {
    const mine = () => inProgram('keys/ntp.keys');
    beforeAll(async () => {
      await cmd(`${FOLDER}\\install.cmd ${server}`);
      mkdirSync(inProgram('keys'));
      writeFileSync(mine(), 'mine');
    });

    test('it ends as elsewhere: wine runs the last line, and Windows the same after a goto', () => {
      const lines = readFileSync(inProgram('uninstall.cmd'), 'latin1').trimEnd().split('\r\n');
      expect(lines.at(-2)).toBe(`@goto 2>nul & ${lines.at(-1)!.slice(1)}`);
    });

    test('it removes everything but files of another origin', async () => {
      const { status, stdout, stderr } = await run(
        'cd /d "C:\\Program Files\\tsntp\\bin"',
        'call ..\\uninstall.cmd',
        'exit /b %errorlevel%',
      );
      expect(stdout).toContain('tsntp is removed');
      expect([status, stderr]).toEqual([0, '']);
      expect(readdirSync(program(), { recursive: true }).sort()).toEqual(['keys', 'keys/ntp.keys']);
      expect(await pathOfRegistry()).toBe(LONG_PATH);
      expect(existsSync(join(prompt.drive, 'windows/system32/tasks/tsntp/sync'))).toBe(false);
      rmSync(program(), { recursive: true });
    });

    test('again, from the unpacked archive, it finds nothing, and its exit code is 0', async () => {
      const { status, stderr } = await cmd(`${FOLDER}\\uninstall.cmd`);
      expect([status, stderr]).toEqual([0, '']);
    });

    test('its exit code is that of the reason', async () => {
      const program = join(work, FOLDER, 'lib/tsntp/dist/setup/uninstall.cjs');
      const content = readFileSync(program);
      writeFileSync(program, 'process.exitCode = 5;');
      const { status } = await run(`cmd /c ${FOLDER}\\uninstall.cmd`, 'exit /b %errorlevel%');
      writeFileSync(program, content);
      expect(status).toBe(5);
    });
  });
});
