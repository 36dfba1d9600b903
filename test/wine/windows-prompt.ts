// Lines for cmd.exe → what they print under wine, and the exit code: a prompt of Windows, with its registry and its drive C:.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openWine, withoutClockRights } from './windows-node.ts';

/** How a prompt ended. */
export interface PromptEnded {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A prompt of Windows. */
export interface WindowsPrompt {
  /** The folder that is drive C:. */
  readonly drive: string;
  /** node.exe. */
  readonly node: string;
  /** The folder of koffi, for programs of a test. */
  readonly koffi: string;
  /** Runs lines as a batch file, in a folder of Linux. The environment is as after a logon: PATH is that of the registry. */
  run(lines: readonly string[], cwd?: string): Promise<PromptEnded>;
}

/** The folder of the batch files and their output, on drive C:. */
const FOLDER = 'prompt';

/** Opens a prompt; fetches wine on the first call. Throws `PackageUnavailable`. */
export async function windowsPrompt(): Promise<WindowsPrompt> {
  const { program, env, node, folder } = openWine();
  const drive = join(env.WINEPREFIX!, 'drive_c');
  let prompts = 0;
  async function run(lines: readonly string[], cwd = drive): Promise<PromptEnded> {
    const name = `run${prompts++}`;
    const path = (ending: string) => join(drive, FOLDER, `${name}.${ending}`);
    mkdirSync(join(drive, FOLDER), { recursive: true });
    writeFileSync(path('cmd'), ['@echo off', ...lines, ''].join('\r\n'));
    // node.exe cannot use the pipes of Linux under wine.
    const [stdout, stderr] = [path('out'), path('err')];
    const files = [openSync(stdout, 'w'), openSync(stderr, 'w')] as const;
    const command = [...withoutClockRights, program, 'cmd', '/c', `C:\\${FOLDER}\\${name}.cmd`];
    const child = spawn('setpriv', command, {
      cwd,
      // Names of files are UTF-8.
      env: { PATH: process.env.PATH, ...env, WINEDEBUG: '-all', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', ...files],
    });
    const [status] = await once(child, 'exit');
    for (const file of files) closeSync(file);
    return { status, stdout: readFileSync(stdout, 'latin1'), stderr: readFileSync(stderr, 'latin1') };
  }
  if (!existsSync(drive)) await run(['ver']);
  // What the services of wine start does not have WINEPATH: the Task Scheduler would not load user32.dll.
  const library = join(drive, 'windows/system32/zlib1.dll');
  if (!existsSync(library))
    copyFileSync(join(env.WINEPATH!.replace(/^Z:/, '').replaceAll('\\', '/'), 'zlib1.dll'), library);
  return { drive, node, koffi: `Z:${join(folder, 'node_modules/koffi')}`, run };
}
