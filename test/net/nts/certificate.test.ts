// Chains of certificates, each in two editions: with dates that hold, as Node's own TLS judges it, and with dates that do
// not hold, as they are judged with dates ignored. What the one refuses, the other does.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DateRule } from '../../../src/net/nts/certificate.ts';
import { exchangeKeys } from '../../../src/net/nts/key-exchange.ts';
import { NtsError } from '../../../src/net/nts/session.ts';
import { trustIn } from '../../../src/net/nts/trust.ts';
import {
  type Authority,
  type Forge,
  forge,
  type Identity,
  type IdentityOptions,
} from '../../support/certificates.ts';
import { good } from '../../support/ke-response.ts';
import { type KeyServerUnderTest, keyServer, sends } from '../../support/key-server.ts';

type Dates = readonly [from: string, until: string];
const CURRENT: Dates = ['20200101000000Z', '20991231235959Z'];
const PAST: Dates = ['20200101000000Z', '20210101000000Z'];
const FUTURE: Dates = ['20900101000000Z', '20910101000000Z'];
const NOW = new Date('2026-11-21T12:00:00Z');

/** Who serves, and who is trusted. */
interface Case {
  readonly identity: Identity;
  readonly roots: readonly string[];
  readonly host?: string;
}

let made: Forge;
beforeAll(() => {
  made = forge();
});
afterAll(() => made.remove());

const servers: KeyServerUnderTest[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.stop()));
});

/** What an exchange with such a server comes to: whether it is believed, or how it is refused. */
async function verdict(
  { identity, roots, host = 'localhost' }: Case,
  dates: DateRule,
): Promise<true | NtsError> {
  // The server itself is to have no scruples.
  const server = await keyServer(identity, sends(...good()), { ciphers: 'DEFAULT@SECLEVEL=0' });
  servers.push(server);
  const rules = { trust: trustIn(roots), dates, now: NOW } as const;
  const at = [{ address: '127.0.0.1', family: 4 }] as const;
  try {
    await exchangeKeys({ host, port: server.port, ntpPort: 123 }, at, rules, new AbortController().signal);
    return true;
  } catch (error) {
    expect(server.asked()).toBe(0);
    if (error instanceof NtsError) return error;
    throw error;
  }
}

const CA = 'basicConstraints=critical,CA:TRUE';
const SIGNS = 'keyUsage=critical,keyCertSign,cRLSign';
const LEAF = ['basicConstraints=critical,CA:FALSE', 'extendedKeyUsage=serverAuth'];
const RSA = { keyType: 'rsa:2048' };
const UNKNOWN = '1.3.6.1.4.1.99999.1=critical,DER:05:00';

/** A root, one below it, and a server, each as said. */
function chain(
  valid: Dates,
  {
    root = {},
    middle,
    leaf = {},
    host,
  }: { root?: IdentityOptions; middle?: IdentityOptions; leaf?: IdentityOptions; host?: string },
): Case {
  const top = made.authority('Root', valid, root);
  const issuer = middle ? top.issue('Middle', { authority: true, valid, ...middle }) : top;
  const identity = issuer.issue('localhost', { valid, ...leaf });
  return { identity, roots: [top.certificate], ...(host !== undefined && { host }) };
}

const of = (parts: Parameters<typeof chain>[1]) => (valid: Dates) => chain(valid, parts);
const keys = (keyType: string) => ({ root: { keyType }, middle: { keyType }, leaf: { keyType } });
const says = (...extensions: readonly string[]) => ({ extensions });
const named = (...names: readonly string[]) => ({ names });

type Cases = readonly (readonly [what: string, make: (valid: Dates) => Case])[];

