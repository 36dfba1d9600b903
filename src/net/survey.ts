// A server list → what each server answered. Names resolve and bursts run in parallel; both families of one name
// are one; no address is asked twice. Nobody waits for servers without a usable reply once all others are done.

import { setMaxListeners } from 'node:events';
import type { Seconds } from '../ntp/time.ts';
import { type Burst, type BurstEvent, type BurstPlan, type BurstPorts, runBurst } from './burst.ts';
import { type Resolve, type ResolvedAddress, ResolveError } from './resolve.ts';
import type { Server } from './server.ts';
import type { Address } from './transport.ts';

/** A name stands for so many of its addresses at most. */
export const ADDRESSES_PER_NAME = 4;
/** Bursts begin spread over this time, so that their packets do not queue behind each other. */
const START_SPREAD: Seconds = 0.2;
/** Bursts at work at one time: bounds descriptors and what the receive buffers must hold. */
const BURSTS_AT_ONCE = 128;
/** A name that has not resolved for so many reply timeouts counts as hopeless. */
const RESOLVE_PATIENCE = 2;

export interface SurveyPlan extends BurstPlan {
  /** Only this family, or whichever routes. */
  readonly family?: 4 | 6;
}

export interface SurveyPorts extends BurstPorts {
  readonly resolve: Resolve;
}

export type SurveyEvent =
  | BurstEvent
  | { readonly kind: 'resolved'; readonly server: Server; readonly addresses: readonly string[] }
  | { readonly kind: 'not-resolved'; readonly server: Server; readonly error: ResolveError };

/** One source of time: an address that was asked, or a name that came to none. */
export interface Source {
  readonly server: Server;
  readonly address?: Address;
  readonly burst?: Burst;
  readonly error?: ResolveError;
}

/** Asks every server of a list; never rejects. An abort ends it with what has come so far. */
export async function survey(
  servers: readonly Server[],
  plan: SurveyPlan,
  ports: SurveyPorts,
  emit: (event: SurveyEvent) => void,
  signal: AbortSignal,
): Promise<readonly Source[]> {
  const enough = new AbortController();
  const over = AbortSignal.any([signal, enough.signal]);
  // Every server listens to it; Node would print a warning of a leak from the eleventh on.
  setMaxListeners(0, over);
  const run: Run = {
    plan,
    ports,
    emit,
    signal: over,
    roll: rollCall(() => enough.abort()),
    slot: slots(BURSTS_AT_ONCE),
    taken: new Set(),
  };
  const entries = servers.map(() => run.roll.enter());
  const asked = servers.map(async (server, i) => {
    const entry = entries[i]!;
    await ports.timer.sleep((START_SPREAD * i) / servers.length, run.signal);
    const sources = await askServer(server, entry, run);
    entry.leave();
    return sources;
  });
  return (await Promise.all(asked)).flat();
}

/** What the parts of one survey share. */
interface Run {
  readonly plan: SurveyPlan;
  readonly ports: SurveyPorts;
  readonly emit: (event: SurveyEvent) => void;
  readonly signal: AbortSignal;
  readonly roll: RollCall;
  readonly slot: <T>(work: () => Promise<T>) => Promise<T>;
  /** Addresses that are asked already. */
  readonly taken: Set<string>;
}

/** One name: the family that the system would use first, and the other one if none of that answers. */
async function askServer(server: Server, entry: RollEntry, run: Run): Promise<readonly Source[]> {
  const resolved = await resolveServer(server, entry, run);
  if (resolved instanceof ResolveError) return [{ server, error: resolved }];
  const families = [...new Set(resolved.map(address => address.family))];
  let sources: readonly Source[] = [];
  for (const [i, family] of families.entries()) {
    const ofFamily = resolved.filter(address => address.family === family);
    const { fresh, takenBefore } = claim(ofFamily, server, run.taken);
    const bursts = await askAddresses(fresh, i + 1 < families.length, entry, run);
    sources = fresh.map((address, k) => ({ server, address, burst: bursts[k]! }));
    if (run.signal.aborted || takenBefore || bursts.some(burst => burst.answered > 0)) break;
  }
  return sources;
}

