// The addresses of one name → bursts, of as many addresses as the name has votes. The best addresses are asked first; the
// next one is asked as soon as one is late, unreachable or hopeless, and what brings a sample first counts ("happy
// eyeballs", RFC 8305). The votes of a name are of one family: both families lead to the same machines.

import type { Seconds } from '../ntp/time.ts';
import { onAbort } from './abort.ts';
import type { Burst, BurstEvent } from './burst.ts';
import type { Claims } from './claims.ts';
import type { RollEntry } from './roll-call.ts';
import type { Server } from './server.ts';
import type { Timer } from './timer.ts';
import type { Address } from './transport.ts';

/** An address without a sample after this time is late: the next one is asked besides. Twice what RFC 8305 §5 recommends. */
const LATE: Seconds = 0.5;
/** Addresses of one name that are tried, unless it has more votes. */
const TRIES = 16;

/** A name with its addresses, and what asking one comes to. */
export interface Candidates {
  readonly server: Server;
  /** Best first. */
  readonly addresses: readonly Address[];
  /** Bursts wanted at most. */
  readonly votes: number;
  /** Ends a burst early, since another approach is left: without a usable reply, or when the server refused. */
  readonly otherwise?: 'when-hopeless' | 'when-refused';
  keyOf(address: Address): string;
  /** Asks one address when there is room; `begun` is called at its start. */
  burst(
    address: Address,
    begun: () => void,
    watch: (event: BurstEvent) => void,
    givenUp: AbortSignal | undefined,
  ): Promise<Burst>;
}

export interface TryPorts {
  readonly timer: Pick<Timer, 'after'>;
  readonly claims: Claims;
  readonly entry: RollEntry;
  readonly signal: AbortSignal;
}

/** An address that was asked, and what came of it. */
export interface Tried {
  readonly address: Address;
  readonly burst: Burst;
}

/** What came of a name: an address for each of its votes, or the other name that has its addresses. */
export type Trial = readonly Tried[] | { readonly address: Address; readonly owner: Server };

/** Tries a name's addresses. An abort ends it with what has come so far. */
export function tryAddresses(candidates: Candidates, ports: TryPorts): Promise<Trial> {
  return new Trials(candidates, ports).run();
}

/** One address in a trial. */
interface Attempt {
  readonly address: Address;
  /** Absent where there is nothing else to try. */
  readonly givenUp: AbortController | undefined;
  /** Neither late nor ended without samples: none is asked in its place. */
  standing: boolean;
  /** Its place among those that brought samples. */
  brought: number | undefined;
  hopeless: boolean;
  burst: Burst | undefined;
}

class Trials {
  readonly #candidates: Candidates;
  readonly #ports: TryPorts;
  readonly #attempts: Attempt[] = [];
  #brought = 0;
  #wake = () => {};
  readonly #changed = () => this.#wake();

  constructor(candidates: Candidates, ports: TryPorts) {
    this.#candidates = candidates;
    this.#ports = ports;
  }

  async run(): Promise<Trial> {
    const { signal } = this.#ports;
    const deaf = onAbort(signal, this.#changed);
    for (;;) {
      const change = new Promise<void>(resolve => {
        this.#wake = resolve;
      });
      if (!signal.aborted) this.#fill();
      const running = this.#attempts.some(({ burst }) => !burst);
      const waits = !signal.aborted && this.#waitsForOthers();
      if (!running && !waits) break;
      this.#tellHope(waits);
      await change;
    }
    deaf();
    return this.#results();
  }

  /** Asks further addresses for the votes that no address stands for; drops what is needed no more. */
  #fill(): void {
    for (;;) {
      const standing = this.#standing();
      const next = standing.length < this.#votes(standing) ? this.#next(standing) : undefined;
      if (!next) break;
      this.#start(next);
    }
    const enough = this.#brought >= this.#votes(this.#standing());
    const others = this.#standing().length > 0;
    for (const attempt of this.#attempts) {
      if (attempt.burst || attempt.brought !== undefined) continue;
      if (enough || (attempt.hopeless && others)) attempt.givenUp?.abort();
    }
  }

