// The rate of a clock from run to run, through whole runs in the simulated world: how right the clock stays, each reason to
// leave the rate alone, and what becomes of runs that do not get to their end.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ClockError } from '../../src/clock/clock.ts';
import { dryRun } from '../../src/clock/dry-run.ts';
import type { DriftGate } from '../../src/ntp/drift/closed-gate.ts';
import { EMPTY_DRIFT_MEMORY } from '../../src/ntp/drift/drift-record.ts';
import { rateOf } from '../../src/ntp/drift/kernel-rate.ts';
import { add, difference } from '../../src/ntp/time.ts';
import type { Competitor, Outcome } from '../../src/pipeline/outcome.ts';
import type { SyncOptions } from '../../src/sync.ts';
import { declarations, ended, pass } from '../support/runs.ts';
import { UNCORRECTED } from '../support/world/clock.ts';
import { type World, type WorldSetup, world } from '../support/world.ts';

const HOUR = 3600;
/** A clock that loses 37.5 ppm, beside a server over a path with some queues. */
const LOSING: WorldSetup = {
  steerable: true,
  frequency: -37.5e-6,
  servers: { '192.0.2.1': { delay: 0.01, jitter: 0.0003 } },
};

/** The same over a path with long queues: one sample a run shows by its delay how much of its offset may be noise. */
const NOISY: WorldSetup = { ...LOSING, servers: { '192.0.2.1': { delay: 0.01, jitter: 0.002 } } };

/** Runs every `interval`; calls `between` every minute from the first run on. */
async function runs(
  w: World,
  count: number,
  options: Partial<SyncOptions> = {},
  between: (run: number) => void = () => {},
  interval = HOUR,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let run = 0; run < count; run++) {
    const next = w.now() + interval;
    outcomes.push(await w.sync(options));
    while (w.now() + 60 < next) {
      await pass(w, 60);
      between(run);
    }
    await pass(w, Math.max(next - w.now(), 1e-3));
  }
  return outcomes;
}

/** The last run after some, an hour apart each. */
async function lastAfter(w: World, count: number, options: Partial<SyncOptions> = {}): Promise<Outcome> {
  await runs(w, count, options);
  return w.sync(options);
}

/** A clock whose oscillator gains 20 ppm on what its kernel was told. */
function unlikeRaw(w: World): World['clock'] {
  return {
    ...w.clock,
    readOscillator() {
      const { raw, ...rest } = w.clock.readOscillator!();
      return { ...rest, raw: raw + BigInt(Math.round(20e3 * w.now())) };
    },
  };
}

function rateSettings(w: World): number {
  return w.clock.calls.filter(({ kind }) => kind === 'set-frequency').length;
}

function rms(values: readonly number[]): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

/** A day of hourly runs; the errors of the clock from the third hour on, by the minute. */
async function day(setup: WorldSetup, options: Partial<SyncOptions> = {}): Promise<readonly number[]> {
  const w = world(setup);
  const errors: number[] = [];
  await runs(w, 24, options, run => {
    if (run >= 2) errors.push(w.clock.behind());
  });
  return errors;
}

describe('a day of hourly runs', () => {
  const rhythm = (time: number) => -37.5e-6 * time + ((0.3e-6 * 86_400) / 6.28) * Math.sin(time * 7.27e-5);

  test.each<[what: string, setup: WorldSetup]>([
    ['loses 37.5 ppm', LOSING],
    ['gains 78 ppm', { ...LOSING, frequency: 78e-6 }],
    ['has a daily rhythm', { ...LOSING, gained: rhythm }],
  ])(
    'keeps a clock that %s within half a millisecond, where the phase alone leaves tens',
    async (_, setup) => {
      expect(rms(await day(setup))).toBeLessThan(0.5e-3);
      expect(rms(await day(setup, { drift: false }))).toBeGreaterThan(50e-3);
    },
  );

  test('is as right as each run has said that it would be', async () => {
    const w = world(LOSING);
    const errors: number[] = [];
    const outcomes = await runs(w, 24, {}, run => {
      if (run >= 2) errors.push(w.clock.behind());
    });
    const expected = outcomes.slice(2).map(outcome => outcome.drift!.expectedError);
    expect(rms(errors)).toBeLessThan(2 * rms(expected));
    expect(rms(errors)).toBeGreaterThan(rms(expected) / 4);
  });
});

