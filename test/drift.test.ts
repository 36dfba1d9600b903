// `drift` over a simulated machine: what is forgotten, imported and exported, what happens to the kernel's rate, and what stands in
// the way.

import { describe, expect, test } from 'vitest';
import { ClockError } from '../src/clock/clock.ts';
import { type DriftOutcome, type DriftPorts, type DriftRequest, drift } from '../src/drift.ts';
import type { EarlierBoot } from '../src/ntp/drift/boots.ts';
import { type DriftMemory, EMPTY_DRIFT_MEMORY } from '../src/ntp/drift/drift-record.ts';
import type { KernelRate } from '../src/ntp/drift/kernel-rate.ts';
import type { Competitor } from '../src/pipeline/outcome.ts';
import { driftContent, explainDrift } from '../src/report/drift-content.ts';
import { exitCodeOf } from '../src/report/exit-code.ts';
import { hourly } from './support/drift-samples.ts';
import { type WorldSetup, world } from './support/world.ts';

const SERVICE: Competitor = { kind: 'service', name: 'chronyd', pid: 7, stop: 'systemctl stop chronyd' };
const OTHER: Competitor = { kind: 'tsntp', pid: 8 };
const FOUND: KernelRate = { frequency: 1.5, tick: 10_000 };
const SET: KernelRate = { frequency: 37.5, tick: 10_000 };
/** Learned in this boot, whose kernel tsntp has told. */
const LEARNED: DriftMemory = {
  version: 1,
  oscillator: { bootId: 'this boot' },
  found: FOUND,
  set: { ...SET, at: '2026-11-21T12:10:23.000000001Z' },
  boots: [{ frequency: 36, sigma: 0.1, runs: 20 }],
  samples: hourly(24, -37.5),
};

interface Setup extends WorldSetup {
  readonly memory?: DriftMemory;
  readonly bootId?: string;
  /** The kernel keeps a rate. */
  readonly keepsRate?: boolean;
  readonly sets?: boolean;
  readonly ports?: Partial<DriftPorts>;
  readonly problem?: string;
  /** Why the memory could not be read. */
  readonly warning?: string;
}

/** A machine with a memory of its oscillator, and what has become of both. */
function machine({
  memory = LEARNED,
  keepsRate = true,
  sets = true,
  ports,
  problem,
  warning,
  ...setup
}: Setup = {}) {
  const there = world(setup);
  const after = { memory, rate: SET };
  const setFrequency = (rate: KernelRate) => {
    if (setup.refusesWith) throw new ClockError(setup.refusesWith, 'adjtimex: EPERM');
    if (sets) after.rate = rate;
  };
  const { rate: _, setFrequency: __, ...clock } = there.clock;
  const host = there.ports().host;
  const all: DriftPorts = {
    clock: {
      ...clock,
      sets,
      ...(keepsRate && { rate: () => ({ rate: after.rate, loops: [], unit: 1 / 65_536 }), setFrequency }),
    },
    host: {
      lockClock: () => host.lockClock(),
      drift: {
        oscillator: () => ({ bootId: setup.bootId ?? 'this boot' }),
        asleep: () => 0,
        recall: () => ({ memory: after.memory, ...(warning !== undefined && { warning }) }),
        remember(kept) {
          if (problem === undefined) after.memory = kept;
          return problem;
        },
      },
    },
    driftMemories: () => [{ directory: '/state', memory: after.memory }],
    oscillator: () => ({ bootId: setup.bootId ?? 'this boot' }),
    signal: new AbortController().signal,
    ...ports,
  };
  const run = async (request: DriftRequest): Promise<DriftOutcome> => {
    const outcome = await there.run(drift(request, all));
    expect(there.unfinished()).toBe(0);
    expect(JSON.parse(JSON.stringify(driftContent(outcome)))).toMatchObject({ result: outcome.kind });
    return outcome;
  };
  return { run, after };
}

const RESET: DriftRequest = { action: 'reset' };

describe('drift show', () => {
  test('says what the clock does by itself, and that the kernel makes up for it', async () => {
    const outcome = await machine().run({ action: 'show' });
    expect(exitCodeOf(outcome, undefined)).toBe(0);
    expect(explainDrift(outcome)).toBe(
      'this clock loses 3.24 s a day (37.5 ppm); the kernel makes up for it',
    );
  });

  test('without a memory: nothing known, exit 3', async () => {
    const outcome = await machine({ memory: EMPTY_DRIFT_MEMORY }).run({ action: 'show' });
    expect(outcome.kind).toBe('nothing-known');
    expect(exitCodeOf(outcome, undefined)).toBe(3);
  });

  test('takes no lock: it works while another tsntp runs', async () => {
    expect((await machine({ competitors: [OTHER] }).run({ action: 'show' })).kind).toBe('shown');
  });
});

