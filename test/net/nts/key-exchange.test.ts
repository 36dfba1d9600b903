// Key exchanges over real TLS on loopback, with good servers and every sort of bad one.

import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CertificateRules } from '../../../src/net/nts/certificate.ts';
import { exchangeKeys } from '../../../src/net/nts/key-exchange.ts';
import { NtsError, type NtsErrorKind } from '../../../src/net/nts/session.ts';
import { trustIn } from '../../../src/net/nts/trust.ts';
import type { Authority, Forge, Identity } from '../../support/certificates.ts';
import { forge } from '../../support/certificates.ts';
import { good, record } from '../../support/ke-response.ts';
import {
  cutShort,
  type KeyServerUnderTest,
  keyServer,
  type Respond,
  type ServedKeys,
  sends,
  tcpServer,
} from '../../support/key-server.ts';

const LOOPBACK = [{ address: '127.0.0.1', family: 4 }] as const;
const PAST = ['20200101000000Z', '20210101000000Z'] as const;
const FUTURE = ['20900101000000Z', '20910101000000Z'] as const;
const NOW = new Date('2026-11-21T12:00:00Z');

let made: Forge;
let authority: Authority;
let identity: Identity;
beforeAll(() => {
  made = forge();
  authority = made.authority('Good Authority');
  identity = authority.issue('localhost');
});
afterAll(() => made.remove());

const servers: KeyServerUnderTest[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.stop()));
});

async function serve(respond: Respond = sends(...good()), as: Identity = identity, options = {}) {
  const server = await keyServer(as, respond, options);
  servers.push(server);
  return server;
}

interface Terms extends Partial<Omit<CertificateRules, 'trust'>> {
  readonly roots?: readonly string[];
  readonly host?: string;
  readonly signal?: AbortSignal;
}

function exchange({ port }: { readonly port: number }, terms: Terms = {}) {
  const { host = 'localhost', signal = new AbortController().signal, roots, ...rules } = terms;
  const trust = trustIn(roots ?? [authority.certificate]);
  const whole = { trust, dates: 'count', now: NOW, ...rules } as const;
  return exchangeKeys({ host, port, ntpPort: 123 }, LOOPBACK, whole, signal);
}

async function failure(exchanging: Promise<unknown>): Promise<NtsError> {
  const error = await exchanging.then(
    () => undefined,
    reason => reason,
  );
  expect(error).toBeInstanceOf(NtsError);
  return error as NtsError;
}

async function expectFailure(exchanging: Promise<unknown>, kind: NtsErrorKind, message: RegExp) {
  const error = await failure(exchanging);
  expect(error.message).toMatch(message);
  expect(error.kind).toBe(kind);
}

describe('an exchange', () => {
  test('yields the keys that the server has, its cookies, and the address that answered', async () => {
    let served: ServedKeys | undefined;
    const cookies = [new Uint8Array(100).fill(1), new Uint8Array(100).fill(2)];
    const server = await serve((socket, keys) => {
      served = keys;
      sends(...good(cookies))(socket, keys);
    });
    const { session, address, certificate, duration } = await exchange(server);
    expect(session).toEqual({ ...served, cookies, host: '127.0.0.1', port: 123 });
    expect(session.c2s).not.toEqual(session.s2c);
    expect(address).toBe('127.0.0.1');
    expect(duration).toBeGreaterThan(0);
    expect(certificate).toEqual({
      subject: 'localhost',
      issuer: 'Good Authority',
      names: ['DNS:localhost', 'IP Address:127.0.0.1', 'IP Address:0:0:0:0:0:0:0:1'],
      validFrom: '2020-01-01T00:00:00Z',
      validUntil: '2099-12-31T23:59:59Z',
      datesIgnored: false,
    });
  });

  test('takes another server and port from the response', async () => {
    const [protocol, aead, ...rest] = good();
    const named = [record(6, Buffer.from('ntp.example')), record(7, [0x2b, 0x67])];
    const server = await serve(sends(protocol!, aead!, ...named, ...rest));
    expect((await exchange(server)).session).toMatchObject({ host: 'ntp.example', port: 11111 });
  });

  test('takes a response in pieces', async () => {
    const bytes = Buffer.concat(good());
    const server = await serve(socket => {
      socket.setNoDelay();
      for (const byte of bytes) socket.write(Buffer.of(byte));
    });
    expect((await exchange(server)).session.cookies).toHaveLength(1);
  });

  test('with an address needs a certificate for that', async () => {
    const server = await serve();
    expect((await exchange(server, { host: '127.0.0.1' })).address).toBe('127.0.0.1');
  });

  test('takes a certificate whose alternative names are all that it has', async () => {
    const { certificate } = await exchange(await serve(undefined, authority.issue('')));
    expect(certificate).toMatchObject({
      subject: 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
      issuer: 'Good Authority',
    });
  });

  test('that is broken off right behind the response has the address that answered', async () => {
    const server = await serve((socket, keys) => {
      sends(...good())(socket, keys);
      server.reset();
    });
    expect(await exchange(server)).toMatchObject({ address: '127.0.0.1', session: { host: '127.0.0.1' } });
  });

  test('takes a chain', async () => {
    const below = authority.issue('Below', { authority: true });
    expect((await exchange(await serve(undefined, below.issue('localhost')))).certificate.issuer).toBe(
      'Below',
    );
  });
});

