// Measuring in the simulated world: the deadline, a clock that is moved meanwhile, and the promise that the true
// offset is within the error bound.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../src/pipeline/outcome.ts';
import type { SyncEvent } from '../../src/sync.ts';
import { ended, expectUntouched, moves, near } from '../support/runs.ts';
import type { SimulatedServer } from '../support/world/server.ts';
import { type World, type WorldSetup, world } from '../support/world.ts';

describe('the deadline', () => {
  const hanging: WorldSetup = { names: { hangs: { takes: Infinity } } };

  test.each<[what: string, setup: WorldSetup, kind: Outcome['kind']]>([
    ['nothing resolves', hanging, 'no-suitable-server'],
    ['nothing answers', { servers: { a: { fault: 'silent' } } }, 'no-suitable-server'],
    ['there is more to ask', { servers: { a: {} } }, 'adjusted'],
    ['a name hangs', { ...hanging, servers: { a: {} } }, 'adjusted'],
  ])('is kept when %s', async (_, setup, kind) => {
    const w = world({ ...setup, behind: 2 });
    const outcome = await w.sync({ deadline: 3, samples: 16 });
    expect(outcome.kind).toBe(kind);
    expect(w.now()).toBeCloseTo(3.001, 6);
    expect(w.unfinished()).toBe(0);
  });

  test('is for all attempts together', async () => {
    const w = world({ behind: 2, servers: { a: {} } });
    for (let at = 0.5; at < 60; at++) w.at(at, () => w.clock.disturb(0.01));
    await w.sync({ deadline: 8 });
    expect(w.now()).toBeCloseTo(8.001, 6);
  });
});

describe('a clock that another program moves during the measurement', () => {
  const steps = (w: World): readonly SyncEvent[] => w.events.filter(({ kind }) => kind === 'clock-stepped');

  test.each<[what: string, disturbance: (w: World) => void]>([
    ['stepped ahead', w => w.at(1, () => w.clock.disturb(5))],
    ['stepped back, by little', w => w.at(3, () => w.clock.disturb(-0.002))],
    ['stepped while a reply is on its way', w => w.at(2.02, () => w.clock.disturb(0.01))],
    [
      'stepped and stepped back',
      w => {
        w.at(1, () => w.clock.disturb(1));
        w.at(3, () => w.clock.disturb(-1));
      },
    ],
    ['in a machine that was suspended', w => w.at(1, () => w.suspend(3600))],
  ])('%s: measured again, and right', async (_, disturbance) => {
    const w = world({ behind: 2, servers: { a: {} } });
    disturbance(w);
    const { estimate } = ended('adjusted', await w.sync());
    expect(steps(w)).toHaveLength(1);
    expect(Math.abs(w.clock.behind())).toBeLessThanOrEqual(estimate.rootDistance);
    expect(w.clock.behind()).toBeCloseTo(0, 6);
  });

  test('stepped after the last sample, while others are waited for: measured again, and right', async () => {
    const w = world({ behind: 2, servers: { '10.0.0.1': { delay: 0.0005 }, a: { fault: 'silent' } } });
    w.at(2, () => w.clock.disturb(1));
    ended('adjusted', await w.sync());
    expect(steps(w)).toHaveLength(1);
    expect(w.clock.behind()).toBeCloseTo(0, 6);
  });

  test('moved again and again is given up on, and left alone', async () => {
    const w = near({ behind: 2 });
    for (let at = 0.05; at < 20; at += 0.1) w.at(at, () => w.clock.disturb(0.01));
    const outcome = await w.sync();
    expect(outcome).toMatchObject({
      kind: 'no-suitable-server',
      reason: { kind: 'clock-unsteady', attempts: 3 },
    });
    expect(steps(w)).toHaveLength(3);
    expectUntouched(w);
  });
});

describe('a slew that an earlier run has left', () => {
  const servers: Readonly<Record<string, SimulatedServer>> = {
    '203.0.113.1': { delay: 0.0005 },
    '10.0.0.1': { delay: 0.00002 },
  };

  test.each([0.1, -0.1])('of %f s: the offset is what it is at the end, within the bound', async behind => {
    const w = world({ behind, servers });
    w.clock.slew(behind);
    const { estimate, servers: reports } = ended('queried', await w.query());
    expect(reports.map(({ verdict }) => verdict.kind)).toContain('system-peer');
    expect(reports.map(({ verdict }) => verdict.kind)).not.toContain('inconsistent');
    expect(w.clock.behind()).not.toBeCloseTo(behind, 3);
    expect(estimate.offset).toBeCloseTo(w.clock.behind(), 5);
  });

  test('is replaced by a slew of what is truly left', async () => {
    const w = world({ behind: 0.1, servers });
    w.clock.slew(0.1);
    ended('adjusted', await w.sync());
    await w.run(new Promise<void>(resolve => w.at(1000, resolve)));
    expect(w.clock.behind()).toBeCloseTo(0, 5);
  });

  test('that ends meanwhile: measured again, and right', async () => {
    const w = world({ behind: 0.1, servers });
    w.clock.slew(0.001);
    const { estimate } = ended('queried', await w.query());
    expect(w.events.filter(({ kind }) => kind === 'slew-changed')).toHaveLength(1);
    expect(estimate.offset).toBeCloseTo(0.099, 6);
  });
});

