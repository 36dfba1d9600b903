// A host whose clock can be read by asking for the date over a connection, by HTTP or ssh: the ports and the error.

import type { DateReply } from '../ntp/date-search.ts';
import type { Seconds } from '../ntp/time.ts';
import type { Address } from './transport.ts';

/** A connection to one host, made at the first question. */
export interface DateSource {
  /** Asks for the date. Rejects with `DateError`. */
  ask(signal: AbortSignal): Promise<DateReply>;
  close(): void;
}

/** Where to ask by HTTP. */
export interface HttpPlace {
  readonly address: Address;
  /** The name for the header `Host`. */
  readonly host: string;
  /** TLS. */
  readonly secure: boolean;
  /** The local address to send from. */
  readonly source?: string;
}

/** Makes a connection at the first question. */
export type OpenHttp = (place: HttpPlace) => DateSource;

/** Where to log in by ssh. */
export interface SshPlace {
  /** A name that ssh resolves, or an address; it never begins with a hyphen. */
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
  readonly family?: 4 | 6;
  /** The local address to send from. */
  readonly source?: string;
  /** How long to wait for the connection, in seconds. */
  readonly connectTimeout: Seconds;
}

/** A login. */
export interface SshDates extends DateSource {
  /** The address at which the host was reached, as it says itself. */
  address(): string | undefined;
}

/** Logs in at the first question. */
export type OpenSsh = (place: SshPlace) => SshDates;

/** Why a host did not say the date; the message has no period. */
export class DateError extends Error {
  override readonly name = 'DateError';
  readonly kind: 'no-answer' | 'unknown-name' | 'refused' | 'unusable';
  constructor(kind: DateError['kind'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}