describe('a certificate fails by name:', () => {
  test('of another host', async () => {
    const other = authority.issue('other', { names: ['DNS:other.example'] });
    const message = /certificate of localhost:\d+ is for DNS:other\.example, not for localhost/;
    await expectFailure(exchange(await serve(undefined, other)), 'certificate-name', message);
  });

  test('of an authority that is not trusted', async () => {
    const stranger = made.authority('Stranger').issue('localhost');
    const message = /authority that this machine does not trust \(Stranger\).*--nts-ca FILE/;
    await expectFailure(exchange(await serve(undefined, stranger)), 'certificate-untrusted', message);
  });

  test('that signs itself', async () => {
    await expectFailure(
      exchange(await serve(undefined, made.selfSigned('localhost'))),
      'certificate-untrusted',
      /does not trust/,
    );
  });

  test('without any name', async () => {
    const message = /authority that this machine does not trust \(\(no name\)\)/;
    const server = await serve(undefined, made.selfSigned(''));
    await expectFailure(exchange(server), 'certificate-untrusted', message);
  });

  test('that cannot be judged', async () => {
    const server = await serve(undefined, authority.issue('localhost', { valid: PAST }));
    const broken = authority.certificate.replaceAll(/^[^-]/gm, '!');
    await expectFailure(
      exchange(server, { roots: [authority.certificate, broken] }),
      'refused',
      /^the NTS key exchange with localhost:\d+ failed: ./,
    );
  });

  test('expired', async () => {
    const server = await serve(undefined, authority.issue('localhost', { valid: PAST }));
    const message =
      /out of date: valid from 2020-01-01T00:00:00Z to 2021-01-01T00:00:00Z, and this clock shows 2026-11-21T12:00:00Z; if the clock is wrong, run again with --nts-ignore-dates/;
    await expectFailure(exchange(server), 'certificate-expired', message);
    expect(server.asked()).toBe(0);
  });

  test('not valid yet', async () => {
    const early = authority.issue('localhost', { valid: FUTURE });
    await expectFailure(exchange(await serve(undefined, early)), 'certificate-not-yet-valid', /out of date/);
  });

  test('for clients only', async () => {
    const clients = authority.issue('localhost', { usage: 'clientAuth' });
    await expectFailure(exchange(await serve(undefined, clients)), 'certificate-invalid', /INVALID_PURPOSE/);
  });

  test('with an escape sequence in its name', async () => {
    const odd = made.authority('odd\u001b[2J').issue('localhost');
    const error = await failure(exchange(await serve(undefined, odd)));
    expect(error.message).not.toContain('\u001b');
  });
});

describe('with dates ignored', () => {
  const ignoring = { dates: 'ignore' } as const;

  test.each([PAST, FUTURE])('a certificate valid from %s to %s passes, and it shows', async (...valid) => {
    const server = await serve(undefined, authority.issue('localhost', { valid: [valid[0], valid[1]] }));
    expect((await exchange(server, ignoring)).certificate).toMatchObject({ datesIgnored: true });
  });

  test('a chain passes whose every part is out of date', async () => {
    const old = made.authority('Old', PAST);
    const below = old.issue('Below', { authority: true, valid: PAST });
    const server = await serve(undefined, below.issue('localhost', { valid: PAST }));
    const roots = [old.certificate];
    expect((await exchange(server, { ...ignoring, roots })).certificate).toMatchObject({
      datesIgnored: true,
    });
    await expectFailure(exchange(server, { roots }), 'certificate-expired', /out of date/);
  });

  test.each<[string, (valid: readonly [string, string]) => Identity, NtsErrorKind]>([
    [
      'of a stranger',
      valid => made.authority('Stranger').issue('localhost', { valid }),
      'certificate-untrusted',
    ],
    [
      'of a stranger that bears the name of the authority',
      valid => made.authority('Good Authority').issue('localhost', { valid }),
      'certificate-untrusted',
    ],
    ['that signs itself', valid => made.selfSigned('localhost', { valid }), 'certificate-untrusted'],
    [
      'issued by a certificate that is not an authority',
      valid => authority.issue('Leaf').issue('localhost', { valid }),
      'certificate-invalid',
    ],
    [
      'of another host',
      valid => authority.issue('x', { names: ['DNS:other.example'], valid }),
      'certificate-name',
    ],
    ['for clients', valid => authority.issue('x', { usage: 'clientAuth', valid }), 'certificate-invalid'],
  ])('an expired one %s fails all the same, with dates ignored or not', async (_, issue, kind) => {
    const server = await serve(undefined, issue(PAST));
    await expectFailure(exchange(server, ignoring), kind, /^the certificate of localhost:\d+ is/);
    await expectFailure(exchange(server), kind, /^the certificate of localhost:\d+ is/);
    expect(server.asked()).toBe(0);
  });

  test('a certificate of another host fails, though its dates hold', async () => {
    const other = authority.issue('other', { names: ['DNS:other.example'] });
    await expectFailure(
      exchange(await serve(undefined, other), ignoring),
      'certificate-name',
      /other\.example/,
    );
  });

  test('an expired certificate is refused to a clock that is known to be good', async () => {
    const server = await serve(undefined, authority.issue('localhost', { valid: PAST }));
    const message = /only for a clock that has not been set since boot/;
    await expectFailure(exchange(server, { dates: 'must-count' }), 'certificate-expired', message);
  });
});

