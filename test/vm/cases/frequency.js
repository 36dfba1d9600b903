// The rate of a real kernel's clock, set by tsntp's adapter in a process of its own: what the kernel then holds, and how
// fast CLOCK_REALTIME runs against CLOCK_MONOTONIC_RAW, both read by the bench itself.

import { strict as assert } from 'node:assert';
import { raw, realtime } from '../clock.js';
import {
  kernelClock,
  STA_FLL,
  STA_FREQHOLD,
  STA_PLL,
  STA_UNSYNC,
  setKernelClock,
  startSlew,
} from '../guest/kernel.js';
import { near } from './expect.js';
import { ORDINARY_USER } from './privileges.js';

const ADAPTER = '/opt/tsntp/node_modules/tsntp/dist/clock/index.js';
const STEERING = STA_PLL | STA_FLL | STA_FREQHOLD;
/** How exactly a rate shows in SPAN seconds, in ppm. */
const EXACTLY = 1;
const SPAN = 12;
/** What a stopped time service left to apply, in µs: 3,000 ppm at first. */
const PENDING = 46_000;
const SLEW_PPM = 500;

const group = 'frequency';
const machine = 'uml';

const rates = [
  { frequency: 100, tick: 10_000 },
  { frequency: -100, tick: 10_000 },
  { frequency: 37.412109375, tick: 10_000 },
  { frequency: -500, tick: 10_000 },
  { frequency: -20, tick: 10_008 },
  { frequency: 34.5, tick: 9_987 },
];

const services = [
  ['timesyncd', { status: STA_PLL, frequency: 0, pending: PENDING }],
  ['timesyncd, the other way', { status: STA_PLL, frequency: 20, pending: -PENDING }],
  ['ntpd', { status: STA_PLL | STA_FLL, frequency: -20, pending: PENDING }],
  ['ntpd with its frequency held', { status: STA_PLL | STA_FREQHOLD, frequency: 20, pending: -PENDING }],
  ['a loop that is off', { status: STA_UNSYNC, frequency: 0, pending: PENDING }],
];

