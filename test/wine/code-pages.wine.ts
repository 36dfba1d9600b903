// The code pages of consoles: what the command shows there, what a batch file reads of it, and what comes into a file. Each
// prompt reads pipes in its own code page.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unavailable } from '../support/debian-package.ts';
import { onConsole } from './console-prompt.ts';
import { windowsPrompt } from './windows-prompt.ts';

const missing = unavailable(['wine64']);
if (missing) console.error(missing);

const NAME = 'Größe ±…µs 测试';
const ASCII = /^\p{ASCII}+$/u;

describe.skipIf(missing)('a console of Windows', () => {
  let work: string;
  let responder: ChildProcess;
  let server: string;
  beforeAll(async () => {
    const prompt = await windowsPrompt();
    work = resolve(mkdtempSync('.cache/wine/code pages '));
    execFileSync(process.execPath, ['test/wine/unpack.js', join(work, 'f'), prompt.node]);
    responder = spawn(process.execPath, [resolve('test/release/server.js')]);
    server = `127.0.0.1:${String((await once(responder.stdout!, 'data'))[0]).trim()}`;
    writeFileSync(join(work, 'hosts'), `${server} # ${NAME}\n`);
  });
  afterAll(() => {
    responder?.kill();
    rmSync(work, { recursive: true, force: true });
  });

  test.each([
    ['of the United States', 437],
    ['of China', 936],
    ['UTF-8', 65001],
  ])(
    'with the code page %s gets ASCII signs, a batch file reads them, and data are UTF-8',
    async (_, page) => {
      const tsntp = 'f\\bin\\tsntp.cmd';
      const query = `-q --format table --no-color ${server}`;
      const lines = [
        '@echo off',
        `chcp ${page} >nul`,
        'chcp >page',
        'type nul >read',
        `call ${tsntp} ${query}`,
        `for /f "delims=" %%i in ('${tsntp} ${query}') do @echo %%i>>read`,
        `call ${tsntp} check --format csv -f hosts --reference ${server} -o - >data`,
      ];
      writeFileSync(join(work, 'page.cmd'), [...lines, ''].join('\r\n'));
      const shown = await onConsole('page.cmd', work);
      const [active, read] = ['page', 'read'].map(name => readFileSync(join(work, name), 'latin1'));
      expect(active).toBe(`Active code page: ${page}\r\n`);
      for (const text of [shown, read]) {
        expect(text).toContain('This clock is right to within');
        expect(text).toContain(' +/- ');
        expect(text).toMatch(ASCII);
      }
      expect(readFileSync(join(work, 'data'), 'utf8')).toContain(NAME);
    },
  );
});