const GOOD: Cases = [
  ...['rsa:2048', 'P-256', 'P-384', 'ed25519'].flatMap((keyType): Cases => {
    const { middle, ...direct } = keys(keyType);
    return [
      [`${keyType}`, of(direct)],
      [`${keyType} with an intermediate`, of({ ...direct, middle })],
    ];
  }),
  [
    'two intermediates',
    valid => {
      const top = made.authority('Root', valid);
      const first = top.issue('First', { authority: true, valid });
      const second = first.issue('Second', { authority: true, valid });
      return { identity: second.issue('localhost', { valid }), roots: [top.certificate] };
    },
  ],
  ['SHA-384', of({ leaf: { digest: 'sha384' } })],
  [
    'a path as long as it may be',
    of({ root: says(`${CA},pathlen:1`, SIGNS), middle: says(`${CA},pathlen:0`, SIGNS) }),
  ],
  [
    'a name that is permitted',
    of({
      middle: says(CA, SIGNS, 'nameConstraints=critical,permitted;DNS:localhost'),
      leaf: named('DNS:localhost'),
    }),
  ],
  ['an intermediate for servers', of({ middle: says(CA, SIGNS, 'extendedKeyUsage=serverAuth,clientAuth') })],
  ['an authority that does not limit what its key is for', of({ middle: says(CA) })],
  ['a server that does not say what it is for', of({ leaf: says('basicConstraints=CA:FALSE') })],
  ['a key for signatures', of({ leaf: says(...LEAF, 'keyUsage=critical,digitalSignature') })],
  [
    'an unknown extension that is not critical',
    of({ leaf: says(...LEAF, UNKNOWN.replace('critical,', '')) }),
  ],
  ['a wildcard', of({ leaf: named('DNS:*.time.example'), host: 'a.time.example' })],
  ['a name with a final dot', of({ leaf: named('DNS:a.time.example'), host: 'a.time.example.' })],
  ['an address', of({ leaf: named('IP:127.0.0.1'), host: '127.0.0.1' })],
  ['nothing but the intermediate trusted', valid => belowMiddle(valid, ({ middle }) => middle)],
  ['nothing but the server itself trusted', valid => belowMiddle(valid, ({ leaf }) => leaf)],
  [
    'an intermediate from the list of the trusted',
    valid => {
      const top = made.authority('Root', valid);
      const middle = top.issue('Middle', { authority: true, valid });
      const identity = middle.issue('localhost', { valid });
      return { identity: alone(identity), roots: [middle.certificate, top.certificate] };
    },
  ],
];

const BAD: Cases = [
  ['a stranger', valid => ({ ...chain(valid, {}), roots: [made.authority('Other', valid).certificate] })],
  [
    'a stranger of the same name',
    valid => ({ ...chain(valid, {}), roots: [made.authority('Root', valid).certificate] }),
  ],
  [
    'a server that signs itself',
    valid => ({ ...chain(valid, {}), identity: made.selfSigned('localhost', { valid }) }),
  ],
  [
    'a missing intermediate',
    valid => {
      const { identity, roots } = chain(valid, { middle: {} });
      return { identity: alone(identity), roots };
    },
  ],
  [
    'a signature that is not right',
    valid => {
      const { identity, roots } = chain(valid, {});
      return { identity: tampered(identity), roots };
    },
  ],
  ['an intermediate that is no authority', of({ middle: { authority: false } })],
  ['an intermediate without basic constraints', of({ middle: says(SIGNS) })],
  ['an intermediate that may not sign', of({ middle: says(CA, 'keyUsage=critical,digitalSignature') })],
  ['a root that may not sign', of({ root: says(CA, 'keyUsage=critical,cRLSign') })],
  ['an intermediate below a root that allows none', of({ root: says(`${CA},pathlen:0`, SIGNS), middle: {} })],
  [
    'a path that is too long',
    valid => {
      const top = made.authority('Root', valid);
      const first = top.issue('First', { authority: true, valid, ...says(`${CA},pathlen:0`, SIGNS) });
      const second = first.issue('Second', { authority: true, valid });
      return { identity: second.issue('localhost', { valid }), roots: [top.certificate] };
    },
  ],
  ['a server signed with MD5', of({ root: RSA, leaf: { digest: 'md5' } })],
  ['an intermediate signed with MD5', of({ root: RSA, middle: { digest: 'md5' } })],
  ['a server signed with SHA-1', of({ leaf: { digest: 'sha1' } })],
  ['an intermediate signed with SHA-1', of({ middle: { digest: 'sha1' } })],
  ['RSA of 768 bits', of({ leaf: { keyType: 'rsa:768' } })],
  ['an intermediate with RSA of 768 bits', of({ middle: { keyType: 'rsa:768' } })],
  ['a root with RSA of 768 bits', of({ root: { keyType: 'rsa:768' } })],
  ['a server for clients', of({ leaf: { usage: 'clientAuth' } })],
  ['a server for whatever it likes', of({ leaf: { usage: 'anyExtendedKeyUsage' } })],
  ['an intermediate for clients', of({ middle: says(CA, SIGNS, 'extendedKeyUsage=clientAuth') })],
  ['a server whose key is for other things', of({ leaf: says(...LEAF, 'keyUsage=critical,cRLSign') })],
  ['an unknown critical extension of the server', of({ leaf: says(...LEAF, UNKNOWN) })],
  ['an unknown critical extension of the intermediate', of({ middle: says(CA, SIGNS, UNKNOWN) })],
  ['an unknown critical extension of the root', of({ root: says(CA, SIGNS, UNKNOWN), middle: {} })],
  [
    'a name that is not permitted',
    of({ middle: says(CA, SIGNS, 'nameConstraints=critical,permitted;DNS:other.example') }),
  ],
  [
    'a name that is excluded',
    of({ middle: says(CA, SIGNS, 'nameConstraints=critical,excluded;DNS:localhost') }),
  ],
  [
    'a name that the root excludes',
    of({ root: says(CA, SIGNS, 'nameConstraints=critical,excluded;DNS:localhost'), middle: {} }),
  ],
  [
    'an address that is excluded',
    of({ middle: says(CA, SIGNS, 'nameConstraints=critical,excluded;IP:127.0.0.0/255.0.0.0') }),
  ],
  ['another host', of({ leaf: named('DNS:other.example') })],
  ['another address', of({ leaf: named('IP:127.0.0.2'), host: '127.0.0.1' })],
  ['a wildcard for two labels', of({ leaf: named('DNS:*.example'), host: 'a.time.example' })],
  ['an address as a name', of({ leaf: named('DNS:127.0.0.1'), host: '127.0.0.1' })],
];