describe('the error bound', () => {
  const span = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  /** No clock that a kernel can correct runs off by more (MAXFREQ, RFC 5905 §7.2). */
  const frequency = span(-500e-6, 500e-6);
  /** Timers are never late in this world: of several stamps only one tells of a tick, and of no shorter one. */
  const tick = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.constantFrom(1, 0.5));
  const path = {
    delay: span(0.0001, 0.3),
    jitter: fc.oneof(fc.constant(0), span(0, 0.05)),
    share: span(0, 1),
    loss: fc.oneof(fc.constant(0), span(0, 0.3)),
  };
  const honest = fc
    .record({
      ...path,
      tick,
      rootDelay: span(0, 0.1),
      rootDispersion: span(0.0001, 0.05),
      error: span(-1, 1),
    })
    .map(
      ({ rootDelay, rootDispersion, error, ...how }): SimulatedServer => ({
        ...how,
        offset: error * (rootDelay / 2 + rootDispersion - 2 ** -16),
        says: { rootDelay, rootDispersion },
      }),
    );
  const liar = fc
    .record({ ...path, offset: fc.oneof(span(-0.5, 0.5), span(-1e4, 1e4)), rootDispersion: span(0, 0.5) })
    .map(({ rootDispersion, ...how }): SimulatedServer => ({ ...how, says: { rootDispersion } }));
  const setups = fc
    .record({
      honest: fc.array(honest, { minLength: 1, maxLength: 5 }),
      liars: fc.array(liar, { maxLength: 4 }),
      nearby: fc.boolean(),
      behind: fc.oneof(span(-0.2, 0.2), span(-1e5, 1e5)),
      frequency,
      seed: fc.nat(),
    })
    .map(({ honest: good, liars, nearby, ...setup }) => {
      const bad = liars.slice(0, good.length - 1);
      const network = nearby ? '10.0.0' : '203.0.113';
      const named = [...bad, ...good].map((one, i) => [`${network}.${i + 1}`, one] as const);
      return { liars: bad.length, setup: { ...setup, servers: Object.fromEntries(named) } };
    });

  /** Whether the servers that gave an estimate, the liars being the first of all, are honest for the most part. */
  const honestMajority = ({ servers }: Outcome, liars: number): boolean => {
    const votes = servers.map(({ estimate }, i) => (estimate ? (i < liars ? -1 : 1) : 0));
    return votes.reduce<number>((sum, vote) => sum + vote, 0) > 0;
  };

  test('holds in every world with an honest majority', async () => {
    const check = fc.asyncProperty(setups, async ({ liars, setup }) => {
      const w = world(setup);
      const outcome = await w.query();
      expect(w.now()).toBeLessThanOrEqual(15);
      fc.pre(honestMajority(outcome, liars));
      if (outcome.kind !== 'queried') throw new Error(`an honest majority was not believed: ${outcome.kind}`);
      const { offset, rootDistance } = outcome.estimate;
      expect(Math.abs(offset - w.clock.behind())).toBeLessThanOrEqual(rootDistance);
    });
    await fc.assert(check, { numRuns: 300 });
  });

  test('is what is left of the error after a step', async () => {
    const check = fc.asyncProperty(setups, async ({ liars, setup }) => {
      const w = world(setup);
      const outcome = await w.sync({ method: 'step' });
      expect(moves(w)).toHaveLength(outcome.kind === 'adjusted' ? 1 : 0);
      expect(w.unfinished()).toBe(0);
      fc.pre(honestMajority(outcome, liars));
      expect(Math.abs(w.clock.behind())).toBeLessThanOrEqual(
        ended('adjusted', outcome).estimate.rootDistance,
      );
    });
    await fc.assert(check, { numRuns: 100 });
  });

  test.each([-500e-6, -15e-6, 15e-6, 500e-6])(
    'holds at the end of the run, while the clock gains %d s in a second',
    async rate => {
      const quick: SimulatedServer = { delay: 0.0005, share: rate > 0 ? 1 : 0, says: { rootDispersion: 0 } };
      const w = world({
        frequency: rate,
        servers: { '10.0.0.1': quick, '203.0.113.1': { fault: 'silent' } },
      });
      const outcome = ended('queried', await w.query());
      const { offset, rootDistance } = outcome.estimate;
      expect(Math.abs(offset - w.clock.behind())).toBeLessThanOrEqual(rootDistance);
    },
  );
});
