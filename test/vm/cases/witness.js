// The hardware clock as a witness when a clock that was set is off by a day, and the same rules for `rtc read`.

import { strict as assert } from 'node:assert';
import { existsSync, readFileSync } from 'node:fs';
import { realtime } from '../clock.js';
import { setTime } from '../guest/kernel.js';
import { EXIT, ended, near, said } from './expect.js';
import { TURN_LIMIT, turnsTrue } from './hardware.js';

const group = 'witness';
const machine = 'qemu';
/** In seconds: emulation is slow, and a hardware clock holds whole seconds. */
const LIMIT = 5e-3;
const LATEST_COPY = 0.2;
/** How long the machine was paused, in seconds. */
const PAUSE = 26 * 3600;

export const witness = [
  {
    ...{ name: 'a machine paused for 26 h, its hardware clock right', group, machine, asked: '+26 h' },
    ...{ servers: { main: 0 }, boot: 'first' },
    async run(guest) {
      await setOnce(guest);
      shift(-PAUSE);
      const run = ended(await guest.tsntp(['sync', '-vv', guest.address('main')]), EXIT.done);
      said(run, /decide: step \(set since boot: yes.*hardware clock agrees with: servers/);
      return guest.residual('main', LIMIT);
    },
  },
  {
    ...{
      name: 'a hardware clock with the same error as the system clock: refused',
      group,
      machine,
      asked: 'nothing',
    },
    ...{ servers: { main: 0 }, boot: 'first' },
    async run(guest) {
      await setOnce(guest);
      shift(-PAUSE);
      ended(await guest.tsntp(['rtc', 'write']), EXIT.done);
      const run = await guest.untouched(() => guest.tsntp(['sync', guest.address('main')]));
      said(
        ended(run, EXIT.refused),
        /The hardware clock agrees with this clock\. If the \w.* right, run again with -g/,
      );
    },
  },
  {
    ...{ name: 'rtc read obeys the panic limit, and -g lifts it', group, machine, asked: '+26 h' },
    ...{ servers: { main: 0 }, boot: 'first' },
    async run(guest) {
      await setOnce(guest);
      shift(-PAUSE);
      const run = await guest.untouched(() => guest.tsntp(['rtc', 'read']));
      said(ended(run, EXIT.refused), /rtc0 shows .* panic limit of 1000 s.*run again with -g/);
      ended(
        await guest.untouched(() => guest.tsntp(['rtc', 'read', '-g', '--max-offset', '60'])),
        EXIT.refused,
      );
      ended(await guest.tsntp(['rtc', 'read', '-g']), EXIT.done);
      const { lastSet } = JSON.parse(readFileSync('/var/lib/tsntp/state.json', 'utf8'));
      assert.equal(lastSet.server, '/dev/rtc0');
      assert.equal(lastSet.sum, 0);
      // The kernel has written the hardware clock, on a busy host late.
      const hardware = await turnsTrue(guest, 0, LATEST_COPY);
      const { error } = await guest.error('main');
      near('the clock, set from the hardware clock', error, hardware.residual, TURN_LIMIT);
      return hardware;
    },
  },
  {
    ...{ name: 'rtc read with an empty battery: exit 4', group, machine, asked: 'nothing' },
    ...{ hardwareTime: '2000-01-01T00:00:00', servers: { main: 0 } },
    async run(guest) {
      const run = await guest.untouched(() => guest.tsntp(['rtc', 'read']));
      said(ended(run, EXIT.notPermitted), /before this tsntp was released: is its battery empty\?/);
      assert.ok(!existsSync('/var/lib/tsntp/state.json'));
    },
  },
];

/** Sets the clock once, so that it counts as set, and waits until the kernel has copied it to the hardware clock. */
async function setOnce(guest) {
  shift(-2);
  ended(await guest.tsntp(['sync', '-p1', guest.address('main')]), EXIT.done);
  await guest.sleep(4);
}

/** Moves the clock by roughly this many seconds. */
function shift(seconds) {
  setTime(realtime() + BigInt(seconds) * 1_000_000_000n);
}
