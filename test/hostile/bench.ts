// The bench of the hostile suite: the real command, `sync` and not a query, against scripted servers, so that a time
// which is wrongly believed leads to an attempt to set the clock: exit 4, for the right to do so is taken away from
// every process here. Where strace can be had, it counts the attempts: none without a majority, one with it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Result, type Surroundings, scratch, start } from '../support/command.ts';
import { debianPackage, unavailable } from '../support/debian-package.ts';
import { type Behaviour, openServer, type ScriptedServer } from './server.ts';

/** One source in the JSON report. */
export interface Row {
  readonly name: string;
  readonly port: number;
  readonly verdict: string;
  readonly reason?: string;
  readonly refid?: string;
  readonly offset?: number;
  readonly rootDistance?: number;
  readonly sent: number;
  readonly answered: number;
  readonly rejected: number;
  readonly samples: readonly {
    readonly t1: string;
    readonly t2: string;
    readonly t3: string;
    readonly t4: string;
    readonly offset: number;
  }[];
  readonly rejections: readonly { readonly test: string; readonly kind: string; readonly message: string }[];
}

/** What these tests read of the JSON report. */
export interface Report {
  readonly result: string;
  readonly exitCode: number;
  readonly message: string;
  readonly reason?: string;
  readonly offset?: number;
  readonly errorBound?: number;
  readonly decision?: { readonly kind: string; readonly offset: number };
  readonly warnings: readonly string[];
  readonly servers: readonly Row[];
}

/** How a run ended, and what the servers saw of it. */
export interface Judgement extends Result {
  readonly report: Report;
  readonly servers: readonly ScriptedServer[];
  /** The sources in the report, in the order of the servers. */
  readonly rows: readonly Row[];
  /** How often it tried to set the clock; undefined where nobody counted. */
  readonly attempts: number | undefined;
}

const SAMPLES = 2;

/** How a run asks. */
export interface Asking {
  readonly samples?: number;
  /** What is waited for in vain is waited for so many seconds. */
  readonly timeout?: number;
  readonly interval?: number;
  readonly args?: readonly string[];
  /** Added to the servers' lines in a list like ntp.conf. */
  readonly options?: string;
}

/** Starts a server for the time of a test. */
export async function startServer(behaviour: Behaviour, host?: string): Promise<ScriptedServer> {
  const server = await openServer(behaviour, host);
  onTestFinished(() => server.close());
  return server;
}

/** Asks all servers in one run. */
export async function judge(behaviours: readonly Behaviour[], asking: Asking = {}): Promise<Judgement> {
  const { samples = SAMPLES, timeout = 1, interval = 0.05, args = [], options = '' } = asking;
  const servers = await Promise.all(behaviours.map(behaviour => startServer(behaviour)));
  const input = servers.map(({ port }) => `server 127.0.0.1 port ${port} ${options}\n`).join('');
  const pace = [`--samples=${samples}`, `--timeout=${timeout}`, `--interval=${interval}`, '--deadline=100'];
  const run = await counted([...pace, ...args, '-f', '-'], { input });
  const rows = servers.map(({ port }) => run.report.servers.find(row => row.port === port)!);
  return { ...run, servers, rows };
}

