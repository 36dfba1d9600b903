// The user's trust settings and a cookie store → NTS for the survey: key exchanges over TLS, and the sessions of
// earlier runs. Loads TLS and cryptography on first use.

import { createHash } from 'node:crypto';
import type { Authorities } from '../../sources/server.ts';
import type { DateRule } from './certificate.ts';
import type { CookieStores, KeyServer, Nts, NtsSession } from './session.ts';
import type { Trust } from './trust.ts';

/** Which authorities are trusted for NTS, and whether the dates of certificates count. */
export interface NtsTrust extends Authorities {
  /** Ignore the validity dates of certificates if the clock may be wrong. */
  readonly ignoreDates?: boolean | undefined;
}

/**
 * Opens NTS. `storeFor` returns the cookie store. `clockIsGood` returns whether dates must be checked even if the user
 * waives them.
 */
export function openNts(trust: NtsTrust, storeFor: CookieStores, clockIsGood: () => boolean): Nts {
  const store = ({ authorities = trust }: KeyServer) =>
    storeFor(createHash('sha256').update(nameOf(authorities)).digest('hex'));
  const dates = (): DateRule => (trust.ignoreDates ? (clockIsGood() ? 'must-count' : 'ignore') : 'count');
  const trusted = new Map<string, Trust>();
  return {
    async exchange(server, addresses, signal, source) {
      const [{ exchangeKeys }, { systemRoots, trustIn }] = await Promise.all([
        import('./key-exchange.ts'),
        import('./trust.ts'),
      ]);
      const { authorities = trust } = server;
      const { ca, system = ca === undefined } = authorities;
      // Read once, however many servers share them.
      const name = nameOf(authorities);
      const roots =
        trusted.get(name) ?? trustIn([...(ca === undefined ? [] : [ca]), ...(system ? systemRoots() : [])]);
      trusted.set(name, roots);
      const rules = { trust: roots, dates: dates(), now: new Date() };
      return exchangeKeys(server, addresses, rules, signal, source);
    },
    take: async (server: KeyServer) => (await store(server))?.take(server),
    keep: async (server: KeyServer, session: NtsSession) => (await store(server))?.keep(server, session),
  };
}

/**
 * Distinguishes sets of authorities, so that a cookie is used only with the authorities that its key exchange trusted.
 */
function nameOf({ ca, system }: Authorities): string {
  if (ca === undefined) return system === false ? 'none' : 'system';
  return system ? `system and ${ca}` : ca;
}
