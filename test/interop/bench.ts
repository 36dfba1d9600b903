// The bench of the interop tests: the real command, run as a user runs it but for the right to set the clock,
// beside servers of other people's making.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe } from 'vitest';
import { unavailable } from '../support/debian-package.ts';
import { type RealServer, withoutClockRights } from '../support/real-server.ts';

/** What a run of the command left behind. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tsntp ARGS` where `server` can be reached, to its end. It has no right to set a clock and no memory. */
export function tsntp(args: readonly string[], server?: RealServer): Run {
  const bin = resolve(import.meta.dirname, '../../bin/tsntp.js');
  const state = mkdtempSync(join(tmpdir(), 'tsntp-state-'));
  const command = [...(server?.reach ?? []), process.execPath, bin, ...args];
  const [program = '', ...rest] = withoutClockRights(command);
  const env = { PATH: process.env.PATH, TSNTP_STATE: state };
  try {
    const { status, stdout, stderr, error } = spawnSync(program, rest, {
      env,
      encoding: 'utf8',
      timeout: 30_000,
    });
    if (error !== undefined) throw error;
    return { status, stdout, stderr };
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
}

/** What these tests read of the JSON report. */
export interface Report {
  readonly offset: number;
  readonly errorBound: number;
  readonly servers: readonly {
    readonly stratum: number;
    readonly refid: string;
    readonly verdict: string;
  }[];
}

/** The JSON report of a run. Throws where stdout is anything else. */
export function reportOf({ stdout }: Run): Report {
  return JSON.parse(stdout) as Report;
}

/** `describe`, for tests that need Debian packages; skipped with the reason where they cannot be had. */
export function describeWith(packages: readonly string[], name: string, tests: () => void): void {
  const why = unavailable(packages);
  describe.skipIf(why !== undefined)(why === undefined ? name : `${name} (skipped: ${why})`, tests);
}

/** Whether this machine lacks `::1`, and may: CI must have it. */
export const withoutIpv6: boolean =
  !process.env.CI &&
  !Object.values(networkInterfaces())
    .flat()
    .some(at => at?.address === '::1');
