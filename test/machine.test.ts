// The three modes of a machine: what may be set, and which other programs matter; and when its clock counts as good.
// No test tries to set a clock: one that failed would.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openRtc } from '../src/clock/rtc/device.ts';
import { acquireLock } from '../src/host/lock.ts';
import { isGood, type MachineOptions, openMachine } from '../src/machine.ts';
import { EMPTY_DRIFT_MEMORY } from '../src/ntp/drift/drift-record.ts';
import { RELEASED } from '../src/release.ts';
import { scratch } from './support/command.ts';
import { type WorldSetup, world } from './support/world.ts';

vi.mock(import('../src/clock/rtc/device.ts'), async original => ({
  ...(await original()),
  openRtc: vi.fn(),
}));

const env = {};

const DEVICE = {
  path: '/dev/rtc9',
  others: [],
  utc: true,
  sets: true,
  read: () => Promise.reject(new Error('not read here')),
  async write() {},
  close() {},
};

const made = {
  at: RELEASED,
  correction: { kind: 'step', offset: 2 },
  server: '192.0.2.1',
  errorBound: 0.01,
  sum: 2,
} as const;

test.each<MachineOptions['mode']>(['look', 'rehearse'])(
  'to %s: the clock is one that sets nothing, and nothing is remembered',
  async mode => {
    const stateDirectory = scratch();
    const { clock, host } = await openMachine({ mode, env, stateDirectory });
    expect(clock.sets).toBe(false);
    expect(host.remember(made)).toBeUndefined();
    expect(host.drift!.remember(EMPTY_DRIFT_MEMORY)).toBeUndefined();
    expect(readdirSync(stateDirectory)).toEqual([]);
  },
);

test.each<[mode: MachineOptions['mode'], sets: boolean]>([
  ['look', false],
  ['rehearse', false],
  ['set', true],
])('to %s: whether the hardware clock that it opens can be written is %s', async (mode, sets) => {
  const write = vi.fn(async () => undefined);
  vi.mocked(openRtc)
    .mockReset()
    .mockResolvedValueOnce({ ...DEVICE, write });
  const device = await (await openMachine({ mode, env })).openRtc();
  await device.write(0);
  expect(device.sets).toBe(sets);
  expect(write).toHaveBeenCalledTimes(sets ? 1 : 0);
});

test.each<[mode: MachineOptions['mode'], times: number]>([
  ['look', 0],
  ['rehearse', 0],
  ['set', 1],
])('to %s: --rtc writes the hardware clock this often: %i', async (mode, times) => {
  const write = vi.fn(async () => undefined);
  vi.mocked(openRtc)
    .mockReset()
    .mockResolvedValueOnce({ ...DEVICE, write });
  const { host } = await openMachine({ mode, env });
  await host.writeRtc(0.25);
  expect(write.mock.calls).toEqual(Array(times).fill([0.25]));
});

test('to set: a correction is remembered where the machine looks for it', async () => {
  const stateDirectory = join(scratch(), 'state');
  const { clock, host, memories } = await openMachine({ mode: 'set', env, stateDirectory });
  expect(host.remember({ ...made, at: clock.now() })).toBeUndefined();
  expect(host.recall()).toMatchObject({ setSinceBoot: true, sum: 2 });
  expect(host.drift!.remember(EMPTY_DRIFT_MEMORY)).toBeUndefined();
  expect(existsSync(join(stateDirectory, 'drift.json'))).toBe(true);
  expect(memories()).toMatchObject([{ directory: stateDirectory, lastSet: { server: '192.0.2.1' } }]);
});

test('to look: the clock that status names is the real one', async () => {
  const [look, rehearse] = await Promise.all(
    (['look', 'rehearse'] as const).map(mode => openMachine({ mode, env })),
  );
  expect(look!.clock.name).not.toBe('dry-run');
  expect(rehearse!.clock.name).toBe('dry-run');
});

test.runIf(process.platform === 'linux')(
  'to set: another tsntp is a competitor until it has ended; to rehearse or look, it does not matter',
  async () => {
    const stateDirectory = scratch();
    const held = await acquireLock([stateDirectory]);
    if (held.kind !== 'lock') throw new Error(`no lock: ${JSON.stringify(held)}`);
    const competitorsTo = async (mode: MachineOptions['mode']) => {
      const { host } = await openMachine({ mode, env, stateDirectory });
      const lock = await host.lockClock();
      lock.release();
      return lock.competitors.filter(({ kind }) => kind === 'tsntp');
    };
    expect(await competitorsTo('set')).toEqual([{ kind: 'tsntp', pid: process.pid }]);
    expect(await competitorsTo('rehearse')).toEqual([]);
    expect(await competitorsTo('look')).toEqual([]);
    held.release();
    expect(await competitorsTo('set')).toEqual([]);
  },
);

test('a folder that is named is the only one that status looks into', async () => {
  const stateDirectory = scratch();
  const named = await openMachine({ mode: 'look', env, stateDirectory });
  expect(named.memories().map(({ directory }) => directory)).toEqual([stateDirectory]);
});

describe('whether a clock is so good that the dates of certificates must count', () => {
  const decade = 10 * 365.25 * 86_400;

  test.each<[what: string, setup: WorldSetup, good: boolean]>([
    ['that nothing speaks for is not', {}, false],
    ['that tsntp has set since boot is', { setSinceBoot: true }, true],
    ['that the kernel calls synchronized is, without tsntp', { synchronized: true }, true],
    ['that the kernel calls unsynchronized is not', { synchronized: false }, false],
    [
      'that shows a time before the release is not, though set and synchronized',
      { behind: decade, setSinceBoot: true, synchronized: true },
      false,
    ],
  ])('a clock %s', (_, setup, good) => {
    const w = world(setup);
    expect(isGood(w.clock, w.ports().host)).toBe(good);
  });
});