describe('a server fails by name:', () => {
  test('that is not there', async () => {
    const server = await serve();
    await server.stop();
    await expectFailure(exchange(server), 'unreachable', /no NTS server listens there/);
  });

  test('that speaks TLS 1.2 only', async () => {
    const old = await serve(undefined, identity, { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    await expectFailure(exchange(old), 'no-tls', /does not speak TLS 1\.3/);
  });

  test.each([[['http/1.1']], [[]]])('that offers the protocols %j', async ALPNProtocols => {
    await expectFailure(
      exchange(await serve(undefined, identity, { ALPNProtocols })),
      'no-ntske',
      /ntske\/1/,
    );
  });

  test('that speaks no TLS', async () => {
    const server = await tcpServer(socket => socket.end('220 mail.example ESMTP\r\n'));
    servers.push(server);
    await expectFailure(exchange(server), 'no-tls', /TLS failed/);
  });

  test('that hangs up', async () => {
    const server = await tcpServer(socket => socket.destroy());
    servers.push(server);
    await expectFailure(exchange(server), 'truncated', /TLS handshake/);
  });

  test('that breaks off as soon as the handshake is over', async () => {
    const server = await cutShort(await serve());
    servers.push(server);
    await expectFailure(exchange(server), 'truncated', /handshake|response/);
  });

  test.each<[string, Respond, NtsErrorKind, RegExp]>([
    ['that refuses', sends(record(2, [0, 1]), record(0, [])), 'refused', /error 1: bad request/],
    ['that ends within a record', sends(Buffer.concat(good()).subarray(0, 40)), 'truncated', /the response/],
    ['that ends before the end record', sends(...good().slice(0, -1)), 'truncated', /the response/],
    ['that says nothing', socket => void socket.end(), 'truncated', /the response/],
    ['that breaks off', socket => void socket.destroy(), 'truncated', /the response/],
    ['that sends 64 KiB of zeros', sends(new Uint8Array(65_536)), 'refused', /no protocol record/],
    [
      'that sends 64 KiB of ones',
      sends(new Uint8Array(65_536).fill(255)),
      'refused',
      /its response is not NTS/,
    ],
    [
      'that sends 64 KiB of web page',
      sends(Buffer.alloc(65_536, '<html>')),
      'refused',
      /its response is not NTS/,
    ],
    ['that sends an empty cookie', sends(...good([new Uint8Array()])), 'refused', /cookie of 0 bytes/],
  ])('%s', async (_, respond, kind, message) => {
    await expectFailure(exchange(await serve(respond)), kind, message);
  });

  test.each<[string, () => Promise<KeyServerUnderTest>, RegExp]>([
    ['before the handshake', () => tcpServer(() => {}), /timed out waiting for the TLS handshake/],
    ['before the response', () => keyServer(identity, () => {}), /timed out waiting for the response/],
    ['within it', () => keyServer(identity, socket => void socket.write(good()[0]!)), /for the response/],
  ])('that stalls %s, as soon as the run is over', async (_, start, message) => {
    const server = await start();
    servers.push(server);
    const over = new AbortController();
    setTimeout(() => over.abort(), 150);
    await expectFailure(exchange(server, { signal: over.signal }), 'timeout', message);
  });

  test('that stalls is given up after five seconds, while the run goes on', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const server = await tcpServer(() => {});
      servers.push(server);
      const exchanging = failure(exchange(server));
      await vi.advanceTimersByTimeAsync(5000);
      // An exchange that is still waiting now would fail by this.
      await server.stop();
      expect(await exchanging).toMatchObject({ kind: 'timeout' });
    } finally {
      vi.useRealTimers();
    }
  });

  test('after the run is over, as a timeout', async () => {
    const signal = AbortSignal.abort();
    await expectFailure(exchange(await serve(), { signal }), 'timeout', /timed out/);
  });
});
