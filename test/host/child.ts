// Runs a piece of a source file in a process of its own, so that it can be killed, or be another user.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';

/** The tests may run as root, and without setpriv: tests that depend on these check first. */
export const isRoot: boolean = process.getuid?.() === 0;

/** A program file: `script` with everything that `src/host/MODULE.ts` exports in scope. */
export function program(module: string, script: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'tsntp-child-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  chmodSync(directory, 0o755);
  symlinkSync(resolve('node_modules'), join(directory, 'node_modules'));
  const outfile = join(directory, 'child.mjs');
  const source = resolve(`src/host/${module}.ts`);
  writeFileSync(join(directory, 'main.ts'), `import * as it from ${JSON.stringify(source)};\n${script}`);
  const entry = join(directory, 'main.ts');
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
  return outfile;
}

/** Starts a command whose input stays open: what waits for input ends when the test does. */
export function start(command: readonly string[]): ChildProcessWithoutNullStreams {
  const [file = '', ...args] = command;
  return spawn(file, args, { stdio: 'pipe' });
}

/** The first line that the process writes; rejects with its complaints if it ends before. */
export function firstLine(child: ChildProcessWithoutNullStreams): Promise<string> {
  return new Promise((done, fail) => {
    let output = '';
    let complaints = '';
    child.stderr.on('data', chunk => {
      complaints += chunk;
    });
    child.stdout.on('data', chunk => {
      output += chunk;
      if (output.includes('\n')) done(output.slice(0, output.indexOf('\n')));
    });
    child.on('error', fail);
    child.on('close', code => fail(new Error(`ended with ${code} before its first line: ${complaints}`)));
  });
}

/** Ends the process as a crash would, and waits until the kernel has cleared up. */
export async function kill(child: ChildProcessWithoutNullStreams): Promise<void> {
  const ended = new Promise(resolve => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;
}
