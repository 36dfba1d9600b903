// A whole server list in the simulated world: who is asked, from when to when, and who is waited for.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Source, survey } from '../../src/net/survey.ts';
import type { Channel, Transport } from '../../src/net/transport.ts';
import { plausibleTimes } from '../../src/ntp/plausible.ts';
import type { SyncOptions } from '../../src/sync.ts';
import type { SimulatedServer } from '../support/world/server.ts';
import { RELEASE, server, type World, world } from '../support/world.ts';

interface Terms extends Partial<SyncOptions> {
  readonly signal?: AbortSignal;
  readonly transport?: Transport;
}

async function ask(w: World, { signal, transport, ...changes }: Terms = {}): Promise<readonly Source[]> {
  const options = w.options(changes);
  const plan = { ...options, plausible: plausibleTimes(RELEASE, false) };
  const ports = { ...w.ports(transport && { transport }), precision: w.clock.precision };
  const over = signal ?? new AbortController().signal;
  const sources = await w.run(survey(options.servers, plan, ports, ports.emit, over));
  expect(w.unfinished()).toBe(0);
  return sources;
}

/** What Node would print to stderr, unasked. */
const nodeWarnings: Error[] = [];
const collect = (warning: Error): number => nodeWarnings.push(warning);
beforeEach(() => {
  process.on('warning', collect);
});
afterEach(() => {
  process.off('warning', collect);
  expect(nodeWarnings.splice(0)).toEqual([]);
});

const addressesAsked = (w: World): readonly string[] => [...new Set(w.asked.map(({ address }) => address))];
const samplesOf = (sources: readonly Source[]): readonly (number | undefined)[] =>
  sources.map(({ burst }) => burst?.samples.length);

const pool = (host: string, maxSources?: number) =>
  server(host, { pool: true, ...(maxSources !== undefined && { maxSources }) });

/** Ends in 0.3 s and a bit. */
const local: SimulatedServer = { delay: 0.0005 };
const dead: SimulatedServer = { fault: 'silent' };
/** What a dead server may cost: two timeouts after the starts, and 0.1 s for the names before it in the list. */
const PATIENCE = 2 * 2 + 0.2;

describe('in parallel', () => {
  test('all servers are asked at once, one start 2 ms after the other', async () => {
    const w = world({ servers: { a: {}, b: {}, c: {}, d: {} } });
    expect(samplesOf(await ask(w))).toEqual([4, 4, 4, 4]);
    const starts = w.asked.slice(0, 4).map(({ at }) => Number(at.toFixed(3)));
    expect(starts).toEqual([0.005, 0.007, 0.009, 0.011]);
    expect(w.now()).toBeLessThan(6.05);
  });

  test('hundreds of servers have all started within a fifth of a second', async () => {
    const servers = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`10.0.0.${i}`, local]));
    const w = world({ servers });
    await ask(w, { samples: 1 });
    const starts = w.asked.map(({ at }) => at);
    expect(starts[60]).toBeCloseTo(0.1, 3);
    expect(Math.max(...starts)).toBeLessThan(0.2);
  });

  test('one server alone is asked at once', async () => {
    const w = world({ servers: { '203.0.113.1': { delay: 0.05 } } });
    await ask(w, { samples: 1 });
    expect(w.asked[0]!.at).toBe(0);
    expect(w.now()).toBeCloseTo(0.1, 3);
  });

  test('concurrent channels are limited, every server gets a turn, and Node prints no warning', async () => {
    const servers = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`10.0.${i >> 8}.${i & 255}`, {}]),
    );
    const w = world({ servers });
    const { transport } = w.ports();
    let open = 0;
    let most = 0;
    const counting: Transport = {
      async connect(address, listener): Promise<Channel> {
        const channel = await transport.connect(address, listener);
        most = Math.max(most, ++open);
        const close = (): void => {
          open -= 1;
          channel.close();
        };
        return { send: bytes => channel.send(bytes), close };
      },
    };
    expect(samplesOf(await ask(w, { transport: counting }))).toEqual(Array(300).fill(4));
    expect(most).toBe(128);
  });

  test('an empty list has no sources', async () => {
    expect(await ask(world({}))).toEqual([]);
  });
});

