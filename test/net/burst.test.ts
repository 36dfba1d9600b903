// One server's burst in the simulated world: what is sent and when, what counts as a reply, how kisses and
// errors of the network are obeyed.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Burst, type BurstEvent, type BurstPlan, runBurst } from '../../src/net/burst.ts';
import { type Transport, TransportError } from '../../src/net/transport.ts';
import { decodePacket, encodePacket, HEADER_LENGTH } from '../../src/ntp/packet.ts';
import { plausibleTimes } from '../../src/ntp/plausible.ts';
import { ntpTimestampOf } from '../../src/ntp/time.ts';
import {
  type Exchange,
  kiss,
  kissAfter,
  otherNonce,
  type Script,
  type SimulatedServer,
} from '../support/world/server.ts';
import { RELEASE, type World, world } from '../support/world.ts';

const PUBLIC = '203.0.113.1';
const NEXT_DOOR = '10.0.0.1';
const quick: SimulatedServer = { delay: 0.0005 };

interface Course {
  readonly burst: Burst;
  readonly events: readonly BurstEvent[];
  /** When each request was sent. */
  readonly times: readonly number[];
  readonly w: World;
}

async function ask(
  server: SimulatedServer,
  plan: Partial<BurstPlan> = {},
  at: string = PUBLIC,
  more: { readonly signal?: AbortSignal; readonly transport?: Transport; readonly w?: World } = {},
): Promise<Course> {
  const w = more.w ?? world({ behind: 2, servers: { [at]: server } });
  const ports = w.ports(more.transport && { transport: more.transport });
  const whole = { ...w.options(), plausible: plausibleTimes(RELEASE, false), ...plan };
  const events: BurstEvent[] = [];
  const burst = await w.run(
    runBurst(
      { family: 4, address: at, port: 123 },
      whole,
      { ...ports, precision: w.clock.precision },
      event => events.push(event),
      more.signal ?? new AbortController().signal,
    ),
  );
  expect(w.unfinished()).toBe(0);
  return { burst, events, times: w.asked.map(({ at: time }) => time), w };
}

const spaces = (times: readonly number[]): readonly number[] =>
  times.slice(1).map((time, i) => Number((time - times[i]!).toFixed(6)));

describe('what is sent', () => {
  test('four requests, two seconds apart, and the samples that come of them', async () => {
    const { burst, times } = await ask({ offset: 0.25, delay: 0.02, share: 0.75 });
    expect(spaces(times)).toEqual([2, 2, 2]);
    expect(burst).toMatchObject({ sent: 4, answered: 4, rejected: 0 });
    expect(burst.samples).toHaveLength(4);
    for (const { offset, delay } of burst.samples) {
      expect(offset).toBeCloseTo(2 + 0.25 + 0.01, 6);
      expect(delay).toBeCloseTo(0.04, 6);
    }
  });

  test('a request has nothing but the version, the mode and a nonce that is never used twice', async () => {
    const { w } = await ask({}, { samples: 16 });
    for (const { bytes } of w.asked) {
      expect(bytes).toHaveLength(HEADER_LENGTH);
      expect(bytes[0]).toBe((4 << 3) | 3);
      expect(bytes.subarray(1, 40).every(byte => byte === 0)).toBe(true);
    }
    expect(new Set(w.asked.map(({ bytes }) => decodePacket(bytes)!.transmit)).size).toBe(16);
  });

  test('a nonce is never zero', async () => {
    const w = world({ servers: { [PUBLIC]: {} } });
    let drawn = 0;
    const ports = w.ports({ random: length => new Uint8Array(length).fill(drawn++ < 3 ? 0 : drawn) });
    const plan = { ...w.options(), plausible: plausibleTimes(RELEASE, false), samples: 1 };
    const { signal } = new AbortController();
    const address = { family: 4, address: PUBLIC, port: 123 } as const;
    await w.run(runBurst(address, plan, { ...ports, precision: 1e-7 }, () => {}, signal));
    expect(w.asked.map(({ bytes }) => decodePacket(bytes)!.transmit)).not.toContain(0n);
  });

  test('requests are as many as asked for, in the version asked for, and the burst ends with the last reply', async () => {
    const { burst, w } = await ask({ delay: 0.02 }, { samples: 1, version: 3 });
    expect(burst).toMatchObject({ sent: 1, answered: 1 });
    expect(decodePacket(w.asked[0]!.bytes)!.version).toBe(3);
    expect(w.now()).toBeCloseTo(0.04, 4);
  });

  test('next door: every 0.0433 s', async () => {
    expect(spaces((await ask(quick, {}, NEXT_DOOR)).times)).toEqual([0.0433, 0.0433, 0.0433]);
  });

  test('next door, decided anew with each reply: one that is held up slows down what follows it alone', async () => {
    const waking: Script = ({ number, reply }) => [{ bytes: reply(), after: number === 1 ? 0.03 : 0 }];
    const { times } = await ask({ ...quick, answers: waking }, {}, NEXT_DOOR);
    expect(spaces(times)).toEqual([2, 0.0433, 0.0433]);
  });

  test('next door, a held-up reply between quick ones changes nothing', async () => {
    const once: Script = ({ number, reply }) => [{ bytes: reply(), after: number === 2 ? 0.03 : 0 }];
    const { times } = await ask({ ...quick, answers: once }, {}, NEXT_DOOR);
    expect(spaces(times)).toEqual([0.0433, 0.0433, 0.0433]);
  });

  test('next door, from the first loss on: every 2 s', async () => {
    const second: Script = ({ number, reply }) => (number === 2 ? [] : [{ bytes: reply() }]);
    const { burst, times } = await ask({ ...quick, answers: second }, { timeout: 1 }, NEXT_DOOR);
    expect(spaces(times)).toEqual([0.0433, 2, 2]);
    expect(burst).toMatchObject({ sent: 4, answered: 3 });
  });

  test('by the interval that was asked for', async () => {
    expect(spaces((await ask({}, { interval: 0.5 })).times)).toEqual([0.5, 0.5, 0.5]);
  });
});

