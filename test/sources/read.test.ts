import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ListError } from '../../src/sources/files.ts';
import { parseServerList } from '../../src/sources/read.ts';
import { ServerSyntaxError } from '../../src/sources/server.ts';
import { DEFAULT_LISTS } from '../../src/sources/well-known.ts';

const hosts = (text: string, name = 'list'): readonly string[] =>
  parseServerList(text, name).servers.map(server => server.host);

describe('a plain list', () => {
  test('one server a line, comments, blank lines, CRLF and a byte order mark', () => {
    const text = '\uFEFF# ours\r\nntp1.example\r\n\r\n  [2001:db8::1]:1123\t# far\r\n; off\r\n192.0.2.1\r\n';
    expect(parseServerList(text, 'my.list')).toEqual({
      servers: [
        { host: 'ntp1.example', port: 123, from: 'my.list:2' },
        { host: '2001:db8::1', port: 1123, from: 'my.list:4' },
        { host: '192.0.2.1', port: 123, from: 'my.list:6' },
      ],
      demands: {},
      notes: [],
    });
  });

  test('a host called server, pool or peer is a host', () => {
    expect(hosts('server\npool\npeer # mine\n')).toEqual(['server', 'pool', 'peer']);
  });

  test.each([
    ['ntp.example\nntp1 .example\n', 'list:2: cannot read "ntp1 .example"'],
    ['driftfile /var/lib/ntp/drift\n', 'list:1: cannot read "driftfile'],
    ['a,b', 'list:1'],
    ['# a\n\nb:0', 'list:3: cannot read "b:0": the port'],
  ])('%j is refused with its line', (text, message) => {
    expect(() => parseServerList(text, 'list')).toThrow(ServerSyntaxError);
    expect(() => parseServerList(text, 'list')).toThrow(message);
  });

  test('nothing of a comment is read', () => {
    expect(hosts('# a \u2028 b.example\n')).toEqual([]);
  });

  test('an empty file names no servers', () => {
    expect(parseServerList('', 'list')).toEqual({ servers: [], demands: {}, notes: [] });
  });
});

describe('ntp.conf and chrony.conf', () => {
  test("Debian's ntp.conf", () => {
    const text = `driftfile /var/lib/ntpsec/ntp.drift
tos maxclock 11
! an old comment
; another
pool 0.debian.pool.ntp.org iburst
server ntp.example version 3 key 12 prefer # the good one
peer 192.0.2.1 minpoll 4 maxpoll 6 noselect
server 127.127.1.0
fudge 127.127.1.0 stratum 10
server -4 four.example
restrict default kod nomodify nopeer noquery limited
restrict 127.0.0.1
`;
    expect(parseServerList(text, '/etc/ntp.conf')).toEqual({
      servers: [
        { host: '0.debian.pool.ntp.org', port: 123, pool: true, from: '/etc/ntp.conf:5' },
        { host: 'ntp.example', port: 123, version: 3, key: 12, prefer: true, from: '/etc/ntp.conf:6' },
        { host: '192.0.2.1', port: 123, noselect: true, from: '/etc/ntp.conf:7' },
        { host: 'four.example', port: 123, family: 4, from: '/etc/ntp.conf:10' },
      ],
      demands: {},
      notes: ['/etc/ntp.conf:8: 127.127.1.0 is a reference clock of ntpd, not a server: skipped'],
    });
  });

  test("chrony.conf's ways: capitals, port, nts, other directories", () => {
    const text = `confdir /no/such/folder
SERVER time.example NTS iburst
Server 2001:db8::1 port 11123 key 4294967295
% comment
rtcsync
makestep 1 3
`;
    expect(parseServerList(text, 'c')).toEqual({
      servers: [
        { host: 'time.example', port: 123, nts: true, from: 'c:2' },
        { host: '2001:db8::1', port: 11_123, key: 4_294_967_295, from: 'c:3' },
      ],
      demands: {},
      notes: [expect.stringMatching(/^c:\d+: makestep 1 3: .*--step-threshold S/)],
    });
  });

  test.each(['/etc/ntp.conf', 'ntp.conf', '/etc/chrony/chrony.conf', 'C:\\ntp\\ntp.conf'])(
    '%s without servers is a configuration all the same',
    name => {
      expect(parseServerList('driftfile /x\nrtcsync\n', name)).toEqual({
        servers: [],
        demands: {},
        notes: [],
      });
    },
  );

  test.each([
    ['server a key', 'key must be followed by a number from 1 to 4294967295'],
    ['server a key x', 'key must be'],
    ['server a key 0', 'key must be'],
    ['server a version 5', 'version must be followed by a number from 1 to 4'],
    ['server a port 65536', 'port must be followed by a number from 1 to 65535'],
    ['server a/b', '"/" is not allowed'],
    ['server -6', 'a host must follow'],
    ['server', 'a host must follow'],
    ['ntp2.example', 'write servers as "server HOST"'],
  ])('%j is refused with its line', (line, message) => {
    const parse = () => parseServerList(`server ntp1.example\n${line}\n`, 'f');
    expect(parse).toThrow(ServerSyntaxError);
    expect(parse).toThrow('f:2: cannot read "');
    expect(parse).toThrow(message);
  });
});

describe('timesyncd.conf', () => {
  test('NTP= before FallbackNTP=, of [Time] alone', () => {
    const text =
      '[Match]\nNTP=no.example\n[Time]\nNTP=a.example  b.example\nNTP = c.example\nFallbackNTP=d.example\n';
    expect(parseServerList(text, 't').servers).toEqual([
      { host: 'a.example', port: 123, from: 't:4' },
      { host: 'b.example', port: 123, from: 't:4' },
      { host: 'c.example', port: 123, from: 't:5' },
    ]);
  });

  test.each([
    ['[Time]\n#NTP=a.example\nFallbackNTP=b.example c.example\n', ['b.example', 'c.example']],
    ['[Time]\nNTP=a.example\nNTP=\nNTP=b.example\n', ['b.example']],
    ['[Time]\nNTP=\nFallbackNTP=b.example\n', ['b.example']],
    ['[Time]\nPollIntervalMinSec=32\n[Other]\nNTP=b.example\n', []],
    ['[Time]\n#NTP=\n', []],
  ])('%j', (text, expected) => {
    expect(hosts(text)).toEqual(expected);
  });

  test('a server that cannot be read is refused with its line', () => {
    expect(() => parseServerList('[Time]\nNTP=a b:x\n', 't')).toThrow('t:2: cannot read "b:x"');
  });
});

test('any text is a list or an error with file and line', () => {
  const pieces = fc.constantFrom(
    'server ',
    'pool ',
    '[Time]\n',
    'NTP=',
    'tos ',
    'restrict ',
    'nts ca ',
    'minsources ',
    '"',
    '\\',
    '\n',
    '\r',
    '#',
    ' key ',
    '1',
    'a.b',
    '\0',
    '-4',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces, { maxLength: 30 }).map(parts => parts.join('')),
  );
  fc.assert(
    fc.property(texts, text => {
      try {
        parseServerList(text, 'x');
      } catch (error) {
        expect(error instanceof ServerSyntaxError || error instanceof ListError).toBe(true);
        expect((error as Error).message).toMatch(/^x:\d+: /);
      }
    }),
    { numRuns: 2000 },
  );
});

test('tsntp’s own list comes before those of other programs', () => {
  expect(DEFAULT_LISTS[0]).toBe('/etc/tsntp.conf');
  expect(new Set(DEFAULT_LISTS).size).toBe(6);
});
