// One server of a survey → its sources: its host's addresses, each asked with a burst. Both families of one name are
// one. How a server is approached, with a key, with NTS's cookies or with neither, comes in as an Approach.

import type { Authenticator } from '../ntp/auth/authenticator.ts';
import type { Authentication, Keys } from './authentication.ts';
import { type Burst, type BurstEvent, type BurstPlan, type BurstPorts, runBurst } from './burst.ts';
import type { KeyExchange, Nts, NtsError } from './nts.ts';
import { type Resolve, type ResolvedAddress, ResolveError } from './resolve.ts';
import type { RollCall, RollEntry } from './roll-call.ts';
import type { Server } from './server.ts';
import type { Slots } from './slots.ts';
import type { Address } from './transport.ts';

/** A name stands for so many of its addresses at most. */
export const ADDRESSES_PER_NAME = 4;
/** A name that has not resolved, or exchanged keys, for so many reply timeouts counts as hopeless. */
const PATIENCE = 2;

export interface SurveyPlan extends BurstPlan {
  /** Only this family, or whichever routes. */
  readonly family?: 4 | 6;
  /** Those that servers name. */
  readonly keys?: Keys;
}

export interface SurveyPorts extends BurstPorts {
  readonly resolve: Resolve;
  readonly nts: Nts;
}

export type SurveyEvent =
  | BurstEvent
  | { readonly kind: 'resolved'; readonly server: Server; readonly addresses: readonly string[] }
  | { readonly kind: 'not-resolved'; readonly server: Server; readonly error: ResolveError }
  | { readonly kind: 'keys-exchanged'; readonly server: Server; readonly exchange: KeyExchange }
  | { readonly kind: 'keys-not-exchanged'; readonly server: Server; readonly error: NtsError }
  /** An earlier run's key exchange is good enough. */
  | { readonly kind: 'keys-kept'; readonly server: Server; readonly cookies: number };

/** One source of time: an address that was asked, or a name that came to none. */
export interface Source {
  readonly server: Server;
  readonly address?: Address;
  readonly burst?: Burst;
  readonly error?: ResolveError | NtsError;
  /** What every sample of it was authenticated with; absent where nothing was agreed on. */
  readonly authentication?: Authentication;
}

/** What the parts of one survey share. */
export interface Run {
  readonly plan: SurveyPlan;
  readonly ports: SurveyPorts;
  readonly emit: (event: SurveyEvent) => void;
  readonly signal: AbortSignal;
  readonly roll: RollCall;
  readonly slot: Slots;
  /** Addresses that are asked already, and as whose. */
  readonly taken: Set<string>;
}

/** Where a server's time is asked for, and how. */
export interface Approach {
  readonly host: string;
  readonly port: number;
  readonly addresses: number;
  readonly version?: number;
  readonly authentication?: Authentication;
  readonly authenticator?: Authenticator;
  /** What ends it early because another approach is left: no usable reply, or a kiss code NTSN. */
  readonly otherwise?: 'when-hopeless' | 'when-refused';
}

/** One host: the family that the system would use first, and the other one if none of that answers. */
export async function ask(
  server: Server,
  approach: Approach,
  entry: RollEntry,
  run: Run,
): Promise<readonly Source[]> {
  const { authentication } = approach;
  const proven = authentication && { authentication };
  const resolved = await resolveServer(server, approach.host, entry, run);
  if (resolved instanceof ResolveError) return [{ server, error: resolved, ...proven }];
  const families = [...new Set(resolved.map(address => address.family))];
  const claimed: Address[] = [];
  let sources: readonly Source[] = [];
  for (const [i, family] of families.entries()) {
    const ofFamily = resolved.filter(address => address.family === family);
    const { fresh, takenBefore } = claim(ofFamily, server, approach, run.taken);
    claimed.push(...fresh);
    const bursts = await askAddresses(fresh, approach, i + 1 < families.length, entry, run);
    sources = fresh.map((address, k) => ({ server, address, burst: bursts[k]!, ...proven }));
    if (run.signal.aborted || takenBefore || bursts.some(burst => burst.answered > 0)) break;
  }
  // The other approach may lead to the same addresses.
  if (approach.otherwise && !broughtSamples(sources))
    for (const address of claimed) run.taken.delete(takenAs(address, server));
  return sources;
}

