// How long to wait between two requests, as a table, and which addresses are local.

import { expect, test } from 'vitest';
import {
  isLocal,
  LOCAL_REQUEST_INTERVAL,
  type Pace,
  REQUEST_INTERVAL,
  requestIntervalOf,
} from '../../src/net/request-interval.ts';
import type { Address } from '../../src/net/transport.ts';

const address = (text: string): Address => ({ family: text.includes(':') ? 6 : 4, address: text, port: 123 });
const near = address('192.168.1.1');
const far = address('203.0.113.1');
const quick: Pace = { leastRoundTrip: 0.0049, lost: false, kissed: false };

test.each<[what: string, interval: 'auto' | number, to: Address, pace: Pace, seconds: number]>([
  ['a local address that answers quickly', 'auto', near, quick, LOCAL_REQUEST_INTERVAL],
  ['a local address that does not', 'auto', near, { ...quick, leastRoundTrip: 0.005 }, REQUEST_INTERVAL],
  [
    'a local address that has not answered',
    'auto',
    near,
    { ...quick, leastRoundTrip: undefined },
    REQUEST_INTERVAL,
  ],
  ['a local address after a loss', 'auto', near, { ...quick, lost: true }, REQUEST_INTERVAL],
  ['a local address after a kiss', 'auto', near, { ...quick, kissed: true }, REQUEST_INTERVAL],
  ['a public address, however quick', 'auto', far, quick, REQUEST_INTERVAL],
  ['an interval as asked', 0.5, far, { ...quick, lost: true }, 0.5],
  ['an interval as asked, longer', 60, near, quick, 60],
  ['an interval as asked, after a kiss', 0.5, near, { ...quick, kissed: true }, REQUEST_INTERVAL],
  ['a long interval as asked, after a kiss', 60, near, { ...quick, kissed: true }, 60],
])('%s', (_, interval, to, pace, seconds) => {
  expect(requestIntervalOf(interval, to, pace)).toBe(seconds);
});

test.each([1, 2, 4, 5, 10, 1000 / 64, 1000 / 60, 20])(
  'four local requests meet a clock that ticks every %d ms in each half of its tick',
  tick => {
    const phases = [0, 1, 2, 3].map(k => ((k * LOCAL_REQUEST_INTERVAL * 1000) / tick) % 1).toSorted();
    const gaps = phases.map((phase, i) => (phases[i + 1] ?? 1 + phases[0]!) - phase);
    expect(Math.max(...gaps)).toBeLessThan(0.51);
  },
);

test('the two spacings are those that servers and local paths bear', () => {
  expect([REQUEST_INTERVAL, LOCAL_REQUEST_INTERVAL]).toEqual([2, 0.0433]);
});

test.each([
  '127.0.0.1',
  '127.255.255.255',
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '169.254.1.1',
  '::1',
  'fc00::1',
  'fdff:ffff::1',
  'fe80::1',
  'fe80::1%eth0',
  'febf::1',
])('%s is local', text => {
  expect(isLocal(address(text))).toBe(true);
});

test.each([
  '126.255.255.255',
  '128.0.0.1',
  '9.255.255.255',
  '11.0.0.1',
  '172.15.255.255',
  '172.32.0.1',
  '192.167.255.255',
  '192.169.0.1',
  '169.253.255.255',
  '203.0.113.1',
  '::2',
  'fbff::1',
  'fec0::1',
  '2001:db8::1',
])('%s is not local', text => {
  expect(isLocal(address(text))).toBe(false);
});