test('the first run leaves the rate alone, the second sets it', async () => {
  const w = world(LOSING);
  expect((await w.sync()).drift?.gate).toEqual({ kind: 'too-early' });
  expect(rateSettings(w)).toBe(0);
  await pass(w, HOUR);
  const { drift } = await w.sync();
  expect(drift).not.toHaveProperty('gate');
  expect(rateOf(drift!.set!)).toBeCloseTo(37.5, 0);
  expect(w.clock.kernelRate()).toEqual(drift!.set);
  expect(w.driftMemories.at(-1)).toMatchObject({ found: UNCORRECTED, set: drift!.set });
});

test.each(['readOscillator', 'rate'] as const)(
  'a sandbox that forbids %s: the phase alone, without a word',
  async call => {
    const w = world(LOSING);
    await runs(w, 2);
    const clock = {
      ...w.clock,
      [call]: () => {
        throw new ClockError('not-permitted', 'hidden');
      },
    };
    const outcome = ended('adjusted', await w.sync({}, { clock }));
    expect(outcome.warnings).toEqual([]);
    expect(outcome).not.toHaveProperty('drift');
    expect(rateSettings(w)).toBe(1);
  },
);

test('the rate that the kernel had before tsntp first set it is kept for a reset', async () => {
  const rate = { frequency: 12, tick: 10_000 };
  const w = world({ ...LOSING, rate });
  await lastAfter(w, 3);
  expect(w.driftMemories.at(-1)).toMatchObject({ found: rate });
});

describe('the rate is left alone, and nothing remembered,', () => {
  async function expectNoRate(w: World, outcome: Outcome, kind: Outcome['kind']): Promise<void> {
    expect(outcome.kind).toBe(kind);
    expect(outcome).not.toHaveProperty('drift');
    expect(rateSettings(w)).toBe(1);
    expect(w.driftMemories.length).toBe(3);
  }
  const learned = async (setup: WorldSetup = {}): Promise<World> => {
    const w = world({ ...LOSING, ...setup });
    await runs(w, 2);
    return w;
  };

  test('with --no-drift', async () => {
    const w = await learned();
    await expectNoRate(w, await w.sync({ drift: false }), 'adjusted');
  });

  test('by a query', async () => {
    const w = await learned();
    await expectNoRate(w, await w.query(), 'queried');
  });

  test('where a limit refuses the correction', async () => {
    const w = await learned();
    w.clock.disturb(-2);
    await expectNoRate(w, await w.sync({ maxOffset: 1 }), 'refused');
  });

  test('beside another program that sets the clock', async () => {
    const competitors: Competitor[] = [];
    const w = await learned({ competitors });
    competitors.push({ kind: 'service', name: 'chronyd', stop: 'systemctl stop chronyd' });
    await expectNoRate(w, await w.sync(), 'busy');
  });

  test('where the user stops the run', async () => {
    const w = await learned();
    const outcome = await w.sync({}, { signal: AbortSignal.abort() });
    await expectNoRate(w, outcome, 'interrupted');
  });

  test.each(['rate', 'readOscillator', 'setFrequency'] as const)(
    'on a platform without %s',
    async missing => {
      const w = world(LOSING);
      const { [missing]: _, ...clock } = w.clock;
      const outcome = await w.sync({}, { clock });
      expect(outcome.kind).toBe('adjusted');
      expect(outcome).not.toHaveProperty('drift');
      expect(w.driftMemories).toEqual([]);
    },
  );
});

test('a clock that cannot be set gets its rate back, and the memory is as before', async () => {
  const w = world(LOSING);
  await runs(w, 2);
  const [memory, rate] = [w.driftMemories.at(-1)!, w.clock.kernelRate()];
  const clock = {
    ...w.clock,
    slew: () => world({ refusesWith: 'not-permitted' }).clock.slew(1),
  };
  const outcome = ended('clock-error', await w.sync({ method: 'slew' }, { clock }));
  expect(outcome.warnings).toEqual([]);
  expect(w.clock.kernelRate()).toEqual(rate);
  expect(w.driftMemories.at(-1)).toEqual({ ...memory, oscillator: memory.oscillator });
});

test('a kernel that refuses the rate: one warning, and the phase is corrected', async () => {
  const w = world({ ...LOSING, refusesRateWith: 'invalid' });
  const outcome = ended('adjusted', await lastAfter(w, 2));
  expect(outcome.warnings).toEqual([expect.stringMatching(/^the rate of the clock was not set: .*invalid/)]);
  expect(outcome.drift).not.toHaveProperty('set');
  expect(w.driftMemories.at(-1)).not.toHaveProperty('set');
});

