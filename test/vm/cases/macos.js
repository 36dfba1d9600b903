// The macOS adapter on a real kernel: Linux's C library has the functions that it calls, and for the same structs on 64 bits.
// Only the numbers of the clocks differ, and Linux's CLOCK_MONOTONIC stands still during a suspend by itself. What macOS
// itself does is shown by test/macos.

import { strict as assert } from 'node:assert';
import { kernelClock, startSlew } from '../guest/kernel.js';
import { near } from './expect.js';
import { ORDINARY_USER } from './privileges.js';

const PACKAGE = '/opt/tsntp/node_modules';
/** macOS's CLOCK_REALTIME, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC and CLOCK_UPTIME_RAW → Linux's. */
const CLOCKS = { 0: 0, 4: 4, 6: 1, 8: 4 };
/** In seconds: the slew that the step ends has begun meanwhile. */
const LIMIT = 5e-3;

const about = { group: 'macos', machine: 'uml', servers: { main: 0 } };

export const macos = [
  ...[3.25, -3.25].map(offset => ({
    ...{ name: `the macOS adapter steps by ${offset} s, and ends a slew`, asked: `${offset} s`, ...about },
    async run(guest) {
      startSlew(0.4);
      const before = await guest.error('main');
      assert.deepEqual(await adapter(guest, `clock.step(${offset})`), {});
      const { error, uncertainty } = await guest.error('main');
      const residual = error - before.error - offset;
      near('what the step lacks', residual, 0, LIMIT);
      assert.equal(kernelClock().slewLeft, 0, 'a slew continues after the step');
      return { residual, seen: `± ${(uncertainty * 1e3).toFixed(3)} ms` };
    },
  })),
  ...[0.05, -0.05].map(offset => ({
    ...{ name: `the macOS adapter slews by ${offset} s`, asked: `${offset} s`, ...about },
    async run(guest) {
      const { answer } = await adapter(guest, `clock.slew(${offset}).remaining()`);
      near('what it says is left', answer, offset, 1e-3);
      const left = kernelClock().slewLeft;
      near('what the kernel has left', left, offset - Math.sign(offset) * 5e-3, 5e-3);
      await guest.sleep(4);
      near('the slew of 4 s', left - kernelClock().slewLeft, Math.sign(offset) * 4 * 500e-6, 1.1e-3);
      return { seen: `${(left * 1e3).toFixed(3)} ms left` };
    },
  })),
  {
    ...{ name: 'the macOS adapter declares the clock synchronized', asked: 'nothing', ...about },
    async run(guest) {
      const before = await adapter(guest, 'clock.status()');
      assert.deepEqual([before.answer.synchronized, before.answer.frequency], [false, 0]);
      const quality = { maxError: 0.25, estimatedError: 0.001 };
      assert.deepEqual(await adapter(guest, `clock.declareSynchronized(${JSON.stringify(quality)})`), {});
      const { synchronized, maxError, estimatedError } = kernelClock();
      assert.deepEqual([synchronized, estimatedError], [true, 0.001]);
      // It grows by 500 ppm from the moment it is set.
      near("the kernel's maxError", maxError, 0.25 + 5e-3, 6e-3);
      const after = await adapter(guest, 'clock.status()');
      assert.deepEqual([after.answer.synchronized, after.answer.estimatedError], [true, 0.001]);
    },
  },
  {
    ...{ name: 'the macOS adapter is refused to an ordinary user', asked: 'nothing', ...about },
    async run(guest) {
      for (const call of [
        'clock.step(1)',
        'clock.slew(0.01)',
        'clock.declareSynchronized({ maxError: 1, estimatedError: 1 })',
      ]) {
        const { refused } = await guest.untouched(() => adapter(guest, call, ORDINARY_USER));
        assert.equal(refused?.kind, 'not-permitted', call);
      }
    },
  },
];

/** Evaluates an expression with the adapter in a process of its own: { answer, refused }. */
async function adapter(guest, expression, under = []) {
  const program = `
    const { default: koffi } = await import('${PACKAGE}/koffi/index.js');
    const { openDarwin } = await import('${PACKAGE}/tsntp/dist/clock/darwin.js');
    const clocks = ${JSON.stringify(CLOCKS)};
    const load = name => {
      const library = koffi.load(name);
      const func = declaration => {
        const call = library.func(declaration);
        return declaration.includes('clock_gettime') ? (clock, time) => call(clocks[clock], time) : call;
      };
      return { func };
    };
    const clock = openDarwin({ load, errno: koffi.errno, address: koffi.address });
    let result;
    try { result = { answer: ${expression} }; }
    catch ({ kind, message }) { result = { refused: { kind, message } }; }
    console.log(JSON.stringify(result));`;
  const command = [...under, '/opt/node', '--input-type=module', '-e', program];
  const { code, signal, stdout, stderr } = await guest.start(command).ended;
  assert.equal(code ?? signal, 0, stderr);
  return JSON.parse(stdout);
}
