// Datagrams of an attacker that cannot see our requests: a wrong origin, another sender, junk, alone or before the true
// reply. They must have no effect: tsntp still waits for the true reply and accepts it.

import { describe, expect, test } from 'vitest';
import { type Case, judge, judgeEach } from './bench.ts';
import {
  all,
  type Behavior,
  changed,
  delayed,
  from,
  junk,
  kiss,
  lie,
  reply,
  script,
  silence,
  truth,
} from './server.ts';

/** How far ahead the attacker wants our clock to be, in seconds. */
const FAR = 500;

const bogus: Case['expected'] = { fails: '2', kind: 'bogus-origin' };

function withOrigin(origin: (nonce: bigint, nonces: readonly bigint[]) => bigint): Behavior {
  return reply(({ nonces }) => ({ origin: origin(nonces.at(-1)!, nonces) }), FAR);
}

describe('an origin timestamp that is wrong in one bit', () => {
  const bits = Array.from({ length: 64 }, (_, bit) => ({
    bit,
    forgery: withOrigin(nonce => nonce ^ (1n << BigInt(bit))),
  }));
  judgeEach(bits.map(({ bit, forgery }) => ({ name: `bit ${bit}`, server: forgery, expected: bogus })));
  judgeEach(
    bits.map(({ bit, forgery }) => ({
      name: `bit ${bit}, before the true reply`,
      server: all(forgery, truth),
      expected: 'accepted',
    })),
  );
});

describe('another origin timestamp', () => {
  const origins = {
    'zero (CVE-2015-8138)': () => 0n,
    'all ones': () => 2n ** 64n - 1n,
    'one more': (nonce: bigint) => nonce + 1n,
    'halves swapped': (nonce: bigint) => ((nonce & 0xffff_ffffn) << 32n) | (nonce >> 32n),
    'bytes reversed': (nonce: bigint) =>
      Buffer.from(nonce.toString(16).padStart(16, '0'), 'hex').reverse().readBigUInt64BE(0),
    'the first 53 bits, as a double keeps them': (nonce: bigint) => BigInt.asUintN(64, nonce ^ 1n),
    'seconds right, fraction zero': (nonce: bigint) => nonce & 0xffff_ffff_0000_0000n,
    'our time, as an old client would have sent it': () => BigInt(Date.now() + 2_208_988_800_000) << 22n,
  };
  for (const [name, origin] of Object.entries(origins)) {
    judgeEach([
      { name, server: withOrigin(origin), expected: bogus },
      {
        name: `${name}, before the true reply`,
        server: all(withOrigin(origin), truth),
        expected: 'accepted',
      },
    ]);
  }
});

describe('the right origin from another sender', () => {
  const senders = ['another port', 'another address'] as const;
  judgeEach(
    senders.flatMap((sender): readonly Case[] => [
      { name: sender, server: from(sender, lie(FAR)), expected: 'no-reply' },
      {
        name: `${sender}, before the true reply`,
        server: all(from(sender, lie(FAR)), delayed(0.05, truth)),
        expected: 'accepted',
      },
      {
        name: `${sender}, DENY`,
        server: all(from(sender, kiss('DENY')), delayed(0.05, truth)),
        expected: 'accepted',
      },
    ]),
  );
});

describe('arriving before the true reply', () => {
  const wrong = withOrigin(nonce => nonce ^ 1n);
  judgeEach([
    { name: '500 junk datagrams, alone', server: junk(500), expected: { fails: 'B', kind: 'too-short' } },
    {
      name: '500 junk datagrams first',
      server: script(all(junk(500), delayed(0.2, truth)), truth),
      expected: 'accepted',
    },
    {
      name: '500 well-formed forgeries first',
      server: script(all(...Array<Behavior>(500).fill(wrong), delayed(0.2, truth)), truth),
      expected: 'accepted',
    },
    {
      name: 'an empty datagram',
      server: all(
        changed(truth, () => new Uint8Array()),
        truth,
      ),
      expected: 'accepted',
    },
    {
      name: 'half the true reply',
      server: all(
        changed(truth, bytes => bytes.subarray(0, 24)),
        truth,
      ),
      expected: 'accepted',
    },
    {
      name: 'the request itself',
      server: all(
        changed(truth, (_, { request }) => request),
        truth,
      ),
      expected: 'accepted',
    },
    {
      name: 'a forgery for each bit',
      server: all(
        ...Array.from({ length: 64 }, (_, bit) => withOrigin(nonce => nonce ^ (1n << BigInt(bit)))),
        truth,
      ),
      expected: 'accepted',
    },
    {
      name: 'a forgery every 10 ms, the true reply after 0.3 s',
      server: all(...Array.from({ length: 40 }, (_, i) => delayed(i / 100, wrong)), delayed(0.3, truth)),
      expected: 'accepted',
    },
  ]);
});

describe('other modes and packets with the right origin', () => {
  for (const mode of [1, 2, 3, 5, 6, 7]) {
    judgeEach([
      {
        name: `mode ${mode}, before the true reply`,
        server: all(reply({ mode }, FAR), delayed(0.02, truth)),
        expected: 'accepted',
      },
    ]);
  }
  judgeEach([
    {
      name: 'the request sent back, as a reflector does',
      server: changed(truth, (_, { request }) => request),
      expected: bogus,
    },
    {
      name: 'the request sent back as mode 4',
      server: changed(truth, (_, { request }) =>
        Uint8Array.from(request, (byte, i) => (i === 0 ? 0x24 : byte)),
      ),
      expected: bogus,
    },
    { name: 'nothing', server: silence, expected: 'no-reply' },
  ]);
});

test('a forger in addition to four good servers changes nothing', async () => {
  const forger = all(
    withOrigin(nonce => nonce ^ 1n),
    from('another port', lie(FAR)),
    junk(50),
  );
  const { code, report, rows, attempts = 1 } = await judge([truth, truth, truth, truth, forger]);
  expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
  expect(rows[4]!.samples).toEqual([]);
  expect({ code, attempts }).toEqual({ code: 4, attempts: 1 });
});

test('requests are unpredictable: ports and nonces differ, and nothing else is revealed (RFC 9109)', async () => {
  const runs = [await judge([truth], { samples: 8 }), await judge([truth], { samples: 8 })];
  const requests = runs.flatMap(({ servers }) => servers[0]!.requests.map(bytes => Buffer.from(bytes)));
  expect(requests).toHaveLength(16);
  for (const request of requests) {
    expect(request.length).toBe(48);
    expect(request.subarray(0, 40)).toEqual(Buffer.concat([Buffer.of(0x23), Buffer.alloc(39)]));
  }
  const nonces = requests.map(request => request.readBigUInt64BE(40));
  expect(new Set(nonces).size).toBe(16);
  // Clock readings would share their first bits; among sixteen random numbers, almost every bit takes both values.
  const fixed = Array.from(
    { length: 64 },
    (_, bit) => new Set(nonces.map(nonce => (nonce >> BigInt(bit)) & 1n)).size,
  );
  expect(fixed.filter(values => values === 1).length).toBeLessThan(4);
});