test('drift reset of nothing says so, and writes nothing', async () => {
  const { run } = machine({ memory: EMPTY_DRIFT_MEMORY, problem: 'written' });
  const outcome = await run({ action: 'reset' });
  expect(outcome.kind).toBe('nothing-to-forget');
  expect(exitCodeOf(outcome, undefined)).toBe(0);
});

describe('drift export', () => {
  test('has the measured rate', async () => {
    const outcome = await machine().run({ action: 'export' });
    expect(outcome).toMatchObject({ kind: 'exported', rate: { from: 'this-boot' } });
    expect(driftContent(outcome, 'ntpd')).toMatchObject({
      file: expect.stringMatching(/^37\.\d{6}\n$/),
      frequency: expect.closeTo(37.5, 1),
    });
    expect(driftContent(outcome, 'chronyd')).toMatchObject({ file: expect.stringMatching(/^ +-37\.\d{6} /) });
  });

  test('of what is not known: exit 3', async () => {
    const outcome = await machine({ memory: EMPTY_DRIFT_MEMORY }).run({ action: 'export' });
    expect(exitCodeOf(outcome, undefined)).toBe(3);
    expect(explainDrift(outcome)).toMatch(/not known yet.*drift import/);
  });
});

describe('drift reset', () => {
  test("puts the kernel's rate back to what it was before tsntp, and forgets", async () => {
    const { run, after } = machine();
    const outcome = await run(RESET);
    expect(outcome).toEqual({
      kind: 'reset',
      kernel: { kind: 'restored', to: FOUND, before: SET },
      warnings: [],
    });
    expect(exitCodeOf(outcome, undefined)).toBe(0);
    expect(explainDrift(outcome)).toBe(
      "the rate of this clock is forgotten; the kernel's rate is back at +1.500 ppm (from +37.500 ppm)",
    );
    expect(after).toEqual({ memory: EMPTY_DRIFT_MEMORY, rate: FOUND });
  });

  test('in a dry run would, and changes nothing', async () => {
    const { run, after } = machine({ sets: false });
    const outcome = await run({ ...RESET, dryRun: true });
    expect(outcome).toMatchObject({ kind: 'would-reset', kernel: { kind: 'would-restore', to: FOUND } });
    expect(explainDrift(outcome)).toMatch(
      /would be forgotten; the kernel's rate would be back at \+1\.500 ppm/,
    );
    expect(after).toEqual({ memory: LEARNED, rate: SET });
  });

  test('after a reboot forgets, and leaves the kernel as it is', async () => {
    const { run, after } = machine({ bootId: 'another boot' });
    const outcome = await run(RESET);
    expect(outcome).toMatchObject({ kind: 'reset', kernel: { kind: 'other-boot' } });
    expect(explainDrift(outcome)).toMatch(/stays as it is: .* since the machine booted$/);
    expect(after).toEqual({ memory: EMPTY_DRIFT_MEMORY, rate: SET });
  });

  test('of a rate that tsntp has never set leaves the kernel as it is', async () => {
    const { found: _, set: __, ...unset } = LEARNED;
    const { run, after } = machine({ memory: unset, competitors: [SERVICE] });
    expect(await run(RESET)).toMatchObject({ kind: 'reset', kernel: { kind: 'never-set' } });
    expect(after).toEqual({ memory: EMPTY_DRIFT_MEMORY, rate: SET });
  });

  test('of a memory that could not be read says so, and leaves the kernel as it is', async () => {
    const { run, after } = machine({ memory: EMPTY_DRIFT_MEMORY, warning: 'drift.json is not JSON' });
    const outcome = await run(RESET);
    expect(outcome).toMatchObject({ kind: 'reset', kernel: { kind: 'unknown' } });
    expect(outcome.warnings).toEqual(['drift.json is not JSON']);
    expect(explainDrift(outcome)).toMatch(/could not be read, and does not tell what it was before$/);
    expect(after.rate).toEqual(SET);
  });

  test('on a platform that keeps no rate forgets', async () => {
    const { run, after } = machine({ keepsRate: false });
    expect(await run(RESET)).toMatchObject({ kind: 'reset', kernel: { kind: 'unsupported' } });
    expect(after.memory).toEqual(EMPTY_DRIFT_MEMORY);
  });

  test('beside another time service: busy, exit 6, nothing is changed; unless forced', async () => {
    const { run, after } = machine({ competitors: [SERVICE] });
    const outcome = await run(RESET);
    expect(exitCodeOf(outcome, undefined)).toBe(6);
    expect(explainDrift(outcome)).toMatch(/^chronyd \(pid 7\) sets this clock: /);
    expect(after).toEqual({ memory: LEARNED, rate: SET });
    expect((await run({ ...RESET, force: true })).kind).toBe('reset');
    expect(after.rate).toEqual(FOUND);
  });

  test('without the right to set the clock: exit 4, and the way back is still remembered', async () => {
    const { run, after } = machine({ refusesWith: 'not-permitted' });
    const outcome = await run(RESET);
    expect(exitCodeOf(outcome, undefined)).toBe(4);
    expect(explainDrift(outcome)).toBe('adjtimex: EPERM');
    expect(after.memory).toEqual(LEARNED);
  });

  test('after an interrupt changes nothing', async () => {
    const { run, after } = machine({ ports: { signal: AbortSignal.abort() } });
    const outcome = await run(RESET);
    expect(exitCodeOf(outcome, 'SIGTERM')).toBe(143);
    expect(after).toEqual({ memory: LEARNED, rate: SET });
  });

  test('that cannot forget: exit 4, and what became of the kernel is told', async () => {
    const outcome = await machine({ problem: 'cannot remember: the disk is full' }).run(RESET);
    expect(exitCodeOf(outcome, undefined)).toBe(4);
    expect(explainDrift(outcome)).toMatch(
      /is back at \+1\.500 ppm .*, but cannot remember: the disk is full$/,
    );
  });
});

