// The bench of the hostile suite: runs the real command, `sync` instead of a query, against scripted servers. If a
// wrong time is accepted, tsntp tries to set the clock and exits with 4, because no process here has the right to set
// it. strace, if available, counts the attempts: none without a majority, one with it.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Result, type Surroundings, scratch, start } from '../support/command.ts';
import { debianPackage, unavailable } from '../support/debian-package.ts';
import { type Behavior, openServer, type ScriptedServer } from './server.ts';

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

/** The part of the JSON report that these tests read. */
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

/** The result of a run and what the servers observed. */
export interface Judgment extends Result {
  readonly report: Report;
  readonly servers: readonly ScriptedServer[];
  /** The sources in the report, in the order of the servers. */
  readonly rows: readonly Row[];
  /** The number of attempts to set the clock; undefined if they were not counted. */
  readonly attempts: number | undefined;
}

const SAMPLES = 2;

/** How to run the command. */
export interface RunOptions {
  readonly samples?: number;
  /** The timeout of each reply in seconds. */
  readonly timeout?: number;
  readonly interval?: number;
  readonly args?: readonly string[];
  /** Options added to each server line of a list in the style of ntp.conf. */
  readonly options?: string;
}

/** Starts a server for the duration of a test. */
export async function startServer(behavior: Behavior, host?: string): Promise<ScriptedServer> {
  const server = await openServer(behavior, host);
  onTestFinished(() => server.close());
  return server;
}

/** Queries all servers in one run. */
export async function judge(behaviors: readonly Behavior[], asking: RunOptions = {}): Promise<Judgment> {
  const { samples = SAMPLES, timeout = 1, interval = 0.05, args = [], options = '' } = asking;
  const servers = await Promise.all(behaviors.map(behavior => startServer(behavior)));
  const input = servers.map(({ port }) => `server 127.0.0.1 port ${port} ${options}\n`).join('');
  const pace = [`--samples=${samples}`, `--timeout=${timeout}`, `--interval=${interval}`, '--deadline=100'];
  const run = await counted([...pace, ...args, '-f', '-'], { input });
  const rows = servers.map(({ port }) => run.report.servers.find(row => row.port === port)!);
  return { ...run, servers, rows };
}

/** Runs `tsntp sync --format json`; fails if the output is not JSON. Attempts are not counted if `program` is given. */
export async function counted(
  args: readonly string[],
  surroundings: Surroundings = {},
): Promise<Result & { readonly report: Report; readonly attempts: number | undefined }> {
  const trace = join(scratch(), 'trace');
  const watch = straced(['-o', trace, '-e', `trace=${SETTING_CALLS}`]);
  const options = ['sync', '--force', '--format=json', ...args];
  const result = await start(options, { ...watch, ...surroundings }).ended;
  expectClean(result);
  const report = JSON.parse(result.stdout) as Report;
  expect(report.exitCode).toBe(result.code);
  const watched = watch.program !== undefined && surroundings.program === undefined;
  return { ...result, report, attempts: watched ? attemptsIn(readFileSync(trace, 'utf8')) : undefined };
}

const SETTING_CALLS = 'clock_adjtime,adjtimex,clock_settime,settimeofday';

/** The command under strace with these options, if strace is available. */
export function straced(options: readonly string[]): Pick<Surroundings, 'program' | 'env'> {
  if (withoutStrace !== undefined) return {};
  const { root, env } = debianPackage('strace');
  const command = [process.execPath, join(process.cwd(), 'bin/tsntp.js')];
  return {
    program: [join(root, 'usr/bin/strace'), '-f', '-qq', '--seccomp-bpf', ...options, ...command],
    env,
  };
}

/** The reason why strace is unavailable, if it is. */
export const withoutStrace: string | undefined = unavailable(['strace']);

/** Counts the calls that would have moved the clock or marked it as synchronized; ignores calls that only read. */
export function attemptsIn(trace: string): number {
  const calls = trace
    .split('\n')
    .filter(line => /\b(adjtimex|clock_adjtime|clock_settime|settimeofday)\(/.test(line));
  return calls.filter(call => !/modes=(0|ADJ_OFFSET_SS_READ)[,}]/.test(call)).length;
}

/** Expects no crash, no stack trace, and no control characters, whatever came in. */
export function expectClean({ code, stdout, stderr }: Result): void {
  expect([0, 2, 3, 4, 5, 6], stderr).toContain(code);
  expect(stderr).not.toMatch(/this is a bug|^ {4}at /m);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(stdout + stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]|\\u00[01]/);
}

/** One server and its expected result. */
export interface Case {
  readonly name: string;
  readonly server: Behavior;
  /** The time is accepted, or a numbered test rejects the replies, or no packet counts as a reply. */
  readonly expected: 'accepted' | 'no-reply' | { readonly fails: string; readonly kind?: string };
}

/**
 * Runs the command twice, once with all acceptable servers and once with the others, and defines a test for each case.
 */
export function judgeEach(cases: readonly Case[], asking: RunOptions = {}): void {
  const good = cases.filter(({ expected }) => expected === 'accepted');
  const bad = cases.filter(({ expected }) => expected !== 'accepted');

  describe.runIf(good.length > 0)('accepted: one attempt to set the clock', () => {
    const run = once(() =>
      judge(
        good.map(({ server }) => server),
        asking,
      ),
    );
    test.each(good.map((one, i) => [one.name, i] as const))('%s', async (_name, i) => {
      const { code, rows, report, attempts = 1 } = await run();
      const { verdict, offset = Number.NaN, rootDistance = Number.NaN, reason, sent } = rows[i]!;
      // No forgery ended the burst early.
      expect(sent).toBe(asking.samples ?? SAMPLES);
      expect(verdict, reason).toMatch(/^(system-peer|survivor|outlier)$/);
      expect(Math.abs(offset)).toBeLessThan(rootDistance);
      expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
      expect({ code, attempts }).toEqual({ code: 4, attempts: 1 });
    });
  });

  describe.runIf(bad.length > 0)('rejected: exit 3, clock untouched', () => {
    const run = once(() =>
      judge(
        bad.map(({ server }) => server),
        asking,
      ),
    );
    test.each(bad.map((one, i) => [one.name, i] as const))('%s', async (_name, i) => {
      const { code, rows, report, attempts = 0 } = await run();
      expectUnbelieved(rows[i]!, bad[i]!.expected);
      expect(report.offset).toBeUndefined();
      expect({ code, attempts }).toEqual({ code: 3, attempts: 0 });
    });
  });
}

function expectUnbelieved(row: Row, expected: Case['expected']): void {
  expect(row.samples).toEqual([]);
  if (typeof expected === 'string') {
    expect({ verdict: row.verdict, rejected: row.rejected }).toEqual({ verdict: expected, rejected: 0 });
  } else {
    expect(row.verdict).toBe(expected.fails === 'kiss' ? 'kissed' : 'dropped');
    expect(row.rejections.map(({ test }) => test)).toContain(expected.fails);
    if (expected.kind) expect(row.rejections.map(({ kind }) => kind)).toContain(expected.kind);
  }
}

/** Caches the result of the first call. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