describe('what counts as a reply', () => {
  const first =
    (...forged: ((exchange: Exchange) => Uint8Array)[]): Script =>
    exchange => [
      ...forged.map(forge => ({ bytes: forge(exchange) })),
      { bytes: exchange.reply(), after: 0.001 },
    ];
  const unforged = first();

  test.each<[what: string, forge: (exchange: Exchange) => Uint8Array]>([
    ['another nonce', ({ reply, request }) => reply(otherNonce(request))],
    ['an origin of zero', ({ reply }) => reply({ origin: ntpTimestampOf(0n) })],
    ['DENY with another nonce', ({ reply, request }) => reply({ ...kiss('DENY'), ...otherNonce(request) })],
    ['RATE with an origin of zero', ({ reply }) => reply({ ...kiss('RATE'), origin: ntpTimestampOf(0n) })],
    ['half a header', ({ reply }) => reply().subarray(0, 47)],
    ['nothing', () => new Uint8Array()],
  ])('forged before the true one, without effect: %s', async (_, forge) => {
    const truth = await ask({ answers: unforged });
    const { burst, times } = await ask({ answers: first(forge) });
    expect(burst.samples).toEqual(truth.burst.samples);
    expect(times).toEqual(truth.times);
    expect(burst.kiss).toBeUndefined();
    expect(burst).toMatchObject({ sent: 4, answered: 4, rejected: 4 });
  });

  test('bytes of any kind that do not have the nonce change nothing', async () => {
    const truth = await ask({ answers: unforged }, { samples: 2 });
    const junk = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 5 });
    const check = fc.asyncProperty(junk, async forged => {
      const { burst } = await ask({ answers: first(...forged.map(bytes => () => bytes)) }, { samples: 2 });
      expect(burst.samples).toEqual(truth.burst.samples);
      expect(burst.rejected).toBe(2 * forged.length);
    });
    await fc.assert(check, { numRuns: 50 });
  });

  test.each<[kind: string, forge: (exchange: Exchange) => Uint8Array]>([
    ['wrong-mode', ({ reply }) => reply({ mode: 5 })],
    ['wrong-version', ({ reply }) => reply({ version: 7 })],
    ['zero-timestamp', ({ reply }) => reply({ receive: ntpTimestampOf(0n) })],
    ['crypto-nak', ({ reply }) => Uint8Array.of(...reply(), 0, 0, 0, 0)],
    ['malformed-tail', ({ reply }) => Uint8Array.of(...reply(), 1, 2, 3)],
  ])('with the nonce, but no answer (%s): rejected, and the true one still counts', async (kind, forge) => {
    const { burst } = await ask({ answers: first(forge) });
    expect(burst).toMatchObject({ sent: 4, answered: 4 });
    expect(burst.samples).toHaveLength(4);
    expect(burst.rejections.map(rejection => rejection.kind)).toEqual(Array(4).fill(kind));
  });

  test('a second reply to a request is a duplicate', async () => {
    const twice: Script = ({ reply }) => [{ bytes: reply() }, { bytes: reply(), after: 0.001 }];
    const { burst } = await ask({ answers: twice });
    expect(burst.samples).toHaveLength(4);
    expect(new Set(burst.rejections.map(({ kind }) => kind))).toEqual(new Set(['duplicate']));
  });

  test('a reply after its timeout is no sample', async () => {
    const { burst } = await ask({ delay: 0.6 }, { timeout: 1, samples: 2 });
    expect(burst).toMatchObject({ samples: [], sent: 2, answered: 0 });
    expect(burst.rejections.map(({ kind }) => kind)).toEqual(['late']);
  });

  test('a late reply counts as late once, and as a duplicate from then on', async () => {
    const twice: Script = ({ number, reply }) =>
      number === 1 ? [0.6, 0.7].map(after => ({ bytes: reply(), after })) : [];
    const { burst } = await ask({ answers: twice }, { timeout: 0.5, interval: 1, samples: 2 });
    expect(burst.rejections.map(({ kind }) => kind)).toEqual(['late', 'duplicate']);
    expect(burst).toMatchObject({ samples: [], answered: 0, timeout: 0.5 });
  });

  test('of a flood only the first are kept, and all are counted', async () => {
    const flood: Script = ({ reply, request }) => [
      ...Array(1000).fill({ bytes: reply(otherNonce(request)) }),
      { bytes: reply(), after: 0.001 },
    ];
    const { burst } = await ask({ answers: flood }, { samples: 1 });
    expect(burst.samples).toHaveLength(1);
    expect(burst.rejected).toBe(1000);
    expect(burst.rejections).toHaveLength(16);
  });

  test('a server that is not synchronized is heard out, and gives no sample', async () => {
    const { burst } = await ask({ says: { stratum: 16, leap: 3 } });
    expect(burst).toMatchObject({ samples: [], sent: 4, answered: 4, rejected: 4 });
    expect(burst.rejections[0]!.message).toContain('strata too high');
  });

  test('a server that speaks of another packet is none', async () => {
    const echo: Script = ({ request }) => [{ bytes: encodePacket(request) }];
    expect((await ask({ answers: echo })).burst).toMatchObject({ samples: [], answered: 0 });
  });
});

