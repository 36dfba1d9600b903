// The real NTS behind the port of net/nts.ts: exchanges over TLS, and the store beside the state file. TLS and
// cryptography are loaded when a server first needs them.

import { createHash } from 'node:crypto';
import type { KeyServer, Nts, NtsSession } from './net/nts.ts';
import type { DateRule } from './net/nts-certificate.ts';
import type { Trust } from './net/nts-trust.ts';
import type { Authorities } from './net/server.ts';

/** The authorities that are trusted, and whether the dates of certificates count. */
export interface NtsTrust extends Authorities {
  /** Pass over the dates of certificates, on a clock that cannot tell. */
  readonly ignoreDates?: boolean | undefined;
}

/** Opens NTS. `directory` has the store; `clockIsGood` says whether dates must count whatever the user wishes. */
export function openNts(
  trust: NtsTrust,
  directory: string | undefined,
  clockIsGood: () => boolean,
  platform: NodeJS.Platform = process.platform,
): Nts {
  const store = async ({ authorities = trust }: KeyServer) => {
    // On Windows a mode of 0600 hides nothing, and what lies below %ProgramData% every user can read.
    if (directory === undefined || platform === 'win32') return undefined;
    const { ntsStore } = await import('./nts-store.ts');
    return ntsStore(directory, createHash('sha256').update(nameOf(authorities)).digest('hex'));
  };
  const dates = (): DateRule => (trust.ignoreDates ? (clockIsGood() ? 'must-count' : 'ignore') : 'count');
  const trusted = new Map<string, Trust>();
  return {
    async exchange(server, addresses, signal, source) {
      const [{ exchangeKeys }, { systemRoots, trustIn }] = await Promise.all([
        import('./net/nts-ke.ts'),
        import('./net/nts-trust.ts'),
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

/** Tells authorities apart, so that no cookie serves where its key exchange would not have been believed. */
function nameOf({ ca, system }: Authorities): string {
  if (ca === undefined) return system === false ? 'none' : 'system';
  return system ? `system and ${ca}` : ca;
}