export const frequency = [
  ...rates.map(rate => ({
    ...{ name: `${inWords(rate)} is set, kept after the process, and in effect`, group, machine },
    ...{ asked: inWords(rate), seconds: SPAN },
    async run(guest) {
      await set(guest, rate);
      held(rate);
      const { status } = kernelClock();
      assert.ok(status & STA_UNSYNC, 'the clock passes for synchronized');
      assert.deepEqual((await adapter(guest, 'clock.rate()')).answer.rate, rate);
      const seen = await runsAt(guest, inPpm(rate));
      held(rate);
      return { seen };
    },
  })),
  ...services.map(([name, { status, frequency, pending }]) => ({
    ...{ name: `a rate after ${name}`, group, machine, asked: '50 ppm', seconds: SPAN + 2 },
    async run(guest) {
      const loop = { timeConstant: 0, offset: pending };
      // With the maximum error that it has after a boot, the kernel would unset a status by itself.
      setKernelClock({ status: status | STA_PLL, frequency: frequency * 65536, maxError: 0, ...loop });
      setKernelClock({ status });
      const rate = { frequency: 50, tick: 10_000 };
      assert.deepEqual((await adapter(guest, 'clock.rate()')).answer.loops, ['PLL']);
      await set(guest, rate);
      const kernel = kernelClock();
      assert.equal(kernel.loopLeft, 0, 'the loop has something left to apply');
      assert.equal(kernel.status & STEERING, 0, 'the loop is still on');
      assert.equal(
        kernel.status & STA_UNSYNC,
        status & STA_UNSYNC,
        'the kernel was told about synchronization',
      );
      assert.deepEqual((await adapter(guest, 'clock.rate()')).answer.loops, []);
      // The loop's share of the second that has begun is still applied.
      await guest.sleep(2);
      const seen = await runsAt(guest, inPpm(rate));
      held(rate);
      return { seen };
    },
  })),
  {
    ...{ name: 'a rate during a slew, which continues', group, machine, asked: '+100 ppm', seconds: SPAN },
    async run(guest) {
      startSlew(0.05);
      const rate = { frequency: 100, tick: 10_000 };
      await set(guest, rate);
      const { slewLeft } = kernelClock();
      assert.ok(slewLeft > 0.03, `${slewLeft} s of the slew are left`);
      const seen = await runsAt(guest, inPpm(rate) + SLEW_PPM);
      near('the rest of the slew', kernelClock().slewLeft, slewLeft - SPAN * SLEW_PPM * 1e-6, 2e-3);
      held(rate);
      return { seen };
    },
  },
  {
    ...{ name: 'a rate is not for an ordinary user, who may read it', group, machine, asked: 'nothing' },
    servers: { main: 0 },
    async run(guest) {
      const { refused } = await guest.untouched(() =>
        set(guest, { frequency: 50, tick: 10_000 }, ORDINARY_USER),
      );
      assert.equal(refused?.kind, 'not-permitted');
      assert.match(refused.message, /cannot set the clock's rate to \+50\.000 ppm: .*CAP_SYS_TIME/);
      const { answer } = await adapter(
        guest,
        '[clock.rate().rate, clock.readOscillator().gap]',
        ORDINARY_USER,
      );
      assert.deepEqual(answer[0], { frequency: 0, tick: 10_000 });
      assert.ok(answer[1] < 1e-3, `the oscillator was read in ${answer[1]} s`);
    },
  },
  ...['uml', 'qemu'].map(machine => ({
    ...{
      name: `the range of the tick on ${machine}, whatever its HZ`,
      group,
      machine,
      asked: '9000 to 11000',
    },
    async run(guest) {
      for (const tick of [9_000, 11_000]) {
        const rate = { frequency: 0, tick };
        await set(guest, rate);
        held(rate);
        const { refused } = await set(guest, { frequency: 0, tick: tick + Math.sign(tick - 10_000) });
        assert.equal(refused?.kind, 'invalid');
        held(rate);
      }
      await set(guest, { frequency: 0, tick: 10_000 });
    },
  })),
];

/** Sets the rate in a process of its own. */
function set(guest, rate, under) {
  return adapter(guest, `clock.setFrequency(${JSON.stringify(rate)})`, under);
}

/** Evaluates an expression with tsntp's clock in a process of its own: { answer, refused }. */
async function adapter(guest, expression, under = []) {
  const program = `
    const { openClock } = await import('${ADAPTER}');
    const clock = await openClock();
    let result;
    try { result = { answer: ${expression} }; }
    catch ({ name, kind, message }) { result = { refused: { name, kind, message } }; }
    console.log(JSON.stringify(result));`;
  const command = [...under, '/opt/node', '--input-type=module', '-e', program];
  const { code, signal, stdout, stderr } = await guest.start(command).ended;
  assert.equal(code ?? signal, 0, stderr);
  return JSON.parse(stdout);
}

/** Asserts that the kernel holds this rate. */
function held({ frequency, tick }) {
  const kernel = kernelClock();
  near("the kernel's frequency", kernel.frequency, frequency, 2 ** -16);
  assert.equal(kernel.tick, tick);
}

/** Asserts that the clock runs by so many ppm faster than the oscillator; returns what was seen. */
async function runsAt(guest, ppm) {
  const before = together();
  guest.idle();
  await guest.sleep(SPAN);
  const after = together();
  const elapsed = Number(after.raw - before.raw);
  const measured = (1e6 * (Number(after.time - before.time) - elapsed)) / elapsed;
  near('the rate in ppm', measured, ppm, EXACTLY);
  return `${measured.toFixed(2)} ppm`;
}

/** The wall clock and the oscillator, read as close together as they can be in the guest. */
function together() {
  let closest;
  for (let tries = 0; tries < 200; tries++) {
    const before = raw();
    const time = realtime();
    const span = raw() - before;
    if (!closest || span < closest.span) closest = { time, raw: before + span / 2n, span };
  }
  return closest;
}

function inPpm({ frequency, tick }) {
  return frequency + (tick - 10_000) * 100;
}

function inWords(rate) {
  return `${inPpm(rate)} ppm`;
}
