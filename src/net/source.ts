// One server of a survey → its sources, one for each vote. A server has one vote regardless of how many addresses its
// name has; a pool has several. An Approach states how to query the server: with a key, with NTS cookies, or with
// neither.

import type { Authenticator } from '../ntp/auth/authenticator.ts';
import type { Seconds } from '../ntp/time.ts';
import { identityOf, type Server, termsOf } from '../sources/server.ts';
import type { Authentication, Keys } from './authentication.ts';
import { type Burst, type BurstEvent, type BurstPlan, type BurstPorts, runBurst } from './burst.ts';
import type { Claims } from './claims.ts';
import type { Concurrency } from './concurrency.ts';
import type { EarlyFinish, TrackedServer } from './early-finish.ts';
import type { KeyExchange, Nts, NtsError } from './nts/session.ts';
import { type Resolve, type ResolvedAddress, ResolveError } from './resolve.ts';
import type { Address } from './transport.ts';
import { type NamedAddresses, tryAddresses } from './try-addresses.ts';

/**
 * An address without a sample after this time, in seconds, is late: the next address is queried in parallel. Twice the
 * recommendation of RFC 8305 §5.
 */
const LATE: Seconds = 0.5;
/** A name that has not resolved or exchanged keys after this many reply timeouts counts as unresponsive. */
const PATIENCE = 2;

