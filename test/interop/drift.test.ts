// Drift files go both ways with the right sign: chronyd and NTPsec's ntpd read what `drift export` prints, and what chronyd writes
// about a clock that is known to be slow or fast is imported as such. None of them can set this machine's clock.

import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { driftStore } from '../../src/host/drift-store.ts';
import { debianPackage } from '../support/debian-package.ts';
import { hourly } from '../support/drift-samples.ts';
import { chronyd, type RealServer, withoutClockRights } from '../support/real-server.ts';
import { describeWith, tsntp } from './bench.ts';

/** Waits this long for a daemon at most, in seconds. */
const PATIENCE = 40;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tsntp-drift-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** What tsntp exports of a clock with this rate in ppm: negative = it loses. */
function exported(flag: '--ntpd' | '--chrony', rate: number): string {
  const state = join(folder(), 'state');
  const samples = hourly(48, rate);
  const store = driftStore({ bootId: () => undefined, now: () => samples[0]!.true }, state, { keeps: true });
  expect(store.remember({ version: 1, oscillator: {}, boots: [], samples })).toBeUndefined();
  const { status, stdout, stderr } = tsntp(['drift', 'export', flag, '--state', state]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** Starts a program that ends with the test; its output goes to `log`. */
function daemon(command: readonly string[], env: Readonly<Record<string, string>>) {
  const [program = '', ...args] = withoutClockRights(command);
  const child = spawn(program, args, { env: { PATH: process.env.PATH ?? '', ...env }, stdio: 'ignore' });
  const exited = new Promise<void>(ended => child.once('exit', () => ended()).once('error', () => ended()));
  const stop = async () => {
    child.kill();
    await exited;
  };
  onTestFinished(() => void child.kill('SIGKILL'));
  return stop;
}

/** Asks until there is an answer. */
async function awaited<T>(ask: () => T | undefined): Promise<T> {
  for (const start = performance.now(); performance.now() - start < 1e3 * PATIENCE; await sleep(100)) {
    const answer = ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`no answer within ${PATIENCE} s`);
}

describeWith(['chrony', 'libfaketime'], 'chronyd -x', () => {
  const chrony = () => debianPackage('chrony');
  const program = () => join(chrony().root, 'usr/sbin/chronyd');

  /** Starts chronyd with a drift file; `tracking` asks it by chronyc. */
  function start(directory: string, lines: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const socket = join(directory, 'socket');
    const config = join(directory, 'chrony.conf');
    const all = [
      `driftfile ${join(directory, 'drift')}`,
      ...['port 0', 'cmdport 0', `bindcmdaddress ${socket}`, `pidfile ${join(directory, 'pid')}`],
      ...lines,
    ];
    writeFileSync(config, `${all.join('\n')}\n`);
    const stop = daemon([program(), '-x', '-U', '-d', '-u', 'root', '-f', config], {
      ...chrony().env,
      ...env,
    });
    const client = join(chrony().root, 'usr/bin/chronyc');
    const tracking = () =>
      spawnSync(client, ['-n', '-h', socket, 'tracking'], { env: chrony().env, encoding: 'utf8' }).stdout;
    return { stop, tracking };
  }

  test.each([
    [-37.5, 'slow'],
    [12.25, 'fast'],
  ])('reads the exported file of a clock with %d ppm as %s', async (rate, words) => {
    const directory = folder();
    writeFileSync(join(directory, 'drift'), exported('--chrony', rate));
    const { tracking } = start(directory, []);
    const [, ppm, side] = await awaited(
      () => /^Frequency +: (\S+) ppm (\w+)$/m.exec(tracking()) ?? undefined,
    );
    expect(Number(ppm)).toBeCloseTo(Math.abs(rate), 0);
    expect(side).toBe(words);
  });

  let server: RealServer;
  beforeAll(async () => {
    server = await chronyd({ stratum: 3 });
  });
  afterAll(() => server?.stop());

  test.each([
    [0.9998, 'loses', 'slow'],
    [1.0002, 'gains', 'fast'],
  ])('that runs at a rate of %d writes a file that is imported as: %s', async (rate, words, side) => {
    const directory = folder();
    const { root } = debianPackage('libfaketime');
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
    const library = join(root, files.find(file => file.endsWith('/libfaketime.so.1')) ?? '');
    // So far off that it does not use the time stamps of the kernel, whose clock has another rate.
    const env = { LD_PRELOAD: library, FAKETIME: `+20s x${rate}`, DONT_FAKE_MONOTONIC: '1' };
    const source = `server ${server.address} port ${server.port} minpoll -5 maxpoll -5 iburst`;
    const { stop, tracking } = start(directory, [source], env);
    await awaited(() => {
      const report = tracking();
      const [, ppm, found] = /^Frequency +: (\S+) ppm (\w+)$/m.exec(report) ?? [];
      const skew = Number(/^Skew +: (\S+) ppm$/m.exec(report)?.[1]);
      return Math.abs(Number(ppm) - 200) < 80 && skew < 40 && found === side ? true : undefined;
    });
    await stop();
    const file = join(directory, 'drift');
    expect(existsSync(file)).toBe(true);
    const state = join(directory, 'state');
    const { status, stdout } = tsntp(['drift', 'import', file, '--chrony', '--state', state]);
    expect(status).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^chronyd's drift file is imported: this clock ${words} \\d+\\.\\d+ s a day`),
    );
    const boot = JSON.parse(readFileSync(join(state, 'drift.json'), 'utf8')).boots[0];
    expect(Math.sign(boot.frequency)).toBe(words === 'loses' ? 1 : -1);
  });
});

describeWith(['ntpsec', 'busybox-static', 'strace'], "NTPsec's ntpd", () => {
  test.each([-37.5, 12.25])(
    'reads the exported file of a clock with %d ppm, and tells the kernel the opposite',
    async rate => {
      const directory = folder();
      mkdirSync(join(directory, 'ntp'));
      const drift = join(directory, 'ntp', 'drift');
      writeFileSync(drift, exported('--ntpd', rate));
      const config = join(directory, 'ntp.conf');
      writeFileSync(config, `driftfile ${drift}\ninterface ignore all\ninterface listen lo\n`);
      const trace = join(directory, 'trace');
      const busybox = join(debianPackage('busybox-static').root, 'bin/busybox');
      const tracer = debianPackage('strace');
      const strace = join(tracer.root, 'usr/bin/strace');
      const { root, env } = debianPackage('ntpsec');
      const libraries = [env, tracer.env].map(own => own.LD_LIBRARY_PATH).join(':');
      // No call to set a clock reaches the kernel: strace answers in its place.
      // -D: the child that is ended is ntpd itself.
      const traced = `${strace} -D -f -e trace=clock_adjtime,adjtimex -e inject=clock_adjtime,adjtimex:retval=0 -o ${trace}`;
      const script = `${busybox} ifconfig lo up && exec ${traced} ${join(root, 'usr/sbin/ntpd')} -n -c ${config}`;
      const mapped = process.getuid?.() === 0 ? [] : ['--map-root-user'];
      daemon(['unshare', '--net', '--mount', ...mapped, 'sh', '-c', script], {
        LD_LIBRARY_PATH: libraries,
      });
      const told = await awaited(() => {
        const text = existsSync(trace) ? readFileSync(trace, 'utf8') : '';
        return /\{modes=ADJ_FREQUENCY, offset=0, freq=(-?\d+)/.exec(text)?.[1];
      });
      // The kernel's unit: 2^-16 ppm; positive makes the clock faster.
      expect(Number(told) / 65_536).toBeCloseTo(-rate, 0);
    },
  );
});
