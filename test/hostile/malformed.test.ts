// Replies that RFC 5905 §7.3 does not allow: length, version, mode, leap, stratum, precision, root delay and
// dispersion, timestamps.

import { describe, expect, test } from 'vitest';
import { type Case, judge, judgeEach } from './bench.ts';
import { changed, concat, type Fields, ntpTime, reply, truth } from './server.ts';

const fails = (fails: string, kind?: string) => ({ fails, ...(kind && { kind }) });

describe('length', () => {
  const fillings = {
    zeros: () => 0,
    ones: () => 0xff,
    'counting up': (i: number) => i & 0xff,
  };
  for (const [name, byte] of Object.entries(fillings)) {
    test(`every length from 0 to 1000, with ${name} after the header: only 48 is a reply`, async () => {
      const tail = Uint8Array.from({ length: 952 }, (_, i) => byte(i));
      const lengths = Array.from({ length: 1001 }, (_, length) => length);
      const server = (length: number) => changed(truth, bytes => concat(bytes, tail).subarray(0, length));
      const { code, rows, attempts = 1 } = await judge(lengths.map(server), { samples: 1 });
      expect(rows.filter(({ samples }) => samples.length > 0)).toHaveLength(1);
      expect(rows[48]!.verdict).toBe('system-peer');
      for (const [length, { verdict, rejections }] of rows.entries()) {
        if (length === 48) continue;
        expect({ length, verdict }).toEqual({ length, verdict: 'dropped' });
        expect(rejections[0]!.test).toBe(
          [52, 68, 72].includes(length) && rejections[0]!.test !== 'B' ? '5' : 'B',
        );
      }
      expect({ code, attempts }).toEqual({ code: 4, attempts: 1 });
    });
  }
});

function field<F extends keyof Fields>(
  name: F,
  values: readonly Fields[F][],
  expected: (value: Fields[F]) => Case['expected'],
  others: Partial<Fields> = {},
): void {
  describe(name, () => {
    judgeEach(
      values.map(value => ({
        name: `${name} ${value}${Object.entries(others).map(([other, is]) => `, ${other} ${is}`)}`,
        server: reply({ ...others, [name]: value }),
        expected: expected(value),
      })),
    );
  });
}

field('version', [0, 1, 2, 3, 4, 5, 6, 7], version =>
  version >= 1 && version <= 4 ? 'accepted' : fails('B', 'wrong-version'),
);
field('mode', [0, 1, 2, 3, 4, 5, 6, 7], mode => (mode === 4 ? 'accepted' : fails('B', 'wrong-mode')));
field('leap', [0, 1, 2, 3], leap => (leap < 3 ? 'accepted' : fails('6', 'not-synchronized')));
field('stratum', [0, 1, 2, 14, 15, 16, 17, 127, 128, 255], stratum =>
  stratum > 0 && stratum < 16 ? 'accepted' : fails('6', 'not-synchronized'),
);
field('stratum', [0, 1, 16], () => fails('6', 'not-synchronized'), { leap: 3 });
field('poll', [-128, -1, 0, 17, 127], () => 'accepted');
field('precision', [1, 2, 30, 31, 32, 63, 64, 127], () => fails('7', 'bad-precision'));
field('precision', [-128, -127, -64, -33, -32, -31, -24, -6, -3], () => 'accepted');

// 16.16 fixed point: half of the delay plus the dispersion must be less than 16 s; servers above MAXDIST, 1.5 s, are
// not accepted.
const S = 0x1_0000;
field('rootDelay', [0, 1, S, 2 * S], () => 'accepted');
field('rootDelay', [32 * S, 33 * S, 0x7fff_ffff, 0x8000_0000, 0xffff_0000, 0xffff_ffff], () =>
  fails('7', 'root-distance'),
);
field('rootDispersion', [0, 1, S], () => 'accepted');
field('rootDispersion', [16 * S, 17 * S, 0x7fff_ffff, 0x8000_0000, 0xffff_0000, 0xffff_ffff], () =>
  fails('7', 'root-distance'),
);

describe('root distance over 1.5 s: passes the tests but is too far', () => {
  const far = [
    ['root delay', { rootDelay: 4 * S }],
    ['root dispersion', { rootDispersion: 2 * S }],
    ['both', { rootDelay: 2 * S, rootDispersion: S }],
    ['all but 16 s', { rootDelay: 31 * S }],
    ['precision 1 s twice over', { precision: 0, rootDispersion: S }],
  ] as const;
  test.each(far)('%s', async (_name, fields) => {
    const { code, rows, attempts = 0 } = await judge([reply(fields)]);
    expect(rows[0]!.verdict).toBe('too-far');
    expect({ code, attempts }).toEqual({ code: 3, attempts: 0 });
  });
});

describe('timestamps', () => {
  const at = (ahead: number) => (ask: { now: bigint }) => ntpTime(ask.now, ahead);
  judgeEach([
    { name: 'receive zero', server: reply({ receive: 0n }), expected: fails('3', 'zero-timestamp') },
    { name: 'transmit zero', server: reply({ transmit: 0n }), expected: fails('3', 'zero-timestamp') },
    {
      name: 'both zero',
      server: reply({ receive: 0n, transmit: 0n }),
      expected: fails('3', 'zero-timestamp'),
    },
    {
      name: 'all zero but the origin',
      server: reply({ reference: 0n, receive: 0n, transmit: 0n }),
      expected: fails('3', 'zero-timestamp'),
    },
    { name: 'reference zero', server: reply({ reference: 0n }), expected: 'accepted' },
    {
      name: 'reference a week old',
      server: reply(ask => ({ reference: at(-604_800)(ask) })),
      expected: 'accepted',
    },
    {
      name: 'reference 1 s after transmit',
      server: reply(ask => ({ reference: at(1)(ask) })),
      expected: 'accepted',
    },
    {
      name: 'reference 1.1 s after transmit',
      server: reply(ask => ({ reference: at(1.1)(ask) })),
      expected: fails('7', 'reference-in-future'),
    },
    {
      name: 'T3 1 ms before T2',
      server: reply(ask => ({ transmit: at(-0.001)(ask) })),
      expected: 'accepted',
    },
    {
      name: 'T3 1.1 ms before T2',
      server: reply(ask => ({ transmit: at(-0.0011)(ask) })),
      expected: fails('A', 'bad-server-interval'),
    },
    {
      name: 'T3 1 s before T2',
      server: reply(ask => ({ transmit: at(-1)(ask) })),
      expected: fails('A', 'bad-server-interval'),
    },
    {
      name: 'T2 and T3 swapped',
      server: reply(ask => ({ receive: at(0)(ask), transmit: at(-0.5)(ask) })),
      expected: fails('A', 'bad-server-interval'),
    },
    {
      name: 'T3 5 s after T2',
      server: reply(ask => ({ transmit: at(5)(ask) })),
      expected: fails('A', 'bad-server-interval'),
    },
    {
      name: 'T3 68 years after T2',
      server: reply(ask => ({ reference: 0n, transmit: ntpTime(ask.now) ^ (1n << 63n) })),
      expected: fails('A', 'bad-server-interval'),
    },
    {
      name: 'answered a second later than the round trip allows',
      server: reply(ask => ({ transmit: at(1.1)(ask) })),
      expected: fails('A', 'bad-delay'),
    },
  ]);
});
