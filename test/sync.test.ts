// Whole runs in the simulated world, with everything but the ports being the real code: what is done to the
// clock, and that it is done once or not at all.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClockErrorKind } from '../src/clock/clock.ts';
import { dryRun } from '../src/clock/dry-run.ts';
import { difference } from '../src/ntp/time.ts';
import type { Competitor, Outcome } from '../src/pipeline/outcome.ts';
import { type SyncEvent, type SyncOptions, sync } from '../src/sync.ts';
import { declarations, ended, expectUntouched, moves, near, pass } from './support/runs.ts';
import { type Exchange, kiss, kissAfter, otherNonce, type SimulatedServer } from './support/world/server.ts';
import { server, type World, type WorldSetup, world } from './support/world.ts';

describe.each([0.2, 2, 100, 1e8].flatMap(size => [size, -size]))('a clock that is %d s behind', behind => {
  const enough = Math.abs(behind) / 10;

  test.each<[way: string, options: Partial<SyncOptions>]>([
    ['by its size', {}],
    ['as asked', { method: 'step' }],
  ])('is stepped %s', async (_, options) => {
    const w = near({ behind });
    const { decision, estimate, at } = ended('adjusted', await w.sync(options));
    expect(moves(w)).toEqual([{ kind: 'step', offset: estimate.offset }]);
    expect(decision).toEqual({ kind: 'step', offset: estimate.offset });
    expect(w.clock.behind()).toBeCloseTo(0, 6);
    expect(difference(at, w.clock.now())).toBe(0);
  });

  test('is slewed when that is asked for', async () => {
    const w = near({ behind });
    const { decision, slew } = ended('adjusted', await w.sync({ method: 'slew' }));
    expect(moves(w)).toEqual([decision]);
    expect(decision.kind).toBe('slew');
    expect(decision.offset).toBeCloseTo(behind, 6);
    expect(slew!.remaining()).toBe(decision.offset);
    await pass(w, 100);
    expect(w.clock.behind()).toBeCloseTo(behind - Math.sign(behind) * 0.05, 6);
  });

  test('is left alone beyond the limit', async () => {
    const w = near({ behind });
    const outcome = await w.sync({ maxOffset: enough, allowAnyOffset: true });
    expect(outcome).toMatchObject({ kind: 'refused', decision: { by: 'max-offset', limit: enough } });
    expectUntouched(w);
  });

  test('is left alone beyond the limit, whatever a listener does to the decision that it is told', async () => {
    const w = near({ behind });
    const emit = (event: SyncEvent) => {
      if (event.kind === 'decided') Object.assign(event.decision, { kind: 'step' });
    };
    expect((await w.sync({ maxOffset: enough }, { emit })).kind).toBe('refused');
    expectUntouched(w);
  });

  test('is left alone in a dry run, which says what would be done', async () => {
    const w = near({ behind });
    const clock = dryRun(w.clock);
    const outcome = await w.sync({}, { clock });
    expect(outcome).toMatchObject({ kind: 'would-adjust', decision: { kind: 'step' } });
    expect(clock.recorded.map(({ kind }) => kind)).toEqual(['step']);
    expectUntouched(w);
  });

  test('is left alone by a query, which says how wrong it is', async () => {
    const w = near({ behind });
    const outcome = ended('queried', await w.query());
    expect(outcome.estimate.offset).toBeCloseTo(behind, 6);
    expectUntouched(w);
  });
});