describe('drift import', () => {
  const importing = (frequency: number, dryRun = false): DriftRequest => {
    return { action: 'import', rate: { from: 'ntpd', frequency }, dryRun };
  };
  const imported = (frequency: number): EarlierBoot => ({ frequency, sigma: 20, runs: 0 });

  test('makes an earlier boot of the rate, and keeps everything else', async () => {
    const { run, after } = machine();
    const outcome = await run(importing(12));
    expect(outcome).toMatchObject({ kind: 'imported', runs: 24 });
    expect(explainDrift(outcome)).toBe(
      "ntpd's drift file is imported: this clock loses 1.04 s a day (12.0 ppm); it weighs less than the 24 samples of this boot",
    );
    expect(after).toEqual({
      memory: { ...LEARNED, boots: [...LEARNED.boots, imported(12)] },
      rate: SET,
    });
  });

  test('twice replaces the first: the same number twice is no agreement of two boots', async () => {
    const { run, after } = machine({ memory: EMPTY_DRIFT_MEMORY });
    await run(importing(12));
    expect(explainDrift(await run(importing(-12)))).toMatch(
      /gains 1\.04 s a day .*; it is a hint \(± 20 ppm, .*\): a run .* 15 minutes after the first of this boot sets the rate$/,
    );
    expect(after.memory.boots).toEqual([imported(-12)]);
  });

  test('that agrees with an earlier boot is what the next run starts from', async () => {
    const { run } = machine({ bootId: 'another boot' });
    expect(explainDrift(await run(importing(36.5)))).toMatch(
      /; it agrees with earlier boots, and the next run .* starts from it$/,
    );
  });

  test("of chronyd's keeps its skew, unless that is absurd", async () => {
    const { run, after } = machine();
    await run({ action: 'import', rate: { from: 'chronyd', frequency: 1, skew: 0.25 } });
    expect(after.memory.boots.at(-1)).toEqual({ frequency: 1, sigma: 0.25, runs: 0 });
    await run({ action: 'import', rate: { from: 'chronyd', frequency: 1, skew: 999_999_999 } });
    expect(after.memory.boots.at(-1)?.sigma).toBe(500);
  });

  test('in a dry run would, and changes nothing', async () => {
    const { run, after } = machine();
    expect((await run(importing(12, true))).kind).toBe('would-import');
    expect(after.memory).toEqual(LEARNED);
  });

  test('goes on beside another time service, and not beside another tsntp', async () => {
    expect((await machine({ competitors: [SERVICE] }).run(importing(1))).kind).toBe('imported');
    expect(exitCodeOf(await machine({ competitors: [OTHER] }).run(importing(1)), undefined)).toBe(6);
  });

  test('without a directory to remember it in: exit 4, and what to do', async () => {
    const lockClock = async () => ({ competitors: [], warnings: [], release() {} });
    const outcome = await machine({ ports: { host: { lockClock } } }).run(importing(1));
    expect(exitCodeOf(outcome, undefined)).toBe(4);
    expect(explainDrift(outcome)).toMatch(/--state DIR$/);
  });
});
