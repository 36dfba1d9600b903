// The command as users run it: bin/tsntp.js in a process of its own, against servers on loopback. Every process
// started here cannot set the clock of this machine, whichever user runs the tests.

import { type ChildProcess, type StdioOptions, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { openClock } from '../../src/clock/index.ts';
import { type ResponderOptions, startResponder } from '../../src/net/responder.ts';

export const BIN: string = resolve('bin/tsntp.js');

export const onLinux: boolean = process.platform === 'linux';

export interface Surroundings {
  /** Added to an environment that says nothing of colors or of tsntp; its state is in a folder of its own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdio?: StdioOptions;
  /** What stdin has to say, when it is a pipe. */
  readonly input?: string;
  /** The program instead of `node bin/tsntp.js`. */
  readonly program?: readonly string[];
  /** A command that runs the whole: `unshare -rn`, say. */
  readonly within?: readonly string[];
}

export interface Result {
  /** As a shell sees it: 128 and the signal's number for a process that a signal ended. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Result>;
}

/** Runs tsntp to its end. */
export function tsntp(args: readonly string[], surroundings: Surroundings = {}): Promise<Result> {
  return start(args, surroundings).ended;
}

/** Starts tsntp; when the test is over, it is, too. */
export function start(args: readonly string[], surroundings: Surroundings = {}): Running {
  const { env = {}, cwd, stdio = 'pipe', input = '', within = [] } = surroundings;
  const program = surroundings.program ?? [process.execPath, BIN];
  if (!existsSync('dist')) throw new Error('dist/ is missing: npm run build');
  const [file = '', ...rest] = [...within, ...harmless([...program, ...args])];
  const child = spawn(file, rest, { env: { ...environment(), ...env }, stdio, ...(cwd && { cwd }) });
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', text => {
      output[name] += text;
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: (code as number | null) ?? 128 + (signal === 'SIGINT' ? 2 : signal === 'SIGTERM' ? 15 : 9),
    ...output,
  }));
  return { child, ended };
}

/**
 * A command line under which no process can set the clock. Linux: without CAP_SYS_TIME, and without a way to
 * regain it; where that cannot be had, setpriv fails and nothing runs.
 */
export function harmless(command: readonly string[]): readonly string[] {
  if (!onLinux) return command;
  const drop = ['--bounding-set', '-sys_time', '--inh-caps', '-sys_time', '--ambient-caps', '-sys_time'];
  return ['setpriv', ...(holdsSysTime() ? drop : []), '--no-new-privs', ...command];
}

function holdsSysTime(): boolean {
  const sets = /^CapPrm:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'));
  return (BigInt(`0x${sets?.[1] ?? 'f'.repeat(16)}`) & (1n << 25n)) !== 0n;
}

/** Where capabilities cannot be dropped, every run is a query. */
function environment(): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(
    ([name]) => !/^(TSNTP_|NODE_|VITEST|NPM_|npm_|NO_COLOR$|FORCE_COLOR$|CI$|TERM$)/.test(name),
  );
  return {
    ...Object.fromEntries(clean),
    TSNTP_STATE: scratch(),
    ...(!onLinux && { TSNTP_QUERY: '1' }),
  };
}

/** A folder for the time of a test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tsntp-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Whether a command is there and works. */
export function works(command: readonly string[]): boolean {
  const [file = '', ...args] = command;
  return spawnSync(file, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/** Starts servers for the time of a test; `host:port` of each. */
export async function serve(...servers: readonly ResponderOptions[]): Promise<readonly string[]> {
  const clock = await openClock();
  return Promise.all(
    servers.map(async options => {
      const { address, close } = await startResponder(() => clock.now(), options);
      onTestFinished(close);
      return address.family === 6
        ? `[${address.address}]:${address.port}`
        : `${address.address}:${address.port}`;
    }),
  );
}

/** A server that never answers, and a promise that resolves on the first request. */
export async function serveSilence(): Promise<{ readonly server: string; readonly asked: Promise<unknown> }> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { server: `127.0.0.1:${socket.address().port}`, asked: once(socket, 'message') };
}
