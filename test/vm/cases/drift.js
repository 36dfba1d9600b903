// The rate of the clock, learned and set by runs of the command. A run an hour later cannot be waited for: the samples of
// earlier runs are made from the guest's own oscillator, as if it had lost some ppm since.

import { strict as assert } from 'node:assert';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { raw, realtime } from '../clock.js';
import { kernelClock, setKernelClock } from '../guest/kernel.js';
import { EXIT, ended, near, said } from './expect.js';

const FOLDER = '/var/lib/tsntp';
const FILE = `${FOLDER}/drift.json`;
const CLOCKSOURCE = '/sys/devices/system/clocksource/clocksource0/current_clocksource';
/** How much the oscillator is made to have lost, in ppm. */
const LOST = 37.5;
/** What the error bounds of two runs leave open, in ppm. */
const EXACTLY = 3;
/** What reading two clocks of a busy guest leaves open in a run of 18 s, in ppm. */
const BLURRED = 5;
const SECOND = 1_000_000_000n;
const HOUR = 3600n * SECOND;
const NOTHING = { frequency: 0, tick: 10_000 };
const AT = '2026-11-26T00:00:00.000000000Z';

const group = 'drift';
const machine = 'uml';
const about = { group, machine, servers: { main: 0 } };

export const drift = [
  {
    ...{ name: 'the first run leaves the rate alone, and remembers', asked: '0 ppm', ...about },
    async run(guest) {
      const { drift } = await sync(guest);
      assert.equal(drift.gate, 'too-early');
      assert.equal(kernelClock().frequency, 0);
      assert.equal(memory().samples.length, 1);
      assert.equal(memory().set, undefined);
      assert.equal(statSync(FILE).mode & 0o777, 0o600);
    },
  },
  {
    ...{ name: 'the rate is set with the time, and kept after the run', asked: `${LOST} ppm`, ...about },
    async run(guest) {
      await learn(guest);
      await guest.misset('main', -0.3);
      const report = await sync(guest);
      assert.equal(report.result, 'adjusted');
      assert.match(report.message, /expected error until the next run: ± /);
      assert.equal(report.drift.gate, undefined);
      const kernel = kernelClock();
      near('the rate that was set', report.drift.set.frequency, LOST, EXACTLY);
      near("the kernel's rate", kernel.frequency, report.drift.set.frequency, 2 ** -15);
      near("the kernel's likely error", kernel.estimatedError, report.drift.expectedError, 2e-6);
      assert.deepEqual(memory().found, NOTHING);
      assert.equal(memory().set.before, undefined);
      assert.equal(memory().samples.length, 4);
      near('the rate after another run', (await sync(guest)).drift.set.frequency, LOST, EXACTLY);
      return guest.residual('main');
    },
  },
  {
    ...{ name: 'a dry run says which rate it would set', asked: `${LOST} ppm`, ...about },
    async run(guest) {
      await learn(guest);
      const before = readFileSync(FILE);
      const run = await guest.untouched(() => guest.tsntp(['sync', '-n', guest.address('main')]));
      said(ended(run, EXIT.done), /would/);
      const { drift, message } = JSON.parse(
        (await guest.untouched(() => guest.tsntp(['-n', '--json', guest.address('main')]))).stdout,
      );
      near('the rate that it would set', drift.set.frequency, LOST, EXACTLY);
      assert.match(message, /its rate would be set to \+3\d\.\d+ ppm/);
      assert.deepEqual(readFileSync(FILE), before);
    },
  },
  ...[
    ['--no-drift', { args: ['--no-drift'] }],
    ['TSNTP_DRIFT=0', { env: { TSNTP_DRIFT: '0' } }],
  ].map(([name, { args = [], env = {} }]) => ({
    ...{ name: `${name} leaves rate and memory alone`, asked: '0 ppm', ...about },
    async run(guest) {
      await learn(guest);
      const before = readFileSync(FILE);
      const { drift, result } = await sync(guest, args, { env });
      assert.equal(result, 'adjusted');
      assert.equal(drift, undefined);
      assert.equal(kernelClock().frequency, 0);
      assert.deepEqual(readFileSync(FILE), before);
    },
  })),
  {
    ...{ name: 'a rate that another program has set is left alone', asked: '-20 ppm', ...about },
    async run(guest) {
      await learn(guest, { found: NOTHING, set: { frequency: 12, tick: 10_000, at: AT } });
      setKernelClock({ frequency: -20 * 65_536 });
      const run = ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      said(
        run,
        /warning: the rate of the clock was left alone: another program has changed it to -20\.000 ppm/,
      );
      assert.equal(kernelClock().frequency, -20);
      assert.equal(memory().gate.kind, 'set-by-another');
      const again = ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      assert.doesNotMatch(again.stderr, /warning/);
      near(
        'with --force-frequency',
        (await sync(guest, ['--force-frequency'])).drift.set.frequency,
        LOST,
        EXACTLY,
      );
    },
  },
  {
    ...{ name: 'a rate of another boot is not taken over', asked: '0 ppm', ...about },
    async run(guest) {
      await learn(guest, { set: { frequency: LOST, tick: 10_000, at: AT } }, { bootId: 'the boot before' });
      const run = ended(await guest.tsntp(['sync', '-v', guest.address('main')]), EXIT.done);
      said(run, /the rate of the clock was left alone: the machine has booted since the last run/);
      assert.equal(kernelClock().frequency, 0);
      const { boots, samples, set, gate } = memory();
      assert.deepEqual([boots.length, samples.length, set, gate.kind], [1, 1, undefined, 'other-boot']);
      near('the rate of the earlier boot', boots[0].frequency, LOST, EXACTLY);
    },
  },
  {
    ...{ name: 'the rate that two earlier boots share is set at once', asked: `${LOST} ppm`, ...about },
    async run(guest) {
      const boots = [{ frequency: LOST + 0.5, sigma: 0.1, runs: 50 }];
      await learn(guest, { boots }, { bootId: 'the boot before' });
      near('the rate', (await sync(guest)).drift.set.frequency, LOST, EXACTLY);
      near("the kernel's rate", kernelClock().frequency, LOST, EXACTLY);
    },
  },
  {
    ...{ name: 'another clock source has another rate', asked: '0 ppm', ...about },
    async run(guest) {
      await learn(guest, {}, { clocksource: 'another' });
      const { drift } = await sync(guest);
      assert.equal(drift.gate, 'other-clocksource');
      assert.match(drift.reason, /now \S+, and was another/);
      assert.equal(kernelClock().frequency, 0);
    },
  },
  {
    // In ns a second.
    ...{ name: 'a clock that the kernel speeds up in secret', asked: '0 ppm', seconds: 20, ...about },
    parameters: ['ntp_tick_adj=20000'],
    async run(guest) {
      await learn(guest);
      const { drift, warnings } = await sync(guest, ['--interval', '6', '--deadline', '30']);
      assert.equal(drift.gate, 'unlike-raw');
      const [, by] = /runs \+(\S+) ppm off what the kernel was told/.exec(drift.reason);
      near('the difference', Number(by), 20, BLURRED);
      assert.equal(warnings.length, 1);
      assert.equal(kernelClock().frequency, 0);
      return { seen: `${by} ppm` };
    },
  },
  {
    ...{ name: 'a rate beyond 500 ppm needs --allow-tick', asked: '900 ppm', ...about },
    async run(guest) {
      await learn(guest, {}, {}, 900);
      const run = ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      said(run, /warning: this clock is off by \d+ ppm.*only 500 ppm of it are corrected/);
      assert.deepEqual([kernelClock().frequency, kernelClock().tick], [500, 10_000]);
      // The run above has met the true oscillator, which ended the loss.
      await learn(guest, {}, {}, 900);
      await sync(guest, ['--allow-tick']);
      assert.equal(kernelClock().tick, 10_009);
      near('the rest', kernelClock().frequency, 0, EXACTLY);
    },
  },
  {
    ...{ name: 'a memory that is no JSON is a warning', asked: '0 ppm', ...about },
    async run(guest) {
      mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
      writeFileSync(FILE, 'no JSON', { mode: 0o600 });
      await guest.misset('main', -0.3);
      const run = ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      said(run, /warning: cannot tell how this clock drifts, .*drift\.json is not JSON: remove it/);
      assert.equal(kernelClock().frequency, 0);
      return guest.residual('main');
    },
  },
  {
    ...{ name: 'a memory that cannot be written leaves the rate alone', asked: '0 ppm', ...about },
    async run(guest) {
      ended(await guest.start(['mount', '-t', 'tmpfs', 'none', '/mnt']).ended, 0);
      chmodSync('/mnt', 0o700);
      await learn(guest);
      writeFileSync('/mnt/drift.json', readFileSync(FILE), { mode: 0o600 });
      ended(await guest.start(['mount', '-o', 'remount,ro', '/mnt']).ended, 0);
      await guest.misset('main', -0.3);
      const run = ended(await guest.tsntp(['sync', '--state', '/mnt', guest.address('main')]), EXIT.done);
      said(run, /warning: cannot remember how this clock drifts: .*EROFS/);
      assert.equal(kernelClock().frequency, 0);
      return guest.residual('main');
    },
  },
  ...[
    ['before it has set the rate', 0],
    ['after it has set the rate', LOST],
  ].map(([when, frequency]) => ({
    ...{
      name: `the memory of a run that ended ${when} is no other program's`,
      asked: `${LOST} ppm`,
      ...about,
    },
    async run(guest) {
      const set = { frequency: LOST, tick: 10_000, at: AT, before: NOTHING };
      await learn(guest, { found: NOTHING, set });
      setKernelClock({ frequency: frequency * 65_536 });
      near('the rate', (await sync(guest)).drift.set.frequency, LOST, EXACTLY);
      assert.deepEqual(memory().found, NOTHING);
      assert.equal(memory().set.before, undefined);
    },
  })),
  {
    ...{ name: 'a run that is killed as it sets the rate', asked: `${LOST} ppm`, ...about },
    async run(guest) {
      let unfinished = 0;
      await guest.misset('main', -0.3);
      for (let trial = 0; trial < 6; trial++) {
        await learn(guest);
        setKernelClock({ frequency: 0 });
        const run = guest.startTsntp(['sync', guest.address('main')]);
        const before = statSync(FILE).ino;
        // As soon as the intention is in the file: what the process does next is between the rate and the phase.
        while (run.child.exitCode === null && statSync(FILE).ino === before) await guest.sleep(0);
        run.child.kill('SIGKILL');
        await run.ended;
        if (memory().set?.before) unfinished += 1;
        const { drift, result } = await sync(guest);
        assert.equal(drift.gate, undefined, `after the kill, the rate was left alone: ${drift.reason}`);
        assert.match(result, /^(adjusted|unchanged)$/);
        near('the rate', kernelClock().frequency, LOST, EXACTLY);
        assert.deepEqual(memory().found, NOTHING);
      }
      return { ...(await guest.residual('main')), seen: `${unfinished} of 6 unfinished` };
    },
  },
];