/** Whether any of them brought samples. */
export function broughtSamples(sources: readonly Source[]): boolean {
  return sources.some(({ burst }) => burst !== undefined && burst.samples.length > 0);
}

/** The addresses of a host, or why there are none. */
export async function resolveServer(
  server: Server,
  host: string,
  entry: RollEntry,
  run: Run,
): Promise<readonly ResolvedAddress[] | ResolveError> {
  const { plan, ports, emit, signal } = run;
  if (signal.aborted) {
    const message = `${host} was not asked: the time was up before its turn; name fewer servers, or allow a later deadline`;
    return new ResolveError('temporary', message);
  }
  try {
    const addresses = await patiently(ports.resolve(host, plan.family, signal), entry, run);
    emit({ kind: 'resolved', server, addresses: addresses.map(({ address }) => address) });
    return addresses;
  } catch (reason) {
    const error = signal.aborted ? new ResolveError('temporary', `${host} did not resolve in time`) : reason;
    if (!(error instanceof ResolveError)) throw error;
    emit({ kind: 'not-resolved', server, error });
    return error;
  }
}

/** Waits for what must come before the first request; when that takes long, nobody else waits with us. */
export async function patiently<T>(work: Promise<T>, entry: RollEntry, { plan, ports }: Run): Promise<T> {
  const cancel = ports.timer.after(PATIENCE * plan.timeout, () => entry.hopeless());
  try {
    return await work;
  } finally {
    cancel();
    entry.hopeful();
  }
}

/** The addresses of a name that nobody has asked yet, and makes them asked; whether somebody had taken any before. */
function claim(
  resolved: readonly ResolvedAddress[],
  server: Server,
  { port, addresses }: Approach,
  taken: Set<string>,
): { readonly fresh: readonly Address[]; readonly takenBefore: boolean } {
  const all = resolved.map(({ address, family }): Address => ({ address, family, port }));
  const free = all.filter(address => !taken.has(takenAs(address, server)));
  const fresh = free.slice(0, addresses);
  for (const address of fresh) taken.add(takenAs(address, server));
  return { fresh, takenBefore: free.length < resolved.length };
}

/**
 * An address, and who is to prove to be there, with a vote or without: what a name leads to is not its owner's alone to
 * say, and whoever names another's address takes nothing away from him.
 */
function takenAs({ address, port }: Address, { host, key, nts, ntsPort, noselect }: Server): string {
  return JSON.stringify([address, port, nts ? [host, ntsPort] : key, noselect]);
}

/** The bursts of one name; a hopeless one is given up at once when there is something else to try. */
function askAddresses(
  addresses: readonly Address[],
  { version, authenticator, otherwise }: Approach,
  anotherFamily: boolean,
  entry: RollEntry,
  { plan, ports, slot, signal, emit }: Run,
): Promise<readonly Burst[]> {
  const more = anotherFamily || otherwise === 'when-hopeless';
  const burstPlan: BurstPlan = {
    ...plan,
    ...(version && { version }),
    ...(authenticator && { authenticator }),
  };
  const speaking = new Set(addresses);
  const hush = (address: Address) => {
    speaking.delete(address);
    if (speaking.size === 0) entry.hopeless();
  };
  const askOne = async (address: Address) => {
    const givenUp = more || otherwise ? new AbortController() : undefined;
    let refused = false;
    const watch = (event: BurstEvent) => {
      emit(event);
      if (event.kind === 'receive' && event.result.kind === 'nts-nak') refused = true;
      if (event.kind === 'receive' && event.result.kind === 'sample') {
        speaking.add(address);
        entry.hopeful();
      } else if (event.kind === 'hopeless') {
        if (more) givenUp?.abort();
        else hush(address);
      } else if (event.kind === 'timeout' && refused && otherwise) givenUp?.abort();
    };
    const over = givenUp ? AbortSignal.any([signal, givenUp.signal]) : signal;
    const burst = await runBurst(address, burstPlan, ports, watch, over);
    if (burst.samples.length > 0) entry.brought();
    // Without a route no time was lost: the other family has all of its own.
    if (burst.sent > 0 || !more) hush(address);
    return burst;
  };
  return Promise.all(addresses.map(address => slot(() => askOne(address))));
}
