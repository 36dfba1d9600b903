// A whole server list in the simulated world: who is asked, from when to when, and who is waited for.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ADDRESSES_PER_NAME } from '../../src/net/ask.ts';
import { type Source, survey } from '../../src/net/survey.ts';
import type { Channel, Transport } from '../../src/net/transport.ts';
import { plausibleTimes } from '../../src/ntp/sample.ts';
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

/** Ends in 0.3 s and a bit. */
const local: SimulatedServer = { delay: 0.0005 };
const dead: SimulatedServer = { fault: 'silent' };
/** What a dead server may cost: two timeouts after the starts, which are spread over 0.2 s. */
const PATIENCE = 2 * 2 + 0.2;

describe('in parallel', () => {
  test('all servers at once, their starts spread over a fifth of a second', async () => {
    const w = world({ servers: { a: {}, b: {}, c: {}, d: {} } });
    expect(samplesOf(await ask(w))).toEqual([4, 4, 4, 4]);
    const starts = w.asked.slice(0, 4).map(({ at }) => Number(at.toFixed(3)));
    expect(starts).toEqual([0.005, 0.055, 0.105, 0.155]);
    expect(w.now()).toBeLessThan(6.3);
  });

  test('one server alone is asked at once', async () => {
    const w = world({ servers: { '203.0.113.1': { delay: 0.05 } } });
    await ask(w, { samples: 1 });
    expect(w.asked[0]!.at).toBe(0);
    expect(w.now()).toBeCloseTo(0.1, 3);
  });

  test('as many channels at a time as descriptors bear, everybody has a turn, and Node is not alarmed', async () => {
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

  test('a name with six addresses stands for its first four', async () => {
    const w = world({ names: { pool: { addresses: six } }, servers: all(six, {}) });
    const sources = await ask(w);
    expect(sources.map(({ address }) => address?.address)).toEqual(six.slice(0, ADDRESSES_PER_NAME));
    expect(addressesAsked(w)).toEqual(six.slice(0, 4));
  });

  test('an address is asked once, however often it is named', async () => {
    const names = { a: { addresses: ['203.0.113.1'] }, b: { addresses: ['203.0.113.1', '203.0.113.2'] } };
    const w = world({ names, servers: all(six.slice(0, 2), {}) });
    const servers = [server('a'), server('a'), server('203.0.113.1'), server('b')];
    expect(samplesOf(await ask(w, { servers }))).toEqual([4, 4]);
    expect(w.asked).toHaveLength(8);
  });

  test('an address that somebody else names as not to be selected is asked for itself, too', async () => {
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

  test('both families of a name are one source: the first that answers', async () => {
    const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] } };
    const w = world({ names, servers: { '2001:db8::1': {}, '203.0.113.1': {} } });
    expect((await ask(w)).map(({ address }) => address?.family)).toEqual([6]);
    expect(addressesAsked(w)).toEqual(['2001:db8::1']);
  });

  test('the other family when the first is a black hole', async () => {
    const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] } };
    const w = world({ names, servers: { '2001:db8::1': dead, '203.0.113.1': {} } });
    const sources = await ask(w);
    expect(sources.map(({ address }) => address?.family)).toEqual([4]);
    expect(samplesOf(sources)).toEqual([4]);
    expect(w.now()).toBeLessThan(2 * 2 + 6.2);
  });

  test('the other family at once when the first has no route', async () => {
    const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] } };
    const w = world({ names, servers: { '2001:db8::1': { fault: 'no-route' }, '203.0.113.1': {} } });
    expect(samplesOf(await ask(w))).toEqual([4]);
    expect(w.asked[0]!.at).toBeCloseTo(0.005, 6);
  });

  test('the other family has its time, even when everybody else is done', async () => {
    const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] } };
    const v4: SimulatedServer = { delay: 0.1 };
    const w = world({
      names,
      servers: { '2001:db8::1': { fault: 'no-route' }, '203.0.113.1': v4, '10.0.0.1': local },
    });
    expect(samplesOf(await ask(w, { samples: 1 }))).toEqual([1, 1]);
  });

  test('the other family even when the first has more addresses than are asked', async () => {
    const names = { a: { addresses: [...v6, '203.0.113.1'] } };
    const w = world({ names, servers: { ...all(v6, { fault: 'no-route' }), '203.0.113.1': {} } });
    const sources = await ask(w);
    expect(sources.map(({ address }) => address?.address)).toEqual(['203.0.113.1']);
    expect(samplesOf(sources)).toEqual([4]);
  });

  test('not the other family when somebody else already asks the first', async () => {
    const names = {
      a: { addresses: ['2001:db8::1', '203.0.113.1'] },
      b: { addresses: ['2001:db8::1', '203.0.113.1'] },
    };
    const w = world({ names, servers: { '2001:db8::1': {}, '203.0.113.1': {} } });
    expect((await ask(w)).map(({ server: { host } }) => host)).toEqual(['a']);
  });

  test('only the family that was asked for', async () => {
    const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] }, b: { addresses: ['2001:db8::2'] } };
    const w = world({ names, servers: { '2001:db8::1': {}, '203.0.113.1': {}, '2001:db8::2': {} } });
    const sources = await ask(w, { family: 4 });
    expect(addressesAsked(w)).toEqual(['203.0.113.1']);
    expect(sources[1]).toMatchObject({ server: { host: 'b' }, error: { kind: 'no-address-of-family' } });
  });
});