describe('names and addresses', () => {
  const six = ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4', '203.0.113.5', '203.0.113.6'];
  const v6 = ['2001:db8::1', '2001:db8::2', '2001:db8::3', '2001:db8::4', '2001:db8::5'];
  const all = (addresses: readonly string[], simulated: SimulatedServer) =>
    Object.fromEntries(addresses.map(address => [address, simulated]));

  test('a server has one vote, however many addresses its name has', async () => {
    const w = world({ names: { a: { addresses: six } }, servers: all(six, {}) });
    expect((await ask(w)).map(({ address }) => address?.address)).toEqual(six.slice(0, 1));
    expect(addressesAsked(w)).toEqual(six.slice(0, 1));
  });

  test.each([
    ['four', undefined],
    ['as many as its line says', 1],
    ['as many as its line says', 5],
  ])('a pool has %s', async (_, maxSources) => {
    const w = world({ names: { pool: { addresses: six } }, servers: all(six, {}) });
    const sources = await ask(w, { servers: [pool('pool', maxSources)] });
    const votes = six.slice(0, maxSources ?? 4);
    expect(sources.map(({ address }) => address?.address)).toEqual(votes);
    expect(addressesAsked(w)).toEqual(votes);
  });

  test('an address is asked once, however often it is named; the other names are duplicates of the first', async () => {
    const names = { a: { addresses: ['203.0.113.1'] }, b: { addresses: ['203.0.113.1'] } };
    const w = world({ names, servers: all(six.slice(0, 1), {}) });
    const servers = [server('a'), server('A.'), server('203.0.113.1'), server('b')];
    const sources = await ask(w, { servers });
    expect(samplesOf(sources)).toEqual([4, undefined, undefined, undefined]);
    expect(sources.map(one => one.server)).toEqual(servers);
    expect(sources.slice(1).map(({ duplicateOf }) => duplicateOf)).toEqual(Array(3).fill(servers[0]));
    expect(w.asked).toHaveLength(4);
  });

  test('the first in the list has the address, though its name resolves later', async () => {
    const names = { a: { addresses: ['203.0.113.1'], takes: 0.05 } };
    const w = world({ names, servers: all(six.slice(0, 1), {}) });
    const sources = await ask(w, { servers: [server('a'), server('203.0.113.1')] });
    expect(samplesOf(sources)).toEqual([4, undefined]);
  });

  test('a name whose address another one has goes on to its own', async () => {
    const names = { a: { addresses: six.slice(0, 1) }, b: { addresses: six.slice(0, 2) } };
    const w = world({ names, servers: all(six.slice(0, 2), {}) });
    expect((await ask(w)).map(({ address }) => address?.address)).toEqual(six.slice(0, 2));
  });

  test('an address that another name leads to, silent, does not keep a name from its own', async () => {
    const names = {
      a: { addresses: ['2001:db8::1', '203.0.113.1'] },
      b: { addresses: ['2001:db8::1', '203.0.113.2'] },
    };
    const w = world({ names, servers: { '2001:db8::1': dead, '203.0.113.1': {}, '203.0.113.2': {} } });
    const sources = await ask(w);
    expect(sources.map(({ address }) => address?.address)).toEqual(['203.0.113.1', '203.0.113.2']);
    expect(samplesOf(sources)).toEqual([4, 4]);
  });

  test('an address that a name drops for a quicker one is left to its owner', async () => {
    const names = { evil: { addresses: six.slice(0, 2) } };
    const servers = { [six[0]!]: { delay: 0.4 }, [six[1]!]: {} };
    const w = world({ names, servers });
    const sources = await ask(w, { servers: [server('evil'), server(six[0]!)] });
    expect(sources.map(({ address }) => address?.address)).toEqual([six[1], six[0]]);
    expect(samplesOf(sources)).toEqual([4, 4]);
  });

  test('an address that was asked to the end in vain is not asked again', async () => {
    const names = { a: { addresses: six.slice(0, 1) }, b: { addresses: six.slice(0, 1) } };
    const w = world({ names, servers: { [six[0]!]: dead } });
    const sources = await ask(w);
    expect(samplesOf(sources)).toEqual([0, undefined]);
    expect(w.asked).toHaveLength(4);
  });

  test('what a list trusts, requires or prefers is asked for itself, whatever name leads there first', async () => {
    const marks = [{}, { trust: true }, { require: true }, { prefer: true }] as const;
    const names = Object.fromEntries(marks.map((_, i) => [`n${i}`, { addresses: six.slice(0, 1) }]));
    const w = world({ names, servers: { [six[0]!]: {} } });
    const servers = marks.map((mark, i) => server(`n${i}`, mark));
    expect(samplesOf(await ask(w, { servers }))).toEqual([4, 4, 4, 4]);
  });

  test('an address that another entry marks noselect is also queried for itself', async () => {
    const names = { evil: { addresses: six.slice(0, 4) } };
    const w = world({ names, servers: all(six.slice(0, 4), {}) });
    const servers = [server('evil', { noselect: true }), ...six.slice(0, 3).map(one => server(one))];
    const voters = (await ask(w, { servers })).filter(one => !one.server.noselect);
    expect(samplesOf(voters)).toEqual([4, 4, 4]);
  });

  test('another port is another server', async () => {
    const w = world({ servers: { '127.0.0.1': local } });
    const servers = [server('127.0.0.1', { port: 1123 }), server('127.0.0.1', { port: 1124 })];
    expect(samplesOf(await ask(w, { servers }))).toEqual([4, 4]);
  });

  test.each(['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4'])(
    'of four addresses with only %s alive, that one is found',
    async alive => {
      const servers = { ...all(six.slice(0, 4), dead), [alive]: {} };
      const w = world({ names: { a: { addresses: six.slice(0, 4) } }, servers });
      const sources = await ask(w);
      expect(sources.map(({ address }) => address?.address)).toEqual([alive]);
      expect(samplesOf(sources)).toEqual([4]);
    },
  );

  test('a server that says it does not know the time is replaced by its next address', async () => {
    const names = { a: { addresses: six.slice(0, 2) } };
    const w = world({ names, servers: { [six[0]!]: { says: { leap: 3 } }, [six[1]!]: {} } });
    expect((await ask(w)).map(({ address }) => address?.address)).toEqual([six[1]]);
  });

  test('a dead address of a pool is replaced by the next', async () => {
    const w = world({ names: { pool: { addresses: six } }, servers: { ...all(six, {}), [six[1]!]: dead } });
    const sources = await ask(w, { servers: [pool('pool')] });
    expect(sources.map(({ address }) => address?.address)).toEqual([six[0], six[2], six[3], six[4]]);
    expect(samplesOf(sources)).toEqual([4, 4, 4, 4]);
  });

  test('of hundreds of dead addresses, a few are tried', async () => {
    const many = Array.from({ length: 300 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    const w = world({ names: { a: { addresses: many } }, servers: all(many, dead) });
    expect(await ask(w)).toHaveLength(1);
    expect(addressesAsked(w)).toHaveLength(16);
  });

  test('a pool is not two families of the same machines', async () => {
    const names = { pool: { addresses: [...v6.slice(0, 2), ...six.slice(0, 2)] } };
    const w = world({ names, servers: { ...all(v6.slice(0, 2), {}), ...all(six.slice(0, 2), {}) } });
    const sources = await ask(w, { servers: [pool('pool')] });
    expect(sources.map(({ address }) => address?.address)).toEqual(v6.slice(0, 2));
  });

  test('a pool whose first family is dead has as many votes in the other', async () => {
    const names = { pool: { addresses: [...v6.slice(0, 1), ...six] } };
    const w = world({ names, servers: { ...all(v6.slice(0, 1), dead), ...all(six, {}) } });
    const sources = await ask(w, { servers: [pool('pool')] });
    expect(sources.map(({ address }) => address?.address)).toEqual(six.slice(0, 4));
    expect(samplesOf(sources)).toEqual([4, 4, 4, 4]);
  });

  test('both families of a name are one source: the first that answers', async () => {
    const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] } };
    const w = world({ names, servers: { '2001:db8::1': {}, '203.0.113.1': {} } });
    expect((await ask(w)).map(({ address }) => address?.family)).toEqual([6]);
    expect(addressesAsked(w)).toEqual(['2001:db8::1']);
  });

  test('the other family of a name is asked when the first is a black hole', async () => {
    const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] } };
    const w = world({ names, servers: { '2001:db8::1': dead, '203.0.113.1': {} } });
    const sources = await ask(w);
    expect(sources.map(({ address }) => address?.family)).toEqual([4]);
    expect(samplesOf(sources)).toEqual([4]);
    expect(w.now()).toBeLessThan(2 * 2 + 6.2);
  });

  test('the other family of a name is asked at once when the first has no route', async () => {
    const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] } };
    const w = world({ names, servers: { '2001:db8::1': { fault: 'no-route' }, '203.0.113.1': {} } });
    expect(samplesOf(await ask(w))).toEqual([4]);
    expect(w.asked[0]!.at).toBeCloseTo(0.005, 6);
  });

  test('the other family is tried even when all other servers are done', async () => {
    const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] } };
    const v4: SimulatedServer = { delay: 0.1 };
    const w = world({
      names,
      servers: { '2001:db8::1': { fault: 'no-route' }, '203.0.113.1': v4, '10.0.0.1': local },
    });
    expect(samplesOf(await ask(w, { samples: 1 }))).toEqual([1, 1]);
  });

  test('the other family of a name is asked even when the first has more addresses than are tried', async () => {
    const names = { a: { addresses: [...v6, '203.0.113.1'] } };
    const w = world({ names, servers: { ...all(v6, { fault: 'no-route' }), '203.0.113.1': {} } });
    const sources = await ask(w);
    expect(sources.map(({ address }) => address?.address)).toEqual(['203.0.113.1']);
    expect(samplesOf(sources)).toEqual([4]);
  });

  test('--ipv4 asks no IPv6 address, and a name without IPv4 is an error', async () => {
    const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] }, b: { addresses: ['2001:db8::2'] } };
    const w = world({ names, servers: { '2001:db8::1': {}, '203.0.113.1': {}, '2001:db8::2': {} } });
    const sources = await ask(w, { family: 4 });
    expect(addressesAsked(w)).toEqual(['203.0.113.1']);
    expect(sources[1]).toMatchObject({ server: { host: 'b' }, error: { kind: 'no-address-of-family' } });
  });

  test.each([4, 6] as const)(
    'a server that its list wants asked over IPv%i is asked over no other',
    async family => {
      const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] } };
      const w = world({ names, servers: { '2001:db8::1': {}, '203.0.113.1': {} } });
      const servers = [server('a', { family })];
      expect((await ask(w, { servers })).map(({ address }) => address?.family)).toEqual([family]);
      const sources = await ask(w, { servers, family: family === 4 ? 6 : 4 });
      expect(sources).toMatchObject([{ error: { kind: 'no-address-of-family' } }]);
      expect(sources[0]!.error!.message).toMatch(/IPv[46] only \(command line\), but IPv[46] was requested/);
    },
  );
});

