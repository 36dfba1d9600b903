// Which addresses are being asked, and for which server of the list: an address has one vote, that of the first name that
// resolves to it. A name that gives up an address early leaves it to others.

import type { Server } from '../sources/server.ts';

interface Held {
  readonly owner: Server;
  settled: boolean;
  waiting?: Set<() => void>;
}

/** The claimed addresses of one survey, each by a key that the caller makes. */
export class Claims {
  readonly #held = new Map<string, Held>();

  /** The server that an address is asked for; undefined while it is free. */
  ownerOf(key: string): Server | undefined {
    return this.#held.get(key)?.owner;
  }

  /** Takes a free address. */
  take(key: string, owner: Server): void {
    this.#held.set(key, { owner, settled: false });
  }

  /** Whether a taken address may still become free. */
  mayBecomeFree(key: string): boolean {
    return this.#held.get(key)?.settled === false;
  }

  /** Ends the asking for good: no other name will ask this address again. */
  settle(key: string): void {
    const held = this.#held.get(key);
    if (!held) return;
    held.settled = true;
    this.#tell(held);
  }

  /** Gives an address back, so that another name may ask it. */
  release(key: string): void {
    const held = this.#held.get(key);
    if (!held) return;
    this.#held.delete(key);
    this.#tell(held);
  }

  /** Calls `listener` once an address is settled or free. */
  whenDecided(key: string, listener: () => void): void {
    const held = this.#held.get(key);
    if (held) held.waiting = (held.waiting ?? new Set()).add(listener);
  }

  #tell(held: Held): void {
    for (const listener of held.waiting ?? []) listener();
    delete held.waiting;
  }
}
