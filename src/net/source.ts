// One server of a survey → its sources: one for each of its votes. A server has one vote however many addresses its name
// has; a pool has several. How a server is approached, with a key, with NTS's cookies or with neither, comes in as an
// Approach.

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

/** An address without a sample after this time is late: the next is asked besides. Twice what RFC 8305 §5 recommends. */
const LATE: Seconds = 0.5;
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

/** One vote of a server: an address that was asked, or the reason why there is none. */
export interface Source {
  readonly server: Server;
  readonly address?: Address;
  readonly burst?: Burst;
  readonly error?: ResolveError | NtsError;
  /** The server that has its vote: the same name, or the owner of all its addresses. Then it was not asked itself. */
  readonly duplicateOf?: Server;
  /** What every sample of it was authenticated with; absent where nothing was agreed on. */
  readonly authentication?: Authentication;
}

/** What the parts of one survey share. */
export interface SurveyContext {
  readonly plan: SurveyPlan;
  readonly ports: SurveyPorts;
  readonly emit: (event: SurveyEvent) => void;
  readonly signal: AbortSignal;
  readonly roll: EarlyFinish;
  readonly slot: Concurrency;
  readonly claims: Claims;
}

/** A server's place in a survey. */
export interface SurveyEntry extends TrackedServer {
  /** Resolves when the servers before this one have taken their addresses, or have had time enough for that. */
  turn(): Promise<void>;
  /** This server has taken the addresses that it asks first, or has none. */
  claimed(): void;
}

/** Where a server's time is asked for, and how. */
export interface Approach {
  readonly host: string;
  readonly port: number;
  /** Sources wanted at most. */
  readonly votes: number;
  readonly version?: number;
  readonly authentication?: Authentication;
  readonly authenticator?: Authenticator;
  /** What ends it early because another approach remains: no usable reply, or a kiss code NTSN. */
  readonly otherwise?: 'when-hopeless' | 'when-refused';
}

/** One host: as many of its addresses as it has votes, others in place of those that fail. */
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

/** Whether any of them brought samples. */
export function broughtSamples(sources: readonly Source[]): boolean {
  return sources.some(({ burst }) => burst !== undefined && burst.samples.length > 0);
}

/** The addresses of a host, or why there are none. */
export async function resolveServer(
  server: Server,
  host: string,
  entry: TrackedServer,
  run: SurveyContext,
): Promise<readonly ResolvedAddress[] | ResolveError> {
  const { plan, ports, emit, signal } = run;
  if (signal.aborted) {
    const message = `${host} was not asked: the run ended before its turn; name fewer servers, or allow a later deadline`;
    return new ResolveError('temporary', message);
  }
  try {
    const family = familyFor(server, host, plan);
    const addresses = await patiently(ports.resolve(host, family, signal), entry, run);
    emit({ kind: 'resolved', server, addresses: addresses.map(({ address }) => address) });
    return addresses;
  } catch (reason) {
    const error = signal.aborted ? new ResolveError('temporary', `${host} did not resolve in time`) : reason;
    if (!(error instanceof ResolveError)) throw error;
    emit({ kind: 'not-resolved', server, error });
    return error;
  }
}

/** The one family that a host is asked over; throws where the list and the command line name one each. */
function familyFor(server: Server, host: string, plan: SurveyPlan): 4 | 6 | undefined {
  if (server.family === undefined || plan.family === undefined || server.family === plan.family)
    return plan.family ?? server.family;
  const message = `${host} may be asked over IPv${server.family} only (${server.from}), and IPv${plan.family} was asked for`;
  throw new ResolveError('no-address-of-family', message);
}

/** Waits for what must come before the first request; when that takes long, the survey does not wait with it. */
export async function patiently<T>(
  work: Promise<T>,
  entry: TrackedServer,
  { plan, ports }: SurveyContext,
): Promise<T> {
  const cancel = ports.timer.after(PATIENCE * plan.timeout, () => entry.hopeless());
  try {
    return await work;
  } finally {
    cancel();
    entry.hopeful();
  }
}

/** What there is to try, and how each address is asked. */
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

/** NTS cookies are good for one machine only; its two families may both lead there. */
function bestOfEachFamily(addresses: readonly Address[]): readonly Address[] {
  const best = [4, 6].map(family => addresses.find(address => address.family === family));
  return addresses.filter(address => best.includes(address));
}

/**
 * An address, what proves that the server is there, and what the list says of it: what a name leads to is not its
 * owner's alone to say, and a name that leads to another's address takes neither its keys nor its trust away.
 */
function claimOf({ address, port }: Address, server: Server): string {
  return `${address} ${port} ${termsOf(server)} ${server.nts ? identityOf(server) : ''}`;
}
