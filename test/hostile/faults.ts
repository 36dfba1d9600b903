// Shared by the fault tests: injected failures of system calls (strace's `inject`), and private namespaces.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Result, scratch, start, works } from '../support/command.ts';
import { attemptsIn, expectClean, once, type Report, startServer, straced } from './bench.ts';
import { type Behavior, lie, truth } from './server.ts';

export const PACE: readonly string[] = ['-p2', '-t1', '--interval=0.05'];

/** Runs `tsntp sync --format json` with failing system calls; `inject` is strace's expression. */
export async function injected(
  calls: readonly string[],
  args: readonly string[],
): Promise<Result & { report: Report }> {
  const names = calls.map(call => call.replace(/:.*/, ''));
  const options = ['-e', `trace=${names.join()}`, ...calls.flatMap(call => ['-e', `inject=${call}`])];
  const surroundings = straced(['-o', join(scratch(), 'trace'), ...options]);
  const result = await start(['sync', '--force', '--format=json', ...PACE, ...args], surroundings).ended;
  expectClean(result);
  return { ...result, report: JSON.parse(result.stdout) };
}

/** The address of a server that runs for the duration of a test. */
export async function address(behavior: Behavior = truth): Promise<string> {
  return `127.0.0.1:${(await startServer(behavior)).port}`;
}

/** The index of the clock_adjtime call that moves the clock; earlier calls only read. */
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

/** The system calls of a trace, one per line. */
export function callsIn(trace: string): readonly string[] {
  return readFileSync(trace, 'utf8').split('\n');
}

const root = process.getuid?.() === 0;

/** A command prefix that runs a program in its own network and mount namespaces. */
export const isolated: readonly string[] = [
  'unshare',
  '--net',
  '--mount',
  ...(root ? [] : ['--map-root-user']),
];

/** Whether this machine lacks namespaces and may skip their tests; CI may not. */
export const withoutNamespaces: boolean = !process.env.CI && !works([...isolated, 'true']);

/** A command prefix that runs a program with these lines as /etc/hosts. */
export function withHosts(lines: readonly string[]): readonly string[] {
  const hosts = join(scratch(), 'hosts');
  writeFileSync(hosts, ['127.0.0.1 localhost', ...lines, ''].join('\n'));
  const inside = `mount --bind ${hosts} /etc/hosts && exec "$@"`;
  return ['unshare', '--mount', ...(root ? [] : ['--map-root-user']), 'sh', '-c', inside, 'sh'];
}

/** A command prefix that runs a program in the namespaces of process `pid`. */
export function entering(pid: number): readonly string[] {
  const user = root ? [] : ['--user', '--preserve-credentials'];
  return ['nsenter', ...user, '--net', '--mount', '--target', String(pid)];
}