describe('kisses', () => {
  test.each(['DENY', 'RSTR'])('%s ends the burst; what came before is kept', async code => {
    const { burst } = await ask({ answers: kissAfter(2, code) });
    expect(burst).toMatchObject({ sent: 3, answered: 3, kiss: { code, demand: 'stop' } });
    expect(burst.samples).toHaveLength(2);
  });

  test('RATE slows down, whatever interval was asked for', async () => {
    const { burst, times } = await ask(
      { ...quick, answers: ({ number, reply }) => [{ bytes: reply(number === 2 ? kiss('RATE') : {}) }] },
      { interval: 0.5 },
      NEXT_DOOR,
    );
    expect(spaces(times)).toEqual([0.5, 2, 2]);
    expect(burst.samples).toHaveLength(3);
    expect(burst.kiss).toEqual({ code: 'RATE', demand: 'slow-down' });
  });

  test('after RATE even a local server is asked every 2 s', async () => {
    const { times } = await ask({ ...quick, answers: kissAfter(1, 'RATE') }, {}, NEXT_DOOR);
    expect(spaces(times)).toEqual([0.0433, 2, 2]);
  });

  test('a kiss is the one reply to its request', async () => {
    const both: Script = ({ number, reply }) =>
      number === 1
        ? [{ bytes: reply(kiss('RATE')) }, { bytes: reply(), after: 0.001 }]
        : [{ bytes: reply() }];
    const { burst } = await ask({ answers: both });
    expect(burst.samples).toHaveLength(3);
    expect(burst.rejections.map(({ kind }) => kind)).toEqual(['kiss', 'duplicate']);
  });

  test('an unknown code asks for nothing', async () => {
    const { burst } = await ask({ answers: kissAfter(0, 'XYZW') });
    expect(burst).toMatchObject({ sent: 4, samples: [] });
    expect(burst.kiss).toBeUndefined();
  });
});

