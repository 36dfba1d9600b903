// The law of votes, in simulated worlds: while most of the named servers are honest, no set of addresses that the other
// names lead to makes their time win, silences an honest server, or lets a name vanish from the report.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ServerReport } from '../../src/pipeline/outcome.ts';
import type { SimulatedServer } from '../support/world/server.ts';
import { server, type WorldSetup, world } from '../support/world.ts';

const LIE = 900;
const KINDS: Readonly<Record<string, SimulatedServer>> = {
  right: {},
  slow: { delay: 0.4 },
  lossy: { loss: 0.3 },
  dead: { fault: 'silent' },
  refuses: { fault: 'refuses' },
  unroutable: { fault: 'no-route' },
  wrong: { offset: LIE },
  slowlyWrong: { offset: LIE, delay: 0.3 },
};

/** IPv4 and IPv6 addresses by their number. */
const address = (i: number, family: 4 | 6): string => (family === 4 ? `203.0.113.${i}` : `2001:db8::${i}`);

/** Honest servers of these kinds, with one to three addresses of their own; liars whose names lead anywhere. */
const towns = (...kinds: readonly string[]) =>
  fc
    .record({
      honest: fc.array(fc.array(fc.constantFrom(4 as const, 6 as const), { minLength: 1, maxLength: 3 }), {
        minLength: 2,
        maxLength: 5,
      }),
      honestKinds: fc.array(fc.constantFrom(...kinds), {
        minLength: 15,
        maxLength: 15,
      }),
      liars: fc.array(fc.array(fc.nat(23), { minLength: 1, maxLength: 6 }), { maxLength: 4 }),
      liarKinds: fc.array(fc.constantFrom('wrong', 'slowlyWrong', 'dead', 'refuses', 'unroutable'), {
        minLength: 8,
        maxLength: 8,
      }),
      takes: fc.array(fc.constantFrom(0.001, 0.005, 0.03, 0.3), { minLength: 9, maxLength: 9 }),
      order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7, 8], { minLength: 9 }),
      seed: fc.nat(),
    })
    .map(({ honest, honestKinds, liars, liarKinds, takes, order, seed }) => {
      const owned = honest.flatMap((families, who) => families.map((family, k) => ({ who, family, k })));
      const places = [
        ...owned.map(({ who, family, k }) => ({
          at: address(10 * who + k + 1, family),
          kind: honestKinds[3 * who + k]!,
        })),
        ...liarKinds.map((kind, i) => ({ at: address(100 + i, i % 2 === 0 ? 4 : 6), kind })),
      ];
      const names = [
        ...honest.map((families, who) => ({
          name: `honest${who}`,
          addresses: families.map((family, k) => address(10 * who + k + 1, family)),
        })),
        ...liars.slice(0, honest.length - 1).map((wishes, i) => ({
          name: `liar${i}`,
          addresses: [...new Set(wishes.map(wish => places[wish % places.length]!.at))],
        })),
      ].map((one, i) => ({ ...one, takes: takes[i]! }));
      const listed = order.flatMap(i => names[i] ?? []);
      const setup: WorldSetup = {
        seed,
        servers: Object.fromEntries(places.map(({ at, kind }) => [at, KINDS[kind]!])),
        names: Object.fromEntries(listed.map(({ name, addresses, takes }) => [name, { addresses, takes }])),
      };
      return { setup, listed, places };
    });

const used = ({ verdict }: ServerReport): boolean => /^(system-peer|survivor|outlier)$/.test(verdict.kind);

test('an honest majority of names wins, wherever the others lead, and each name has its row', async () => {
  const anyTown = towns('right', 'right', 'slow', 'lossy');
  const check = fc.asyncProperty(anyTown, async ({ setup, listed, places }) => {
    const w = world(setup);
    const outcome = await w.query({ servers: listed.map(({ name }) => server(name)), deadline: 60 });
    expect(outcome.servers.map(report => report.server.host)).toEqual(listed.map(({ name }) => name));
    expect(w.unfinished()).toBe(0);
    const voters = outcome.servers.filter(
      ({ estimate, verdict }) => estimate && verdict.kind !== 'duplicate',
    );
    const seats = voters.map(report => report.address!.address);
    expect(new Set(seats).size).toBe(seats.length);

    const isWrong = (at: string) => /rong/.test(places.find(place => place.at === at)!.kind);
    const wrong = seats.filter(isWrong).length;
    // A name that votes wrongly leads to a liar; no liar has two votes.
    expect(wrong).toBeLessThanOrEqual(listed.filter(({ name }) => name.startsWith('liar')).length);
    // Each honest name votes, or one of its addresses does under another name; but for those of which nothing came.
    for (const { name, addresses } of listed.filter(one => one.name.startsWith('honest'))) {
      const report = outcome.servers.find(one => one.server.host === name)!;
      const heard = report.verdict.kind !== 'duplicate' || addresses.some(at => seats.includes(at));
      const allLossy = addresses.every(at => places.find(place => place.at === at)!.kind === 'lossy');
      expect(heard || allLossy, name).toBe(true);
    }
    if (outcome.kind === 'queried') {
      expect(Math.abs(outcome.estimate.offset)).toBeLessThan(1);
      expect(outcome.servers.filter(used).filter(report => isWrong(report.address!.address))).toEqual([]);
    }
  });
  await fc.assert(check, { numRuns: 200 });
});

test('where no reply is lost, an honest majority of names is always believed', async () => {
  const check = fc.asyncProperty(towns('right', 'right', 'slow'), async ({ setup, listed }) => {
    const outcome = await world(setup).query({
      servers: listed.map(({ name }) => server(name)),
      deadline: 60,
    });
    expect(outcome.kind).toBe('queried');
  });
  await fc.assert(check, { numRuns: 200 });
});

test('a pool has as many rows as its line allows, and no more', async () => {
  const pools = fc.record({
    kinds: fc.array(fc.constantFrom(...Object.keys(KINDS)), { minLength: 1, maxLength: 10 }),
    six: fc.nat(10),
    maxSources: fc.integer({ min: 1, max: 8 }),
    seed: fc.nat(),
  });
  const check = fc.asyncProperty(pools, async ({ kinds, six, maxSources, seed }) => {
    const places = kinds.map((kind, i) => [address(i + 1, i < six ? 6 : 4), KINDS[kind]!] as const);
    const names = { pool: { addresses: places.map(([at]) => at) } };
    const w = world({ seed, names, servers: Object.fromEntries(places) });
    const servers = [server('pool', { pool: true, maxSources })];
    const outcome = await w.query({ servers, deadline: 60 });
    expect(outcome.servers.length).toBeGreaterThan(0);
    expect(outcome.servers.length).toBeLessThanOrEqual(maxSources);
    const families = new Set(
      outcome.servers.flatMap(({ estimate, address }) => (estimate ? [address!.family] : [])),
    );
    expect(families.size).toBeLessThanOrEqual(1);
    expect(w.unfinished()).toBe(0);
  });
  await fc.assert(check, { numRuns: 200 });
});