describe('a memory of the oscillator', () => {
  test('that cannot be read: a warning, and the phase alone', async () => {
    const reading = { memory: EMPTY_DRIFT_MEMORY, warning: 'unreadable' };
    const w = world({ ...LOSING, driftMemory: reading });
    const outcome = ended('adjusted', await w.sync());
    expect(outcome.warnings).toEqual(['unreadable']);
    expect(rateSettings(w)).toBe(0);
  });

  test('that cannot be written: one warning, and the phase alone, as nothing could put the rate back', async () => {
    const learned = world(LOSING);
    await runs(learned, 2);
    const memory = learned.driftMemories.at(-1)!;
    const w = world({
      ...LOSING,
      rate: learned.clock.kernelRate(),
      driftMemory: { memory },
      driftWarning: 'read-only',
    });
    await pass(w, 3 * HOUR);
    const outcome = ended('adjusted', await w.sync());
    expect(outcome.warnings).toEqual(['read-only']);
    expect(outcome.drift).not.toHaveProperty('gate');
    expect(rateSettings(w)).toBe(0);
    expect(Math.abs(w.clock.behind() - outcome.decision.offset)).toBeLessThan(1);
  });
});

describe('a dry run that plans a rate', () => {
  test('says which rate it would set, sets none, and remembers nothing', async () => {
    const w = world(LOSING);
    await runs(w, 2);
    const kept = w.driftMemories.length;
    const clock = dryRun(w.clock);
    const { drift } = ended('would-adjust', await w.sync({}, { clock }));
    expect(clock.recorded.map(({ kind }) => kind)).toContain('set-frequency');
    expect(rateOf(drift!.set!)).toBeCloseTo(37.5, 0);
    expect(rateSettings(w)).toBe(1);
    expect(w.driftMemories.length).toBe(kept);
  });
});

describe('a run that is killed', () => {
  /** Ends the run, as SIGKILL does, at the call of this name. */
  async function killedAt(w: World, call: 'setFrequency' | 'slew' | 'declareSynchronized', late: boolean) {
    const clock = {
      ...w.clock,
      [call]: (argument: never) => {
        if (late) (w.clock[call] as (argument: never) => unknown)(argument);
        throw new Error('killed');
      },
    };
    await expect(w.sync({ method: 'slew' }, { clock })).rejects.toThrow('killed');
  }

  test.each<['setFrequency' | 'slew', boolean, string]>([
    ['setFrequency', false, 'before it sets the rate'],
    ['setFrequency', true, 'between the rate and the phase'],
    ['slew', true, 'before it remembers that it has set both'],
  ])('%s, killed late: %s (%s): the next run takes no rate for another program’s', async (call, late) => {
    const w = world(LOSING);
    // At the second run, which sets the rate for the first time, and at a later one.
    for (const count of [1, 2]) {
      await runs(w, count);
      await killedAt(w, call, late);
      await pass(w, HOUR);
      const outcome = ended('adjusted', await w.sync());
      expect(outcome.drift?.gate).toBeUndefined();
      expect(rateOf(w.clock.kernelRate())).toBeCloseTo(37.5, 0);
      expect(w.driftMemories.at(-1)).toMatchObject({ found: UNCORRECTED });
      expect(w.driftMemories.at(-1)!.set).not.toHaveProperty('before');
    }
  });

  test('after all of it: a rate that another program sets later is noticed, even the former one', async () => {
    const w = world(LOSING);
    await runs(w, 3);
    w.clock.disturbRate(UNCORRECTED);
    expect((await w.sync()).drift?.gate).toMatchObject({ kind: 'set-by-another', found: UNCORRECTED });
  });
});