  #standing(): readonly Attempt[] {
    return this.#attempts.filter(({ standing }) => standing);
  }

  /** As many as the name has addresses of the family that answers; of the larger family while none does. */
  #votes(standing: readonly Attempt[]): number {
    const { addresses, votes } = this.#candidates;
    const count = (family: 4 | 6) => addresses.filter(address => address.family === family).length;
    const family = standing[0]?.address.family;
    return Math.min(votes, family === undefined ? Math.max(count(4), count(6)) : count(family));
  }

  /** The best free address: of the family that answers, else rather of the family that was not asked last. */
  #next(standing: readonly Attempt[]): Address | undefined {
    const { votes } = this.#candidates;
    if (this.#attempts.length >= Math.max(TRIES, votes)) return undefined;
    const free = this.#untried().filter(address => this.#ownerOf(address) === undefined);
    const family = standing[0]?.address.family;
    if (family !== undefined) return free.find(address => address.family === family);
    const last = this.#attempts.at(-1)?.address.family;
    return free.find(address => address.family !== last) ?? free[0];
  }

  #untried(): readonly Address[] {
    const tried = new Set(this.#attempts.map(({ address }) => address));
    return this.#candidates.addresses.filter(address => !tried.has(address));
  }

  #ownerOf(address: Address): Server | undefined {
    return this.#ports.claims.ownerOf(this.#candidates.keyOf(address));
  }

  #start(address: Address): void {
    const { claims, entry, timer } = this.#ports;
    const { server, addresses, keyOf, otherwise } = this.#candidates;
    claims.take(keyOf(address), server);
    const attempt: Attempt = {
      address,
      givenUp: addresses.length > 1 || otherwise ? new AbortController() : undefined,
      standing: true,
      brought: undefined,
      hopeless: false,
      burst: undefined,
    };
    this.#attempts.push(attempt);
    let cancel = () => {};
    const late = () => {
      if (attempt.brought === undefined) attempt.standing = false;
      this.#wake();
    };
    const begun = () => {
      if (addresses.length > 1) cancel = timer.after(LATE, late);
    };
    const asking = this.#candidates.burst(
      address,
      begun,
      this.#watcher(attempt, late),
      attempt.givenUp?.signal,
    );
    void asking.then(burst => {
      cancel();
      attempt.burst = burst;
      attempt.standing = attempt.brought !== undefined;
      const useful = burst.samples.length > 0;
      if (useful) entry.brought();
      if (attempt.givenUp?.signal.aborted || (!useful && otherwise)) claims.release(keyOf(address));
      else claims.settle(keyOf(address));
      this.#wake();
    });
  }

  /** Follows one burst. */
  #watcher(attempt: Attempt, late: () => void): (event: BurstEvent) => void {
    const { otherwise } = this.#candidates;
    let refused = false;
    return event => {
      if (event.kind === 'unreachable') late();
      else if (event.kind === 'timeout' && refused && otherwise) attempt.givenUp?.abort();
      else if (event.kind === 'hopeless') {
        attempt.hopeless = true;
        if (otherwise === 'when-hopeless') attempt.givenUp?.abort();
        late();
      } else if (event.kind === 'receive' && event.result.kind === 'nts-nak') refused = true;
      else if (event.kind === 'receive' && event.result.kind === 'sample') this.#bring(attempt);
    };
  }

  #bring(attempt: Attempt): void {
    if (attempt.brought !== undefined) return;
    attempt.brought = this.#brought;
    attempt.standing = true;
    this.#brought += 1;
    this.#wake();
  }

  /** Whether another name may yet leave an address to this one, which has none. */
  #waitsForOthers(): boolean {
    if (this.#brought > 0) return false;
    const { claims } = this.#ports;
    const keys = this.#untried().map(address => this.#candidates.keyOf(address));
    const undecided = keys.filter(key => claims.mayBecomeFree(key));
    for (const key of undecided) claims.whenDecided(key, this.#changed);
    return undecided.length > 0;
  }

  /** After the first hopeless address, the survey waits for those that brought samples, and for no others. */
  #tellHope(waits: boolean): void {
    const { entry } = this.#ports;
    const tired = this.#attempts.some(({ hopeless }) => hopeless);
    const worth = ({ burst, brought }: Attempt) => !burst && (brought !== undefined || !tired);
    if (this.#attempts.some(worth) || (waits && !tired)) entry.hopeful();
    else entry.hopeless();
  }

  /** Those that brought samples; for the votes that are left, the failures that tell most. */
  #results(): Trial {
    const brought = this.#attempts
      .filter(attempt => attempt.brought !== undefined)
      .sort((a, b) => a.brought! - b.brought!);
    const votes = this.#votes(brought);
    const failed = this.#attempts.filter(attempt => attempt.brought === undefined);
    const taken = this.#untried().find(address => this.#ownerOf(address) !== undefined);
    if (brought.length === 0 && taken && !failed.some(({ burst }) => burst!.answered > 0)) {
      return { address: taken, owner: this.#ownerOf(taken)! };
    }
    const telling = ({ burst }: Attempt) => Number(burst!.answered > 0) * 2 + Number(burst!.sent > 0);
    const shown = new Set([...brought, ...failed.sort((a, b) => telling(b) - telling(a))].slice(0, votes));
    return this.#attempts
      .filter(attempt => shown.has(attempt))
      .map(({ address, burst }) => ({ address, burst: burst! }));
  }
}