describe('names that do not resolve', () => {
  test('a name that does not resolve is a source with an error, and the other servers are asked', async () => {
    const w = world({ names: { gone: { fails: 'not-found' } }, servers: { a: {} } });
    const [gone, a] = await ask(w);
    expect(gone).toMatchObject({ server: { host: 'gone' }, error: { kind: 'not-found' } });
    expect(a!.burst!.samples).toHaveLength(4);
    expect(w.events.find(({ kind }) => kind === 'not-resolved')).toBeDefined();
  });

  test('a name that hangs is waited for two timeouts when the others are done', async () => {
    const w = world({ names: { hangs: { takes: Infinity } }, servers: { '10.0.0.1': local } });
    const [hangs, a] = await ask(w);
    expect(hangs).toMatchObject({ error: { kind: 'temporary' } });
    expect(a!.burst!.samples).toHaveLength(4);
    expect(w.now()).toBeLessThanOrEqual(PATIENCE);
  });

  test('a name that hangs does not hold up servers that take longer', async () => {
    const w = world({ names: { hangs: { takes: Infinity } }, servers: { a: {} } });
    await ask(w);
    expect(w.now()).toBeCloseTo(0.002 + 0.005 + 0.1 + 6 + 0.02, 3);
  });

  test('a name that resolves slowly is still used when there is nothing better', async () => {
    const names = { slow: { addresses: ['203.0.113.9'], takes: 7 } };
    const w = world({ names, servers: { '203.0.113.9': {}, '203.0.113.1': dead } });
    const [slow] = await ask(w);
    expect(slow!.burst!.samples).toHaveLength(4);
  });
});

