// The hardware clock: written so that its second changes at the true second, in UTC or local time, and a machine
// without one. Uses an emulated PC's CMOS clock in QEMU; User Mode Linux has none. A kernel copies its clock to the hardware
// clock when it is synchronized for the first time since its boot, and then every 11 minutes.

import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { realtime } from '../clock.js';
import { hardwareTurn, kernelClock } from '../guest/kernel.js';
import { ZONE } from '../machines.js';
import { EXIT, ended, near, said } from './expect.js';
import { CAPABLE_USER } from './privileges.js';

const group = 'rtc';
/** The largest allowed difference between the hardware clock's second and the true one, in seconds. */
export const TURN_LIMIT = 20e-3;
/** In seconds; larger because emulation is slow, and these cases are about the hardware clock. */
export const SYSTEM_LIMIT = 5e-3;
/** A turn is looked for again if the host stopped the guest for longer than this, in seconds. */
const GAP = 2e-3;
const TURNS = 6;
const ZONE_AHEAD = 5.5 * 3600;

export const hardware = [
  {
    ...{ name: '-w after a step from 2020', group, machine: 'qemu', asked: 'from 2020' },
    ...{ hardwareTime: '2020-01-01T00:00:00', servers: { main: 0 } },
    async run(guest) {
      ended(await guest.tsntp(['sync', '-w', guest.address('main')]), EXIT.done);
      const result = await turnsTrue(guest);
      await guest.residual('main', SYSTEM_LIMIT);
      await agreesWithHwclock(guest);
      return result;
    },
  },
  {
    ...{ name: '-w with a slew writes the true time', group, machine: 'qemu', asked: '+100 ms' },
    ...{ servers: { main: 0.1 }, boot: 'first' },
    async run(guest) {
      await guest.misset('main', -0.1);
      ended(await guest.tsntp(['sync', '-w', '--slew', guest.address('main')]), EXIT.done);
      assert.ok(kernelClock().slewLeft > 0.05, 'no slew is in progress');
      // Once marked as synchronized, the kernel copies its clock, which is still wrong, within a second.
      await guest.sleep(3);
      return turnsTrue(guest);
    },
  },
  {
    ...{ name: '-w in local time, as set in /etc/adjtime', group, machine: 'qemu', asked: '+3.25 s' },
    // The kernel keeps the time zone that it is told.
    ...{ hardwareTime: 'localtime', servers: { main: 3.25 }, boot: 'alone' },
    async run(guest) {
      inLocalTime();
      ended(await guest.tsntp(['sync', '-w', guest.address('main')]), EXIT.done);
      const result = await turnsTrue(guest, ZONE_AHEAD);
      await agreesWithHwclock(guest);
      // Once the clock is synchronized, the kernel copies it to the hardware clock by itself.
      await guest.sleep(4);
      await turnsTrue(guest, ZONE_AHEAD);
      return result;
    },
  },
  {
    ...{
      name: 'the kernel copies a synchronized clock by itself',
      group,
      machine: 'qemu',
      asked: 'from 2020',
    },
    ...{ hardwareTime: '2020-01-01T00:00:00', servers: { main: 0 }, boot: 'first' },
    async run(guest) {
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      await guest.sleep(4);
      // The kernel aligns to half of its own tick.
      return turnsTrue(guest, 0, 0.05);
    },
  },
  {
    ...{ name: 'rtc write, rtc show, rtc read', group, machine: 'qemu', asked: 'from 2020' },
    ...{ hardwareTime: '2020-01-01T00:00:00', servers: { main: 0 } },
    async run(guest) {
      await guest.misset('main', 0);
      ended(await guest.tsntp(['rtc', 'write']), EXIT.done);
      const result = await turnsTrue(guest);
      const { stdout } = ended(await guest.tsntp(['rtc', 'show']), EXIT.done);
      assert.match(stdout, new RegExp(`${new Date(Number(realtime() / 1_000_000n)).getUTCFullYear()}`));
      await guest.misset('main', -1000);
      ended(await guest.tsntp(['rtc', 'read']), EXIT.done);
      await guest.residual('main', TURN_LIMIT + SYSTEM_LIMIT);
      return result;
    },
  },
  {
    ...{ name: 'a busy hardware clock: a warning for -w, an error for rtc', group, machine: 'qemu' },
    ...{ asked: '+3.25 s', servers: { main: 3.25 } },
    async run(guest) {
      const held = openSync('/dev/rtc0', 'r');
      said(
        ended(await guest.tsntp(['sync', '-w', guest.address('main')]), EXIT.done),
        /rtc0.*(busy|in use)|busy.*rtc/i,
      );
      const run = said(await guest.tsntp(['rtc', 'show']), /busy.*another process has it open/);
      closeSync(held);
      ended(run, EXIT.notPermitted);
      return guest.residual('main', SYSTEM_LIMIT);
    },
  },
  {
    ...{ name: 'no access to the hardware clock is reported by -w, rtc, and status', group, machine: 'qemu' },
    ...{ asked: '+3.25 s', servers: { main: 3.25 } },
    async run(guest) {
      const under = CAPABLE_USER;
      const run = ended(await guest.tsntp(['sync', '-w', guest.address('main')], { under }), EXIT.done);
      said(run, /warning: the hardware clock was not written: cannot open .*rtc0: permission denied/);
      for (const verb of ['show', 'write', 'read'])
        said(
          ended(await guest.tsntp(['rtc', verb], { under }), EXIT.notPermitted),
          /permission denied.*Run as root/,
        );
      // Elsewhere, the kernel shows it to every user.
      const { stdout } = ended(await guest.tsntp(['status', '--json'], { under }), EXIT.done);
      assert.equal(JSON.parse(stdout).rtc.path, '/dev/rtc0');
      return guest.residual('main', SYSTEM_LIMIT);
    },
  },
  {
    ...{
      name: 'another device than the first',
      group,
      machine: 'qemu',
      asked: 'nothing',
      servers: { main: 0 },
    },
    async run(guest) {
      // The machine has only one: the second is another name for it.
      execFileSync('cp', ['--archive', '/dev/rtc0', '/dev/rtc1']);
      const run = ended(await guest.tsntp(['rtc', 'show', '--device', '/dev/rtc1']), EXIT.done);
      said(run, /^\/dev\/rtc1 shows .*\nThis machine also has \/dev\/rtc0: see --device\.$/m);
      const missing = ended(await guest.tsntp(['rtc', 'show', '--device', '/dev/rtc7']), EXIT.notPermitted);
      said(missing, /no hardware clock: \/dev\/rtc7 is not there; there are \/dev\/rtc0/);
    },
  },
  {
    ...{ name: 'no hardware clock: -w warns, and the system clock is set', group, machine: 'uml' },
    ...{ asked: '+3.25 s', servers: { main: 3.25 } },
    async run(guest) {
      said(ended(await guest.tsntp(['sync', '-w', guest.address('main')]), EXIT.done), /hardware clock|rtc/i);
      return guest.residual('main');
    },
  },
  ...['show', 'write', 'read'].map(verb => ({
    ...{
      name: `no hardware clock: rtc ${verb} reports it`,
      group,
      machine: 'uml',
      asked: 'nothing',
      servers: { main: 0 },
    },
    async run(guest) {
      const run = await guest.untouched(() => guest.tsntp(['rtc', verb]));
      said(ended(run, EXIT.notPermitted), /hardware clock/i);
    },
  })),
];