/** Node's TLS is content with these where their dates hold; on a clock that cannot tell they are too little. */
const ONLY_WITH_DATES: Cases = [
  ['a common name in the place of an alternative one', of({ leaf: named() })],
  ['a wildcard for part of a label', of({ leaf: named('DNS:a*.time.example'), host: 'ab.time.example' })],
];

/** Judged by security level, which is 1 before Node 24 and 2 since. */
const WEAK: Cases = [
  ['P-192', of({ root: { keyType: 'P-192' } })],
  ['RSA of 1024 bits', of({ leaf: { keyType: 'rsa:1024' } })],
  ['an intermediate with RSA of 1024 bits', of({ middle: { keyType: 'rsa:1024' } })],
];

describe('a good chain passes with dates that hold, and with dates ignored:', () => {
  test.each(GOOD)('%s', async (_, make) => {
    expect(await verdict(make(CURRENT), 'count')).toBe(true);
    const expired = make(PAST);
    expect(await verdict(expired, 'ignore')).toBe(true);
    expect(await verdict(expired, 'count')).toMatchObject({ kind: 'certificate-expired' });
    expect(await verdict(make(FUTURE), 'ignore')).toBe(true);
  });
});

describe('a bad chain fails with dates that hold, and with dates ignored:', () => {
  test.each(BAD)('%s', async (_, make) => {
    expect(await verdict(make(CURRENT), 'count')).toBeInstanceOf(NtsError);
    const problem = await verdict(make(PAST), 'ignore');
    expect(problem).toMatchObject({ kind: expect.stringMatching(/^(certificate-(?!expired)|no-tls)/) });
  });
});

describe('a chain is refused with dates ignored:', () => {
  test.each(ONLY_WITH_DATES)('%s', async (_, make) => {
    expect(await verdict(make(CURRENT), 'count')).toBe(true);
    expect(await verdict(make(PAST), 'ignore')).toBeInstanceOf(NtsError);
  });

  test.each(WEAK)('%s', async (_, make) => {
    expect(await verdict(make(PAST), 'ignore')).toBeInstanceOf(NtsError);
  });

  test('a server that was certified when its authority was out of date', async () => {
    const root = made.authority('Root', PAST);
    const identity = root.issue('localhost', { valid: ['20220101000000Z', '20230101000000Z'] });
    const problem = await verdict({ identity, roots: [root.certificate] }, 'ignore');
    expect(problem).toMatchObject({
      kind: 'certificate-invalid',
      message: expect.stringMatching(/never valid at the same time/),
    });
  });

  test('but authorities that were renewed since', async () => {
    const root = made.authority('Root', ['20200601000000Z', '20300101000000Z']);
    const identity = root.issue('localhost', { valid: PAST });
    expect(await verdict({ identity, roots: [root.certificate] }, 'ignore')).toBe(true);
  });
});

/** A server below an intermediate, one certificate of the chain trusted. */
function belowMiddle(
  valid: Dates,
  trusted: (certificates: { middle: string; leaf: string }) => string,
): Case {
  const middle: Authority = made.authority('Root', valid).issue('Middle', { authority: true, valid });
  const identity = middle.issue('localhost', { valid });
  return { identity, roots: [trusted({ middle: middle.certificate, leaf: alone(identity).certificate })] };
}

/** Served without those in between. */
function alone(identity: Identity): Identity {
  const [own = ''] = identity.certificate.split(/(?<=-----END CERTIFICATE-----\n)/);
  return { ...identity, certificate: own };
}

/** With one bit of its signature changed. */
function tampered(identity: Identity): Identity {
  const [own = '', ...others] = identity.certificate.split(/(?<=-----END CERTIFICATE-----\n)/);
  const der = Buffer.from(own.replace(/-----.*-----/g, ''), 'base64');
  der[der.length - 1]! ^= 1;
  const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
  return { ...identity, certificate: [pem, ...others].join('') };
}