async function resolveServer(
  server: Server,
  entry: RollEntry,
  { plan, ports, emit, signal }: Run,
): Promise<readonly ResolvedAddress[] | ResolveError> {
  const resolving = new AbortController();
  const patience = RESOLVE_PATIENCE * plan.timeout;
  void ports.timer.sleep(patience, AbortSignal.any([signal, resolving.signal])).then(() => {
    if (!resolving.signal.aborted) entry.hopeless();
  });
  try {
    const addresses = await ports.resolve(server.host, plan.family, signal);
    emit({ kind: 'resolved', server, addresses: addresses.map(({ address }) => address) });
    return addresses;
  } catch (reason) {
    const error = signal.aborted
      ? new ResolveError('temporary', `${server.host} did not resolve in time`)
      : reason;
    if (!(error instanceof ResolveError)) throw error;
    emit({ kind: 'not-resolved', server, error });
    return error;
  } finally {
    resolving.abort();
    entry.hopeful();
  }
}

/** The addresses of a name that nobody has asked yet, and makes them asked; whether somebody had taken any before. */
function claim(
  resolved: readonly ResolvedAddress[],
  { port }: Server,
  taken: Set<string>,
): { readonly fresh: readonly Address[]; readonly takenBefore: boolean } {
  const free = resolved.filter(({ address }) => !taken.has(`${address} ${port}`));
  const fresh = free
    .slice(0, ADDRESSES_PER_NAME)
    .map(({ address, family }): Address => ({ address, family, port }));
  for (const { address } of fresh) taken.add(`${address} ${port}`);
  return { fresh, takenBefore: free.length < resolved.length };
}

/** The bursts of one name; a hopeless one is given up at once when the name has another family to try. */
function askAddresses(
  addresses: readonly Address[],
  anotherFamily: boolean,
  entry: RollEntry,
  { plan, ports, slot, signal, emit }: Run,
): Promise<readonly Burst[]> {
  const speaking = new Set(addresses);
  const hush = (address: Address) => {
    speaking.delete(address);
    if (speaking.size === 0) entry.hopeless();
  };
  const ask = async (address: Address) => {
    const givenUp = new AbortController();
    const watch = (event: BurstEvent) => {
      emit(event);
      if (event.kind === 'receive' && event.result.kind === 'sample') {
        speaking.add(address);
        entry.hopeful();
      } else if (event.kind === 'hopeless') {
        if (anotherFamily) givenUp.abort();
        else hush(address);
      }
    };
    const burst = await runBurst(address, plan, ports, watch, AbortSignal.any([signal, givenUp.signal]));
    if (burst.samples.length > 0) entry.brought();
    // Without a route no time was lost: the other family has all of its own.
    if (burst.sent > 0 || !anotherFamily) hush(address);
    return burst;
  };
  return Promise.all(addresses.map(address => slot(() => ask(address))));
}

/** Who is still at work, and who of them is hopeless. */
interface RollCall {
  enter(): RollEntry;
}

interface RollEntry {
  /** Nobody need wait for this one any more. */
  hopeless(): void;
  hopeful(): void;
  /** It has contributed samples. */
  brought(): void;
  leave(): void;
}

/** Calls `onlyHopelessLeft` once somebody has brought samples and all that are left are hopeless. */
function rollCall(onlyHopelessLeft: () => void): RollCall {
  const present = new Set<RollEntry>();
  const hopeless = new Set<RollEntry>();
  let brought = false;
  const check = () => {
    if (brought && present.size === hopeless.size) onlyHopelessLeft();
  };
  const enter = () => {
    const entry: RollEntry = {
      hopeless() {
        hopeless.add(entry);
        check();
      },
      hopeful() {
        hopeless.delete(entry);
      },
      brought() {
        brought = true;
        check();
      },
      leave() {
        present.delete(entry);
        hopeless.delete(entry);
        check();
      },
    };
    present.add(entry);
    return entry;
  };
  return { enter };
}

/** Lets so many pieces of work run at one time; the others wait their turn. */
function slots(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = count;
  const waiting: (() => void)[] = [];
  return async work => {
    if (free > 0) free -= 1;
    else await new Promise<void>(resolve => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    }
  };
}
