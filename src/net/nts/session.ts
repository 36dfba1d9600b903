// NTS as the survey sees it: key exchanges and what is left of earlier ones come in as ports, so that the tests'
// world can have its own. key-exchange.ts is the real exchange (RFC 8915 §4).

import type { NtsCredentials } from '../../ntp/nts/fields.ts';
import type { Seconds } from '../../ntp/time.ts';
import type { Authorities } from '../../sources/server.ts';
import type { ResolvedAddress } from '../resolve.ts';

/** What went wrong at an exchange of keys for NTS. */
export type NtsErrorKind =
  | 'unreachable'
  | 'timeout'
  | 'no-tls'
  | 'no-ntske'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-name'
  | 'certificate-untrusted'
  | 'certificate-invalid'
  | 'truncated'
  | 'refused';

/** Why there was no key exchange. The message says with whom, what came of it, and what to do; safe to print. */
export class NtsError extends Error {
  override readonly name = 'NtsError';
  readonly kind: NtsErrorKind;
  constructor(kind: NtsErrorKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** A server that exchanges keys for NTS (RFC 8915 §4). */
export interface KeyServer {
  /** As the user named it: what its certificate must name, too. */
  readonly host: string;
  readonly port: number;
  /** Where it serves the time, unless the exchange says otherwise. */
  readonly ntpPort: number;
  /** The authorities that are trusted for it, in place of the run's. */
  readonly authorities?: Authorities;
}

/**
 * What an exchange of keys agreed on (RFC 8915 §4), or what an earlier run left of it: keys, cookies, and which
 * server tells the time.
 */
export interface NtsSession extends NtsCredentials {
  /** A name, or a literal address. */
  readonly host: string;
  readonly port: number;
}

/** A completed exchange of keys for NTS (RFC 8915 §4). */
export interface KeyExchange {
  readonly session: NtsSession;
  readonly certificate: CertificateSummary;
  readonly duration: Seconds;
  /** Who answered. */
  readonly address: string;
}

/** What reports say of a server's certificate. Its texts came over the wire and are made printable. */
export interface CertificateSummary {
  readonly subject: string;
  readonly issuer: string;
  /** Its alternative names, as `DNS:time.example`. */
  readonly names: readonly string[];
  readonly validFrom: string;
  readonly validUntil: string;
  /** Whether its dates did not hold and were passed over. */
  readonly datesIgnored: boolean;
}

/** NTS as a port: exchanges keys, and keeps unused cookies from run to run (RFC 8915). */
export interface Nts {
  /** Asks at the first of `addresses` that answers, from `source` if given. Rejects with `NtsError`. */
  exchange(
    server: KeyServer,
    addresses: readonly ResolvedAddress[],
    signal: AbortSignal,
    source?: string,
  ): Promise<KeyExchange>;
  /** What an earlier run left; gone with that, so that no cookie is used twice. */
  take(server: KeyServer): Promise<NtsSession | undefined>;
  /** Leaves what has not been used for another run. */
  keep(server: KeyServer, session: NtsSession): Promise<void>;
}

/** What earlier runs left of their key exchanges with servers. Never throws: without it, a run makes another exchange. */
export interface CookieStore {
  take(server: KeyServer): NtsSession | undefined;
  keep(server: KeyServer, session: NtsSession): void;
}

/** The store for one set of trusted authorities, by its name; undefined where cookies cannot be kept safely. */
export type CookieStores = (trust: string) => Promise<CookieStore | undefined>;
