// Tracks which address is being queried for which server of the list. An address has one vote, which goes to the first
// name that resolves to it. A name that gives up an address early releases it to other names.

import type { Server } from '../sources/server.ts';

interface Held {
  readonly owner: Server;
  settled: boolean;
  waiting?: Set<() => void>;
}

/** The claimed addresses of one survey, by keys that the caller builds. */
export class Claims {
  readonly #held = new Map<string, Held>();

  /** The server that an address is queried for; undefined if it is free. */
  ownerOf(key: string): Server | undefined {
    return this.#held.get(key)?.owner;
  }

  /** Claims a free address. */
  take(key: string, owner: Server): void {
    this.#held.set(key, { owner, settled: false });
  }

  /** Whether a claimed address may still become free. */
  mayBecomeFree(key: string): boolean {
    return this.#held.get(key)?.settled === false;
  }

  /** Makes the claim final: no other name will query this address. */
  settle(key: string): void {
    const held = this.#held.get(key);
    if (!held) return;
    held.settled = true;
    this.#notify(held);
  }

  /** Releases an address to other names. */
  release(key: string): void {
    const held = this.#held.get(key);
    if (!held) return;
    this.#held.delete(key);
    this.#notify(held);
  }

  /** Calls `listener` once an address is settled or free. */
  whenDecided(key: string, listener: () => void): void {
    const held = this.#held.get(key);
    if (held) held.waiting = (held.waiting ?? new Set()).add(listener);
  }

  #notify(held: Held): void {
    for (const listener of held.waiting ?? []) listener();
    delete held.waiting;
  }
}
