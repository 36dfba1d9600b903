// What a request needs to be authenticated, and what its reply must prove before anything in it is believed:
// nothing at all, a symmetric key (RFC 5905 §7.3, key.ts), or NTS (RFC 8915, nts.ts).

import type { Tail } from '../extension.ts';
import type { Packet } from '../packet.ts';

/** Why a reply is not authentic: test 5. */
export interface AuthenticationFailure {
  readonly kind: /** The server could not authenticate the request (RFC 5905 §9.2). */
    | 'crypto-nak'
    | 'unasked-mac'
    | 'absent-mac'
    | 'wrong-key-id'
    | 'wrong-digest'
    | 'absent-nts'
    | 'wrong-unique-id'
    | 'false-nts'
    /** The kiss code NTSN: the server does not know the cookie any more (RFC 8915 §5.7). It is not authenticated. */
    | 'nts-nak';
  readonly message: string;
}

/** A reply that has a well-formed tail. */
export interface Reply {
  readonly bytes: Uint8Array;
  readonly packet: Packet;
  readonly tail: Exclude<Tail, { kind: 'malformed' }>;
}

/** Undefined for a reply that is authentic. */
export type ReplyCheck = (reply: Reply) => AuthenticationFailure | undefined;

export interface SealedRequest {
  /** The header and what follows it. */
  readonly bytes: Uint8Array;
  /** What the reply to just this request is held against. */
  readonly check: ReplyCheck;
}

export interface Authenticator {
  /** Takes a request's header; undefined when there is nothing left to authenticate another one with. */
  seal(header: Uint8Array): SealedRequest | undefined;
}

/** For a server that nothing was agreed with: it need not prove anything, and may not pretend to. */
export const unauthenticated: Authenticator = {
  seal: header => ({ bytes: header, check: checkUnasked }),
};

/** Accepts a reply without authentication, and no other. */
export function checkUnasked({ tail }: Reply): AuthenticationFailure | undefined {
  if (tail.kind === 'crypto-nak') {
    return { kind: 'crypto-nak', message: 'crypto-NAK: authentication failed' };
  }
  return tail.mac && { kind: 'unasked-mac', message: 'a MAC that was not asked for' };
}