describe('a network that fails', () => {
  test('a server without a route ends the burst at once, with nothing sent', async () => {
    const { burst, w } = await ask({ fault: 'no-route' });
    expect(burst).toMatchObject({ sent: 0, samples: [], error: { kind: 'no-route' } });
    expect(w.now()).toBe(0);
  });

  test('a server whose port is closed is asked twice, and no more', async () => {
    const { burst, w } = await ask({ fault: 'refuses' });
    expect(burst).toMatchObject({ sent: 2, answered: 0, error: { kind: 'connection-refused' } });
    expect(w.now()).toBeLessThan(2.1);
  });

  /** The network reports an error right after request `number`, as it does of an earlier datagram. */
  function complainingAfter(number: number, w: World): Transport {
    const { transport } = w.ports();
    let sent = 0;
    return {
      async connect(address, listener) {
        const channel = await transport.connect(address, listener);
        return {
          close: () => channel.close(),
          send(bytes) {
            const error = new TransportError('connection-refused', 'an earlier one was refused');
            if (++sent === number) w.at(w.now(), () => listener.error(error));
            return channel.send(bytes);
          },
        };
      },
    };
  }

  test.each([1, 2, 3])('an error after request %i, and the reply all the same: it counts', async number => {
    const w = world({ servers: { [PUBLIC]: {} } });
    const { burst, times } = await ask({}, {}, PUBLIC, { w, transport: complainingAfter(number, w) });
    const course = { samples: 4, rejected: 0, sent: 4, answered: 4 };
    expect({ ...burst, samples: burst.samples.length }).toMatchObject(course);
    expect(burst.error).toMatchObject({ kind: 'connection-refused' });
    expect(spaces(times)).toEqual([2, 2, 2]);
  });

  test('next door, an error turns to every 2 s, until the reply has come', async () => {
    const w = world({ servers: { [NEXT_DOOR]: quick } });
    const { burst, times } = await ask({}, {}, NEXT_DOOR, { w, transport: complainingAfter(2, w) });
    expect(burst.samples).toHaveLength(4);
    expect(spaces(times)).toEqual([0.0433, 2, 0.0433]);
  });

  test('a silent server is reported as unresponsive after the second request', async () => {
    const { burst, events, times } = await ask({ fault: 'silent' });
    expect(burst).toMatchObject({ sent: 4, answered: 0, samples: [] });
    expect(spaces(times)).toEqual([2, 2, 2]);
    expect(events.map(({ kind }) => kind).slice(0, 5)).toEqual([
      'transmit',
      'timeout',
      'transmit',
      'timeout',
      'unresponsive',
    ]);
  });

  test('a network that goes down keeps what came before', async () => {
    const w = world({ servers: { [PUBLIC]: {} } });
    const { transport } = w.ports();
    let sent = 0;
    const failing: Transport = {
      async connect(address, listener) {
        const channel = await transport.connect(address, listener);
        return {
          close: () => channel.close(),
          send(bytes) {
            if (++sent > 2) throw new TransportError('no-route', 'the network is down');
            return channel.send(bytes);
          },
        };
      },
    };
    const { burst } = await ask({}, {}, PUBLIC, { w, transport: failing });
    expect(burst.samples).toHaveLength(2);
    expect(burst.error).toMatchObject({ kind: 'no-route' });
  });

  test('an abort ends it with what there is', async () => {
    const stop = new AbortController();
    const w = world({ servers: { [PUBLIC]: {} } });
    w.at(3, () => stop.abort());
    const { burst } = await ask({}, {}, PUBLIC, { w, signal: stop.signal });
    expect(burst.samples).toHaveLength(2);
    expect(w.now()).toBe(3);
  });

  test('an error that is not of the network rejects the burst', async () => {
    const broken: Transport = { connect: () => Promise.reject(new TypeError('a bug')) };
    await expect(ask({}, {}, PUBLIC, { transport: broken })).rejects.toThrow('a bug');
  });
});
