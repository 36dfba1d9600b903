// Authentication over a whole survey, in the simulated world: keys and NTS, cookies that are kept and refused, and
// that there is never a question without what was asked for. The cryptography is the real one, on both sides.

import { beforeAll, describe, expect, test } from 'vitest';
import type { Keys } from '../../../src/net/authentication.ts';
import {
  type KeyExchange,
  type KeyServer,
  type Nts,
  NtsError,
  type NtsSession,
} from '../../../src/net/nts/session.ts';
import { type Source, type SurveyEvent, survey } from '../../../src/net/survey.ts';
import { keyAuthenticator } from '../../../src/ntp/auth/key.ts';
import { COOKIE, UNIQUE_ID } from '../../../src/ntp/nts/fields.ts';
import { HEADER_LENGTH } from '../../../src/ntp/packet.ts';
import { plausibleTimes } from '../../../src/ntp/plausible.ts';
import { fieldsOf, ntsReply } from '../../support/nts-reply.ts';
import { kiss, type Script, type SimulatedServer } from '../../support/world/server.ts';
import { RELEASE, server, type World, type WorldSetup, world } from '../../support/world.ts';

// The survey loads these when it first needs them, which no virtual time waits for.
beforeAll(() =>
  Promise.all([import('../../../src/ntp/auth/key.ts'), import('../../../src/ntp/nts/fields.ts')]),
);

const AT = '203.0.113.1';
const C2S = new Uint8Array(32).fill(1);
const S2C = new Uint8Array(32).fill(2);
const cookies = (first: number): readonly Uint8Array[] =>
  Array.from({ length: 8 }, (_, i) => new Uint8Array(100).fill(first + i));
const KEY_SERVER: KeyServer = { host: AT, port: 4460, ntpPort: 123 };
const session = (changes: Partial<NtsSession> = {}): NtsSession => ({
  host: AT,
  port: 123,
  c2s: C2S,
  s2c: S2C,
  cookies: cookies(1),
  ...changes,
});
const exchangeOf = (changes: Partial<NtsSession> = {}, datesIgnored = false): KeyExchange => ({
  session: session(changes),
  address: AT,
  duration: 0.05,
  certificate: { subject: 'a', issuer: 'b', names: [], validFrom: '', validUntil: '', datesIgnored },
});

interface Records extends Nts {
  readonly asked: KeyServer[];
  readonly kept: NtsSession[];
}

/** Exchanges that come to these, one after the other, and what an earlier run left. */
function nts(exchanges: readonly (KeyExchange | NtsError | 'stalls')[], earlier?: NtsSession): Records {
  const asked: KeyServer[] = [];
  const kept: NtsSession[] = [];
  let left = earlier;
  return {
    asked,
    kept,
    async exchange(keyServer, _addresses, signal) {
      const next = exchanges[asked.length];
      asked.push(keyServer);
      if (!next) throw new Error('unexpected: another exchange of keys');
      if (next === 'stalls') {
        await new Promise(resolve => signal.addEventListener('abort', resolve));
        throw new NtsError('timeout', 'it stalled');
      }
      if (next instanceof NtsError) throw next;
      return next;
    },
    async take() {
      const taken = left;
      left = undefined;
      return taken;
    },
    async keep(_server, one) {
      kept.push(one);
    },
  };
}

/** An NTS server, that knows the cookies from this one on. */
function knows(from: number): Script {
  return ({ bytes, reply }) => {
    const known = fieldsOf(bytes, COOKIE)[0]![0]! >= from;
    if (!known) return [{ bytes: ntsReply(bytes, reply(kiss('NTSN')), { s2c: S2C, bare: true }) }];
    return [{ bytes: ntsReply(bytes, reply(), { s2c: S2C, cookies: cookies(200) }) }];
  };
}
const honest = knows(0);

interface Terms extends WorldSetup {
  readonly keys?: Keys;
  readonly asks?: readonly ReturnType<typeof server>[];
  readonly overAfter?: number;
  readonly samples?: number;
}

async function ask(ports: Nts, { keys, asks, overAfter, samples = 4, ...setup }: Terms) {
  const w: World = world(setup);
  const plan = {
    ...w.options({ samples }),
    plausible: plausibleTimes(RELEASE, false),
    ...(keys && { keys }),
  };
  const over = new AbortController();
  if (overAfter !== undefined) w.at(overAfter, () => over.abort());
  const events: SurveyEvent[] = [];
  const servers = asks ?? [server(AT, { nts: true })];
  const all = { ...w.ports({ nts: ports }), precision: w.clock.precision };
  const sources = await w.run(survey(servers, plan, all, event => events.push(event), over.signal));
  expect(w.unfinished()).toBe(0);
  return { w, sources, events, kinds: new Set(events.map(({ kind }) => kind)) };
}

