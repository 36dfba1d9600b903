// The three modes of a machine: what may be set, and which other programs matter. No test tries to set a clock: one that failed would.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { acquireLock } from '../src/host/lock.ts';
import { type MachineOptions, openMachine } from '../src/machine.ts';
import { RELEASED } from '../src/release.ts';

const env = {};

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tsntp-machine-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

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
    expect(existsSync(join(stateDirectory, 'state.json'))).toBe(false);
  },
);

test('to set: a correction is remembered where the machine looks for it', async () => {
  const stateDirectory = join(scratch(), 'state');
  const { clock, host, memories } = await openMachine({ mode: 'set', env, stateDirectory });
  expect(host.remember({ ...made, at: clock.now() })).toBeUndefined();
  expect(host.recall()).toMatchObject({ setSinceBoot: true, sum: 2 });
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
