// ntpd's `restrict` lines against the servers of the same list.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ListError } from '../../src/sources/files.ts';
import { parseServerList } from '../../src/sources/read.ts';
import { filesOf } from './files-of.ts';

const parse = (text: string) => parseServerList(text, '/c/ntp.conf', filesOf({}));

test.each([
  ['restrict 127.213.0.0 mask 255.255.255.0 ignore', '127.213.0.1'],
  ['restrict 127.213.0.0 mask 255.255.255.0 noserve', '127.213.0.1'],
  ['restrict 127.213.0.0/24 ignore', '127.213.0.1'],
  ['restrict 127.213.0.0 mask 255.255.255.0 notrust', '127.213.0.1'],
  ['restrict 127.213.0.1 IGNORE', '127.213.0.1'],
  ['restrict 0.0.0.0 mask 0.0.0.0 ignore', '127.213.0.1'],
  ['restrict default ignore', '127.213.0.1'],
  ['restrict -4 default ignore', '127.213.0.1'],
  ['restrict default ignore\nrestrict 127.0.0.1\nrestrict ::1', '127.213.0.1'],
  ['restrict default ignore\nrestrict 127.0.0.1\nrestrict ::1', 'a.example'],
  ['restrict default ignore', 'a.example'],
  ['restrict -4 default ignore', 'a.example iburst -4'],
  ['restrict a.example. ignore', 'A.Example'],
  ['restrict source ignore', 'a.example'],
  ['restrict source ignore', '127.213.0.1'],
  ['restrict 2001:db8:: mask ffff:ffff:: ignore', '2001:db8::5'],
  ['restrict 2001:0db8:0:0::5 ignore', '2001:db8::5'],
  ['restrict ::ffff:192.0.2.1 ignore', '::ffff:c000:201'],
  ['restrict 2001:db8::/32 ignore', '2001:db8:1::5'],
  ['restrict 10.0.0.0 mask 255.0.0.0\nrestrict 10.1.0.0 mask 255.255.0.0 ignore', '10.1.2.3'],
])('%j keeps out server %s: an error with file and line', (text, host) => {
  for (const list of [`${text}\nserver ${host}\n`, `server ${host}\n${text}\n`]) {
    const attempt = () => parse(list);
    expect(attempt).toThrow(ListError);
    expect(attempt).toThrow(/^\/c\/ntp\.conf:\d: "restrict .*denies .* of \/c\/ntp\.conf:\d/);
  }
});

test.each([
  ['restrict default kod nomodify notrap nopeer noquery', 'a.example'],
  ['restrict default kod limited nomodify notrap nopeer noquery', '10.1.0.1'],
  ['restrict default ignore\nrestrict 10.1.0.1 nomodify', '10.1.0.1'],
  ['restrict default ignore\nrestrict 10.0.0.0 mask 255.0.0.0 noquery', '10.1.0.1'],
  ['restrict default ignore\nrestrict a.example nomodify', 'a.example'],
  ['restrict default ignore\nrestrict source nomodify noquery', 'a.example'],
  ['restrict default ignore\nrestrict source nomodify noquery', '10.1.0.1'],
  ['restrict -6 default ignore', '10.1.0.1'],
  ['restrict 10.1.0.0 mask 255.255.255.0 ignore', '10.1.1.1'],
  ['restrict 10.1.0.0 mask 255.255.255.0 ignore\nrestrict 10.1.0.1', '10.1.0.1'],
  ['restrict 10.1.0.0 mask 255.255.255.0 notrust', '10.1.0.1 key 3'],
  ['restrict ::/0 ignore\nrestrict fe80::1', 'fe80::1%eth0'],
])('%j lets in server %s', (text, host) => {
  expect(parse(`${text}\nserver ${host}\n`)).toMatchObject({ servers: [{}], notes: [] });
});

test.each([
  'restrict default ignore\nrestrict 10.1.0.1',
  'restrict -6 default ignore',
  'restrict 10.0.0.0 mask 255.0.0.0 ignore',
])('%j: only the addresses of a name would tell, and that is noted', text => {
  expect(parse(`${text}\nserver a.example\n`).notes).toEqual([
    expect.stringMatching(/^\/c\/ntp\.conf:1: "restrict .*" may keep out addresses of a\.example/),
  ]);
});

test('a mask that is none is refused', () => {
  for (const mask of [' mask 255.255', ' mask', ' mask ffff::', '/33', '/x'])
    expect(() => parse(`restrict 10.0.0.0${mask} ignore\nserver a\n`)).toThrow(/ntp\.conf:1: .*mask must be/);
});

test('of the networks that hold for an address, the narrowest counts, in whatever order', () => {
  const lines = fc.uniqueArray(fc.tuple(fc.integer({ min: 0, max: 32 }), fc.boolean()), {
    selector: ([bits]) => bits,
    minLength: 1,
  });
  fc.assert(
    fc.property(fc.ipV4(), lines, (address, networks) => {
      fc.pre(!address.startsWith('127.127.'));
      const text = networks.map(
        ([bits, ignored]) => `restrict ${address}/${bits} ${ignored ? 'ignore' : ''}\n`,
      );
      const [, denied] = networks.reduce((most, one) => (one[0] > most[0] ? one : most));
      const attempt = () => parse(`${text.join('')}server ${address}\n`);
      if (denied) expect(attempt).toThrow(ListError);
      else expect(attempt().servers).toHaveLength(1);
    }),
  );
});