const samplesOf = (sources: readonly Source[]) => sources.map(({ burst }) => burst?.samples.length);
const one = (answers: Script): Readonly<Record<string, SimulatedServer>> => ({ [AT]: { answers } });

describe('with NTS', () => {
  test('keys are exchanged, four samples taken, and the cookies that are left kept', async () => {
    const port = nts([exchangeOf()]);
    const { w, sources } = await ask(port, { servers: one(honest) });
    expect(port.asked).toEqual([KEY_SERVER]);
    expect(sources).toMatchObject([{ authentication: { kind: 'nts', exchange: { address: AT } } }]);
    expect(samplesOf(sources)).toEqual([4]);
    expect(port.kept).toMatchObject([{ host: AT, port: 123, c2s: C2S, s2c: S2C }]);
    const sent = w.asked.map(({ bytes }) => fieldsOf(bytes, COOKIE)[0]![0]);
    expect(sent).toEqual([1, 2, 3, 4]);
    const left = port.kept[0]!.cookies.map(cookie => cookie[0]);
    expect(left).toHaveLength(8);
    expect(left.filter(cookie => sent.includes(cookie))).toEqual([]);
  });

  test('no two requests can be told to be of one client', async () => {
    const { w } = await ask(nts([exchangeOf()]), { servers: one(honest) });
    const ids = w.asked.map(({ bytes }) => Buffer.from(fieldsOf(bytes, UNIQUE_ID)[0]!).toString('hex'));
    expect(new Set(ids).size).toBe(4);
  });

  test('cookies of an earlier run need no key exchange', async () => {
    const port = nts([], session());
    const { sources, kinds } = await ask(port, { servers: one(honest) });
    expect(samplesOf(sources)).toEqual([4]);
    expect(sources).toMatchObject([{ authentication: { kind: 'nts' } }]);
    expect(sources[0]!.authentication).not.toHaveProperty('exchange');
    expect(kinds).toContain('keys-kept');
  });

  test('cookies of an earlier run that the server does not know any more are followed by one key exchange', async () => {
    const port = nts([exchangeOf({ cookies: cookies(100) })], session());
    const { w, sources } = await ask(port, { servers: one(knows(100)) });
    expect(samplesOf(sources)).toEqual([4]);
    expect(port.asked).toHaveLength(1);
    // NTSN is not authentic: the true reply to that request was waited for.
    expect(w.asked.map(({ at }) => Math.round(at))).toEqual([0, 2, 4, 6, 8]);
  });

  test('cookies of an earlier run that bring no answer are followed by one key exchange', async () => {
    const moved = { ...one(honest), '203.0.113.2': { fault: 'silent' as const } };
    const port = nts([exchangeOf()], session({ host: '203.0.113.2' }));
    const { sources } = await ask(port, { servers: moved });
    expect(samplesOf(sources)).toEqual([4]);
    expect(sources[0]!.address).toMatchObject({ address: AT });
  });

  test('cookies of an earlier run that bring no answer to their only request leave the address to the key exchange', async () => {
    const port = nts([exchangeOf({ cookies: cookies(100) })], session());
    const forgets: Script = exchange =>
      fieldsOf(exchange.bytes, COOKIE)[0]![0]! < 100 ? [] : honest(exchange);
    const { sources } = await ask(port, { servers: one(forgets), samples: 1 });
    expect(port.asked).toHaveLength(1);
    expect(samplesOf(sources)).toEqual([1]);
  });

  test('a server that never knows its cookies is asked after two exchanges, and no more', async () => {
    const port = nts([exchangeOf(), exchangeOf()]);
    const { sources } = await ask(port, { servers: one(knows(255)) });
    expect(port.asked).toHaveLength(2);
    expect(samplesOf(sources)).toEqual([0]);
    expect(sources[0]!.burst!.rejections.map(({ kind }) => kind)).toEqual(Array(4).fill('nts-nak'));
    expect(port.kept).toEqual([]);
  });

  test('NTSN that is forged before the true reply has no effect', async () => {
    const forged: Script = exchange => [
      { bytes: ntsReply(exchange.bytes, exchange.reply(kiss('NTSN')), { s2c: S2C, bare: true }) },
      ...honest(exchange).map(reply => ({ ...reply, after: 0.001 })),
    ];
    const port = nts([exchangeOf()]);
    const { sources } = await ask(port, { servers: one(forged) });
    expect(samplesOf(sources)).toEqual([4]);
    expect(port.asked).toHaveLength(1);
  });

  test.each<[string, Script]>([
    ['plain NTP', ({ reply }) => [{ bytes: reply() }]],
    ['another key', ({ bytes, reply }) => [{ bytes: ntsReply(bytes, reply(), { s2c: C2S }) }]],
    ['a plain DENY', ({ reply }) => [{ bytes: reply(kiss('DENY')) }]],
  ])('no sample comes of a server that answers with %s', async (_, answers) => {
    const { w, sources } = await ask(nts([exchangeOf()]), { servers: one(answers) });
    expect(samplesOf(sources)).toEqual([0]);
    expect(sources[0]!.burst!.kiss).toBeUndefined();
    for (const { bytes } of w.asked) expect(fieldsOf(bytes, COOKIE)).toHaveLength(1);
  });

  test('without keys no packet is sent', async () => {
    const { w, sources, kinds } = await ask(nts([new NtsError('certificate-name', 'of another')]), {
      servers: one(honest),
    });
    expect(w.asked).toEqual([]);
    expect(sources).toMatchObject([{ error: { kind: 'certificate-name' }, authentication: { kind: 'nts' } }]);
    expect(kinds).toContain('keys-not-exchanged');
  });

  test('an exchange that stalls holds up no other server', async () => {
    const asks = [server(AT, { nts: true }), server('10.0.0.1')];
    const { w, sources } = await ask(nts(['stalls']), {
      asks,
      servers: { ...one(honest), '10.0.0.1': { delay: 0.0005 } },
    });
    expect(samplesOf(sources)).toEqual([undefined, 4]);
    expect(sources[0]).toMatchObject({ error: { kind: 'timeout' } });
    expect(w.now()).toBeLessThan(4.5);
  });

  test('one address is asked of the time server that the key exchange names', async () => {
    const names = { 'ntp.example': { addresses: ['203.0.113.7', '203.0.113.8'] } };
    const servers = { '203.0.113.7': { answers: honest }, '203.0.113.8': { answers: honest } };
    const port = nts([exchangeOf({ host: 'ntp.example', port: 1123 })]);
    const { sources } = await ask(port, { names, servers });
    expect(sources.map(({ address }) => address)).toEqual([
      { address: '203.0.113.7', family: 4, port: 1123 },
    ]);
  });

  test('no cookie is kept of a key exchange that ignored dates', async () => {
    const port = nts([exchangeOf({}, true)]);
    expect(samplesOf((await ask(port, { servers: one(honest) })).sources)).toEqual([4]);
    expect(port.kept).toEqual([]);
  });

  test('a key exchange that names the server of another takes nothing away from it', async () => {
    const asks = [server('203.0.113.8', { nts: true }), server(AT, { nts: true })];
    const servers = { ...one(honest), '203.0.113.8': {} };
    const { sources } = await ask(nts([exchangeOf(), exchangeOf()]), { asks, servers });
    expect(sources.map(source => source.server.host)).toEqual(['203.0.113.8', AT]);
    expect(samplesOf(sources)).toEqual([4, 4]);
  });

  test('after what an earlier run left, both families of a name are asked anew', async () => {
    const host = 'ntp.example';
    const names = { [host]: { addresses: ['2001:db8::1', '203.0.113.7'] } };
    const servers = { '2001:db8::1': { fault: 'silent' }, '203.0.113.7': { answers: knows(100) } } as const;
    const port = nts([exchangeOf({ host, cookies: cookies(100) })], session({ host }));
    const { sources } = await ask(port, { names, servers, asks: [server(AT, { nts: true })] });
    expect(samplesOf(sources)).toEqual([4]);
  });

  test('of many exchanges, as many as of bursts are under way', async () => {
    let [now, most] = [0, 0];
    const slow: Nts = {
      ...nts([]),
      async exchange(_server, _addresses, signal) {
        most = Math.max(most, ++now);
        if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve));
        now -= 1;
        throw new NtsError('timeout', 'it stalled');
      },
    };
    const asks = Array.from({ length: 300 }, (_, i) => server(`10.0.${i >> 8}.${i & 255}`, { nts: true }));
    await ask(slow, { asks, overAfter: 1 });
    expect(most).toBe(128);
  });

  test('cookies of an earlier run are not taken when the run is over already', async () => {
    const port = nts([], session());
    const asks = [server('203.0.113.2'), server(AT, { nts: true })];
    await ask(port, { asks, servers: { '203.0.113.2': {} }, overAfter: 0.001 });
    expect(await port.take(KEY_SERVER)).toEqual(session());
    expect(port.kept).toEqual([]);
  });

  test('cookies of an earlier run are kept again when none was sent', async () => {
    const kept = session({ host: 'hangs' });
    const names = { hangs: { takes: Infinity } };
    const port = nts([], kept);
    const { w } = await ask(port, { asks: [server(AT, { nts: true })], names, overAfter: 1 });
    expect(w.asked).toEqual([]);
    expect(port.kept).toEqual([kept]);
  });

  test('a server that is named with NTS and without is asked both ways', async () => {
    const both: Script = exchange =>
      exchange.bytes.length > HEADER_LENGTH ? honest(exchange) : [{ bytes: exchange.reply() }];
    const asks = [server(AT), server(AT, { nts: true }), server(AT)];
    const { sources } = await ask(nts([exchangeOf()]), { asks, servers: one(both) });
    expect(sources.map(({ authentication }) => authentication?.kind)).toEqual([undefined, 'nts', undefined]);
    expect(sources[2]).toMatchObject({ duplicateOf: asks[0] });
  });
});

