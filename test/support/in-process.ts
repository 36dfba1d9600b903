// The command in this process, where a test needs hundreds of runs and nothing of a process of its own.

import { EventEmitter } from 'node:events';
import { main } from '../../src/cli/main.ts';

/** Runs `main` in this process: only for command lines that cannot set the clock. */
export async function inProcess(
  args: readonly string[],
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  if (args[0] !== 'query' && args[1] !== '-q') throw new Error('this could set the clock');
  const output = { stdout: '', stderr: '' };
  const stream = (name: keyof typeof output) =>
    Object.assign(new EventEmitter(), {
      write(text: string) {
        output[name] += text;
      },
    });
  const io = Object.assign(new EventEmitter(), {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env: {},
  });
  return { code: await main(args, io), ...output };
}
