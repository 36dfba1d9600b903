// The real NTS implementation: which authorities it trusts, and where it stores unused cookies.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, expect, test, vi } from 'vitest';
import { cookieStores } from '../../../src/machine.ts';
import { openNts } from '../../../src/net/nts/open.ts';
import { NtsError } from '../../../src/net/nts/session.ts';
import { systemRoots } from '../../../src/net/nts/trust.ts';

vi.mock(import('../../../src/net/nts/trust.ts'), async original => ({
  ...(await original()),
  systemRoots: vi.fn(() => rootCertificates.slice(0, 1)),
}));

const folder = mkdtempSync(join(tmpdir(), 'tsntp-nts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SERVER = { host: 'time.example', port: 1, ntpPort: 123 };
const SESSION = {
  host: '203.0.113.5',
  port: 123,
  c2s: new Uint8Array(32).fill(1),
  s2c: new Uint8Array(32).fill(2),
  cookies: [new Uint8Array(100).fill(3)],
};

test('the authorities of this system are read once, however many servers are asked', async () => {
  const nts = openNts({}, cookieStores(undefined), () => true);
  const closedPort = [{ address: '127.0.0.1', family: 4 }] as const;
  const exchange = () => nts.exchange(SERVER, closedPort, new AbortController().signal);
  for (let i = 0; i < 3; i++) await expect(exchange()).rejects.toThrow(NtsError);
  expect(systemRoots).toHaveBeenCalledTimes(1);
});

test('cookies are kept beside the state, and nowhere without a place for it', async () => {
  const directory = join(folder, 'beside');
  const nts = openNts({}, cookieStores(directory), () => true);
  await nts.keep(SERVER, SESSION);
  expect(existsSync(directory)).toBe(true);
  expect(await nts.take(SERVER)).toEqual(SESSION);
  const nowhere = openNts({}, cookieStores(undefined), () => true);
  await nowhere.keep(SERVER, SESSION);
  expect(await nowhere.take(SERVER)).toBeUndefined();
});

test('a server with authorities of its own is believed by those alone, and has cookies of its own', async () => {
  const nts = openNts({}, cookieStores(join(folder, 'own')), () => true);
  const own = { ...SERVER, authorities: { ca: rootCertificates[1]! } };
  const beside = { ...SERVER, authorities: { ca: rootCertificates[1]!, system: true } };
  await nts.keep(own, SESSION);
  expect(await nts.take(SERVER)).toBeUndefined();
  expect(await nts.take(beside)).toBeUndefined();
  expect(await nts.take(own)).toEqual(SESSION);
});
