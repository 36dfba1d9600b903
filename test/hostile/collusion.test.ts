// Colluding liars that follow the rules: their replies pass every test, their intervals overlap those of honest
// servers, and they claim whatever moves the result farthest. Each group is the rounded worst case that a search found
// for one selection algorithm. tsntp and chronyd -Q receive the same packets; tsntp must not be moved farther.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratch } from '../support/command.ts';
import { debianPackage, unavailable } from '../support/debian-package.ts';
import { withoutClockRights } from '../support/real-server.ts';
import { counted, once, startServer } from './bench.ts';
import { type Behavior, delayed, openServer, reply, script } from './server.ts';

/** The values that a server claims, in seconds. */
interface Claim {
  readonly ahead?: number;
  readonly rootDelay?: number;
  readonly rootDispersion: number;
  /** Delay of its first reply relative to the others, in seconds: jitter. */
  readonly late?: number;
}

const honest = (rootDelay: number, rootDispersion: number): Claim => ({ rootDelay, rootDispersion });
const liar = (ahead: number, rootDispersion: number, late = 0): Claim => ({ ahead, rootDispersion, late });

/** Where the liars mislead chronyd, it is no reference; tsntp must then stay at the true time. */
const COMPANIES: Readonly<Record<string, readonly Claim[]>> = {
  '1 of 3, at the edge of two wide ones': [liar(-1.5, 0.2), honest(1.8, 0.4), honest(1.8, 0.45)],
  '1 of 4, nearer than its noise': [
    liar(-0.09, 0.0001, 0.36),
    honest(0.12, 0.025),
    honest(2, 0.002),
    honest(0.16, 0.007),
  ],
  '1 of 4, tight among wide ones': [
    liar(0.09, 0.001, 0.33),
    honest(1.8, 0.5),
    honest(1.8, 0.4),
    honest(2, 0.04),
  ],
  '2 of 5, vaguer than the others': [
    liar(0.099, 0.31, 0.38),
    liar(0.099, 0.31),
    ...Array<Claim>(3).fill(honest(0.2, 0.001)),
  ],
  '2 of 5, tight among the others': [
    liar(0.099, 0.0001, 0.38),
    liar(0.099, 0.0001),
    ...Array<Claim>(3).fill(honest(0.2, 0.001)),
  ],
  '2 of 5, one noisy to shield the other': [
    liar(0, 0.0002, 0.9),
    liar(0.24, 0.0001),
    honest(1.8, 0.14),
    honest(0.9, 0.9),
    honest(0.48, 0.003),
  ],
  '2 of 5, across a wide honest one': [
    liar(0.377, 0.0055),
    liar(0.377, 0.0055),
    honest(0.002, 0.0005),
    honest(0.002, 0.0005),
    honest(0.01, 0.5),
  ],
  '2 of 5, one wide honest one, one noisy to shield': [
    liar(0.24, 0.0001),
    liar(0, 0.2, 0.9),
    honest(0.44, 0.9),
    honest(1.4, 0.003),
    honest(0.27, 0.1),
  ],
  '2 of 5, tight, one honest one wide': [
    liar(1.02, 0.003),
    liar(1.02, 0.35),
    honest(1.5, 0.4),
    honest(0.001, 0.011),
    honest(2, 0.17),
  ],
  '3 of 7, one noisy to shield the others': [
    liar(0, 0.19, 0.9),
    liar(0.24, 0.0003),
    liar(0.24, 0.0016),
    honest(0.007, 0.04),
    honest(0.08, 0.001),
    honest(1.8, 0.005),
    honest(0.002, 0.6),
  ],
  '3 of 7, two honest ones wide': [
    liar(0.49, 0.04),
    liar(0.46, 0.0001, 0.22),
    liar(0.47, 0.004),
    honest(0.001, 0.004),
    honest(0.001, 0.001),
    honest(1.6, 0.007),
    honest(1.2, 0.005),
  ],
};

/** How much two programs on a busy machine may differ on one loopback, in seconds. */
const NOISE = 0.002;

const withoutChrony = unavailable(['chrony']);

describe('liars within the rules', () => {
  const chronyds = once(() => Promise.all(Object.values(COMPANIES).map(chronydAmong)));

  test.each(Object.entries(COMPANIES).map(([name, company], i) => [name, company, i] as const))(
    '%s',
    async (_name, company, i) => {
      const { offset = Number.NaN, errorBound } = await tsntpAmong(company);
      const theirs = withoutChrony === undefined ? (await chronyds())[i] : undefined;
      const pull = Math.abs(offset);
      expect(pull).toBeLessThan(errorBound!);
      expect({ pull, chronyd: theirs }).toSatisfy(() => pull < Math.abs(theirs ?? 0) + NOISE);
      expect(pull).toBeLessThan(NOISE);
    },
  );
});

async function tsntpAmong(company: readonly Claim[]) {
  const servers = await Promise.all(company.map(claim => startServer(behaviorOf(claim))));
  const names = servers.map(({ port }) => `127.0.0.1:${port}`);
  const { report } = await counted(['-q', '-p4', '-t2', '--interval=0.1', ...names]);
  return report;
}

/** The error of our clock according to chronyd in seconds; undefined if chronyd does not decide. */
async function chronydAmong(company: readonly Claim[], nth: number): Promise<number | undefined> {
  // chronyd distinguishes servers by address only.
  const hosts = company.map((_, i) => `127.88.${nth}.${i + 1}`);
  const servers = await Promise.all(company.map((claim, i) => openServer(behaviorOf(claim), hosts[i])));
  const { root, env } = debianPackage('chrony');
  const sources = servers.map(({ port }, i) => `server ${hosts[i]} port ${port} iburst`);
  const options = ['-Q', '-x', '-U', '-t', '30', '-u', 'root', '-f', '/dev/null'];
  const pidfile = `pidfile ${join(scratch(), 'chronyd.pid')}`;
  const config = [pidfile, 'cmdport 0', 'bindcmdaddress /', ...sources];
  const [program = '', ...args] = withoutClockRights([join(root, 'usr/sbin/chronyd'), ...options, ...config]);
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  const said = (await child.stderr.toArray()).join('');
  for (const server of servers) server.close();
  const wrong = /System clock wrong by ([-+.\d]+) seconds/.exec(said)?.[1];
  return wrong === undefined ? undefined : Number(wrong);
}

function behaviorOf({ ahead = 0, rootDelay = 0, rootDispersion, late = 0 }: Claim): Behavior {
  const fixed = (seconds: number) => Math.round(seconds * 0x1_0000);
  const prompt = reply({ rootDelay: fixed(rootDelay), rootDispersion: fixed(rootDispersion) }, ahead);
  return script(delayed(late, prompt), prompt);
}