describe('the size of a correction', () => {
  test('under the threshold it is a slew, and the clock gets there', async () => {
    const w = near({ behind: -0.1 });
    expect(ended('adjusted', await w.sync()).decision.kind).toBe('slew');
    expect(w.clock.behind()).toBeCloseTo(-0.1, 6);
    await pass(w, 201);
    expect(w.clock.behind()).toBeCloseTo(0, 6);
  });

  test('a clock that is right to the last bit is left alone, and called synchronized', async () => {
    const w = near();
    expect((await w.sync()).kind).toBe('unchanged');
    expect(moves(w)).toEqual([]);
    expect(declarations(w)).toHaveLength(1);
    expect(w.remembered).toEqual([]);
  });

  test.each<[what: string, setup: WorldSetup, options: Partial<SyncOptions>, kind: Outcome['kind']]>([
    ['a clock that nothing speaks for', { behind: -1001 }, {}, 'adjusted'],
    ['one that tsntp has set', { behind: -1001, setSinceBoot: true }, {}, 'refused'],
    ['one that the kernel calls synchronized', { behind: -1001, synchronized: true }, {}, 'refused'],
    [
      'one before the release, though set',
      { behind: 1e8, setSinceBoot: true, synchronized: true },
      {},
      'adjusted',
    ],
    ['one after it', { behind: -1e8, setSinceBoot: true }, {}, 'refused'],
    [
      'one that is to be set to anything',
      { behind: -1e8, setSinceBoot: true },
      { allowAnyOffset: true },
      'adjusted',
    ],
    ['one just within the limit', { behind: -999, setSinceBoot: true }, {}, 'adjusted'],
  ])('the panic limit: %s', async (_, setup, options, kind) => {
    const w = near(setup);
    expect((await w.sync(options)).kind).toBe(kind);
    expect(moves(w)).toHaveLength(kind === 'adjusted' ? 1 : 0);
  });
});

