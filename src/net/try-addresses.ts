// The addresses of one name → as many bursts as the name has votes. Queries the best addresses first, and the next one
// as soon as one is late, unreachable, or unresponsive. The first to return a sample counts ("happy eyeballs", RFC
// 8305). All votes of a name belong to one family, because both families lead to the same machines.

import type { Server } from '../sources/server.ts';
import { onAbort } from './abort.ts';
import { Attempt, type AttemptPlan } from './attempt.ts';
import type { Burst } from './burst.ts';
import type { Claims } from './claims.ts';
import type { TrackedServer } from './early-finish.ts';
import type { Address } from './transport.ts';

/** The maximum number of addresses to try per name, unless it has more votes. */
const TRIES = 16;

/** A name's addresses and how to query each. */
export interface NamedAddresses extends Omit<AttemptPlan, 'onFirstSample' | 'changed'> {
  readonly server: Server;
  /** Best first. */
  readonly addresses: readonly Address[];
  /** The maximum number of bursts. */
  readonly votes: number;
  /** The key under which an address is claimed. */
  keyOf(address: Address): string;
}

/** A queried address and its burst. */
export interface Tried {
  readonly address: Address;
  readonly burst: Burst;
}

/** The result for a name: an address for each of its votes, or the other name that owns its addresses. */
export type NameOutcome = readonly Tried[] | { readonly address: Address; readonly owner: Server };

/** Tries a name's addresses. An abort ends the attempts with the results so far. */
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
  /** The attempts with samples, in order of their first sample. */
  readonly #withSamples: Attempt[] = [];
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
      this.#updateTracking(waits);
      // An abort ends running bursts. Only a wait for other names needs to listen for it.
      const stopListening = waits ? onAbort(signal, this.#changed) : undefined;
      await change;
      stopListening?.();
    }
  }

  /** Queries further addresses for the open votes; gives up attempts that are no longer needed. */
  #fill(): void {
    for (;;) {
      const viable = this.#viable();
      const next = viable.length < this.#votes(viable) ? this.#next(viable) : undefined;
      if (!next) break;
      this.#start(next);
    }
    const viable = this.#viable();
    const elected = this.#elected();
    const enough = elected.length >= this.#votes(viable);
    for (const attempt of this.#attempts) {
      if (attempt.burst || elected.includes(attempt)) continue;
      const replaced = attempt.hasSample || (attempt.unresponsive && viable.length > 0);
      if (enough || replaced || !this.#mayAnswer(attempt)) attempt.giveUp();
    }
  }

  /** The attempts that need no replacement. */
  #viable(): readonly Attempt[] {
    return this.#attempts.filter(attempt => attempt.viable && this.#mayAnswer(attempt));
  }

  /** The attempts that hold the votes: the first ones with samples. */
  #elected(): readonly Attempt[] {
    const withSamples = this.#withSamples.filter(attempt => this.#mayAnswer(attempt));
    return withSamples.slice(0, this.#votes(withSamples));
  }

  /** Whether an attempt belongs to the family of the first sample. */
  #mayAnswer({ address }: Attempt): boolean {
    const first = this.#withSamples[0];
    return first === undefined || first.address.family === address.family;
  }

  /** The name's number of addresses in the answering family; in the larger family while none has answered. */
  #votes(viable: readonly Attempt[]): number {
    const { votes } = this.#name;
    if (votes === 1) return 1;
    const family = viable[0]?.address.family;
    return Math.min(
      votes,
      family === undefined ? Math.max(this.#count(4), this.#count(6)) : this.#count(family),
    );
  }

  #count(family: 4 | 6): number {
    return this.#name.addresses.filter(address => address.family === family).length;
  }

  /** The best free address: of the answering family if known, else preferably not of the family tried last. */
  #next(viable: readonly Attempt[]): Address | undefined {
    if (this.#attempts.length >= Math.max(TRIES, this.#name.votes)) return undefined;
    const free = this.#untried().filter(address => this.#ownerOf(address) === undefined);
    const family = viable[0]?.address.family;
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
      onFirstSample: one => this.#withSamples.push(one),
      changed: this.#changed,
    });
    this.#attempts.push(attempt);
    const ended = ({ samples }: Burst) => {
      if (samples.length > 0) this.#entry.sampleReceived();
      if (attempt.givenUp || (samples.length === 0 && otherwise)) this.#claims.release(key);
      else this.#claims.settle(key);
    };
    attempt.run().then(ended, error => {
      this.#failure = { error };
      this.#wake();
    });
  }

  /** Whether another name may still release an address to this one, which has no sample. */
  #waitsForOthers(): boolean {
    if (this.#withSamples.length > 0) return false;
    const keys = this.#untried().map(address => this.#name.keyOf(address));
    const undecided = keys.filter(key => this.#claims.mayBecomeFree(key));
    for (const key of undecided) this.#claims.whenDecided(key, this.#changed);
    return undecided.length > 0;
  }

  /**
   * Updates whether the survey waits. After the first unresponsive address, it waits only for attempts with samples.
   */
  #updateTracking(waits: boolean): void {
    const anyUnresponsive = this.#attempts.some(({ unresponsive }) => unresponsive);
    const mayReply = this.#attempts.some(({ burst, hasSample }) => !burst && (hasSample || !anyUnresponsive));
    if (mayReply || (waits && !anyUnresponsive)) this.#entry.markResponsive();
    else this.#entry.markUnresponsive();
  }

  /** The attempts that hold the votes; for open votes, the most informative failures. */
  #outcome(): NameOutcome {
    const elected = this.#elected();
    const failed = this.#attempts.filter(({ hasSample }) => !hasSample);
    const taken = this.#untried().find(address => this.#ownerOf(address) !== undefined);
    if (elected.length === 0 && taken && !failed.some(({ burst }) => burst!.answered > 0)) {
      return { address: taken, owner: this.#ownerOf(taken)! };
    }
    const information = ({ burst }: Attempt) => Number(burst!.answered > 0) * 2 + Number(burst!.sent > 0);
    const byInformation = failed.sort((a, b) => information(b) - information(a));
    const shown = new Set([...elected, ...byInformation].slice(0, this.#votes(elected)));
    return this.#attempts
      .filter(attempt => shown.has(attempt))
      .map(({ address, burst }) => ({ address, burst: burst! }));
  }
}