describe('servers that do not answer', () => {
  test.each<[what: string, fault: NonNullable<SimulatedServer['fault']>, until: number]>([
    ['a silent one', 'silent', PATIENCE],
    ['one that refuses', 'refuses', PATIENCE],
    ['one without a route', 'no-route', 0.5],
  ])('%s is not waited for longer than two timeouts when the others are done', async (_, fault, until) => {
    const w = world({ servers: { '10.0.0.1': local, '10.0.0.2': { fault } } });
    expect(samplesOf(await ask(w))).toEqual([4, 0]);
    expect(w.now()).toBeLessThanOrEqual(until);
  });

  test('a name whose addresses are all silent is not waited for longer than two timeouts', async () => {
    const addresses = ['203.0.113.1', '203.0.113.2'];
    const names = { a: { addresses } };
    const w = world({ names, servers: { '203.0.113.1': dead, '203.0.113.2': dead, '10.0.0.1': local } });
    await ask(w);
    expect(w.now()).toBeLessThanOrEqual(PATIENCE);
  });

  test('a server that answers without knowing the time is asked twice, and not waited for', async () => {
    const w = world({ servers: { '203.0.113.1': { says: { leap: 3 } }, '10.0.0.1': local } });
    expect(samplesOf(await ask(w))).toEqual([0, 4]);
    expect(w.now()).toBeLessThan(2.5);
  });

  test('a name that is silent in both families is not waited for longer than two timeouts', async () => {
    const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] } };
    const w = world({ names, servers: { '2001:db8::1': dead, '203.0.113.1': dead, '10.0.0.1': local } });
    const [a] = await ask(w);
    expect(a).toMatchObject({ address: { family: 6 }, burst: { sent: 2, answered: 0 } });
    expect(w.now()).toBeLessThanOrEqual(PATIENCE);
  });

  test('one address of a name that answers is waited for, the others silent', async () => {
    const names = { a: { addresses: ['203.0.113.1', '203.0.113.2'] } };
    const w = world({ names, servers: { '203.0.113.1': dead, '203.0.113.2': {}, '10.0.0.1': local } });
    const sources = await ask(w, { servers: [pool('a'), server('10.0.0.1')] });
    expect(samplesOf(sources)).toEqual([0, 4, 4]);
  });

  test('a server that wakes up late is used when there is nothing better', async () => {
    const late: SimulatedServer = {
      answers: ({ number, reply }) => (number < 4 ? [] : [{ bytes: reply() }]),
    };
    const w = world({ servers: { a: late, b: dead } });
    expect(samplesOf(await ask(w))).toEqual([1, 0]);
  });

  test('a server whose turn never came is reported as not queried', async () => {
    const addresses = Array.from({ length: 130 }, (_, i) => `10.0.0.${i}`);
    const w = world({ servers: Object.fromEntries(addresses.map(address => [address, dead])) });
    const deadline = new AbortController();
    w.at(5, () => deadline.abort());
    const sources = await ask(w, { signal: deadline.signal });
    const errors = sources.map(({ error }) => error?.message);
    expect(errors.slice(0, 128)).toEqual(Array(128).fill(undefined));
    expect(errors[128]).toMatch(/^10\.0\.0\.128 was not queried: the run ended before its turn; /);
    expect(errors[129]).toMatch(/^10\.0\.0\.129 was not queried/);
  });

  test('silent servers are each asked as often as --samples says', async () => {
    const w = world({ servers: { a: dead, b: dead } });
    expect(samplesOf(await ask(w))).toEqual([0, 0]);
    expect(w.asked).toHaveLength(8);
    expect(w.now()).toBeLessThanOrEqual(4 * 2 + 0.2);
  });
});

test('an abort ends it at once with what has come so far, and asks no other server', async () => {
  const names = { dual: { addresses: ['2001:db8::1', '203.0.113.7'] } };
  const w = world({ names, servers: { '2001:db8::1': dead, '203.0.113.7': {}, '10.0.0.1': local, a: {} } });
  const stop = new AbortController();
  w.at(3, () => stop.abort());
  const sources = await ask(w, { signal: stop.signal });
  expect(samplesOf(sources)).toEqual([2, 4, 2]);
  expect(sources[0]!.address?.address).toBe('203.0.113.7');
  expect(w.now()).toBe(3);
});