describe('with a key', () => {
  const keyOf = (id: number) => ({ id, type: 'aes128-cmac', secret: new Uint8Array(16).fill(id) }) as const;
  const signedBy =
    (id: number): Script =>
    ({ reply }) => [{ bytes: keyAuthenticator(keyOf(id), () => new Uint8Array()).seal(reply())!.bytes }];
  const keys: Keys = new Map([1, 2, 3, 4, 7].map(id => [id, keyOf(id)]));
  const signed = signedBy(7);
  const asks = [server(AT, { key: 7 })];

  test('every request and reply has its MAC', async () => {
    const { w, sources } = await ask(nts([]), { asks, keys, servers: one(signed) });
    expect(samplesOf(sources)).toEqual([4]);
    expect(sources).toMatchObject([{ authentication: { kind: 'key', id: 7, type: 'aes128-cmac' } }]);
    for (const { bytes } of w.asked) expect(bytes).toHaveLength(HEADER_LENGTH + 20);
  });

  test('a reply without a MAC is waited past', async () => {
    const late: Script = exchange => [
      { bytes: exchange.reply({ stratum: 1 }) },
      ...signed(exchange).map(reply => ({ ...reply, after: 0.001 })),
    ];
    const { sources } = await ask(nts([]), { asks, keys, servers: one(late) });
    expect(samplesOf(sources)).toEqual([4]);
    expect(sources[0]!.burst!.rejections.map(({ kind }) => kind)).toEqual(Array(4).fill('absent-mac'));
  });

  test('no name takes the others away, whatever it leads to', async () => {
    const others = ['203.0.113.2', '203.0.113.3', '203.0.113.4'];
    const honestly = others.map((address, i) => [address, { answers: signedBy(i + 2) }] as const);
    const servers = { ...Object.fromEntries(honestly), '203.0.113.66': { answers: signedBy(1) } };
    const names = { evil: { addresses: [...others, '203.0.113.66'] } };
    const named = [server('evil', { key: 1 }), ...others.map((one, i) => server(one, { key: i + 2 }))];
    const { sources } = await ask(nts([]), { asks: named, keys, names, servers });
    const brought = sources.filter(({ burst }) => burst!.samples.length > 0);
    expect(brought.map(({ address }) => address!.address)).toEqual(['203.0.113.66', ...others]);
  });

  test('that was not given asks no server', async () => {
    await expect(ask(nts([]), { asks, servers: one(signed) })).rejects.toThrow(RangeError);
  });
});

test('a version that a list names is asked in', async () => {
  const { w } = await ask(nts([]), { asks: [server(AT, { version: 3 })], servers: { [AT]: {} } });
  expect(w.asked.map(({ bytes }) => (bytes[0]! >> 3) & 7)).toEqual([3, 3, 3, 3]);
});
