// The directives of ntpd and chronyd: each is obeyed, said, refused or means nothing, and no slip loses a restriction.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HARMLESS_FROM, IRRELEVANT, NOTED, REFUSED } from '../../src/sources/directive-table.ts';
import { ListError } from '../../src/sources/files.ts';
import { OBEYED } from '../../src/sources/obedience.ts';
import { parseServerList } from '../../src/sources/read.ts';
import { ServerSyntaxError } from '../../src/sources/server.ts';
import { filesOf } from './files-of.ts';

const parse = (text: string, others: Readonly<Record<string, string>> = {}) =>
  parseServerList(text, '/c/ntp.conf', filesOf(others));
const hosts = (text: string, others: Readonly<Record<string, string>> = {}) =>
  parse(text, others).servers.map(({ host }) => host);

test('a directive is in one table only', () => {
  const names = [IRRELEVANT, NOTED, REFUSED, HARMLESS_FROM, OBEYED].flatMap(table => [...table.keys()]);
  expect(names.length).toBe(new Set(names).size);
});

test.each([...IRRELEVANT])('%s means nothing to a run', name => {
  expect(parse(`${name} 1 2 3\nserver a.example\n`)).toMatchObject({
    servers: [{ host: 'a.example' }],
    notes: [],
  });
});

test.each([...NOTED.keys()])('%s is said', name => {
  expect(parse(`${name} 1 2\nserver a.example\n`).notes).toEqual([
    expect.stringMatching(/^\/c\/ntp\.conf:1: /),
  ]);
});

test.each([
  'constraints from "https://www.example"',
  'maxstratum 3',
  'minstratum 2',
  'maxjitter 0.1',
  'tos ceiling 5',
  'tos floor 3 minsane 1',
  'ntsaeads 30',
  'server a maxdelay 0.1',
  'server a offset 0.5',
  'server a bias -0.5',
  'server a autokey',
  'restrict a ignore',
  'restrict a noserve',
  'restrict a notrust',
])('%j restricts what is believed, and cannot be obeyed: an error with file and line', line => {
  const attempt = () => parse(`driftfile /x\n${line}\nserver a\n`);
  expect(attempt).toThrow(ListError);
  expect(attempt).toThrow(/^\/c\/ntp\.conf:2: /);
});

test.each([
  'maxstratum 15',
  'minstratum 0',
  'maxjitter 1',
  'tos ceiling 15 floor 1',
  'tos orphan 6 mindist 0.1 minclock 4',
  'ntsaeads 30 15',
  'server a maxdelay 3',
  'server a offset 0.0',
  'server a iburst burst minpoll 4 maxpoll 10 xleave filter 5 extfield F323 ttl 127',
  'restrict default kod nomodify notrap nopeer noquery limited',
  'restrict a nomodify notrap',
  'restrict -6 ::1',
])('%j keeps nothing out, and is read', line => {
  expect(hosts(`${line}\nserver a\n`)).toContain('a');
});

test.each([
  ['minsources 3', { minServers: 3 }],
  ['minsources 2\nminsources 4', { minServers: 4 }],
  ['tos minsane 3 maxdist 2.5', { minServers: 3, maxDistance: 2.5 }],
  ['maxdistance .5', { maxDistance: 0.5 }],
  ['authselectmode require', { authentication: true }],
  ['authselectmode require\nauthselectmode mix', {}],
  ['restrict default notrust nomodify', { authentication: true }],
  ['restrict -6 default notrust', { authentication: true }],
])('%j is demanded of the run', (text, expected) => {
  const { demands } = parse(`server a.example\n${text}\n`);
  expect(Object.fromEntries(Object.entries(demands).map(([name, { value }]) => [name, value]))).toEqual(
    expected,
  );
});

test.each([
  ['server a ipv4', { family: 4 }],
  ['server -6 a', { family: 6 }],
  ['server --ipv4 a', { family: 4 }],
  ['pool a maxsources 2', { pool: true, maxSources: 2 }],
  ['pool a maxsources 1000', { pool: true, maxSources: 16 }],
  ['server a TRUST Require', { trust: true, require: true }],
  ['server a true', { trust: true }],
  ['peer a noselect', { noselect: true }],
  ['pool a\npool b\npool c\ntos maxclock 7', { maxSources: 2 }],
  ['keys ntp.keys\nserver a key 3', { keyFile: '/c/ntp.keys' }],
  [
    'server a nts\nnosystemcert\nntstrustedcerts x.pem',
    { certificates: { files: ['/c/x.pem'], system: false } },
  ],
  [
    'server a nts\nntstrustedcerts /x\nntstrustedcerts 0 /y',
    { certificates: { files: ['/x', '/y'], system: true } },
  ],
  ['server a nts certset 1\nntstrustedcerts /x', { certificates: { files: [], system: false } }],
  ['nts ca /x mintls TLS1.3\nserver a nts', { certificates: { files: ['/x'], system: false } }],
  ['nts ca /x\nserver a nts ca y', { certificates: { files: ['/c/y'], system: false } }],
])('%j is obeyed', (text, expected) => {
  expect(parse(text).servers[0]).toMatchObject(expected);
});

test('unpeer takes a server back', () => {
  expect(hosts('server a\nserver b\nserver a\nunpeer a\nserver c\n')).toEqual(['b', 'c']);
});

