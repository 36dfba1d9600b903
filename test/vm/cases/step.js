// Steps: the clock is right immediately, whatever it showed, and no slew remains.

import { strict as assert } from 'node:assert';
import { IN_1970, kernelClock, setTime, startSlew } from '../guest/kernel.js';
import { EXIT, ended } from './expect.js';

const OFFSETS = [0.5, -0.5, 3.25, -3.25, 3600, -3600];

export const step = [
  ...OFFSETS.map(offset =>
    stepCase({
      name: `the server is ${Math.abs(offset)} s ${offset > 0 ? 'ahead' : 'behind'}`,
      asked: `${offset > 0 ? '+' : ''}${offset} s`,
      servers: { main: offset },
      prepare: guest => guest.misset('main', -offset),
    }),
  ),
  stepCase({
    name: 'a board that boots in 1970',
    asked: 'from 1970',
    servers: { main: 0 },
    prepare: () => setTime(IN_1970),
  }),
  stepCase({
    name: "a server in 2037, past the wrap of NTP's era",
    asked: 'to 2037',
    servers: { main: { until: '2037-03-04T05:06:07Z' } },
  }),
  stepCase({
    name: 'a small offset with --step',
    asked: '-0.02 s',
    servers: { main: -0.02 },
    prepare: guest => guest.misset('main', 0.02),
    args: ['--step'],
  }),
  {
    name: 'a step cancels a slew in progress',
    group: 'step',
    machine: 'uml',
    asked: '+3.25 s',
    servers: { main: 3.25 },
    async run(guest) {
      startSlew(0.4);
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      assert.equal(kernelClock().slewLeft, 0, 'a slew continues after the step');
      await guest.sleep(5);
      return guest.residual('main');
    },
  },
];

function stepCase({ name, asked, servers, prepare, args = [] }) {
  return {
    ...{ name, group: 'step', machine: 'uml', asked, servers },
    async run(guest) {
      await prepare?.(guest);
      ended(await guest.tsntp(['sync', ...args, guest.address('main')]), EXIT.done);
      return guest.residual('main');
    },
  };
}
