import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  escaped,
  familyOf,
  formatServer,
  identityOf,
  listingOf,
  parseServer,
  ServerSyntaxError,
  votesOf,
  withPools,
} from '../../src/sources/server.ts';

describe('parseServer', () => {
  test.each([
    ['ntp.example', 'ntp.example', 123],
    ['server', 'server', 123],
    ['NTP-1.Example.', 'NTP-1.Example.', 123],
    ['time_a.lan', 'time_a.lan', 123],
    ['3com.example:1', '3com.example', 1],
    ['ntp.example:65535', 'ntp.example', 65_535],
    ['192.0.2.1', '192.0.2.1', 123],
    ['192.0.2.1:1123', '192.0.2.1', 1123],
    ['2001:db8::1', '2001:db8::1', 123],
    ['2001:db8::1:123', '2001:db8::1:123', 123],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.1', 123],
    ['[2001:db8::1]', '2001:db8::1', 123],
    ['[2001:db8::1]:1123', '2001:db8::1', 1123],
    ['fe80::1%eth0', 'fe80::1%eth0', 123],
    ['fe80::1%br-lan_2.100', 'fe80::1%br-lan_2.100', 123],
    ['[fe80::1%eth0]:1123', 'fe80::1%eth0', 1123],
    ['zeit.bücher.example', 'zeit.xn--bcher-kva.example', 123],
    ['时间.example:1123', 'xn--ehv518h.example', 1123],
  ])('%s', (text, host, port) => {
    expect(parseServer(text, 'command line')).toEqual({ host, port, from: 'command line' });
  });

  test.each([
    ['', 'the host is empty'],
    [':123', 'the host is empty'],
    ['ntp.example:', 'the port must be a number from 1 to 65535'],
    ['ntp.example:0', 'the port must be'],
    ['ntp.example:99999', 'the port must be'],
    ['ntp.example:+1', 'the port must be'],
    ['[2001:db8::1]:65536', 'the port must be'],
    ['ntp.example:1:2', 'this is neither a host with a port nor an IPv6 address'],
    ['root:x:0:0:root:/root:/bin/sh', 'this is neither a host with a port nor an IPv6 address'],
    ['a.example:1,b.example:2', 'put spaces between servers'],
    ['2001:db8::1,2001:db8::2', 'put spaces between servers'],
    ['2001:db8::1:1:2:3:4:5:6', 'this is not an IPv6 address; put'],
    ['2001:db8::g', 'nor an IPv6 address'],
    ['[2001:db8::1', 'closing bracket'],
    ['[2001:db8::1]x', 'closing bracket'],
    ['[ntp.example]:123', 'brackets are for an IPv6 address'],
    ['[192.0.2.1]', 'brackets are for an IPv6 address'],
    ['[]:123', 'brackets are for an IPv6 address'],
    ['ntp://ntp.example', 'remove the scheme'],
    ['ntp.example/x', '"/" is not allowed in a host name'],
    ['bücher.example/x', '"/" is not allowed'],
    ['bücher@ntp.example', '"@" is not allowed'],
    ['ntp1 .example', '" " is not allowed'],
    ['192.0.2.1%eth0', '"%" is not allowed'],
    ['fe80::1%', 'this is not an IPv6 address'],
    ['-x.example', 'the parts of a host name'],
    ['a..example', 'the parts of a host name'],
    ['.', 'the parts of a host name'],
    [`${'a'.repeat(64)}.example`, 'the parts of a host name'],
    [`${'a.'.repeat(127)}`, 'the parts of a host name'],
    ['256.0.2.1', 'an IPv4 address is four numbers'],
    ['10.1', 'an IPv4 address is four numbers'],
    ['0x7f000001', 'an IPv4 address is four numbers'],
    ['\u{FF0F}.example', 'the parts of a host name'],
  ])('%j is refused', (text, problem) => {
    const parse = () => parseServer(text, 'list:7');
    expect(parse).toThrow(ServerSyntaxError);
    expect(parse).toThrow(`list:7: cannot read "${text.slice(0, 100)}`);
    expect(parse).toThrow(problem);
    expect(parse).toThrow('; write host, host:port,');
  });

  test('control characters come back escaped, from the text and from the name of the file', () => {
    const parse = () => parseServer('a\u001b[31m\u009b\u202e\n', 'x\u0007:1');
    expect(parse).toThrow('x\\u{7}:1: cannot read "a\\u{1b}[31m\\u{9b}\\u{202e}\\u{a}"');
  });

  test('a long text is cut', () => {
    const parse = () => parseServer('/'.repeat(10_000), 'x');
    expect(parse).toThrow(`"${'/'.repeat(100)}…"`);
  });

  test('any text is a server or a ServerSyntaxError without control characters', () => {
    const pieces = fc.constantFrom(
      '[',
      ']',
      ':',
      '%',
      '.',
      'fe80::1',
      '123',
      'ü',
      '\ud800',
      '\u0000',
      '@',
      '/',
      'a',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces).map(parts => parts.join('')),
    );
    fc.assert(
      fc.property(texts, text => {
        try {
          const { host, port } = parseServer(text, 'x');
          expect(host).toMatch(/^[\w.:%-]+$/);
          expect(port).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(ServerSyntaxError);
          expect((error as Error).message).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('formatServer', () => {
  test.each([
    ['ntp.example', 'ntp.example'],
    ['ntp.example:123', 'ntp.example'],
    ['ntp.example:1123', 'ntp.example:1123'],
    ['[2001:db8::1]:123', '2001:db8::1'],
    ['[fe80::1%eth0]:1123', '[fe80::1%eth0]:1123'],
  ])('%s', (text, shown) => {
    expect(formatServer(parseServer(text, 'x'))).toBe(shown);
  });

  test('is read back as the same server', () => {
    const zoned = fc
      .tuple(fc.ipV6(), fc.stringMatching(/^[a-z][a-z0-9._-]{0,14}$/))
      .map(([ip, zone]) => `${ip}%${zone}`);
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), zoned);
    fc.assert(
      fc.property(host, fc.oneof(fc.constant(123), fc.integer({ min: 1, max: 65_535 })), (host, port) => {
        const server = { host, port, from: 'x' };
        expect(parseServer(formatServer(server), 'x')).toEqual(server);
      }),
    );
  });
});

test.each([
  ['192.0.2.1', 4],
  ['::1', 6],
  ['fe80::1%eth0', 6],
  ['fe80::1%3', 6],
  ['192.0.2.1%eth0', undefined],
  ['fe80::1%', undefined],
  ['ntp.example', undefined],
  ['', undefined],
])('familyOf(%j) is %s', (host, family) => {
  expect(familyOf(host)).toBe(family);
});

test('escaped leaves letters of all languages alone', () => {
  expect(escaped('Zürich 时间 \t')).toBe('Zürich 时间 \\u{9}');
});

describe('votes', () => {
  const named = (...texts: readonly string[]) => texts.map(text => parseServer(text, 'command line'));
  const poolsAmong = (alone: boolean, ...texts: readonly string[]) =>
    withPools(named(...texts), alone).map(({ pool }) => pool === true);

  test.each([
    [{}, 1],
    [{ maxSources: 3 }, 1],
    [{ pool: true }, 4],
    [{ pool: true, maxSources: 1 }, 1],
    [{ pool: true, maxSources: 16 }, 16],
  ] as const)('%j has at most %i', (marks, votes) => {
    expect(votesOf({ ...named('a')[0]!, ...marks })).toBe(votes);
  });

  test('a name under pool.ntp.org is a pool, and no other name that stands beside others', () => {
    expect(poolsAmong(false, 'pool.ntp.org', '2.Debian.Pool.ntp.org.', 'cn.pool.ntp.org:1123')).toEqual(
      Array(3).fill(true),
    );
    expect(poolsAmong(false, 'a.example', 'mypool.ntp.org', 'pool.ntp.org.example', '192.0.2.1')).toEqual(
      Array(4).fill(false),
    );
  });

  test('a name that stands alone is a pool, an address is none', () => {
    expect(poolsAmong(true, 'a.example')).toEqual([true]);
    expect(poolsAmong(true, '192.0.2.1')).toEqual([false]);
    expect(poolsAmong(true, '[fe80::1%eth0]:123')).toEqual([false]);
  });

  test('lines of one server with different authorities are two, and have one identity', () => {
    const one = parseServer('a.example', 'test');
    const trusts = [
      {},
      { ca: 'x', system: false },
      { ca: 'y', system: false },
      { ca: 'x', system: true },
      { ca: 'x', system: false },
    ];
    const servers = trusts.map(authorities => ({ ...one, nts: true as const, authorities }));
    expect(new Set(servers.map(listingOf)).size).toBe(4);
    expect(new Set(servers.map(identityOf)).size).toBe(1);
  });

  test('names are one, whatever the case and the final dot; ports are not', () => {
    const identities = named('a.example', 'A.Example.', 'a.example:1123', 'b.example').map(identityOf);
    expect(new Set(identities).size).toBe(3);
    expect(identities[1]).toBe(identities[0]);
  });
});
