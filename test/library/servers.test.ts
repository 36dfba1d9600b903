// The library's servers: strings and objects, checked, with all that a run needs to know of them.

import { describe, expect, test } from 'vitest';
import { type Servers, serversOf } from '../../src/library/servers.ts';
import { ServerSyntaxError } from '../../src/sources/server.ts';

const from = 'argument';

test.each<[what: string, Servers, nts: boolean, expected: readonly object[]]>([
  ['a string', '192.0.2.1:1123', false, [{ host: '192.0.2.1', port: 1123, from }]],
  ['an object with a host', { host: '192.0.2.1' }, false, [{ host: '192.0.2.1', port: 123, from }]],
  [
    'an IPv6 address in an object',
    { host: 'fe80::1%eth0' },
    false,
    [{ host: 'fe80::1%eth0', port: 123, from }],
  ],
  [
    'a name that stands alone is a pool',
    'a.example',
    false,
    [{ host: 'a.example', port: 123, pool: true, from }],
  ],
  [
    'in an object, too, unless it says otherwise',
    [{ host: 'a.pool.ntp.org' }, { host: 'b.pool.ntp.org', pool: false }],
    false,
    [
      { host: 'a.pool.ntp.org', port: 123, pool: true, from },
      { host: 'b.pool.ntp.org', port: 123, from },
    ],
  ],
  [
    'what is undefined or false is not given',
    [{ host: '192.0.2.1', port: undefined, nts: false, prefer: false, key: undefined, from: undefined }],
    false,
    [{ host: '192.0.2.1', port: 123, from }],
  ],
  [
    'an object with terms',
    { host: '192.0.2.1', port: 1123, key: 7, version: 3, trust: true, require: true, from: 'settings' },
    false,
    [{ host: '192.0.2.1', port: 1123, key: 7, version: 3, trust: true, require: true, from: 'settings' }],
  ],
  [
    'with NTS, the port of a string is where keys are exchanged, that of an object is not',
    ['192.0.2.1:1460', { host: '192.0.2.2', port: 1123 }],
    true,
    [
      { host: '192.0.2.1', port: 123, nts: true, ntsPort: 1460, from },
      { host: '192.0.2.2', port: 1123, nts: true, from },
    ],
  ],
])('%s', (_, servers, nts, expected) => {
  expect(serversOf(servers, nts)).toEqual(expected);
});

describe('what is no server is a RangeError that says what is', () => {
  const allowed = 'give a host such as "pool.ntp.org", an object with a host, or a non-empty array of these';
  const name = 'give a host name or an IP address, without brackets and without a port';
  test.each<[unknown, string]>([
    [undefined, `servers: undefined is not allowed; ${allowed}`],
    [null, `servers: null is not allowed; ${allowed}`],
    [42, `servers: 42 is not allowed; ${allowed}`],
    [[], `servers: [] is not allowed; ${allowed}`],
    [['192.0.2.1', 42], `servers[1]: 42 is not allowed; ${allowed}`],
    [{}, `servers.host: undefined is not allowed; ${name}`],
    [{ host: 'a:1' }, `servers.host: 'a:1' is not allowed; ${name}`],
    [[{ host: '[::1]' }], `servers[0].host: '[::1]' is not allowed; ${name}`],
    [[{ host: 'a', port: 0 }], 'servers[0].port: 0 is not allowed; give a whole number from 1 to 65535'],
    [{ host: 'a', nts: 'yes' }, "servers.nts: 'yes' is not allowed; give true or false"],
    [
      { host: 'a', authorities: { ca: 1 } },
      'servers.authorities.ca: 1 is not allowed; give certificates as PEM text',
    ],
  ])('%o', (servers, message) => {
    expect(() => serversOf(servers as Servers, false)).toThrow(new RangeError(message));
  });

  test('a field that does not exist', () => {
    const slip = { host: 'a', prot: 123 } as Servers;
    expect(() => serversOf(slip, false)).toThrow(/^servers\.prot: no such field; the fields are host, port,/);
  });
});

test.each(['', 'a b', 'https://a.example', { host: '' }, { host: 'a b' }])(
  'a text that names no server is a ServerSyntaxError: %o',
  servers => {
    expect(() => serversOf(servers, false)).toThrow(ServerSyntaxError);
  },
);