describe('the panic limit has a memory', () => {
  /** Runs again and again, each time with servers that are so far ahead of the clock; how each ended. */
  async function runs(
    w: World,
    offsets: readonly number[],
    options: Partial<SyncOptions> = {},
  ): Promise<readonly Outcome['kind'][]> {
    const kinds: Outcome['kind'][] = [];
    for (const offset of offsets) {
      w.clock.disturb(w.clock.behind() - offset);
      kinds.push((await w.sync(options)).kind);
    }
    return kinds;
  }

  test.each([1, -1])('eight runs of 999 s: one is made, not eight (sign %d)', async sign => {
    const w = near({ synchronized: true });
    const kinds = await runs(w, Array(8).fill(sign * 999));
    expect(kinds).toEqual(['adjusted', ...Array(7).fill('refused')]);
  });

  test('the refusal has the sum', async () => {
    const w = near({ synchronized: true });
    await runs(w, [600]);
    w.clock.disturb(-600);
    const { clockTrust, decision } = ended('refused', await w.sync());
    expect(clockTrust!.sum).toBeCloseTo(1200, 1);
    expect(decision).toMatchObject({ by: 'panic', limit: 1000 });
  });

  test('a run with -g begins a new sum, and so does one on a clock that nothing speaks for', async () => {
    const w = near({ synchronized: true });
    expect(await runs(w, [999, 999])).toEqual(['adjusted', 'refused']);
    expect(await runs(w, [5000], { allowAnyOffset: true })).toEqual(['adjusted']);
    expect(await runs(w, [999, 999])).toEqual(['adjusted', 'refused']);
    const fresh = near();
    expect(await runs(fresh, [5000, 999, 999])).toEqual(['adjusted', 'adjusted', 'refused']);
  });

  test('corrections back and forth add up to nothing', async () => {
    const w = near({ synchronized: true });
    expect(await runs(w, [900, -900, 900, -900, 900])).toEqual(Array(5).fill('adjusted'));
  });

  test('a slew that takes the place of one in progress is not counted twice', async () => {
    const w = near({ synchronized: true, behind: 600 });
    for (let run = 0; run < 5; run++) {
      ended('adjusted', await w.sync({ method: 'slew' }));
      await pass(w, 10);
    }
    expect(w.remembered.at(-1)!.sum).toBeCloseTo(600, 1);
  });

  test('without -g or a witness, no sequence of runs moves the clock further than the limit and its drift', async () => {
    const sequence = fc.array(fc.double({ min: -1500, max: 1500, noNaN: true }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(sequence, async offsets => {
        const w = near({ synchronized: true });
        await runs(w, offsets, { method: 'step' });
        const moved = w.remembered.reduce((sum, { correction }) => sum + correction.offset, 0);
        // Each run takes some tenths of a second, which explain as many times 0.5 ms; a step forward looks like time.
        expect(Math.abs(moved)).toBeLessThanOrEqual(1000 + offsets.length);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the hardware clock as a witness', () => {
  const paused: WorldSetup = { setSinceBoot: true, behind: 93_600 };

  test.each<[what: string, setup: WorldSetup, kind: Outcome['kind'], witness: string | undefined]>([
    ['agrees with the servers', { hardwareOffset: 0 }, 'adjusted', 'servers'],
    ['is 9 s off', { hardwareOffset: -9 }, 'adjusted', 'servers'],
    ['is 11 s off', { hardwareOffset: 11 }, 'refused', 'neither'],
    ['says what this clock says', { hardwareOffset: -93_600 }, 'refused', 'clock'],
    ['is not there', {}, 'refused', undefined],
  ])('where it %s: %#', async (_, setup, kind, witness) => {
    const w = near({ ...paused, ...setup });
    const outcome = await w.sync();
    expect(outcome.kind).toBe(kind);
    expect(outcome.clockTrust?.witness).toBe(witness);
    expect(moves(w)).toHaveLength(kind === 'adjusted' ? 1 : 0);
  });

  test('is not asked where the limit does not refuse', async () => {
    const w = near({ setSinceBoot: true, behind: 900, hardwareOffset: 0 });
    const hardwareAhead = () => {
      throw new Error('asked');
    };
    const { host } = w.ports();
    ended('adjusted', await w.sync({}, { host: { ...host, hardwareAhead } }));
  });

  test('does not lift --max-offset', async () => {
    const w = near({ ...paused, hardwareOffset: 0 });
    expect(await w.sync({ maxOffset: 60 })).toMatchObject({
      kind: 'refused',
      decision: { by: 'max-offset' },
    });
  });

  test('that follows this clock does not help to move it on in small parts', async () => {
    const w = near({ synchronized: true, behind: 995 });
    ended('adjusted', await w.sync());
    w.clock.disturb(-9);
    // As the kernel copies it: the same as this clock, and so near the servers, too.
    const { host } = w.ports();
    const outcome = ended('refused', await w.sync({}, { host: { ...host, hardwareAhead: () => 0 } }));
    expect(outcome.clockTrust?.witness).toBe('clock');
  });

  test('a correction that the hardware clock confirms does not count against the next', async () => {
    const w = near({ ...paused, hardwareOffset: 0 });
    ended('adjusted', await w.sync());
    expect(w.remembered.at(-1)!.sum).toBe(0);
  });
});

describe('servers that lie, fail, or go away', () => {
  const all = (simulated: SimulatedServer, names = ['a', 'b', 'c', 'd']): WorldSetup => ({
    behind: 2,
    servers: Object.fromEntries(names.map(name => [name, simulated])),
  });

  test('half of all exchanges lost: right, or no suitable server', async () => {
    const kinds = new Set<Outcome['kind']>();
    for (let seed = 1; seed <= 60; seed++) {
      const w = world({ ...all({ loss: 0.5, jitter: 0.01 }, ['a', 'b']), seed });
      const outcome = await w.sync({ samples: 2 });
      kinds.add(outcome.kind);
      if (outcome.kind === 'no-suitable-server') expectUntouched(w);
      else
        expect(Math.abs(w.clock.behind())).toBeLessThanOrEqual(
          ended('adjusted', outcome).estimate.rootDistance,
        );
    }
    expect(kinds).toEqual(new Set(['adjusted', 'no-suitable-server']));
  });

  test('one of four a second off: marked, and the others set the clock', async () => {
    const w = world({ behind: 2, servers: { a: {}, b: {}, c: { offset: 1 }, d: {} } });
    const { servers } = ended('adjusted', await w.sync());
    expect(servers[2]!.verdict.kind).toBe('falseticker');
    expect(w.clock.behind()).toBeCloseTo(0, 6);
  });

  test('several that agree on a lie do not outvote as many, and one named twice has one vote', async () => {
    const w = world({ behind: 2, servers: { a: {}, b: { offset: 1 } } });
    const outcome = await w.sync({ servers: [server('b'), server('a'), server('b'), server('203.0.113.2')] });
    expect(outcome).toMatchObject({ kind: 'no-suitable-server', reason: { kind: 'no-majority', usable: 2 } });
    expectUntouched(w);
  });

  test.each<[what: string, simulated: SimulatedServer, reason: string]>([
    ['silent', { fault: 'silent' }, 'none-answered'],
    ['without a route', { fault: 'no-route' }, 'none-answered'],
    ['refusing', { fault: 'refuses' }, 'none-answered'],
    ['not synchronized', { says: { stratum: 16, leap: 3 } }, 'none-passed'],
    ['saying 1970', { offset: -1.79e9 }, 'none-passed'],
    ['saying 2099', { offset: 2.3e9 }, 'none-passed'],
    ['denying', { answers: kissAfter(0, 'DENY') }, 'none-passed'],
    [
      'denying, forged, and silent otherwise',
      { answers: ({ reply, request }) => [{ bytes: reply({ ...kiss('DENY'), ...otherNonce(request) }) }] },
      'none-answered',
    ],
  ])('servers that are all %s set no clock', async (_, simulated, kind) => {
    const w = world(all(simulated));
    expect(await w.sync()).toMatchObject({ kind: 'no-suitable-server', reason: { kind } });
    expectUntouched(w);
  });

  test('RATE from the first reply on: slower, and set from what there is', async () => {
    const w = near({ behind: 2, servers: { '10.0.0.1': { delay: 0.0005, answers: kissAfter(1, 'RATE') } } });
    const { estimate } = ended('adjusted', await w.sync());
    expect(w.clock.behind()).toBeCloseTo(2 - estimate.offset, 9);
    expect(w.asked.map(({ at }) => Number(at.toFixed(3)))).toEqual([0.001, 0.044, 2.044, 4.044]);
  });

  test('a true reply behind forged ones', async () => {
    const forged = ({ reply, request }: Exchange) => [
      { bytes: reply({ ...kiss('DENY'), ...otherNonce(request) }) },
      { bytes: reply({ ...otherNonce(request), transmit: request.transmit }) },
      { bytes: reply(), after: 0.001 },
    ];
    const w = world(all({ answers: forged }, ['a']));
    ended('adjusted', await w.sync());
    expect(Math.abs(w.clock.behind())).toBeLessThan(0.001);
  });

  test('one sample of one server: over after one round trip', async () => {
    const w = world({ behind: 2, servers: { '203.0.113.1': { delay: 0.05 } } });
    ended('adjusted', await w.sync({ samples: 1 }));
    expect(w.now()).toBeCloseTo(0.001 + 0.1, 3);
  });
});

describe('an interrupt', () => {
  const setup: WorldSetup = {
    behind: 0.1,
    names: { gone: { fails: 'not-found' }, dual: { addresses: ['2001:db8::1', '203.0.113.9'] } },
    servers: {
      '2001:db8::1': { fault: 'no-route' },
      '203.0.113.9': { delay: 0.1 },
      '10.0.0.1': { delay: 0.0005 },
      kisses: { answers: kissAfter(1, 'RATE') },
      refuses: { fault: 'refuses' },
      lies: { offset: 1 },
    },
  };

  function expectAllOrNothing(w: World, outcome: Outcome, method: 'step' | 'slew'): void {
    const done = outcome.kind === 'adjusted';
    if (!done) expect(outcome.kind).toBe('interrupted');
    expect(w.clock.calls.map(({ kind }) => kind)).toEqual(done ? [method, 'declare-synchronized'] : []);
    expect(w.remembered).toHaveLength(done ? 1 : 0);
    expect(w.unfinished()).toBe(0);
  }

  test.each(['step', 'slew'] as const)(
    'at any event of the world: the clock gets its one %s or none',
    async method => {
      let events = 1;
      for (let abortAt = 0; abortAt < events; abortAt++) {
        const w = world(setup);
        const stop = new AbortController();
        const work = sync(w.options({ method }), w.ports({ signal: stop.signal }));
        let seen = 0;
        const outcome = await w.run(work, event => {
          seen = event + 1;
          if (event === abortAt) stop.abort();
        });
        events = Math.max(events, seen + 1);
        expectAllOrNothing(w, outcome, method);
        expect(outcome.kind).toBe(abortAt < seen ? 'interrupted' : 'adjusted');
      }
      expect(events).toBeGreaterThan(50);
    },
  );

  test.each(['step', 'slew'] as const)(
    'at any event that is reported: the clock gets its one %s or none',
    async method => {
      const whole = world(setup);
      await whole.sync({ method });
      expect(whole.events.at(-1)!.kind).toBe('decided');
      for (let abortAt = 0; abortAt < whole.events.length; abortAt++) {
        const w = world(setup);
        const stop = new AbortController();
        let seen = 0;
        const emit = (): void => {
          if (seen++ === abortAt) stop.abort();
        };
        const outcome = await w.sync({ method }, { signal: stop.signal, emit });
        expectAllOrNothing(w, outcome, method);
        expect(outcome.kind).toBe('interrupted');
      }
    },
  );

  test('an abort before the start asks no server', async () => {
    const w = world(setup);
    expect((await w.sync({}, { signal: AbortSignal.abort() })).kind).toBe('interrupted');
    expect(w.asked).toEqual([]);
    expectUntouched(w);
  });

  test('ends a query, with the clock untouched', async () => {
    const w = world(setup);
    const stop = new AbortController();
    w.at(1, () => stop.abort());
    expect((await w.query({}, { signal: stop.signal })).kind).toBe('interrupted');
    expect(w.now()).toBe(1);
    expect(w.unfinished()).toBe(0);
  });
});

describe('other time services and other runs of tsntp', () => {
  const competitors: readonly Competitor[] = [
    { kind: 'service', name: 'chronyd', pid: 7, stop: 'systemctl stop chrony' },
  ];

  test('another time service is running: clock untouched, measurement reported', async () => {
    const w = near({ behind: 2, competitors });
    const outcome = ended('busy', await w.sync());
    expect(outcome.competitors).toEqual(competitors);
    expect(outcome.estimate.offset).toBeCloseTo(2, 6);
    expectUntouched(w);
  });

  test('another tsntp is not forced aside: two never run at once', async () => {
    const w = near({ behind: 2, competitors: [...competitors, { kind: 'tsntp', pid: 8 }] });
    const outcome = ended('busy', await w.sync({ force: true }));
    expect(outcome.competitors).toEqual([{ kind: 'tsntp', pid: 8 }]);
    expectUntouched(w);
  });

  test('another time service is running, but --force is given: the clock is set', async () => {
    const w = near({ behind: 2, competitors });
    ended('adjusted', await w.sync({ force: true }));
    expect(w.clock.behind()).toBeCloseTo(0, 6);
    expect(w.unfinished()).toBe(0);
  });

  test('a query does not look for other programs', async () => {
    const w = near({ competitors });
    expect((await w.query()).kind).toBe('queried');
  });
});

describe('a clock that cannot be set', () => {
  const kinds: readonly ClockErrorKind[] = ['not-permitted', 'unsupported', 'invalid', 'busy', 'failed'];

  test.each(kinds.flatMap(kind => [[kind, 'step'] as const, [kind, 'slew'] as const]))(
    '%s, on a %s: said with what was measured, tried once, nothing told or remembered',
    async (kind, method) => {
      const w = near({ behind: 2, refusesWith: kind });
      const outcome = ended('clock-error', await w.sync({ method }));
      expect(outcome.error.kind).toBe(kind);
      expect(outcome.decision.kind).toBe(method);
      expect(outcome.estimate.offset).toBeCloseTo(2, 6);
      expect(moves(w)).toHaveLength(1);
      expect(declarations(w)).toEqual([]);
      expect(w.remembered).toEqual([]);
      expect(w.clock.behind()).toBe(2);
      expect(w.unfinished()).toBe(0);
    },
  );

  test('by a bug: it comes out, and the lock is given back', async () => {
    const w = near({ behind: 2 });
    const step = (): void => {
      throw new TypeError('a bug');
    };
    await expect(w.sync({}, { clock: { ...w.clock, step } })).rejects.toThrow('a bug');
    expect(w.unfinished()).toBe(0);
    expect(w.remembered).toEqual([]);
  });
});
