// Slews: the kernel moves the clock at 500 ppm, continues after tsntp has ended, and stops at the server's time.

import { strict as assert } from 'node:assert';
import { kernelClock, startSlew } from '../guest/kernel.js';
import { EXIT, ended, near, said } from './expect.js';

const RATE = 500e-6;
/** The kernel applies a slew in shares of one second. */
const GRAIN = RATE;
const OFFSETS = [0.05, -0.05, 0.1, -0.1];

export const slew = [
  ...OFFSETS.map(offset => ({
    name: `a clock ${Math.abs(offset * 1e3)} ms ${offset > 0 ? 'behind' : 'ahead'}`,
    group: 'slew',
    machine: 'uml',
    asked: asked(offset),
    seconds: Math.abs(offset) / RATE,
    servers: { main: 0 },
    async run(guest) {
      await guest.misset('main', -offset);
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      await underWay(guest, offset);
      guest.idle();
      const rate = await followed(guest, offset);
      return { ...(await guest.residual('main')), seen: `${(rate * 1e6).toFixed(0)} ppm` };
    },
  })),
  {
    name: 'a slew replaces one in progress',
    group: 'slew',
    machine: 'uml',
    asked: '+50 ms',
    servers: { main: 0 },
    async run(guest) {
      await guest.misset('main', -0.05);
      startSlew(-0.3);
      ended(await guest.tsntp(['sync', guest.address('main')]), EXIT.done);
      const { error } = await guest.error('main');
      near("the slew's rest", kernelClock().slewLeft, -error, 1e-3 + GRAIN);
    },
  },
  {
    name: '--slew slews instead of stepping',
    group: 'slew',
    machine: 'uml',
    asked: '+0.7 s',
    servers: { main: 0 },
    async run(guest) {
      await guest.misset('main', -0.7);
      ended(await guest.tsntp(['sync', '--slew', guest.address('main')]), EXIT.done);
      await underWay(guest, 0.7);
    },
  },
  {
    name: '--wait runs until the slew is complete',
    group: 'slew',
    machine: 'uml',
    asked: '+30 ms',
    seconds: 60,
    servers: { main: 0 },
    async run(guest) {
      await guest.misset('main', -0.03);
      const run = guest.startTsntp(['sync', '--wait', guest.address('main')]);
      await slewBegun(guest);
      guest.idle();
      ended(await run.ended, EXIT.done);
      assert.equal(kernelClock().slewLeft, 0, 'the slew is not complete');
      return guest.residual('main');
    },
  },
  {
    name: 'an interrupted --wait reports that the kernel continues',
    group: 'slew',
    machine: 'uml',
    asked: '+100 ms',
    servers: { main: 0 },
    async run(guest) {
      await guest.misset('main', -0.1);
      const run = guest.startTsntp(['sync', '--wait', guest.address('main')]);
      await slewBegun(guest);
      await guest.sleep(2);
      run.child.kill('SIGINT');
      said(ended(await run.ended, EXIT.interrupted), /kernel|goes on|continues|left/i);
      await underWay(guest, 0.1, 4);
    },
  },
  {
    name: '--wait on a terminal shows a bar and the remaining time',
    group: 'slew',
    machine: 'uml',
    asked: '+10 ms',
    seconds: 30,
    servers: { main: 0 },
    async run(guest) {
      await guest.misset('main', -0.01);
      const run = guest.startAtTerminal(['sync', '--wait', guest.address('main')]);
      await slewBegun(guest);
      guest.idle();
      const { stdout } = ended(await run.ended, EXIT.done);
      const shown = [...plain(stdout).matchAll(/slewing ([█░]{20}) (\S+) ms, about (\d+) s left/g)];
      assert.ok(shown.length > 10, `the progress was shown ${shown.length} times`);
      const [bar, left, toGo] = [1, 2, 3].map(i => shown.map(match => match[i]));
      assert.match(bar.at(0), /^█{0,2}░+$/);
      assert.match(bar.at(-1), /^█{17,20}░*$/);
      assert.ok(Number(left.at(0)) > 8 && Number(left.at(-1)) <= 2, `left: ${left.at(0)} to ${left.at(-1)}`);
      near('the remaining time at first', Number(toGo.at(0)), 20, 4);
      assert.match(plain(stdout), /; it has been slewed\.$/);
      return guest.residual('main');
    },
  },
  {
    name: 'Ctrl-C on a terminal reports that the kernel continues',
    group: 'slew',
    machine: 'uml',
    asked: '+100 ms',
    servers: { main: 0 },
    async run(guest) {
      await guest.misset('main', -0.1);
      const run = guest.startAtTerminal(['sync', '--wait', guest.address('main')]);
      await slewBegun(guest);
      await guest.sleep(3);
      run.child.stdin.write('\x03');
      const { stdout } = ended(await run.ended, EXIT.interrupted);
      const [, left] = /the kernel continues with the remaining ([\d.]+) ms\.$/.exec(plain(stdout)) ?? [];
      near('the reported remainder', Number(left) / 1e3, kernelClock().slewLeft, 1.5e-3);
      await underWay(guest, 0.1, 6);
    },
  },
];

/** A terminal's output without escape sequences and line breaks. */
function plain(text) {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what an escape sequence is made of
      .replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
      .replace(/\s+/g, ' ')
      .trim()
  );
}

function asked(offset) {
  return `${offset > 0 ? '+' : ''}${Math.round(offset * 1e3)} ms`;
}

/**
 * Asserts that a slew is in progress: little is done `seconds` after its start, and the kernel's remainder is the
 * missing part.
 */
async function underWay(guest, offset, seconds = 0) {
  const { error } = await guest.error('main');
  const { slewLeft } = kernelClock();
  assert.ok(slewLeft !== 0, 'no slew is in progress');
  near('the error at the start of the slew', error, -offset, (seconds + 5) * RATE);
  near("the slew's rest", slewLeft, -error, 1e-3 + GRAIN);
}

async function slewBegun(guest) {
  for (let tries = 0; tries < 100; tries++) {
    if (kernelClock().slewLeft !== 0) return;
    await guest.sleep(0.2);
  }
  throw new Error('no slew started within 20 s');
}

/**
 * Waits for the end of the slew; asserts that the error shrinks at 500 ppm and never changes its sign. Returns the
 * rate.
 */
async function followed(guest, offset) {
  const direction = Math.sign(offset);
  const began = { error: (await guest.error('main')).error, at: process.hrtime.bigint() };
  let rate = 0;
  while (kernelClock().slewLeft !== 0) {
    await guest.sleep(10);
    const { error } = await guest.error('main');
    assert.ok(error * direction < 1e-3, `the slew overshot: ${error} s`);
    if (kernelClock().slewLeft !== 0)
      rate = Math.abs(error - began.error) / (Number(process.hrtime.bigint() - began.at) / 1e9);
  }
  // The share of the last second is still being applied when the kernel reports 0.
  await guest.sleep(2);
  near('the rate in ppm', rate * 1e6, RATE * 1e6, 0.05 * RATE * 1e6);
  return rate;
}
