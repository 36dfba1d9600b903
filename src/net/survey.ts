// A server list → what each server answered. Names resolve and bursts run in parallel; both families of one name
// are one; no address is asked twice. Nobody waits for servers without a usable reply once all others are done.

import { setMaxListeners } from 'node:events';
import type { Authenticator } from '../ntp/auth/authenticator.ts';
import { elapsed, type Seconds } from '../ntp/time.ts';
import { type Authentication, authenticateByKey, authenticateByNts, type Keys } from './authentication.ts';
import { type Burst, type BurstEvent, type BurstPlan, type BurstPorts, runBurst } from './burst.ts';
import { KE_PORT, type KeyExchange, type KeyServer, type Nts, NtsError } from './nts.ts';
import { type Resolve, type ResolvedAddress, ResolveError } from './resolve.ts';
import { type RollCall, type RollEntry, rollCall } from './roll-call.ts';
import type { Server } from './server.ts';
import { type Slots, slots } from './slots.ts';
import type { Address } from './transport.ts';

/** A name stands for so many of its addresses at most. */
export const ADDRESSES_PER_NAME = 4;
/** Bursts begin spread over this time, so that their packets do not queue behind each other. */
const START_SPREAD: Seconds = 0.2;
/** Bursts at work at one time: bounds descriptors and what the receive buffers must hold. */
const BURSTS_AT_ONCE = 128;
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

/**
 * Asks every server of a list. An abort ends it with what has come so far. Rejects only with a `RangeError`, for a
 * server whose key is not in the plan.
 */
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
    roll: rollCall(servers.length, () => enough.abort()),
    slot: slots(BURSTS_AT_ONCE),
    taken: new Set(),
  };
  const began = ports.timer.now();
  const asked: Promise<readonly Source[]>[] = [];
  for (const [i, server] of servers.entries()) {
    const early = (START_SPREAD * i) / servers.length - elapsed(ports.timer.now(), began);
    if (early > 0) await ports.timer.sleep(early, run.signal);
    // Nobody begins who could not go on: of ten thousand servers, few are in memory at one time.
    await run.slot(async () => {});
    const asking = attend(server, run);
    // Should it fail, Promise.all tells, when all have begun; until then Node must not take alarm.
    asking.catch(() => {});
    asked.push(asking);
  }
  return (await Promise.all(asked)).flat();
}

/** What the parts of one survey share. */
interface Run {
  readonly plan: SurveyPlan;
  readonly ports: SurveyPorts;
  readonly emit: (event: SurveyEvent) => void;
  readonly signal: AbortSignal;
  readonly roll: RollCall;
  readonly slot: Slots;
  /** Addresses that are asked already. */
  readonly taken: Set<string>;
}

/** Where a server's time is asked for, and how. */
interface Approach {
  readonly host: string;
  readonly port: number;
  readonly addresses: number;
  readonly version?: number;
  readonly authentication?: Authentication;
  readonly authenticator?: Authenticator;
  /** What ends it early because another approach is left: no usable reply, or a kiss code NTSN. */
  readonly otherwise?: 'when-hopeless' | 'when-refused';
}

async function attend(server: Server, run: Run): Promise<readonly Source[]> {
  const entry = run.roll.enter();
  const sources = await askServer(server, entry, run);
  entry.leave();
  return sources;
}

async function askServer(server: Server, entry: RollEntry, run: Run): Promise<readonly Source[]> {
  if (server.nts) return askByNts(server, entry, run);
  const { host, port, version } = server;
  const approach = { host, port, addresses: ADDRESSES_PER_NAME, ...(version && { version }) };
  if (server.key === undefined) return ask(server, approach, entry, run);
  const authenticated = await authenticateByKey(server.key, run.plan.keys);
  return ask(server, { ...approach, ...authenticated }, entry, run);
}

/**
 * Asks with what an earlier run left, or else with a new exchange of keys. Where the one brings nothing, or the server
 * says NTSN, there is one exchange more (RFC 8915 §5.7), and never a question without NTS.
 */
