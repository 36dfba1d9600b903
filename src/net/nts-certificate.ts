// The certificate of a key server → what is wrong with it, by name, or nothing. With `dates: 'ignore'` a certificate
// may be out of date, as it must look on a board that boots in 1970, but everything else holds (RFC 8915 §3, §8.3).

import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { type CertificateSummary, type KeyServer, NtsError, type NtsErrorKind } from './nts.ts';
import { certificatesIn, type Trust } from './nts-trust.ts';
import { escaped, formatServer } from './server.ts';

/** Whether dates count; `must-count`: they were to be ignored, and this clock is too good for that. */
export type DateRule = 'count' | 'ignore' | 'must-count';

export interface CertificateRules {
  readonly trust: Trust;
  readonly dates: DateRule;
  /** What this clock shows. */
  readonly now: Date;
}

const DATES: ReadonlyMap<string, NtsErrorKind> = new Map([
  ['CERT_HAS_EXPIRED', 'certificate-expired'],
  ['CERT_NOT_YET_VALID', 'certificate-not-yet-valid'],
]);
const UNTRUSTED: readonly string[] = [
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];
/** Extended key usages (RFC 5280 §4.2.1.12): serverAuth and any. */
const SERVER_USAGES: readonly string[] = ['1.3.6.1.5.5.7.3.1', '2.5.29.37.0'];
const LONGEST_CHAIN = 8;

/** Why the peer of an established connection is not to be believed; undefined when it is. */
export function certificateProblem(
  socket: TLSSocket,
  server: KeyServer,
  rules: CertificateRules,
): NtsError | undefined {
  if (socket.authorized) return undefined;
  // Node passes the error's code here, whatever its types say.
  const code = String(socket.authorizationError);
  const dates = DATES.get(code);
  const chain = chainOf(socket.getPeerCertificate(true));
  const problem = (kind: NtsErrorKind, what: string) =>
    new NtsError(kind, `the certificate of ${formatServer(server)} ${what}`);
  if (!dates) return namedProblem(code, server, chain[0], problem);
  // OpenSSL tells of one error only, and an expired certificate may be a stranger's as well.
  const other = problemBesidesDates(chain, server, rules.trust.roots, problem);
  if (other) return other;
  return rules.dates === 'ignore' ? undefined : problem(dates, datesText(chain, rules));
}

/** What reports say of the peer's certificate. */
export function summaryOf(socket: TLSSocket): CertificateSummary {
  const leaf = socket.getPeerX509Certificate()!;
  return {
    subject: nameIn(leaf.subject || leaf.subjectAltName),
    issuer: nameIn(leaf.issuer),
    names: namesOf(leaf),
    validFrom: isoOf(leaf.validFrom),
    validUntil: isoOf(leaf.validTo),
    datesIgnored: !socket.authorized,
  };
}

type Problem = (kind: NtsErrorKind, what: string) => NtsError;

function namedProblem(
  code: string,
  { host }: KeyServer,
  leaf: X509Certificate | undefined,
  problem: Problem,
): NtsError {
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return wrongName(host, leaf!, problem);
  if (UNTRUSTED.includes(code)) return untrusted(leaf!, problem);
  return problem('certificate-invalid', `does not hold (${escaped(code)})`);
}

function wrongName(host: string, leaf: X509Certificate, problem: Problem): NtsError {
  const names = namesOf(leaf).join(', ') || nameIn(leaf.subject);
  return problem(
    'certificate-name',
    `is for ${names}, not for ${host}: name the server as its certificate does`,
  );
}

function untrusted(leaf: X509Certificate, problem: Problem): NtsError {
  return problem(
    'certificate-untrusted',
    `is from an authority that this machine does not trust (${nameIn(leaf.issuer)}): if you do, give its certificate with --nts-ca FILE`,
  );
}

function datesText(chain: readonly X509Certificate[], { dates, now }: CertificateRules): string {
  const stale = chain.find(one => now < new Date(one.validFrom) || now > new Date(one.validTo)) ?? chain[0]!;
  const valid = `valid from ${isoOf(stale.validFrom)} to ${isoOf(stale.validTo)}`;
  const hint =
    dates === 'must-count'
      ? '--nts-ignore-dates is only for a clock that has not been set since boot, or shows a time before the release of tsntp'
      : 'if it is the clock that is wrong, run again with --nts-ignore-dates, which checks everything but the dates';
  return `is out of date: ${valid}, and this clock shows ${now.toISOString().slice(0, 19)}Z; ${hint}`;
}

/**
 * What OpenSSL checks of a chain, without the dates: each link's issuer and signature, that an issuer is an authority,
 * that the chain ends in the trust store, the name, and that the certificate is a server's. Not looked at: constraints
 * that an authority puts on names and on the length of chains, and the strength of its signatures.
 */
function problemBesidesDates(
  chain: readonly X509Certificate[],
  { host }: KeyServer,
  roots: readonly string[],
  problem: Problem,
): NtsError | undefined {
  const [leaf, ...others] = chain;
  if (!leaf) return problem('certificate-invalid', 'is missing');
  if (checkServerIdentity(host, leaf.toLegacyObject())) return wrongName(host, leaf, problem);
  const usages: readonly string[] | undefined = leaf.keyUsage;
  if (usages && !usages.some(usage => SERVER_USAGES.includes(usage))) {
    return problem('certificate-invalid', 'is not for a server');
  }
  const trusted = roots.flatMap(certificatesIn);
  let last = leaf;
  for (let length = 0; length < LONGEST_CHAIN; length++) {
    const one = last;
    if (trusted.some(root => root.fingerprint256 === one.fingerprint256 || isIssuer(root, one)))
      return undefined;
    const issuer = others.find(other => isIssuer(other, one));
    if (!issuer) break;
    last = issuer;
  }
  return untrusted(leaf, problem);
}

function isIssuer(issuer: X509Certificate, one: X509Certificate): boolean {
  return issuer.ca && one.checkIssued(issuer) && one.verify(issuer.publicKey);
}

/** What the server sent, its own first. */
function chainOf(peer: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let one: DetailedPeerCertificate | undefined = peer; one?.raw; one = one.issuerCertificate) {
    chain.push(new X509Certificate(one.raw));
    if (one.issuerCertificate === one || chain.length > LONGEST_CHAIN) break;
  }
  return chain;
}

/** The common name, or all of it, printable. Of an empty name Node makes undefined, whatever its types say. */
function nameIn(distinguished: string | undefined): string {
  if (!distinguished) return '(no name)';
  const name = /^CN=(.*)$/m.exec(distinguished)?.[1] ?? distinguished.replaceAll('\n', ', ');
  return escaped(name);
}

function namesOf({ subjectAltName }: X509Certificate): readonly string[] {
  return subjectAltName ? escaped(subjectAltName).split(', ') : [];
}

function isoOf(date: string): string {
  const time = new Date(date);
  return Number.isNaN(time.getTime()) ? escaped(date) : `${time.toISOString().slice(0, 19)}Z`;
}
