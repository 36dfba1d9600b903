// How a request is authenticated and what its reply must prove before its contents are used: nothing, a symmetric key
// (RFC 5905 §7.3, key.ts), or NTS (RFC 8915, nts/fields.ts).

import type { Tail } from '../extension.ts';
import type { Packet } from '../packet.ts';

/** Why test 5 failed: the reply is not authentic. */
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
    /**
     * The kiss code NTSN: the server no longer recognizes the cookie (RFC 8915 §5.7). The kiss itself is not
     * authenticated.
     */
    | 'nts-nak';
  readonly message: string;
}

/** A reply with a well-formed tail. */
export interface Reply {
  readonly bytes: Uint8Array;
  readonly packet: Packet;
  readonly tail: Exclude<Tail, { kind: 'malformed' }>;
}

/** Checks a reply's authentication; returns undefined for an authentic reply. */
export type ReplyCheck = (reply: Reply) => AuthenticationFailure | undefined;

export interface SealedRequest {
  /** The header and everything after it. */
  readonly bytes: Uint8Array;
  /** Checks the reply to this request. */
  readonly check: ReplyCheck;
}

export interface Authenticator {
  /** Authenticates a request, given its header; returns undefined when no credentials are left. */
  seal(header: Uint8Array): SealedRequest | undefined;
}

/** For a server without an agreed key: a reply needs no authentication and must not carry any. */
export const unauthenticated: Authenticator = {
  seal: header => ({ bytes: header, check: checkUnauthenticated }),
};

/** Accepts only a reply without authentication. */
export function checkUnauthenticated({ tail }: Reply): AuthenticationFailure | undefined {
  if (tail.kind === 'crypto-nak') {
    return { kind: 'crypto-nak', message: 'crypto-NAK: authentication failed' };
  }
  return tail.mac && { kind: 'unasked-mac', message: 'an unrequested MAC' };
}