/** The JSON report of a run that sets the clock. */
async function sync(guest, args = [], options = {}) {
  return JSON.parse(
    ended(await guest.tsntp(['sync', '--json', ...args, guest.address('main')], options), EXIT.done).stdout,
  );
}

function memory() {
  return JSON.parse(readFileSync(FILE, 'utf8'));
}

/** Writes the memory of three hourly runs, the last one an hour ago, of an oscillator that loses so many ppm. */
async function learn(guest, members = {}, oscillator = {}, ppm = LOST) {
  const { error } = await guest.error('main');
  const now = { raw: raw(), true: realtime() - BigInt(Math.round(error * 1e9)) };
  const lost = BigInt(Math.round(ppm * 1e-6 * Number(HOUR)));
  const samples = [3n, 2n, 1n].map(hours => ({
    raw: `${now.raw - hours * HOUR}`,
    true: `${now.true - hours * (HOUR + lost)}`,
    ...{ jitter: 1e-4, delay: 5e-4, distance: 2e-3, peer: guest.server('main').host },
  }));
  const here = {
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    ...(existsSync(CLOCKSOURCE) && { clocksource: readFileSync(CLOCKSOURCE, 'utf8').trim() }),
  };
  mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
  const contents = { version: 1, oscillator: { ...here, ...oscillator }, boots: [], samples, ...members };
  writeFileSync(FILE, JSON.stringify(contents), { mode: 0o600 });
}