describe('each gate', () => {
  async function gateAfter(
    change: (w: World) => void,
    setup: WorldSetup = {},
    options: Partial<SyncOptions> = {},
  ): Promise<{ readonly gate: DriftGate | undefined; readonly w: World }> {
    const w = world({ ...LOSING, ...setup });
    await runs(w, 3);
    const before = rateSettings(w);
    change(w);
    const outcome = ended('adjusted', await w.sync(options));
    const gate = outcome.drift!.gate;
    expect(rateSettings(w)).toBe(gate ? before : before + 1);
    expect(w.driftMemories.at(-1)!.gate).toEqual(gate);
    return { gate, w };
  }

  test('none without a change', async () => {
    expect((await gateAfter(() => {})).gate).toBeUndefined();
  });

  test('another-service: a program that --force overrides', async () => {
    const competitors: Competitor[] = [];
    const add = () => competitors.push({ kind: 'service', name: 'ntpd', stop: 'stop it' });
    const { gate } = await gateAfter(add, { competitors }, { force: true });
    expect(gate).toEqual({ kind: 'another-service', services: ['ntpd'] });
  });

  test('another-service: a loop of the kernel', async () => {
    const loops: string[] = [];
    const { gate } = await gateAfter(() => loops.push('PPS'), { loops });
    expect(gate).toEqual({ kind: 'another-service', services: ['PPS'] });
  });

  test('other-boot: the samples become an earlier boot, and two runs later the rate is set again', async () => {
    const { gate, w } = await gateAfter(each => each.clock.reboot('the next boot'));
    expect(gate).toEqual({ kind: 'other-boot' });
    const { boots, samples, found, set } = w.driftMemories.at(-1)!;
    expect(boots).toMatchObject([{ runs: 3, clocksource: 'tsc' }]);
    expect(boots[0]!.frequency).toBeCloseTo(37.5, 0);
    expect(samples).toHaveLength(1);
    expect([found, set]).toEqual([undefined, undefined]);
    await pass(w, HOUR);
    expect((await w.sync()).drift?.gate).toBeUndefined();
  });

  test('no other-boot where the earlier ones agree: the rate is set at once', async () => {
    const { w } = await gateAfter(each => each.clock.reboot('boot 2'));
    await runs(w, 3);
    w.clock.reboot('boot 3');
    const { drift } = await w.sync();
    expect(drift?.gate).toBeUndefined();
    expect(rateOf(w.clock.kernelRate())).toBeCloseTo(37.5, 0);
  });

  test('other-clocksource', async () => {
    let name = 'tsc';
    const change = () => {
      name = 'hpet';
    };
    const { gate, w } = await gateAfter(change, { clocksource: () => name });
    expect(gate).toEqual({ kind: 'other-clocksource', before: 'tsc', now: 'hpet' });
    expect(w.driftMemories.at(-1)!.set).toBeDefined();
  });

  test('raw-went-backwards', async () => {
    const { gate } = await gateAfter(each => each.clock.reboot('this boot'));
    expect(gate).toEqual({ kind: 'raw-went-backwards' });
  });

  test('suspended, and the rate is set again after the next hour', async () => {
    const { gate, w } = await gateAfter(each => each.suspend(600));
    expect(gate).toEqual({ kind: 'suspended' });
    await pass(w, HOUR);
    expect((await w.sync()).drift?.gate).toBeUndefined();
  });

  test('set-by-another, until --force-frequency', async () => {
    const other = { frequency: -12, tick: 10_000 };
    const { gate, w } = await gateAfter(each => each.clock.disturbRate(other));
    expect(gate).toMatchObject({ kind: 'set-by-another', found: other });
    await pass(w, HOUR);
    const again = await w.sync();
    expect(again.drift?.gate?.kind).toBe('set-by-another');
    expect(again.drift).not.toHaveProperty('gateIsNew');
    expect((await w.sync({ forceFrequency: true })).drift?.gate).toBeUndefined();
    expect(rateOf(w.clock.kernelRate())).toBeCloseTo(37.5, 0);
  });

  test('unlike-raw: the clock does not do what the kernel says', async () => {
    const w = world(LOSING);
    await runs(w, 3);
    expect((await w.sync({}, { clock: unlikeRaw(w) })).drift?.gate).toMatchObject({ kind: 'unlike-raw' });
  });

  test('no unlike-raw while the last share of the last run’s slew may still be made', async () => {
    const w = world(LOSING);
    await runs(w, 3);
    w.clock.disturb(-0.001);
    await w.sync();
    await pass(w, 3);
    expect((await w.sync({}, { clock: unlikeRaw(w) })).drift?.gate?.kind).not.toBe('unlike-raw');
  });

  test('no unlike-raw while another program’s slew moves the clock', async () => {
    const w = world(LOSING);
    await runs(w, 3);
    w.clock.slew(0.5);
    expect((await w.sync({}, { clock: unlikeRaw(w) })).drift?.gate?.kind).not.toBe('unlike-raw');
  });

  test('a step by another program between two runs closes none', async () => {
    expect((await gateAfter(w => w.clock.disturb(5))).gate).toBeUndefined();
  });
});