test.each([
  ['minsource 3', /did you mean minsources/],
  ['maxdistence 3', /did you mean maxdistance/],
  ['nosystemcerts', /did you mean nosystemcert/],
  ['ntp iburst', /"server HOST"/],
  ['authselectmod require', /did you mean authselectmode/],
  ['authselectmode requires', /use require, prefer, mix or ignore/],
  ['sourcdir /x', /did you mean sourcedir/],
  ['minsources', /a number above 0 must follow/],
  ['maxdistance x', /a number above 0 must follow/],
  ['maxdistance 0', /a number above 0 must follow/],
  ['tos minsan 3', /did you mean minsane/],
  ['nts cas /x', /nts has no "cas"/],
  ['keyfile', /the path of a file must follow/],
  ['include /a /b', /one file, or one pattern/],
  ['server a noselct', /did you mean noselect/],
  ['server a reqire', /did you mean require/],
  ['server a maxsources', /maxsources must be followed by a number/],
  ['server a ca', /ca must be followed by a file/],
  ['server a b', /one server per line/],
  ['ntp2', /"server HOST"/],
  ['ntp2 iburst', /"server HOST"/],
])('%j is refused with what was meant', (line, message) => {
  const attempt = () => parse(`server a.example\n${line}\n`);
  expect(attempt).toThrow(ServerSyntaxError);
  expect(attempt).toThrow(message);
});

test('a directive that resembles none that counts is noted', () => {
  expect(parse('server a\nfrobnicate 3 0.5 on "/var/lib/x y" ../z\n').notes).toEqual([
    '/c/ntp.conf:2: frobnicate 3 0.5 on "/var/lib/x y" ../z: unknown directive: ignored',
  ]);
});

test.each([
  'srv 127.213.0.2',
  '- 127.213.0.2',
  'Source 127.213.0.2',
  'default server 127.213.0.2',
  'set server gps',
  'ntp server gps',
  'host gps',
  'timeserver gps',
  'gps ibrust',
  'fallback gps other',
  'ntpdate_servers gps',
  'srv 5 [2001:db8::1]:123',
  'alow 192.0.2.0/24',
  'frobnicate /x gps',
])('%j may name a server, and is refused with what to write', line => {
  const attempt = () => parse(`server a.example\n${line}\n`);
  expect(attempt).toThrow(ServerSyntaxError);
  expect(attempt).toThrow(/^\/c\/ntp\.conf:2: .*"server HOST"/);
});

test('one slip in a restriction never loses it in silence', () => {
  const restrictions = [
    'minsources 3',
    'maxdistance 1',
    'authselectmode require',
    'nosystemcert',
    'trustedkey 1',
  ];
  const slips = fc
    .tuple(fc.constantFrom(...restrictions), fc.nat(), fc.constantFrom('x', 'e', 's', ''))
    .map(([line, at, letter]) => {
      const [word = '', ...rest] = line.split(' ');
      const where = at % word.length;
      return { line, slipped: [word.slice(0, where) + letter + word.slice(where + 1), ...rest].join(' ') };
    });
  fc.assert(
    fc.property(slips, ({ line, slipped }) => {
      fc.pre(line !== slipped);
      expect(() => parse(`server a\n${slipped}\n`)).toThrow(ServerSyntaxError);
    }),
  );
});

describe('what is included', () => {
  const others = {
    '/c/site.conf': 'server site\n',
    '/c/d/b.conf': 'server b\n',
    '/c/d/a.conf': 'server a\n',
    '/c/d/.hidden.conf': 'server hidden\n',
    '/c/d/note': 'server note\n',
    '/e/a.conf': 'server shadowed\n',
    '/e/c.conf': 'server c\n',
    '/c/s/x.sources': 'server x\n',
  };

  test.each([
    ['include site.conf', ['site']],
    ['include /c/site.conf', ['site']],
    ['include d/*.conf', ['a', 'b']],
    ['include /c/?/[!b].conf', ['a']],
    ['include /none/*', []],
    ['includefile "site.conf"', ['site']],
    ['includefile d', ['a', 'b']],
    ['confdir d', ['a', 'b']],
    ['confdir /c/d /e', ['a', 'b', 'c']],
    ['confdir /e /c/d', ['shadowed', 'b', 'c']],
    ['confdir /none', []],
    ['sourcedir s\nserver first', ['first', 'x']],
    ['sourcedir d', []],
  ])('%j: %j', (text, expected) => {
    expect(hosts(text, others)).toEqual(expected);
  });

  test('a limit of an included file counts for all', () => {
    expect(parse('include m.conf\nserver a\n', { '/c/m.conf': 'minsources 2\n' }).demands.minServers).toEqual(
      {
        value: 2,
        from: '/c/m.conf:1',
        text: 'minsources 2',
      },
    );
  });

  test.each([
    ['a file that is not there', 'include /none', {}, /^\/c\/ntp\.conf:1: .*\/none cannot be read: no such/],
    ['itself', 'include ntp.conf', { '/c/ntp.conf': '' }, /includes itself/],
    ['a circle', 'include a', { '/c/a': 'include b', '/c/b': 'include a' }, /^\/c\/b:1: .*includes itself/],
    [
      'more than ten deep',
      'include 0',
      Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`/c/${i}`, `include ${i + 1}`])),
      /more than 10 deep/,
    ],
    [
      'without end in breadth',
      'include 0',
      Object.fromEntries(
        Array.from({ length: 9 }, (_, i) => [`/c/${i}`, `include ${i + 1}\n`.repeat(i < 8 ? 9 : 0)]),
      ),
      /more than 1000 files/,
    ],
  ])('%s is refused', (_, text, files: Readonly<Record<string, string>>, message) => {
    const attempt = () => parse(text, files);
    expect(attempt).toThrow(ListError);
    expect(attempt).toThrow(message);
  });
});
