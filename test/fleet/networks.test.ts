import { expect, test } from 'vitest';
import { networksOf } from '../../src/fleet/networks.ts';

test('few networks are named as they are', () => {
  expect(networksOf(['10.1.2.3', '10.1.2.200', '10.1.3.1'])).toEqual(['10.1.2.0/24', '10.1.3.0/24']);
  expect(networksOf(['2001:db8:0:7::1', '2001:db8::7:0:0:0:9', 'fe80::1%eth0'])).toEqual([
    '2001:db8:0:7::/64',
    'fe80::/64',
  ]);
});

test('addresses that are spread are in larger networks', () => {
  expect(networksOf(['10.1.1.1', '10.1.2.1', '10.1.3.1', '10.1.4.1', '10.2.5.1'])).toEqual([
    '10.1.0.0/16',
    '10.2.0.0/16',
  ]);
  const many = Array.from({ length: 5 }, (_, i) => `2001:db8:1:${i}::1`);
  expect(networksOf(many)).toEqual(['2001:db8:1::/48']);
});
