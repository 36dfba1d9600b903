// A batch file → what it shows on a console of Windows: wine makes one of a terminal, which Python opens.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openWine, withoutClockRights } from './windows-node.ts';

const TERMINAL = 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)';

/** Runs the batch file `name` in a folder of Linux, on a console; resolves with all that appears there. */
export async function onConsole(name: string, cwd: string): Promise<string> {
  const { program, env } = openWine();
  const command = [...withoutClockRights, 'python3', '-c', TERMINAL, program, 'cmd', '/c', name];
  const child = spawn('setpriv', command, {
    cwd,
    env: { PATH: process.env.PATH, ...env, WINEDEBUG: '-all', LC_ALL: 'C.UTF-8', TERM: 'xterm' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
  });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${shown}`);
  return shown;
}
