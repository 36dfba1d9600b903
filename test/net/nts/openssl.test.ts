// Where OpenSSL cannot be called, nothing is believed without its dates. certificate.test.ts has what it verifies.

import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { exchangeKeys } from '../../../src/net/nts/key-exchange.ts';
import { trustIn } from '../../../src/net/nts/trust.ts';
import { type Forge, forge } from '../../support/certificates.ts';
import { good } from '../../support/ke-response.ts';
import { keyServer, sends } from '../../support/key-server.ts';

const absent = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
const library = { load: vi.fn() };
vi.mock('koffi', () => ({ default: library }));

let made: Forge;
beforeAll(() => {
  made = forge();
});
afterAll(() => made.remove());

test.each([
  [
    'ignore',
    'certificate-invalid',
    /out of date, and cannot be checked without its dates: this Node does not/,
  ],
  ['count', 'certificate-expired', /is out of date: valid from 2020.*run again with --nts-ignore-dates/],
] as const)('an expired certificate, where dates %s', async (dates, kind, message) => {
  library.load.mockImplementation(() => {
    throw absent;
  });
  const authority = made.authority('Authority');
  const identity = authority.issue('localhost', { valid: ['20200101000000Z', '20210101000000Z'] });
  const server = await keyServer(identity, sends(...good()));
  const rules = { trust: trustIn([authority.certificate]), dates, now: new Date() };
  const at = [{ address: '127.0.0.1', family: 4 }] as const;
  const to = { host: 'localhost', port: server.port, ntpPort: 123 };
  const exchange = exchangeKeys(to, at, rules, new AbortController().signal);
  await expect(exchange).rejects.toMatchObject({ kind, message: expect.stringMatching(message) });
  expect(server.asked()).toBe(0);
  await server.stop();
});