/**
 * Asserts that the hardware clock's second changes with the server's; `zone` is how far it is ahead of UTC. Uses the
 * median of three measurements, because the emulator is occasionally delayed.
 */
export async function turnsTrue(guest, zone = 0, limit = TURN_LIMIT) {
  const turns = [];
  for (let turn = 0; turn < 3; turn++) turns.push(await turnOf(guest, zone));
  const { residual, uncertainty } = turns.sort((a, b) => a.residual - b.residual)[1];
  if (Math.abs(residual) <= limit) return { residual, seen: `± ${(uncertainty * 1e3).toFixed(3)} ms` };
  const message = `the hardware clock turns ${(residual * 1e3).toFixed(3)} ms from the true second`;
  throw Object.assign(new Error(message), { residual });
}

async function turnOf(guest, zone) {
  let turn = hardwareTurn();
  for (let tries = 1; turn.gap > GAP && tries < TURNS; tries++) turn = hardwareTurn();
  const { hardware, system } = turn;
  const { error, uncertainty } = await guest.error('main');
  return { residual: Number(hardware - system) / 1e9 - zone + error, uncertainty };
}

async function agreesWithHwclock() {
  const began = realtime();
  const shown = execFileSync('hwclock', ['--show', '--verbose'], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .at(-1);
  const difference = Date.parse(shown.replace(' ', 'T')) / 1e3 - Number(began) / 1e9;
  near('hwclock less the clock', difference, 0, 0.5);
}

/** Sets up a hardware clock in local time that the kernel took for UTC, like a distribution's boot scripts. */
function inLocalTime() {
  rmSync('/etc/localtime', { force: true });
  symlinkSync(`/usr/share/zoneinfo/${ZONE}`, '/etc/localtime');
  writeFileSync('/etc/adjtime', '0.0 0 0\n0\nLOCAL\n');
  execFileSync('hwclock', ['--systz', '--localtime']);
}
