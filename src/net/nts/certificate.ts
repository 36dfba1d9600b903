// The certificate of a key server → what is wrong with it, by name, or nothing. With `dates: 'ignore'` a certificate
// may be out of date, as it must look on a board that boots in 1970, but everything else holds (RFC 8915 §3, §8.3).

import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { escaped, familyOf, formatServer } from '../../sources/server.ts';
import { loadVerifier } from './openssl.ts';
import { type CertificateSummary, type KeyServer, NtsError, type NtsErrorKind } from './session.ts';
import { certificatesIn, type Trust } from './trust.ts';

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
  'CERT_SIGNATURE_FAILURE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];
const LONGEST_CHAIN = 8;

/** What a connection tells of its peer's certificate. Of a connection that has been broken off, nothing is known. */
export interface Presented {
  /** Node's code of what is wrong; undefined when nothing is. */
  readonly code: string | undefined;
  /** What the peer sent, its own first. */
  readonly chain: readonly X509Certificate[];
}

/** The certificate of a connection on which TLS has just been agreed on. */
export function presentedBy(socket: TLSSocket): Presented {
  // Node passes the error's code here, whatever its types say.
  if (socket.authorized) return { code: undefined, chain: [] };
  return { code: String(socket.authorizationError), chain: chainOf(socket.getPeerCertificate(true)) };
}

/** Why a peer may not be believed; undefined when it may. */
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
  // OpenSSL tells of one error only, and an expired certificate may be a stranger's as well.
  const other = await problemBesidesDates(chain, server, rules, problem);
  if (other) return other;
  return rules.dates === 'ignore' ? undefined : problem(dates, datesText(chain, rules));
}

/** A host as TLS names it, without a final dot (RFC 6066 §3); undefined for a literal address, which it does not name. */
export function serverName(host: string): string | undefined {
  const name = host.replace(/\.$/, '');
  return familyOf(name) === undefined ? name : undefined;
}

/** What reports say of the peer's certificate. */
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
  return problem('certificate-invalid', `does not hold (${escaped(code)})`);
}

function wrongName(host: string, leaf: X509Certificate, problem: Problem): NtsError {
  const names = namesOf(leaf).join(', ');
  if (names === '')
    return problem('certificate-name', 'names no host (subjectAltName): it needs another one');
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
 * What is wrong with a chain whatever the time: its name, and all that OpenSSL verifies. And some time there must have been
 * at which all of it was valid: an authority whose own time was over issues nothing.
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
    // Out of date is then all that can be said of it.
    if (dates !== 'ignore') return undefined;
    return problem(
      'certificate-invalid',
      `is out of date, and cannot be checked without its dates: ${verify.message}`,
    );
  }
  const roots = trust.roots.flatMap(certificatesIn);
  const wrong = verify({ leaf, others, roots });
  if (wrong?.untrusted) return untrusted(leaf, problem);
  if (wrong) return problem('certificate-invalid', `does not hold (${wrong.text})`);
  const wasValid = beginnings(leaf, [...others, ...roots]).some(time => {
    const then = (one: X509Certificate) => isValid(one, time);
    return then(leaf) && !verify({ leaf, others: others.filter(then), roots: roots.filter(then) });
  });
  if (wasValid) return undefined;
  return problem('certificate-invalid', 'was never valid together with those of the authorities above it');
}

/** Names count only where certificates have them (RFC 9525 §2): a common name is none, and a wildcard is a whole label. */
function isNamed(leaf: X509Certificate, host: string): boolean {
  const name = serverName(host);
  if (checkServerIdentity(name ?? host, leaf.toLegacyObject())) return false;
  if (name === undefined) return leaf.checkIP(host.replace(/%.*$/, '')) !== undefined;
  return leaf.checkHost(name, { subject: 'never', partialWildcards: false }) !== undefined;
}

/** From when a chain may have been valid: since its leaf was, or since something above it was renewed later. */
function beginnings(leaf: X509Certificate, above: readonly X509Certificate[]): readonly number[] {
  const first = Date.parse(leaf.validFrom);
  const later = above.map(({ validFrom }) => Date.parse(validFrom)).filter(time => time > first);
  return [first, ...new Set(later)].filter(time => isValid(leaf, time));
}

function isValid({ validFrom, validTo }: X509Certificate, time: number): boolean {
  return Date.parse(validFrom) <= time && time <= Date.parse(validTo);
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
