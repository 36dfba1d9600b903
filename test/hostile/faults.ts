// What the tests of faults share: system calls that fail as told (strace's `inject`), and a namespace of one's own.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Result, scratch, start, works } from '../support/command.ts';
import { attemptsIn, expectDecent, once, type Report, startServer, straced } from './bench.ts';
import { type Behaviour, lie, truth } from './server.ts';

export const PACE: readonly string[] = ['-p2', '-t1', '--interval=0.05'];

/** `tsntp sync --format json` with system calls that fail as told; strace's `inject` says how. */
export async function injected(
  calls: readonly string[],
  args: readonly string[],
): Promise<Result & { report: Report }> {
  const names = calls.map(call => call.replace(/:.*/, ''));
  const options = ['-e', `trace=${names.join()}`, ...calls.flatMap(call => ['-e', `inject=${call}`])];
  const surroundings = straced(['-o', join(scratch(), 'trace'), ...options]);
  const result = await start(['sync', '--force', '--format=json', ...PACE, ...args], surroundings).ended;
  expectDecent(result);
  return { ...result, report: JSON.parse(result.stdout) };
}

/** The address of a server for the time of a test. */
export async function address(behaviour: Behaviour = truth): Promise<string> {
  return `127.0.0.1:${(await startServer(behaviour)).port}`;
}

/** Which call of clock_adjtime is the one that moves the clock: those before it only read. */
export const moving: Readonly<Record<'step' | 'slew', () => Promise<number>>> = {
  step: once(() => movingCall('step')),
  slew: once(() => movingCall('slew')),
};

async function movingCall(way: 'step' | 'slew'): Promise<number> {
  const trace = join(scratch(), 'trace');
  const surroundings = straced(['-o', trace, '-e', 'trace=clock_adjtime']);
  await start(['sync', '--force', ...PACE, `--${way}`, await address(lie(0.2))], surroundings).ended;
  return callsIn(trace).findIndex(call => attemptsIn(call) === 1) + 1;
}

/** The lines of a trace. */
export function callsIn(trace: string): readonly string[] {
  return readFileSync(trace, 'utf8').split('\n');
}

const root = process.getuid?.() === 0;

/** A command that runs another in a network and a view of the file system of its own. */
export const apart: readonly string[] = ['unshare', '--net', '--mount', ...(root ? [] : ['--map-root-user'])];

/** Whether this machine allows no such thing, and may: CI must. */
export const withoutNamespaces: boolean = !process.env.CI && !works([...apart, 'true']);

/** A command that runs another with these lines as /etc/hosts, for names with addresses of one's own. */
export function withHosts(lines: readonly string[]): readonly string[] {
  const hosts = join(scratch(), 'hosts');
  writeFileSync(hosts, ['127.0.0.1 localhost', ...lines, ''].join('\n'));
  const inside = `mount --bind ${hosts} /etc/hosts && exec "$@"`;
  return ['unshare', '--mount', ...(root ? [] : ['--map-root-user']), 'sh', '-c', inside, 'sh'];
}

/** A command that runs another where the process `pid` is. */
export function entering(pid: number): readonly string[] {
  const user = root ? [] : ['--user', '--preserve-credentials'];
  return ['nsenter', ...user, '--net', '--mount', '--target', String(pid)];
}