async function askByNts(server: Server, entry: RollEntry, run: Run): Promise<readonly Source[]> {
  const { nts, random } = run.ports;
  const keyServer: KeyServer = {
    host: server.host,
    port: server.ntsPort ?? KE_PORT,
    ntpPort: server.port,
  };
  let kept = await nts.take(keyServer);
  for (let mayRenew = true; ; mayRenew = false) {
    const exchange = kept ? undefined : await exchangeKeys(server, keyServer, entry, run);
    if (exchange instanceof Error) return [{ server, error: exchange, authentication: { kind: 'nts' } }];
    const session = kept ?? exchange!.session;
    if (kept) run.emit({ kind: 'keys-kept', server, cookies: kept.cookies.length });
    const { host, port } = session;
    const { authenticator, authentication } = await authenticateByNts(session, exchange, random);
    // Cookies are good for one machine only.
    const approach: Approach = { host, port, addresses: 1, version: 4, authenticator, authentication };
    const otherwise = mayRenew && ({ otherwise: kept ? 'when-hopeless' : 'when-refused' } as const);
    const sources = await ask(server, { ...approach, ...otherwise }, entry, run);
    const useful = sources.some(({ burst }) => burst !== undefined && burst.samples.length > 0);
    // Not what only this run took on trust.
    if (useful && !exchange?.certificate.datesIgnored)
      await nts.keep(keyServer, { ...session, cookies: authenticator.cookies() });
    const refused = sources.some(({ burst }) => burst?.rejections.some(({ kind }) => kind === 'nts-nak'));
    if (useful || !mayRenew || sources.length === 0 || run.signal.aborted || !(kept || refused))
      return sources;
    kept = undefined;
    for (const { address } of sources) if (address) run.taken.delete(takenAs(address, 'nts'));
  }
}

async function exchangeKeys(
  server: Server,
  keyServer: KeyServer,
  entry: RollEntry,
  run: Run,
): Promise<KeyExchange | ResolveError | NtsError> {
  const { ports, plan, emit, signal } = run;
  const addresses = await resolveServer(server, server.host, entry, run);
  if (addresses instanceof ResolveError) return addresses;
  try {
    const exchanging = ports.nts.exchange(keyServer, addresses, signal, plan.source);
    const exchange = await patiently(exchanging, entry, run);
    emit({ kind: 'keys-exchanged', server, exchange });
    return exchange;
  } catch (error) {
    if (!(error instanceof NtsError)) throw error;
    emit({ kind: 'keys-not-exchanged', server, error });
    return error;
  }
}

/** One host: the family that the system would use first, and the other one if none of that answers. */
async function ask(
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
  let sources: readonly Source[] = [];
  for (const [i, family] of families.entries()) {
    const ofFamily = resolved.filter(address => address.family === family);
    const { fresh, takenBefore } = claim(ofFamily, approach, run.taken);
    const bursts = await askAddresses(fresh, approach, i + 1 < families.length, entry, run);
    sources = fresh.map((address, k) => ({ server, address, burst: bursts[k]!, ...proven }));
    if (run.signal.aborted || takenBefore || bursts.some(burst => burst.answered > 0)) break;
  }
  return sources;
}

async function resolveServer(
  server: Server,
  host: string,
  entry: RollEntry,
  run: Run,
): Promise<readonly ResolvedAddress[] | ResolveError> {
  const { plan, ports, emit, signal } = run;
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
async function patiently<T>(work: Promise<T>, entry: RollEntry, { plan, ports }: Run): Promise<T> {
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
  { port, addresses, authentication }: Approach,
  taken: Set<string>,
): { readonly fresh: readonly Address[]; readonly takenBefore: boolean } {
  const all = resolved.map(({ address, family }): Address => ({ address, family, port }));
  const free = all.filter(address => !taken.has(takenAs(address, authentication?.kind)));
  const fresh = free.slice(0, addresses);
  for (const address of fresh) taken.add(takenAs(address, authentication?.kind));
  return { fresh, takenBefore: free.length < resolved.length };
}

/** A server that is named with authentication is not the same as one without: that one has no vote beside it. */
function takenAs({ address, port }: Address, authentication: Authentication['kind'] | undefined): string {
  return `${address} ${port} ${authentication ?? ''}`;
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
