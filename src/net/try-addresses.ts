// The addresses of one name → bursts, of as many addresses as the name has votes. The best addresses are asked first; the
// next one is asked as soon as one is late, unreachable or hopeless, and what brings a sample first counts ("happy
// eyeballs", RFC 8305). The votes of a name are of one family: both families lead to the same machines.

import type { Server } from '../sources/server.ts';
import { onAbort } from './abort.ts';
import { Attempt, type AttemptPlan } from './attempt.ts';
import type { Burst } from './burst.ts';
import type { Claims } from './claims.ts';
import type { TrackedServer } from './early-finish.ts';
import type { Address } from './transport.ts';

/** How many addresses of one name are tried at most, unless it has more votes. */
const TRIES = 16;

/** A name with its addresses, and how each is asked. */
export interface NamedAddresses extends Omit<AttemptPlan, 'brought' | 'changed'> {
  readonly server: Server;
  /** Best first. */
  readonly addresses: readonly Address[];
  /** Bursts wanted at most. */
  readonly votes: number;
  /** The text by which an address is claimed. */
  keyOf(address: Address): string;
}

/** An address that was asked, and what came of it. */
export interface Tried {
  readonly address: Address;
  readonly burst: Burst;
}

/** What came of a name: an address for each of its votes, or the other name that has its addresses. */
export type NameOutcome = readonly Tried[] | { readonly address: Address; readonly owner: Server };

/** Tries a name's addresses. An abort ends it with what has come so far. */
export function tryAddresses(
  name: NamedAddresses,
  claims: Claims,
  entry: TrackedServer,
  signal: AbortSignal,
): Promise<NameOutcome> {
  return new Trial(name, claims, entry).run(signal);
}

/** The attempts at one name, from the first address to the outcome. */
class Trial {
  readonly #name: NamedAddresses;
  readonly #claims: Claims;
  readonly #entry: TrackedServer;
  readonly #attempts: Attempt[] = [];
  /** Those with samples, in the order in which the first ones came. */
  readonly #brought: Attempt[] = [];
  #failure: { readonly error: unknown } | undefined;
  #wake = () => {};
  readonly #changed = () => this.#wake();

  constructor(name: NamedAddresses, claims: Claims, entry: TrackedServer) {
    this.#name = name;
    this.#claims = claims;
    this.#entry = entry;
  }

  async run(signal: AbortSignal): Promise<NameOutcome> {
    for (;;) {
      const change = new Promise<void>(resolve => {
        this.#wake = resolve;
      });
      if (!signal.aborted) this.#fill();
      if (this.#failure) throw this.#failure.error;
      const waits = !signal.aborted && this.#waitsForOthers();
      if (!waits && this.#attempts.every(({ burst }) => burst)) return this.#outcome();
      this.#tellHope(waits);
      // An abort ends what runs; only what waits must hear of it here.
      const stopListening = waits ? onAbort(signal, this.#changed) : undefined;
      await change;
      stopListening?.();
    }
  }

  /** Asks further addresses for the open votes; gives up those that are not needed any more. */
  #fill(): void {
    for (;;) {
      const clockTrust = this.#clockTrust();
      const next = clockTrust.length < this.#votes(clockTrust) ? this.#next(clockTrust) : undefined;
      if (!next) break;
      this.#start(next);
    }
    const clockTrust = this.#clockTrust();
    const elected = this.#elected();
    const enough = elected.length >= this.#votes(clockTrust);
    for (const attempt of this.#attempts) {
      if (attempt.burst || elected.includes(attempt)) continue;
      const replaced = attempt.brought || (attempt.hopeless && clockTrust.length > 0);
      if (enough || replaced || !this.#mayAnswer(attempt)) attempt.giveUp();
    }
  }

  /** Those that need no replacement. */
  #clockTrust(): readonly Attempt[] {
    return this.#attempts.filter(attempt => attempt.clockTrust && this.#mayAnswer(attempt));
  }

  /** The attempts that have the votes: the first that brought samples. */
  #elected(): readonly Attempt[] {
    const brought = this.#brought.filter(attempt => this.#mayAnswer(attempt));
    return brought.slice(0, this.#votes(brought));
  }

  /** Whether an attempt is of the family of the first that brought a sample. */
  #mayAnswer({ address }: Attempt): boolean {
    const first = this.#brought[0];
    return first === undefined || first.address.family === address.family;
  }

  /** As many as the name has addresses of the family that answers; of the larger family while none does. */
  #votes(clockTrust: readonly Attempt[]): number {
    const { votes } = this.#name;
    if (votes === 1) return 1;
    const family = clockTrust[0]?.address.family;
    return Math.min(
      votes,
      family === undefined ? Math.max(this.#count(4), this.#count(6)) : this.#count(family),
    );
  }

  #count(family: 4 | 6): number {
    return this.#name.addresses.filter(address => address.family === family).length;
  }

