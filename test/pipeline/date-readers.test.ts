// The clocks of real web servers, read as `tsntp check --via http` does, with the library.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { CheckedTarget } from '../../src/fleet/fleet-outcome.ts';
import { check, type FleetOptions } from '../../src/library/check-fleet.ts';
import { DateError } from '../../src/net/date-source.ts';
import { realTimer } from '../../src/net/timer.ts';
import { monotonicTimeOf, unixTimeOf } from '../../src/ntp/time.ts';
import { httpReader } from '../../src/pipeline/date-readers.ts';
import { forge } from '../support/certificates.ts';
import { serve, serveSilence } from '../support/command.ts';

const certificates = forge();
afterAll(() => certificates.remove());

/** Starts a web server whose clock is `offset` seconds ahead; returns its port. */
async function web(offset: number, headers: Readonly<Record<string, string>> = {}, secure = false) {
  const begun = Date.now();
  const { certificate, key } = secure ? certificates.selfSigned('camera') : { certificate: '', key: '' };
  const answer: Parameters<typeof createServer>[1] = (_request, response) => {
    response.sendDate = false;
    const time = Number.isFinite(offset) ? Date.now() + offset * 1000 : begun;
    response.writeHead(200, { Date: new Date(time).toUTCString(), 'Content-Length': '0', ...headers }).end();
  };
  const server: Server = secure
    ? createSecureServer({ cert: certificate, key }, answer)
    : createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function checked(hosts: readonly string[], options: FleetOptions): Promise<readonly CheckedTarget[]> {
  const [reference] = await serve({});
  const outcome = await check(hosts, { reference: reference!, ...options });
  if (outcome.kind === 'no-reference') throw new Error(outcome.reason);
  return outcome.targets;
}

const here = (port: number) => `127.0.0.1:${port}`;

describe('by http', () => {
  test('each clock is known within its bound, and what is off is found', async () => {
    const offsets = [0, 0.4, -37.5, 3600];
    const hosts = await Promise.all(offsets.map(async offset => here(await web(offset))));
    const targets = await checked(hosts, { via: 'http' });
    for (const [i, { reading }] of targets.entries()) {
      expect(reading).toMatchObject({ via: 'http', address: '127.0.0.1' });
      expect(Math.abs(reading!.offset - offsets[i]!)).toBeLessThanOrEqual(reading!.errorBound);
      expect(reading!.errorBound).toBeLessThan(0.6);
    }
    expect(targets.map(({ verdict }) => verdict).slice(2)).toEqual(['off', 'zone-off']);
  }, 40_000);

  test('a server that wants TLS is asked with it, and one that stands still is seen through', async () => {
    const hosts = [here(await web(100, {}, true)), here(await web(Number.NaN))];
    const [secure, still] = await checked(hosts, { via: 'http' });
    expect(secure).toMatchObject({ verdict: 'off', reading: { via: 'http' } });
    expect(still).toMatchObject({ verdict: 'frozen', severity: 'critical' });
  }, 40_000);

  test('a cache is no clock', async () => {
    const [cached] = await checked([here(await web(0, { Age: '60' }))], { via: 'http', failOn: 'off' });
    expect(cached).toMatchObject({ verdict: 'uncertain' });
    expect(cached!.reason).toMatch(/^http port \d+: a cache answered \(its header Age\); https port \d+: /);
    expect(cached!.reading).toBeUndefined();
  });

  test('a host without a web server says why by each means', async () => {
    const { server } = await serveSilence();
    const [silent] = await checked([server], { via: ['ntp', 'http'], timeout: 0.2 });
    expect(silent!.reading).toBeUndefined();
    expect(silent!.reason).toMatch(/^ntp: no answer; http: /);
  }, 40_000);
});

test('both ports of a web server share one deadline, which the search for its address also spends', async () => {
  const deadlines: number[] = [];
  const after = (duration: number) => {
    deadlines.push(duration);
    return () => {};
  };
  const open = () => ({ ask: () => Promise.reject(new DateError('no-answer', 'silent')), close() {} });
  const resolve = async () => [{ address: '192.0.2.1', family: 4 as const }];
  const plan = { anchor: { time: unixTimeOf(0n), monotonic: monotonicTimeOf(0n) }, timeout: 2 };
  const target = { host: 'camera', port: 123, from: 'command line' };
  const read = await httpReader(open, resolve, { ...realTimer, after }).read(
    target,
    plan,
    new AbortController().signal,
  );
  expect(read).toMatchObject({ kind: 'no-answer' });
  expect(deadlines).toEqual([30, 10, 10]);
});

test('a host that answers NTP is not asked by http', async () => {
  const [host] = await serve({ offset: 5 });
  const [target] = await checked([host!], { via: ['ntp', 'http'] });
  expect(target!.reading).toMatchObject({ via: 'ntp' });
});
