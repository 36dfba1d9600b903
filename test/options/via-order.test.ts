import { expect, test } from 'vitest';
import { readViaOrder } from '../../src/options/via-order.ts';

test.each([
  ['ntp', ['ntp']],
  ['ssh,ntp', ['ssh', 'ntp']],
  ['NTP, http, ntp', ['ntp', 'http']],
])('"%s" is an order of means', (text, order) => {
  expect(readViaOrder(text)).toEqual(order);
});

test.each(['', 'snmp', 'ntp,', 'ntp;ssh'])('"%s" is none', text => {
  expect(readViaOrder(text)).toBeUndefined();
});
