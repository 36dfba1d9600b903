// The bench of the interop tests: runs the real command as a user does, except for the right to set the clock, against
// third-party servers.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe } from 'vitest';
import { unavailable } from '../support/debian-package.ts';
import { type RealServer, withoutClockRights } from '../support/real-server.ts';

/** The result of a run. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `tsntp ARGS` to its end where `server` can be reached. It has no right to set a clock and no state. */
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

/** The part of the JSON report that these tests read. */
export interface Report {
  readonly offset: number;
  readonly errorBound: number;
  readonly servers: readonly {
    readonly stratum: number;
    readonly refid: string;
    readonly verdict: string;
  }[];
}

/** Parses the JSON report of a run. Throws if stdout contains anything else. */
export function reportOf({ stdout }: Run): Report {
  return JSON.parse(stdout) as Report;
}

/** `describe` for tests that need Debian packages; skipped with the reason if they are unavailable. */
export function describeWith(packages: readonly string[], name: string, tests: () => void): void {
  const why = unavailable(packages);
  describe.skipIf(why !== undefined)(why === undefined ? name : `${name} (skipped: ${why})`, tests);
}

/** Whether this machine lacks `::1` and may skip its tests; CI may not. */
export const withoutIpv6: boolean =
  !process.env.CI &&
  !Object.values(networkInterfaces())
    .flat()
    .some(at => at?.address === '::1');