/** Runs `tsntp sync --format json`; fails where anything but JSON comes out. Of a `program` of yours nothing is counted. */
export async function counted(
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Result & { readonly report: Report; readonly attempts: number | undefined }> {
  const trace = join(scratch(), 'trace');
  const watch = straced(['-o', trace, '-e', `trace=${SETTING_CALLS}`]);
  const options = ['sync', '--force', '--format=json', ...args];
  const result = await start(options, { ...watch, ...surroundings }).ended;
  expectDecent(result);
  const report = JSON.parse(result.stdout) as Report;
  expect(report.exitCode).toBe(result.code);
  const watched = watch.program !== undefined && surroundings.program === undefined;
  return { ...result, report, attempts: watched ? attemptsIn(readFileSync(trace, 'utf8')) : undefined };
}

const SETTING_CALLS = 'clock_adjtime,adjtimex,clock_settime,settimeofday';

/** The command under strace with these options, where there is one. */
export function straced(options: readonly string[]): Pick<Surroundings, 'program' | 'env'> {
  if (withoutStrace !== undefined) return {};
  const { root, env } = debianPackage('strace');
  const command = [process.execPath, join(process.cwd(), 'bin/tsntp.js')];
  return {
    program: [join(root, 'usr/bin/strace'), '-f', '-qq', '--seccomp-bpf', ...options, ...command],
    env,
  };
}

/** Why there is no strace. */
export const withoutStrace: string | undefined = unavailable(['strace']);

/** Calls that would have moved the clock or told the kernel of it; a call that only reads is none. */
export function attemptsIn(trace: string): number {
  const calls = trace
    .split('\n')
    .filter(line => /\b(adjtimex|clock_adjtime|clock_settime|settimeofday)\(/.test(line));
  return calls.filter(call => !/modes=(0|ADJ_OFFSET_SS_READ)[,}]/.test(call)).length;
}

/** Whatever came in: no crash, no stack, and nothing that could steer a terminal. */
export function expectDecent({ code, stdout, stderr }: Result): void {
  expect([0, 2, 3, 4, 5, 6], stderr).toContain(code);
  expect(stderr).not.toMatch(/this is a bug|^ {4}at /m);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(stdout + stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]|\\u00[01]/);
}

/** One server, and what must become of it. */
export interface Case {
  readonly name: string;
  readonly server: Behaviour;
  /** Its time is believed, or the number of the test that its replies fail, or nothing is taken for a reply. */
  readonly comes: 'believed' | 'no-reply' | { readonly fails: string; readonly kind?: string };
}

/** Two runs, one with all servers that must be believed and one with the others, and a test for each case. */
export function judgeEach(cases: readonly Case[], asking: Asking = {}): void {
  const good = cases.filter(({ comes }) => comes === 'believed');
  const bad = cases.filter(({ comes }) => comes !== 'believed');

  describe.runIf(good.length > 0)('believed: the clock would be set, once', () => {
    const run = once(() =>
      judge(
        good.map(({ server }) => server),
        asking,
      ),
    );
    test.each(good.map((one, i) => [one.name, i] as const))('%s', async (_name, i) => {
      const { code, rows, report, attempts = 1 } = await run();
      const { verdict, offset = Number.NaN, rootDistance = Number.NaN, reason, sent } = rows[i]!;
      // No forgery has cut the burst short.
      expect(sent).toBe(asking.samples ?? SAMPLES);
      expect(verdict, reason).toMatch(/^(system-peer|survivor|outlier)$/);
      expect(Math.abs(offset)).toBeLessThan(rootDistance);
      expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
      expect({ code, attempts }).toEqual({ code: 4, attempts: 1 });
    });
  });

  describe.runIf(bad.length > 0)('not believed: exit 3, the clock untouched', () => {
    const run = once(() =>
      judge(
        bad.map(({ server }) => server),
        asking,
      ),
    );
    test.each(bad.map((one, i) => [one.name, i] as const))('%s', async (_name, i) => {
      const { code, rows, report, attempts = 0 } = await run();
      expectUnbelieved(rows[i]!, bad[i]!.comes);
      expect(report.offset).toBeUndefined();
      expect({ code, attempts }).toEqual({ code: 3, attempts: 0 });
    });
  });
}

function expectUnbelieved(row: Row, comes: Case['comes']): void {
  expect(row.samples).toEqual([]);
  if (typeof comes === 'string') {
    expect({ verdict: row.verdict, rejected: row.rejected }).toEqual({ verdict: comes, rejected: 0 });
  } else {
    expect(row.verdict).toBe(comes.fails === 'kiss' ? 'kissed' : 'dropped');
    expect(row.rejections.map(({ test }) => test)).toContain(comes.fails);
    if (comes.kind) expect(row.rejections.map(({ kind }) => kind)).toContain(comes.kind);
  }
}

/** The first call does the work. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