  /** The best free address: of the family that answers, else rather of the family that was not asked last. */
  #next(clockTrust: readonly Attempt[]): Address | undefined {
    if (this.#attempts.length >= Math.max(TRIES, this.#name.votes)) return undefined;
    const free = this.#untried().filter(address => this.#ownerOf(address) === undefined);
    const family = clockTrust[0]?.address.family;
    if (family !== undefined) return free.find(address => address.family === family);
    const last = this.#attempts.at(-1)?.address.family;
    return free.find(address => address.family !== last) ?? free[0];
  }

  #untried(): readonly Address[] {
    const { addresses } = this.#name;
    if (addresses.length === 1) return this.#attempts.length > 0 ? [] : addresses;
    const tried = new Set(this.#attempts.map(({ address }) => address));
    return addresses.filter(address => !tried.has(address));
  }

  #ownerOf(address: Address): Server | undefined {
    return this.#claims.ownerOf(this.#name.keyOf(address));
  }

  #start(address: Address): void {
    const { server, keyOf, otherwise } = this.#name;
    const key = keyOf(address);
    this.#claims.take(key, server);
    const attempt = new Attempt(address, {
      ...this.#name,
      brought: one => this.#brought.push(one),
      changed: this.#changed,
    });
    this.#attempts.push(attempt);
    const ended = ({ samples }: Burst) => {
      if (samples.length > 0) this.#entry.brought();
      if (attempt.givenUp || (samples.length === 0 && otherwise)) this.#claims.release(key);
      else this.#claims.settle(key);
    };
    attempt.run().then(ended, error => {
      this.#failure = { error };
      this.#wake();
    });
  }

  /** Whether another name may yet leave an address to this one, which has none. */
  #waitsForOthers(): boolean {
    if (this.#brought.length > 0) return false;
    const keys = this.#untried().map(address => this.#name.keyOf(address));
    const undecided = keys.filter(key => this.#claims.mayBecomeFree(key));
    for (const key of undecided) this.#claims.whenDecided(key, this.#changed);
    return undecided.length > 0;
  }

  /** After the first hopeless address, the survey waits for those that brought samples, and for no others. */
  #tellHope(waits: boolean): void {
    const tired = this.#attempts.some(({ hopeless }) => hopeless);
    const worth = this.#attempts.some(({ burst, brought }) => !burst && (brought || !tired));
    if (worth || (waits && !tired)) this.#entry.hopeful();
    else this.#entry.hopeless();
  }

  /** Those that have the votes; for the votes that are left, the failures that tell most. */
  #outcome(): NameOutcome {
    const elected = this.#elected();
    const failed = this.#attempts.filter(({ brought }) => !brought);
    const taken = this.#untried().find(address => this.#ownerOf(address) !== undefined);
    if (elected.length === 0 && taken && !failed.some(({ burst }) => burst!.answered > 0)) {
      return { address: taken, owner: this.#ownerOf(taken)! };
    }
    const telling = ({ burst }: Attempt) => Number(burst!.answered > 0) * 2 + Number(burst!.sent > 0);
    const byTelling = failed.sort((a, b) => telling(b) - telling(a));
    const shown = new Set([...elected, ...byTelling].slice(0, this.#votes(elected)));
    return this.#attempts
      .filter(attempt => shown.has(attempt))
      .map(({ address, burst }) => ({ address, burst: burst! }));
  }
}