export interface SurveyPlan extends BurstPlan {
  /** Use only this family; undefined allows both. */
  readonly family?: 4 | 6;
  /** The symmetric keys that servers refer to. */
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
  /** The key exchange of an earlier run is still usable. */
  | { readonly kind: 'keys-kept'; readonly server: Server; readonly cookies: number };

/** One vote of a server: an address that was queried, or the reason why there is none. */
export interface Source {
  readonly server: Server;
  readonly address?: Address;
  readonly burst?: Burst;
  readonly error?: ResolveError | NtsError;
  /**
   * The server that holds the vote: one of the same name, or the owner of all its addresses. This server was then not
   * queried.
   */
  readonly duplicateOf?: Server;
  /** How all its samples were authenticated; absent if nothing was configured. */
  readonly authentication?: Authentication;
}

/** Shared by all parts of one survey. */
export interface SurveyContext {
  readonly plan: SurveyPlan;
  readonly ports: SurveyPorts;
  readonly emit: (event: SurveyEvent) => void;
  readonly signal: AbortSignal;
  readonly tracker: EarlyFinish;
  readonly slot: Concurrency;
  readonly claims: Claims;
}

/** A server's place in a survey. */
export interface SurveyEntry extends TrackedServer {
  /** Resolves when the servers before this one have claimed their addresses, or have had enough time to. */
  turn(): Promise<void>;
  /** This server has claimed the addresses that it queries first, or has none. */
  claimed(): void;
}

/** Where and how to query a server. */
export interface Approach {
  readonly host: string;
  readonly port: number;
  /** The maximum number of sources. */
  readonly votes: number;
  readonly version?: number;
  readonly authentication?: Authentication;
  readonly authenticator?: Authenticator;
  /** Ends the query early because another approach remains: on no usable reply, or on a kiss code NTSN. */
  readonly otherwise?: 'when-unresponsive' | 'when-refused';
}

/** Queries one host: as many of its addresses as it has votes, replacing those that fail. */
export async function queryServer(
  server: Server,
  approach: Approach,
  entry: SurveyEntry,
  run: SurveyContext,
): Promise<readonly Source[]> {
  const { authentication } = approach;
  const proven = authentication && { authentication };
  const resolved = await resolveServer(server, approach.host, entry, run);
  if (resolved instanceof ResolveError) return [{ server, error: resolved, ...proven }];
  await entry.turn();
  const candidates = candidatesOf(resolved, server, approach, run);
  const trying = tryAddresses(candidates, run.claims, entry, run.signal);
  entry.claimed();
  const outcome = await trying;
  if ('owner' in outcome)
    return [{ server, address: outcome.address, duplicateOf: outcome.owner, ...proven }];
  return outcome.map(tried => ({ server, ...tried, ...proven }));
}

/** Whether any of these sources has samples. */
export function anySamples(sources: readonly Source[]): boolean {
  return sources.some(({ burst }) => burst !== undefined && burst.samples.length > 0);
}

/** Resolves a host to its addresses, or to the reason why there are none. */
export async function resolveServer(
  server: Server,
  host: string,
  entry: TrackedServer,
  run: SurveyContext,
): Promise<readonly ResolvedAddress[] | ResolveError> {
  const { plan, ports, emit, signal } = run;
  if (signal.aborted) {
    const message = `${host} was not queried: the run ended before its turn; use fewer servers or a later deadline`;
    return new ResolveError('temporary', message);
  }
  try {
    const family = familyFor(server, host, plan);
    const addresses = await awaitTracked(ports.resolve(host, family, signal), entry, run);
    emit({ kind: 'resolved', server, addresses: addresses.map(({ address }) => address) });
    return addresses;
  } catch (reason) {
    const error = signal.aborted ? new ResolveError('temporary', `${host} did not resolve in time`) : reason;
    if (!(error instanceof ResolveError)) throw error;
    emit({ kind: 'not-resolved', server, error });
    return error;
  }
}

/** The family to query a host over. Throws if the list and the command line require different ones. */
function familyFor(server: Server, host: string, plan: SurveyPlan): 4 | 6 | undefined {
  if (server.family === undefined || plan.family === undefined || server.family === plan.family)
    return plan.family ?? server.family;
  const message = `${host} may be queried over IPv${server.family} only (${server.from}), but IPv${plan.family} was requested`;
  throw new ResolveError('no-address-of-family', message);
}

/** Awaits work that precedes the first request. If it takes long, the survey stops waiting for this server. */
export async function awaitTracked<T>(
  work: Promise<T>,
  entry: TrackedServer,
  { plan, ports }: SurveyContext,
): Promise<T> {
  const cancel = ports.timer.after(PATIENCE * plan.timeout, () => entry.markUnresponsive());
  try {
    return await work;
  } finally {
    cancel();
    entry.markResponsive();
  }
}

/** The addresses to try and how to query each. */
function candidatesOf(
  resolved: readonly ResolvedAddress[],
  server: Server,
  { port, votes, version, authenticator, authentication, otherwise }: Approach,
  { plan, ports, slot, signal, emit }: SurveyContext,
): NamedAddresses {
  const burstPlan: BurstPlan = {
    ...plan,
    ...(version && { version }),
    ...(authenticator && { authenticator }),
  };
  const addresses = resolved.map(({ address, family }): Address => ({ address, family, port }));
  return {
    server,
    addresses: authentication?.kind === 'nts' ? bestOfEachFamily(addresses) : addresses,
    votes,
    late: addresses.length > 1 ? Math.min(LATE, plan.timeout) : undefined,
    timer: ports.timer,
    ...(otherwise && { otherwise }),
    keyOf: address => claimOf(address, server),
    burst: (address, begun, watch, givenUp) =>
      slot(() => {
        begun();
        const over = givenUp ? AbortSignal.any([signal, givenUp]) : signal;
        const follow = (event: BurstEvent) => {
          emit(event);
          watch(event);
        };
        return runBurst(address, burstPlan, ports, follow, over);
      }),
  };
}

/** NTS cookies are valid for one machine only, which may be reachable over both families. */
function bestOfEachFamily(addresses: readonly Address[]): readonly Address[] {
  const best = [4, 6].map(family => addresses.find(address => address.family === family));
  return addresses.filter(address => best.includes(address));
}

/**
 * The key of a claim: the address, how the server is authenticated, and what the list states about it. A name that
 * resolves to another server's address must not take away that server's keys or trust.
 */
function claimOf({ address, port }: Address, server: Server): string {
  return `${address} ${port} ${termsOf(server)} ${server.nts ? identityOf(server) : ''}`;
}
