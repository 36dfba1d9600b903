// NTS with a real chronyd, whose certificates are issued by an authority created here.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Authority, type Forge, forge, type Identity } from '../support/certificates.ts';
import { type NtsServer, ntsServer } from '../support/nts-server.ts';
import { chronyd, fakeTime, PACKAGES, type RealServer } from '../support/real-server.ts';
import { describeWith, reportOf, tsntp } from './bench.ts';

const PAST = ['20200101000000Z', '20210101000000Z'] as const;

describeWith(PACKAGES.chronyd, 'NTS with chronyd', () => {
  let made: Forge;
  let authority: Authority;
  let identity: Identity;
  let server: NtsServer;
  let state: string;

  beforeAll(async () => {
    made = forge();
    authority = made.authority('Test Authority');
    identity = authority.issue('localhost');
    server = await ntsServer(identity);
  });
  afterAll(async () => {
    await server?.stop();
    made.remove();
  });
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'tsntp-nts-'));
  });
  afterEach(() => rmSync(state, { recursive: true, force: true }));

  const ask = (port: number, ...more: readonly string[]) => {
    const trust = more.includes('--nts-ca') ? [] : ['--nts-ca', authority.certificateFile];
    const options = ['-q', '--format', 'json', '--state', state, '--nts', ...trust];
    const run = tsntp([...options, ...more, `127.0.0.1:${port}`]);
    return { ...run, report: reportOf(run) };
  };
  const kept = () => readdirSync(state).filter(name => name.startsWith('nts-'));

  test('is authenticated, and the report contains the exchange and the certificate', () => {
    const { status, report } = ask(server.kePort);
    expect(status).toBe(0);
    expect(Math.abs(report.offset)).toBeLessThan(0.001);
    expect(report.servers).toMatchObject([
      {
        verdict: 'system-peer',
        authenticated: true,
        port: server.port,
        answered: 4,
        rejections: [],
        authentication: {
          method: 'nts',
          keyExchange: { address: '127.0.0.1', cookies: 8, certificate: { issuer: 'Test Authority' } },
        },
      },
    ]);
  });

  test('the trace contains the exchange: names, dates, time', () => {
    const { stderr } = ask(server.kePort, '-d');
    expect(stderr).toMatch(
      /^keys\(127\.0\.0\.1\)\n {2}exchanged with 127\.0\.0\.1 in [\d.]+ ms, 8 cookies\n/m,
    );
    expect(stderr).toMatch(
      /certificate of localhost \(DNS:localhost, IP Address:127\.0\.0\.1, .*\) by Test Authority/,
    );
    expect(stderr).toMatch(/valid from 2020-01-01T00:00:00Z to 2099-12-31T23:59:59Z\n/);
    expect(stderr).toMatch(/^authenticated: NTS$/m);
  });

  test('sixteen samples never run out of cookies', () => {
    expect(ask(server.kePort, '-p', '16').report.servers).toMatchObject([{ answered: 16, rejected: 0 }]);
  });

  test('a second and a third run need no key exchange', () => {
    ask(server.kePort);
    for (let run = 2; run <= 3; run++) {
      expect(kept()).toHaveLength(1);
      const { authenticated, authentication, answered } = ask(server.kePort).report
        .servers[0] as never as Record<string, unknown>;
      expect({ authenticated, authentication, answered }).toEqual({
        authenticated: true,
        authentication: { method: 'nts' },
        answered: 4,
      });
    }
  });

  test('cookies obtained under one authority are not used with another', () => {
    ask(server.kePort);
    const stranger = made.authority('Stranger');
    const { status, report } = ask(server.kePort, '--nts-ca', stranger.certificateFile);
    expect(status).toBe(3);
    expect(report.servers).toMatchObject([{ verdict: 'no-keys', authenticated: false }]);
  });

  test('a server that lost its cookie key answers NTSN, and keys are exchanged again', async () => {
    ask(server.kePort);
    await server.stop();
    server = await ntsServer(identity, server);
    const { status, report, stderr } = ask(server.kePort, '-d', '-t', '0.5');
    expect(stderr).toContain('kept from an earlier run');
    expect(stderr).toContain('nts-nak: kiss code NTSN');
    expect(report.servers).toMatchObject([{ authenticated: true, authentication: { keyExchange: {} } }]);
    expect(status).toBe(0);
  });

  test('a list with NTS, ports, and plain servers: the authenticated server is not outvoted', async () => {
    const liars: RealServer[] = [];
    try {
      for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4'])
        liars.push(await chronyd({ stratum: 2, ahead: 100, address }));
      const list = join(state, 'ntp.conf');
      const lines = liars.map(({ address, port }) => `server ${address} port ${port}`);
      writeFileSync(list, `${[...lines, `server 127.0.0.1 nts ntsport ${server.kePort}`].join('\n')}\n`);
      const options = ['-q', '--format', 'json', '--nts-ca', authority.certificateFile, '-f', list];
      const report = reportOf(tsntp(options));
      expect(Math.abs(report.offset)).toBeLessThan(0.001);
      expect(report.servers.map(({ verdict }) => verdict)).toEqual([
        ...Array(3).fill('unauthenticated'),
        'system-peer',
      ]);
      // The plain servers alone are not accepted, either.
      await server.stop();
      expect(tsntp(options)).toMatchObject({ status: 3 });
    } finally {
      await Promise.all(liars.map(liar => liar.stop()));
      server = await ntsServer(identity, server);
    }
  });

  test('a server without NTS is not queried unauthenticated', async () => {
    const plain = await chronyd({ stratum: 3 });
    try {
      const { status, report } = ask(plain.port);
      expect(status).toBe(3);
      expect(report.servers).toMatchObject([{ verdict: 'no-keys', sent: 0 }]);
    } finally {
      await plain.stop();
    }
  });

  describe('a board that boots with a clock years in the past', () => {
    const YEARS = 6;
    const born = () => {
      const year = new Date().getUTCFullYear() - 1;
      return authority.issue('localhost', { valid: [`${year}0101000000Z`, `${year + 9}0101000000Z`] });
    };
    const board = (young: NtsServer): RealServer => ({
      ...young,
      reach: [
        'env',
        ...Object.entries(fakeTime(-YEARS * 365 * 86_400)).map(([name, value]) => `${name}=${value}`),
      ],
    });
    const run = (young: NtsServer, ...more: readonly string[]) => {
      const options = ['-q', '--format', 'json', '--nts', '--nts-ca', authority.certificateFile, ...more];
      const done = tsntp([...options, `127.0.0.1:${young.kePort}`], board(young));
      return { ...done, report: reportOf(done) };
    };

    test('gets a hint that its clock may be wrong, and gets the time if dates are ignored', async () => {
      const young = await ntsServer(born());
      try {
        const refused = run(young);
        expect(refused.status).toBe(3);
        expect(refused.report.servers).toMatchObject([
          {
            verdict: 'no-keys',
            reason: expect.stringMatching(/if the clock is wrong, .*--nts-ignore-dates/),
          },
        ]);
        const believed = run(young, '--nts-ignore-dates');
        expect(believed.status).toBe(0);
        expect(believed.report.offset).toBeCloseTo(YEARS * 365 * 86_400, 0);
        expect(believed.report.servers).toMatchObject([
          { authenticated: true, authentication: { keyExchange: { certificate: { datesIgnored: true } } } },
        ]);
      } finally {
        await young.stop();
      }
    });
  });

  describe('an invalid certificate is reported by kind, and no packet is sent:', () => {
    test.each<[string, () => Identity, RegExp]>([
      ['expired', () => authority.issue('localhost', { valid: PAST }), /out of date.*--nts-ignore-dates/],
      [
        'for another host',
        () => authority.issue('x', { names: ['DNS:other.example'] }),
        /is for DNS:other\.example/,
      ],
      [
        'from an untrusted authority',
        () => made.authority('Stranger').issue('localhost'),
        /does not trust \(Stranger\)/,
      ],
    ])('%s', async (_, issue, message) => {
      const bad = await ntsServer(issue());
      try {
        const { status, report } = ask(bad.kePort);
        expect(status).toBe(3);
        expect(report.servers).toMatchObject([
          { verdict: 'no-keys', sent: 0, authenticated: false, reason: expect.stringMatching(message) },
        ]);
      } finally {
        await bad.stop();
      }
    });
  });
});