describe('a clock that is off by more than any crystal', () => {
  test.each<[ppm: number, options: Partial<SyncOptions>, rate: number, warnings: RegExp[]]>([
    [-250, {}, 250, [/off by 250 ppm/]],
    [900, {}, -500, [/only 500 ppm .* --allow-tick/]],
    [900, { allowTick: true }, -900, [/off by 899 ppm/]],
    [150, {}, -150, []],
  ])('%d ppm, with %j: the rate is %d', async (ppm, options, rate, warnings) => {
    const w = world({ ...LOSING, frequency: 1e-6 * ppm });
    const outcome = await lastAfter(w, 2, options);
    expect(Math.abs(rateOf(w.clock.kernelRate()) - rate)).toBeLessThan(1);
    expect(outcome.warnings).toEqual(warnings.map(warning => expect.stringMatching(warning)));
  });

  test('waits for a third run, as a pause of the machine looks like such a rate', async () => {
    const w = world({ ...LOSING, frequency: -250e-6 });
    expect((await lastAfter(w, 1)).drift?.gate?.kind).toBe('jumped');
    expect(rateSettings(w)).toBe(0);
  });

  test('keeps the help of a tick that was set before', async () => {
    const rate = { frequency: 0, tick: 10_009 };
    const w = world({ ...LOSING, frequency: -900e-6, rate });
    expect((await lastAfter(w, 2)).warnings).toHaveLength(1);
    expect(Math.abs(rateOf(w.clock.kernelRate()) - 900)).toBeLessThan(2);
  });

  test('is said once a boot, unless something is left uncorrected', async () => {
    const w = world({ ...LOSING, frequency: -250e-6 });
    expect((await lastAfter(w, 3)).warnings).toEqual([]);
    const far = world({ ...LOSING, frequency: -900e-6 });
    expect((await lastAfter(far, 2)).warnings).toHaveLength(1);
  });
});

test('the error is expected for the usual interval between two runs', async () => {
  const hourly = await lastAfter(world(LOSING), 2);
  const w = world(LOSING);
  await runs(w, 2, {}, undefined, 24 * HOUR);
  const daily = await w.sync({});
  expect(daily.drift!.expectedError).toBeGreaterThan(3 * hourly.drift!.expectedError);
});

test('the kernel is told the error until the next run, and a bound that holds', async () => {
  const w = world(NOISY);
  const outcome = ended('adjusted', await lastAfter(w, 3, { samples: 1 }));
  const told = declarations(w).at(-1)!;
  if (told.kind !== 'declare-synchronized') throw new Error(told.kind);
  const { quality } = told;
  const left = Math.abs(outcome.decision.offset);
  expect(quality.estimatedError).toBe(Math.max(outcome.drift!.expectedError, left));
  const { offset, rootDistance } = outcome.estimate;
  const leftOut = Math.abs(offset - outcome.decision.offset);
  expect(leftOut).toBeGreaterThan(1e-6);
  expect(quality.maxError).toBeCloseTo(rootDistance + leftOut + left, 9);
  expect(w.remembered.at(-1)!.errorBound).toBeCloseTo(rootDistance + leftOut, 9);
  const measured = add(w.clock.now(), left * Math.sign(outcome.decision.offset));
  expect(difference(measured, w.floor()!)).toBeCloseTo(rootDistance + leftOut, 8);
  expect(Math.abs(w.clock.behind())).toBeLessThanOrEqual(quality.maxError);
});

describe('what is likely noise of a measurement', () => {
  test('is left out, which makes the clock more right than its measurement', async () => {
    const w = world(NOISY);
    const errors = { corrected: [] as number[], measured: [] as number[] };
    for (let run = 0; run < 48; run++) {
      const outcome = ended('adjusted', await w.sync({ samples: 1 }));
      if (run >= 6) {
        errors.measured.push(w.clock.behind() - outcome.estimate.offset);
        errors.corrected.push(w.clock.behind() - outcome.decision.offset);
      }
      await pass(w, HOUR);
    }
    expect(rms(errors.corrected)).toBeLessThan(0.7 * rms(errors.measured));
  });

  test('does not carry a correction over the limit that its offset was judged by', async () => {
    let beyond = 0;
    for (let seed = 1; seed <= 10; seed++) {
      const lastOf = async (limits: Partial<SyncOptions>): Promise<Outcome> => {
        const w = world({ ...NOISY, seed });
        await runs(w, 4, { samples: 1 });
        return w.sync({ samples: 1, ...limits });
      };
      const { estimate, decision } = ended('adjusted', await lastOf({}));
      const limit = Math.abs(estimate.offset);
      if (Math.abs(decision.offset) > limit) beyond += 1;
      const limited = ended('adjusted', await lastOf({ maxOffset: limit }));
      expect(Math.abs(limited.decision.offset)).toBeLessThanOrEqual(limit);
    }
    expect(beyond).toBeGreaterThan(0);
  });
});

