// The kernel's state of its clock: marked as synchronized with a quality after a success, unchanged after anything
// else.

import { strict as assert } from 'node:assert';
import { kernelClock, STA_INS, STA_NANO, STA_UNSYNC, setKernelClock } from '../guest/kernel.js';
import { EXIT, ended, near } from './expect.js';

const group = 'synchronized';
const machine = 'uml';

export const synchronized = [
  { name: 'after a step', asked: '+3.25 s', servers: { main: 3.25 } },
  { name: 'after a slew', asked: '-50 ms', servers: { main: 0 }, ahead: 0.05 },
]
  .map(({ ahead, ...each }) => ({ ...each, group, machine, run: guest => declared(guest, ahead) }))
  .concat([
    {
      ...{
        name: 'a pending leap second and other status bits are kept',
        group,
        machine,
        servers: { main: 3.25 },
        boot: 'alone', // The kernel remembers the leap second until it is due.
      },
      async run(guest) {
        setKernelClock({ status: STA_UNSYNC | STA_INS });
        ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
        assert.equal(
          kernelClock().status & ~STA_NANO,
          STA_INS,
          `the kernel's status is ${kernelClock().status}`,
        );
      },
    },
    {
      ...{
        name: "the unit of the kernel's offsets is kept",
        group,
        machine,
        asked: '+3.25 s',
        servers: { main: 3.25 },
      },
      async run(guest) {
        ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
        assert.equal(
          kernelClock().status & STA_NANO,
          0,
          "STA_NANO is set: other programs' adjtimex calls now use nanoseconds",
        );
      },
    },
    {
      ...{ name: "a server's leap warning is not passed to the kernel", group, machine },
      servers: { main: { offset: 3.25, leap: 1 } },
      async run(guest) {
        ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
        assert.equal(kernelClock().status & STA_INS, 0, 'the kernel will insert a leap second');
      },
    },
    unchanged('no suitable server', { main: { offset: 3.25, stratum: 16 } }, [], EXIT.noServer),
    unchanged('a refused correction', { main: 3.25 }, ['--max-offset', '1'], EXIT.refused),
    unchanged('a query', { main: 3.25 }, ['-q'], EXIT.done),
    unchanged('a trace', { main: 3.25 }, ['-d'], EXIT.done),
    unchanged('a dry run', { main: 3.25 }, ['-n'], EXIT.done),
  ]);

async function declared(guest, ahead) {
  if (ahead !== undefined) await guest.misset('main', ahead);
  const { stdout } = ended(await guest.tsntp(['sync', '--format', 'json', guest.address('main')]), EXIT.done);
  const { errorBound, jitter } = JSON.parse(stdout);
  const kernel = kernelClock();
  const left = Math.abs(kernel.slewLeft);
  assert.ok(kernel.synchronized, 'STA_UNSYNC is set');
  // It grows by 500 ppm from the moment it is set.
  near("the kernel's maxError", kernel.maxError, errorBound + left + 1e-3, 2e-3);
  near(
    "the kernel's estimatedError",
    kernel.estimatedError,
    Math.max(jitter, left),
    left > 0 ? 1e-3 : 1.5e-6,
  );
  return { seen: `maxerror ${(kernel.maxError * 1e3).toFixed(3)} ms` };
}

/** A run that sets nothing, on a kernel whose clock is synchronized with a known quality. */
function unchanged(name, servers, args, code) {
  return {
    ...{ name: `unchanged by ${name}`, group, machine, asked: 'nothing', servers },
    async run(guest) {
      setKernelClock({ status: 0, maxError: 123_456, estimatedError: 4321 });
      await guest.untouched(async () =>
        ended(await guest.tsntp(['sync', ...args, guest.address('main')]), code),
      );
      const { maxError, estimatedError } = kernelClock();
      near("the kernel's maxError", maxError, 0.123456 + 5e-3, 1e-2);
      assert.equal(estimatedError, 0.004321);
    },
  };
}
