// An undisciplined clock: its rate is set in the guest's kernel, unknown to tsntp. With 2 s between samples, it drifts
// by more than the delay to the server.

import { strict as assert } from 'node:assert';
import { setKernelClock } from '../guest/kernel.js';
import { EXIT, ended, near } from './expect.js';

export const rate = [0, 78, -78, 300].map(ppm => ({
  name: `a clock that gains ${ppm} ppm`,
  group: 'rate',
  machine: 'uml',
  asked: `${ppm} ppm`,
  servers: { main: 0 },
  async run(guest) {
    await guest.misset('main', 0.02);
    setKernelClock({ frequency: ppm * 65536 });
    const asked = ['-q', '-p', '4', '--interval', '2', '--format', 'json', guest.address('main')];
    const run = ended(await guest.tsntp(asked), EXIT.done);
    const { error, uncertainty } = await guest.error('main');
    const { offset, errorBound } = JSON.parse(run.stdout);
    assert.doesNotMatch(run.stdout + run.stderr, /contradict/);
    near('the offset', offset, -error, errorBound + uncertainty);
    return { residual: offset + error, seen: `± ${(errorBound * 1e3).toFixed(3)} ms` };
  },
}));