describe('names that do not resolve', () => {
  test('a failure is a source with an error; the others are asked as ever', async () => {
    const w = world({ names: { gone: { fails: 'not-found' } }, servers: { a: {} } });
    const [gone, a] = await ask(w);
    expect(gone).toMatchObject({ server: { host: 'gone' }, error: { kind: 'not-found' } });
    expect(a!.burst!.samples).toHaveLength(4);
    expect(w.events.find(({ kind }) => kind === 'not-resolved')).toBeDefined();
  });

  test('one that hangs is waited for two timeouts when the others are done', async () => {
    const w = world({ names: { hangs: { takes: Infinity } }, servers: { '10.0.0.1': local } });
    const [hangs, a] = await ask(w);
    expect(hangs).toMatchObject({ error: { kind: 'temporary' } });
    expect(a!.burst!.samples).toHaveLength(4);
    expect(w.now()).toBeLessThanOrEqual(PATIENCE);
  });

  test('one that hangs does not hold up others that take longer', async () => {
    const w = world({ names: { hangs: { takes: Infinity } }, servers: { a: {} } });
    await ask(w);
    expect(w.now()).toBeCloseTo(0.1 + 0.005 + 6 + 0.02, 3);
  });

  test('one that is slow is still used when there is nothing better', async () => {
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

  test('a whole name of silent ones is not, either', async () => {
    const addresses = ['203.0.113.1', '203.0.113.2'];
    const names = { a: { addresses } };
    const w = world({ names, servers: { '203.0.113.1': dead, '203.0.113.2': dead, '10.0.0.1': local } });
    await ask(w);
    expect(w.now()).toBeLessThanOrEqual(PATIENCE);
  });

  test('one that answers without knowing the time is asked twice, and not waited for', async () => {
    const w = world({ servers: { '203.0.113.1': { says: { leap: 3 } }, '10.0.0.1': local } });
    expect(samplesOf(await ask(w))).toEqual([0, 4]);
    expect(w.now()).toBeLessThan(2.5);
  });

  test('a name that is silent in both families is not, either', async () => {
    const names = { a: { addresses: ['2001:db8::1', '203.0.113.1'] } };
    const w = world({ names, servers: { '2001:db8::1': dead, '203.0.113.1': dead, '10.0.0.1': local } });
    const [a] = await ask(w);
    expect(a).toMatchObject({ address: { family: 6 }, burst: { sent: 2, answered: 0 } });
    expect(w.now()).toBeLessThanOrEqual(PATIENCE);
  });

  test('one address of a name that answers is waited for, the others silent', async () => {
    const names = { a: { addresses: ['203.0.113.1', '203.0.113.2'] } };
    const w = world({ names, servers: { '203.0.113.1': dead, '203.0.113.2': {}, '10.0.0.1': local } });
    const sources = await ask(w);
    expect(samplesOf(sources)).toEqual([0, 4, 4]);
  });

  test('one that wakes up late is used when there is nothing better', async () => {
    const late: SimulatedServer = {
      answers: ({ number, reply }) => (number < 4 ? [] : [{ bytes: reply() }]),
    };
    const w = world({ servers: { a: late, b: dead } });
    expect(samplesOf(await ask(w))).toEqual([1, 0]);
  });

  test('who never had his turn is said not to have been asked', async () => {
    const addresses = Array.from({ length: 130 }, (_, i) => `10.0.0.${i}`);
    const w = world({ servers: Object.fromEntries(addresses.map(address => [address, dead])) });
    const deadline = new AbortController();
    w.at(5, () => deadline.abort());
    const sources = await ask(w, { signal: deadline.signal });
    const errors = sources.map(({ error }) => error?.message);
    expect(errors.slice(0, 128)).toEqual(Array(128).fill(undefined));
    expect(errors[128]).toMatch(/^10\.0\.0\.128 was not asked: the time was up before its turn; /);
    expect(errors[129]).toMatch(/^10\.0\.0\.129 was not asked/);
  });

  test('all silent: each is asked as often as agreed, and that is all', async () => {
    const w = world({ servers: { a: dead, b: dead } });
    expect(samplesOf(await ask(w))).toEqual([0, 0]);
    expect(w.asked).toHaveLength(8);
    expect(w.now()).toBeLessThanOrEqual(4 * 2 + 0.2);
  });
});

test('an abort ends it at once with what has come so far, and asks nobody else', async () => {
  const names = { dual: { addresses: ['2001:db8::1', '203.0.113.7'] } };
  const w = world({ names, servers: { '2001:db8::1': dead, '203.0.113.7': {}, '10.0.0.1': local, a: {} } });
  const stop = new AbortController();
  w.at(3, () => stop.abort());
  const sources = await ask(w, { signal: stop.signal });
  expect(samplesOf(sources)).toEqual([0, 4, 2]);
  expect(sources[0]!.address?.address).toBe('2001:db8::1');
  expect(w.now()).toBe(3);
});
