// Kiss-o'-death packets (RFC 5905 §7.4): genuine ones are obeyed, forged ones have no effect (CVE-2015-7704), and their
// codes are never printed raw.

import { describe, expect, test } from 'vitest';
import { judge, judgeEach } from './bench.ts';
import { all, ascii, delayed, kiss, lie, script, truth } from './server.ts';

describe.each(['DENY', 'RSTR'])('genuine %s', code => {
  test('ends the burst: one request, exit 3', async () => {
    const { code: exit, rows, servers, attempts = 0 } = await judge([kiss(code)], { samples: 4 });
    expect(servers[0]!.requests).toHaveLength(1);
    expect(rows[0]!).toMatchObject({ verdict: 'kissed', samples: [], reason: expect.stringContaining(code) });
    expect({ exit, attempts }).toEqual({ exit: 3, attempts: 0 });
  });

  test('after two replies: no fourth request', async () => {
    const { servers } = await judge([script(truth, truth, kiss(code), truth)], { samples: 6 });
    expect(servers[0]!.requests).toHaveLength(3);
  });

  test('from one of four servers: the others continue', async () => {
    const { code: exit, rows, report } = await judge([truth, kiss(code), truth, truth], { samples: 3 });
    expect(rows.map(({ sent }) => sent)).toEqual([3, 1, 3, 3]);
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
    expect(exit).toBe(4);
  });

  test.each([
    ['a valid leap indicator', { leap: 0 }],
    ['no timestamps', { receive: 0n, transmit: 0n, reference: 0n }],
    ['a precision out of range', { precision: 127 }],
    ['an absurd root delay', { rootDelay: 0xffff_ffff }],
  ])('is also obeyed with %s', async (_name, fields) => {
    const { code: exit, rows, servers } = await judge([kiss(code, fields)], { samples: 4 });
    expect(servers[0]!.requests).toHaveLength(1);
    expect(rows[0]!.verdict).toBe('kissed');
    expect(exit).toBe(3);
  });
});

describe('genuine RATE', () => {
  test('alone: slower requests, then exit 3', async () => {
    const { code, rows, servers, attempts = 0 } = await judge([kiss('RATE')], { samples: 2 });
    expect(rows[0]!.verdict).toBe('kissed');
    expectSlow(servers[0]!.asked);
    expect({ code, attempts }).toEqual({ code: 3, attempts: 0 });
  });

  test('before a time: slower requests, and the time is used', async () => {
    const { code, report, servers } = await judge([script(kiss('RATE'), truth)], { samples: 3 });
    expectSlow(servers[0]!.asked);
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
    expect(code).toBe(4);
  });

  test('after a time: the earlier samples are used', async () => {
    const { code, rows } = await judge([script(truth, kiss('RATE'))], { samples: 2 });
    expect(rows[0]!.samples).toHaveLength(1);
    expect(code).toBe(4);
  });
});

/** Expects requests at least 2 s apart after the kiss, less the tolerance for a busy machine. */
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
        name: `${code} with ${name}, before the true reply`,
        server: all(ask => kiss(code, { origin: origin(ask.nonces.at(-1)!) })(ask), truth),
        expected: 'accepted',
      })),
    );
    test(`${code} with a wrong origin before each of four true replies: all four count, at the usual interval`, async () => {
      const forged = all(kiss(code, { origin: 1n }), delayed(0.01, truth));
      const { rows, servers } = await judge([forged], { samples: 4 });
      expect(rows[0]!).toMatchObject({ verdict: 'system-peer', sent: 4, answered: 4, rejected: 4 });
      const span = Number(servers[0]!.asked.at(-1)! - servers[0]!.asked[0]!) / 1e9;
      expect(span).toBeLessThan(5);
    });
    test(`${code} with the origin of the previous request: no effect`, async () => {
      const replayed = all(
        ask => (ask.number === 1 ? [] : kiss(code, { origin: ask.nonces.at(-2)! })(ask)),
        truth,
      );
      const { rows } = await judge([replayed], { samples: 3 });
      expect(rows[0]!).toMatchObject({ verdict: 'system-peer', sent: 3, answered: 3 });
    });
  }
});

describe('kiss codes without a demand carry no time either', () => {
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
  judgeEach(codes.map(code => ({ name: `"${code}"`, server: kiss(code), expected: { fails: '6' } })));
  judgeEach(
    [0xffff_ffff, 0x1b5b_324a, 0x9b32_4a00, ascii('\r\n\x07\x08'), 0x0a52_4154, 0x5241_5445 ^ 0x80].map(
      raw => ({
        name: `0x${raw.toString(16)}`,
        server: kiss(raw),
        expected: { fails: '6' },
      }),
    ),
  );
});

test('a liar that also sends a kiss gains no credibility', async () => {
  const { code, rows } = await judge([truth, truth, script(kiss('RATE'), lie(5))], { samples: 2 });
  expect(rows[2]!.verdict).toBe('falseticker');
  expect(code).toBe(4);
});