test('whatever the noise, no correction leaves the error bound, nor the limit', async () => {
  const delays = fc.array(fc.double({ min: 0, max: 0.05, noNaN: true }), { minLength: 3, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(delays, fc.nat(), async (shares, seed) => {
      const server = { delay: 0.03, jitter: 0.02, share: 0.5 };
      const w = world({ ...LOSING, seed, servers: { '192.0.2.1': server } });
      for (const share of shares) {
        server.share = 0.5 + 5 * share;
        const outcome = await w.sync({ samples: 1, maxOffset: 0.2, method: 'slew' });
        await pass(w, HOUR);
        if (outcome.kind !== 'adjusted') continue;
        const { offset, rootDistance } = outcome.estimate;
        expect(Math.abs(outcome.decision.offset - offset)).toBeLessThanOrEqual(rootDistance);
        expect(Math.abs(outcome.decision.offset)).toBeLessThanOrEqual(0.2);
      }
    }),
    { numRuns: 20 },
  );
});

test('a server that lies bends the rate no further than it can bend the time', async () => {
  const lies = fc.array(fc.double({ min: -0.09, max: 0.09, noNaN: true }), { minLength: 4, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(lies, async offsets => {
      const server = { delay: 0.05, offset: 0 };
      const w = world({ ...LOSING, servers: { '192.0.2.1': server } });
      let before: { readonly bound: number; readonly at: number } | undefined;
      for (const offset of offsets) {
        server.offset = offset;
        const outcome = await w.sync({ samples: 1 });
        expect(outcome.kind).toBe('adjusted');
        const { rootDistance } = ended('adjusted', outcome).estimate;
        const now = { bound: rootDistance + Math.abs(offset), at: w.now() };
        if (outcome.drift?.set && before) {
          const reach = (1e6 * (before.bound + now.bound)) / (now.at - before.at) + 1;
          expect(Math.abs(rateOf(outcome.drift.set) - 37.5)).toBeLessThanOrEqual(1.01 * reach);
        }
        before = now;
        await pass(w, HOUR);
      }
    }),
    { numRuns: 20 },
  );
});

describe('a burst after runs that have set the rate', () => {
  const far: WorldSetup = { ...LOSING, servers: { '192.0.2.1': { delay: 0.02, jitter: 0.002 } } };
  const seeds = Array.from({ length: 30 }, (_, i) => i + 1);

  /** What a query measures after three runs, and how far that is from the truth. */
  async function measured(setup: WorldSetup): Promise<{ readonly bound: number; readonly error: number }> {
    const w = world(setup);
    await runs(w, 3);
    const { estimate } = ended('queried', await w.query());
    return { bound: estimate.rootDistance, error: Math.abs(estimate.offset - w.clock.behind()) };
  }

  test('is as right as that of a clock that is right by itself, with a bound that is closer and holds', async () => {
    const errors = { known: 0, right: 0 };
    for (const seed of seeds) {
      const known = await measured({ ...far, seed });
      const right = await measured({ ...far, seed, frequency: 0, steerable: false });
      expect(known.bound).toBeLessThan(right.bound);
      expect(known.error).toBeLessThanOrEqual(known.bound);
      errors.known += known.error;
      errors.right += right.error;
    }
    expect(errors.known).toBeLessThan(1.05 * errors.right);
  });

  test('has the bound of an unknown rate again once another program has changed it', async () => {
    const w = world(far);
    await runs(w, 3);
    const known = ended('queried', await w.query());
    w.clock.disturbRate({ frequency: 400, tick: 10_000 });
    const unknown = ended('queried', await w.query());
    expect(unknown.estimate.rootDistance).toBeGreaterThan(known.estimate.rootDistance);
    expect(Math.abs(unknown.estimate.offset - w.clock.behind())).toBeLessThan(unknown.estimate.rootDistance);
  });
});
