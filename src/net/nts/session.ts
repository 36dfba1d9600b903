// The NTS interfaces of the survey: key exchanges and stored sessions are ports, so that tests can simulate them.
// key-exchange.ts implements the real exchange (RFC 8915 §4).

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

/** Why a key exchange failed. The message states the server, the problem, and what to do; it is safe to print. */
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
  /** The host as the user named it; its certificate must contain this name. */
  readonly host: string;
  readonly port: number;
  /** The NTP port, unless the exchange returns another. */
  readonly ntpPort: number;
  /** The authorities trusted for this server instead of the run's. */
  readonly authorities?: Authorities;
}

/**
 * What an exchange of keys agreed on (RFC 8915 §4), or what an earlier run left of it: keys, cookies, and which
 * server tells the time.
 */
export interface NtsSession extends NtsCredentials {
  /** A name or a literal address. */
  readonly host: string;
  readonly port: number;
}

/** A completed exchange of keys for NTS (RFC 8915 §4). */
export interface KeyExchange {
  readonly session: NtsSession;
  readonly certificate: CertificateSummary;
  readonly duration: Seconds;
  /** The address that answered. */
  readonly address: string;
}

/** What reports say of a server's certificate. Its texts came over the wire and are made printable. */
export interface CertificateSummary {
  readonly subject: string;
  readonly issuer: string;
  /** Its subject alternative names, such as `DNS:time.example`. */
  readonly names: readonly string[];
  readonly validFrom: string;
  readonly validUntil: string;
  /** Whether its dates were invalid and were ignored. */
  readonly datesIgnored: boolean;
}

/** NTS as a port: exchanges keys, and keeps unused cookies from run to run (RFC 8915). */
export interface Nts {
  /** Exchanges keys with the first of `addresses` that answers, from `source` if given. Rejects with `NtsError`. */
  exchange(
    server: KeyServer,
    addresses: readonly ResolvedAddress[],
    signal: AbortSignal,
    source?: string,
  ): Promise<KeyExchange>;
  /** Takes the session of an earlier run out of the store, so that no cookie is used twice. */
  take(server: KeyServer): Promise<NtsSession | undefined>;
  /** Stores the unused cookies for later runs. */
  keep(server: KeyServer, session: NtsSession): Promise<void>;
}

/** Stored NTS sessions of earlier runs. Never throws: without a session, a run exchanges keys again. */
export interface CookieStore {
  take(server: KeyServer): NtsSession | undefined;
  keep(server: KeyServer, session: NtsSession): void;
}

/** Opens the store for a named set of trusted authorities; resolves with undefined if cookies cannot be kept safely. */
export type CookieStores = (trust: string) => Promise<CookieStore | undefined>;
