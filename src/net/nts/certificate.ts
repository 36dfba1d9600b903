// The certificate of a key server → the problem with it, as an error kind, or nothing. With `dates: 'ignore'`, a
// certificate may be out of date, as every one appears to be on a board that boots in 1970. All other checks apply (RFC
// 8915 §3, §8.3).

import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { escaped, familyOf, formatServer } from '../../sources/server.ts';
import { loadVerifier } from './openssl.ts';
import { type CertificateSummary, type KeyServer, NtsError, type NtsErrorKind } from './session.ts';
import { certificatesIn, type Trust } from './trust.ts';

/**
 * Whether validity dates are checked. `must-count`: the user asked to ignore them, but this clock is too trustworthy
 * for that.
 */
export type DateRule = 'count' | 'ignore' | 'must-count';

export interface CertificateRules {
  readonly trust: Trust;
  readonly dates: DateRule;
  /** The time on this clock. */
  readonly now: Date;
}

const DATES: ReadonlyMap<string, NtsErrorKind> = new Map([
  ['CERT_HAS_EXPIRED', 'certificate-expired'],
  ['CERT_NOT_YET_VALID', 'certificate-not-yet-valid'],
]);
const UNTRUSTED: readonly string[] = [
  'CERT_SIGNATURE_FAILURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];
const LONGEST_CHAIN = 8;

/** The peer's certificate as a connection reports it. A closed connection reports nothing. */
export interface Presented {
  /** Node's error code; undefined for a valid certificate. */
  readonly code: string | undefined;
  /** The certificates that the peer sent, its own first. */
  readonly chain: readonly X509Certificate[];
}

/** Reads the certificate of a connection right after the TLS handshake. */
export function presentedBy(socket: TLSSocket): Presented {
  // Node stores the error's code here, despite its types.
  if (socket.authorized) return { code: undefined, chain: [] };
  return { code: String(socket.authorizationError), chain: chainOf(socket.getPeerCertificate(true)) };
}

/** Why a peer must not be trusted; undefined if it can be. */
export async function certificateProblem(
  { code, chain }: Presented,
  server: KeyServer,
  rules: CertificateRules,
): Promise<NtsError | undefined> {
  if (code === undefined) return undefined;
  const dates = DATES.get(code);
  const problem = (kind: NtsErrorKind, what: string) =>
    new NtsError(kind, `the certificate of ${formatServer(server)} ${what}`);
  if (!dates) return namedProblem(code, server, chain[0], problem);
  // OpenSSL reports only one error, and an expired certificate may also belong to another host.
  const other = await problemBesidesDates(chain, server, rules, problem);
  if (other) return other;
  return rules.dates === 'ignore' ? undefined : problem(dates, datesText(chain, rules));
}

/**
 * The host name for TLS, without a final dot (RFC 6066 §3); undefined for a literal address, which TLS does not send.
 */
export function serverName(host: string): string | undefined {
  const name = host.replace(/\.$/, '');
  return familyOf(name) === undefined ? name : undefined;
}

/** Summarizes the peer's certificate for reports. */
export function certificateSummaryOf(socket: TLSSocket): CertificateSummary {
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
  return problem('certificate-invalid', `is invalid (${escaped(code)})`);
}

function wrongName(host: string, leaf: X509Certificate, problem: Problem): NtsError {
  const names = namesOf(leaf).join(', ');
  if (names === '')
    return problem(
      'certificate-name',
      'names no host (subjectAltName): the server needs another certificate',
    );
  return problem('certificate-name', `is for ${names}, not for ${host}: use a name from the certificate`);
}

function untrusted(leaf: X509Certificate, problem: Problem): NtsError {
  return problem(
    'certificate-untrusted',
    `is from an authority that this machine does not trust (${nameIn(leaf.issuer)}): to trust it, pass its certificate with --nts-ca FILE`,
  );
}

function datesText(chain: readonly X509Certificate[], { dates, now }: CertificateRules): string {
  const stale = chain.find(one => now < new Date(one.validFrom) || now > new Date(one.validTo)) ?? chain[0]!;
  const valid = `valid from ${isoOf(stale.validFrom)} to ${isoOf(stale.validTo)}`;
  const hint =
    dates === 'must-count'
      ? '--nts-ignore-dates is only for a clock that has not been set since boot, or shows a time before the release of tsntp'
      : 'if the clock is wrong, run again with --nts-ignore-dates, which checks everything but the dates';
  return `is out of date: ${valid}, and this clock shows ${now.toISOString().slice(0, 19)}Z; ${hint}`;
}

/**
 * Checks a chain independently of the current time: the host name and everything that OpenSSL verifies. There must be
 * one instant at which the whole chain was valid, because an expired authority cannot issue certificates.
 */
async function problemBesidesDates(
  chain: readonly X509Certificate[],
  { host }: KeyServer,
  { trust, dates }: CertificateRules,
  problem: Problem,
): Promise<NtsError | undefined> {
  const [leaf, ...others] = chain;
  if (!leaf) return problem('certificate-invalid', 'is missing');
  if (!isNamed(leaf, host)) return wrongName(host, leaf, problem);
  const verify = await loadVerifier().catch((cause: Error) => cause);
  if (verify instanceof Error) {
    // Nothing more is known than that it is out of date.
    if (dates !== 'ignore') return undefined;
    return problem(
      'certificate-invalid',
      `is out of date, and cannot be checked without its dates: ${verify.message}`,
    );
  }
  const roots = trust.roots.flatMap(certificatesIn);
  const wrong = verify({ leaf, others, roots });
  if (wrong?.untrusted) return untrusted(leaf, problem);
  if (wrong) return problem('certificate-invalid', `is invalid (${wrong.text})`);
  const wasValid = beginnings(leaf, [...others, ...roots]).some(time => {
    const then = (one: X509Certificate) => isValid(one, time);
    return then(leaf) && !verify({ leaf, others: others.filter(then), roots: roots.filter(then) });
  });
  if (wasValid) return undefined;
  return problem('certificate-invalid', 'was never valid at the same time as the authorities above it');
}

/**
 * Only subject alternative names count (RFC 9525 §2): the common name does not, and a wildcard must be a whole label.
 */
function isNamed(leaf: X509Certificate, host: string): boolean {
  const name = serverName(host);
  if (checkServerIdentity(name ?? host, leaf.toLegacyObject())) return false;
  if (name === undefined) return leaf.checkIP(host.replace(/%.*$/, '')) !== undefined;
  return leaf.checkHost(name, { subject: 'never', partialWildcards: false }) !== undefined;
}

/**
 * The earliest times at which a chain may have been valid: the start of the leaf, or the later renewal of a certificate
 * above it.
 */
function beginnings(leaf: X509Certificate, above: readonly X509Certificate[]): readonly number[] {
  const first = Date.parse(leaf.validFrom);
  const later = above.map(({ validFrom }) => Date.parse(validFrom)).filter(time => time > first);
  return [first, ...new Set(later)].filter(time => isValid(leaf, time));
}

function isValid({ validFrom, validTo }: X509Certificate, time: number): boolean {
  return Date.parse(validFrom) <= time && time <= Date.parse(validTo);
}

/** The certificates that the server sent, its own first. */
function chainOf(peer: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let one: DetailedPeerCertificate | undefined = peer; one?.raw; one = one.issuerCertificate) {
    chain.push(new X509Certificate(one.raw));
    if (one.issuerCertificate === one || chain.length > LONGEST_CHAIN) break;
  }
  return chain;
}

/** The common name, or the whole name, made printable. Node returns undefined for an empty name, despite its types. */
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
