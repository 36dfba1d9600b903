// The Windows machine of a workflow, which is thrown away after it: the only one whose clock these tests set.

import { exec } from 'node:child_process';
import { type UnixTime, unixTimeOf } from '../../src/ntp/time.ts';

/** Throws on any other machine. */
export function assertDisposable(): void {
  if (process.platform !== 'win32' || process.env.GITHUB_ACTIONS !== 'true')
    throw new Error('these tests set the clock: they run on Windows in a workflow, and nowhere else');
}

export interface Run {
  readonly code: number;
  /** What it wrote to stdout and stderr. */
  readonly said: string;
}

/** Runs a line of cmd.exe to its end. */
export function run(line: string): Promise<Run> {
  return new Promise(resolve => {
    exec(line, { windowsHide: true }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : (error.code ?? -1), said: `${stdout}${stderr}` });
    });
  });
}

/** Runs a line of PowerShell; rejects if it fails. Returns its output. */
export async function powershell(line: string): Promise<string> {
  const { code, said } = await run(`powershell -NoProfile -NonInteractive -Command "${line}"`);
  if (code !== 0) throw new Error(`${line}: ${said}`);
  return said.trim();
}

const BEGAN = { unix: BigInt(Date.now()) * 1_000_000n, counter: process.hrtime.bigint() };

/** The true time, as far as the machine knew it at the start: it goes on with a counter that no setting of the clock moves. */
export function trueTime(): UnixTime {
  return unixTimeOf(BEGAN.unix + process.hrtime.bigint() - BEGAN.counter);
}
