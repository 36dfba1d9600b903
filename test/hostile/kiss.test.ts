// Kiss-o'-death packets (RFC 5905 §7.4): true ones are obeyed, forged ones have no effect (CVE-2015-7704), and what
// they say is never printed raw.

import { describe, expect, test } from 'vitest';
import { judge, judgeEach } from './bench.ts';
import { all, ascii, delayed, kiss, lie, script, truth } from './server.ts';

describe.each(['DENY', 'RSTR'])('true %s', code => {
  test('stops the asking: one request, exit 3', async () => {
    const { code: exit, rows, servers, attempts = 0 } = await judge([kiss(code)], { samples: 4 });
    expect(servers[0]!.requests).toHaveLength(1);
    expect(rows[0]!).toMatchObject({ verdict: 'kissed', samples: [], reason: expect.stringContaining(code) });
    expect({ exit, attempts }).toEqual({ exit: 3, attempts: 0 });
  });

  test('after two replies: no fourth request', async () => {
    const { servers } = await judge([script(truth, truth, kiss(code), truth)], { samples: 6 });
    expect(servers[0]!.requests).toHaveLength(3);
  });

  test('of one among four: the others go on', async () => {
    const { code: exit, rows, report } = await judge([truth, kiss(code), truth, truth], { samples: 3 });
    expect(rows.map(({ sent }) => sent)).toEqual([3, 1, 3, 3]);
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
    expect(exit).toBe(4);
  });

  test.each([
    ['a leap that is in order', { leap: 0 }],
    ['no timestamps', { receive: 0n, transmit: 0n, reference: 0n }],
    ['a precision out of range', { precision: 127 }],
    ['an absurd root delay', { rootDelay: 0xffff_ffff }],
  ])('with %s it is one all the same', async (_name, fields) => {
    const { code: exit, rows, servers } = await judge([kiss(code, fields)], { samples: 4 });
    expect(servers[0]!.requests).toHaveLength(1);
    expect(rows[0]!.verdict).toBe('kissed');
    expect(exit).toBe(3);
  });
});

describe('true RATE', () => {
  test('alone: slower, then exit 3', async () => {
    const { code, rows, servers, attempts = 0 } = await judge([kiss('RATE')], { samples: 2 });
    expect(rows[0]!.verdict).toBe('kissed');
    expectSlow(servers[0]!.asked);
    expect({ code, attempts }).toEqual({ code: 3, attempts: 0 });
  });

  test('first, then time: slower, and the time is used', async () => {
    const { code, report, servers } = await judge([script(kiss('RATE'), truth)], { samples: 3 });
    expectSlow(servers[0]!.asked);
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
    expect(code).toBe(4);
  });

  test('after time: what is there is used', async () => {
    const { code, rows } = await judge([script(truth, kiss('RATE'))], { samples: 2 });
    expect(rows[0]!.samples).toHaveLength(1);
    expect(code).toBe(4);
  });
});

/** At least 2 s apart from the kiss on, less what a busy machine takes away. */
function expectSlow(asked: readonly bigint[]): void {
  const last = asked.slice(-2).map(Number);
  expect((last[1]! - last[0]!) / 1e9).toBeGreaterThan(1.8);
}

describe('forged: no effect', () => {
  for (const code of ['DENY', 'RSTR', 'RATE']) {
    const forgeries = {
      'origin zero': () => 0n,
      'a random origin': () => 0x0123_4567_89ab_cdefn,
      'an origin wrong in its last bit': (nonce: bigint) => nonce ^ 1n,
      'an origin wrong in its first bit': (nonce: bigint) => nonce ^ (1n << 63n),
    };
    judgeEach(
      Object.entries(forgeries).map(([name, origin]) => ({
        name: `${code} with ${name}, ahead of the true reply`,
        server: all(ask => kiss(code, { origin: origin(ask.nonces.at(-1)!) })(ask), truth),
        comes: 'believed',
      })),
    );
    test(`${code} with a wrong origin, ahead of each of four true replies: all four are had, at the usual pace`, async () => {
      const forged = all(kiss(code, { origin: 1n }), delayed(0.01, truth));
      const { rows, servers } = await judge([forged], { samples: 4 });
      expect(rows[0]!).toMatchObject({ verdict: 'system-peer', sent: 4, answered: 4, rejected: 4 });
      const span = Number(servers[0]!.asked.at(-1)! - servers[0]!.asked[0]!) / 1e9;
      expect(span).toBeLessThan(5);
    });
    test(`${code} with the origin of the request before: no effect`, async () => {
      const replayed = all(
        ask => (ask.number === 1 ? [] : kiss(code, { origin: ask.nonces.at(-2)! })(ask)),
        truth,
      );
      const { rows } = await judge([replayed], { samples: 3 });
      expect(rows[0]!).toMatchObject({ verdict: 'system-peer', sent: 3, answered: 3 });
    });
  }
});

describe('codes that ask for nothing are no time either', () => {
  const codes = [
    'ACST',
    'AUTH',
    'AUTO',
    'BCST',
    'CRYP',
    'DROP',
    'INIT',
    'MCST',
    'NKEY',
    'NTSN',
    'RMOT',
    'STEP',
    'XXXX',
    'rate',
    'RAT',
    '',
  ];
  judgeEach(codes.map(code => ({ name: `"${code}"`, server: kiss(code), comes: { fails: '6' } })));
  judgeEach(
    [0xffff_ffff, 0x1b5b_324a, 0x9b32_4a00, ascii('\r\n\x07\x08'), 0x0a52_4154, 0x5241_5445 ^ 0x80].map(
      raw => ({
        name: `0x${raw.toString(16)}`,
        server: kiss(raw),
        comes: { fails: '6' },
      }),
    ),
  );
});

test('a liar that also kisses is not believed more for it', async () => {
  const { code, rows } = await judge([truth, truth, script(kiss('RATE'), lie(5))], { samples: 2 });
  expect(rows[2]!.verdict).toBe('falseticker');
  expect(code).toBe(4);
});
