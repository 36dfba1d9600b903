// A server list → what each server answered. Names resolve and bursts run in parallel; no address is asked twice, and
// each server of the list is in the result. The survey waits for no server without a usable reply once all others are done.

import { elapsed, type Seconds } from '../ntp/time.ts';
import { listingOf, type Server, votesOf } from '../sources/server.ts';
import { authenticateByKey } from './authentication.ts';
import { Claims } from './claims.ts';
import { concurrency } from './concurrency.ts';
import { earlyFinish } from './early-finish.ts';
import { queryServerByNts } from './nts/nts-source.ts';
import {
  queryServer,
  type Source,
  type SurveyContext,
  type SurveyEntry,
  type SurveyEvent,
  type SurveyPlan,
  type SurveyPorts,
} from './source.ts';
import type { Timer } from './timer.ts';

export type { Source, SurveyEvent, SurveyPlan, SurveyPorts } from './source.ts';

/** One server begins so long after the other, so that their packets do not queue behind each other. */
const START_SPACING: Seconds = 0.002;
/** Thousands begin within this time. */
const START_SPREAD: Seconds = 0.2;
/** So long a server whose name has resolved lets those before it in the list take their addresses first. */
const TURN_PATIENCE: Seconds = 0.1;
/** Bursts at work at one time: bounds descriptors and what the receive buffers must hold. */
const BURSTS_AT_ONCE = 128;

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
  const run: SurveyContext = {
    plan,
    ports,
    emit,
    signal: over,
    roll: earlyFinish(servers.length, () => enough.abort()),
    slot: concurrency(BURSTS_AT_ONCE),
    claims: new Claims(),
  };
  const began = ports.timer.now();
  const spacing = Math.min(START_SPACING, START_SPREAD / servers.length);
  const listed = new Map<string, Server>();
  const asked: Promise<readonly Source[]>[] = [];
  let ahead: Gate = { open: true, opened: Promise.resolve() };
  for (const [i, server] of servers.entries()) {
    const listing = listingOf(server);
    const first = listed.get(listing);
    if (first) {
      run.roll.enter().leave();
      asked.push(Promise.resolve([{ server, duplicateOf: first }]));
      continue;
    }
    listed.set(listing, server);
    const early = spacing * i - elapsed(ports.timer.now(), began);
    if (early > 0) await ports.timer.sleep(early, run.signal);
    // A server begins when it can go on: of ten thousand, few are in memory at one time.
    await run.slot(async () => {});
    const { asking, claimed } = attend(server, ahead, run);
    ahead = claimed;
    // Should it fail, Promise.all tells, when all have begun; until then Node must not take alarm.
    asking.catch(() => {});
    asked.push(asking);
  }
  return (await Promise.all(asked)).flat();
}

/** Open once a server and those before it in the list have taken their addresses. */
interface Gate {
  open: boolean;
  readonly opened: Promise<void>;
}

/** Asks one server behind the gate of those before it; `claimed` is its own. */
function attend(
  server: Server,
  ahead: Gate,
  run: SurveyContext,
): { readonly asking: Promise<readonly Source[]>; readonly claimed: Gate } {
  let resolveOpened = () => {};
  const opened = new Promise<void>(resolve => {
    resolveOpened = resolve;
  });
  const claimed: Gate = { open: false, opened };
  const claim = () => {
    claimed.open = true;
    resolveOpened();
  };
  const roll = run.roll.enter();
  const turn = async () => {
    if (!server.nts && !ahead.open) await atMost(TURN_PATIENCE, ahead.opened, run.ports.timer);
  };
  // The addresses that a key exchange leads to are no other server's.
  if (server.nts) claim();
  const asking = askServer(server, { ...roll, turn, claimed: claim }, run).finally(() => {
    claim();
    roll.leave();
  });
  return { asking, claimed };
}

/** Resolves with `work`, or after a while without it. */
function atMost(patience: Seconds, work: Promise<void>, timer: Timer): Promise<void> {
  return new Promise(resolve => {
    const cancel = timer.after(patience, resolve);
    void work.then(() => {
      cancel();
      resolve();
    });
  });
}

async function askServer(server: Server, entry: SurveyEntry, run: SurveyContext): Promise<readonly Source[]> {
  if (server.nts) return queryServerByNts(server, entry, run);
  const { host, port, version } = server;
  const approach = { host, port, votes: votesOf(server), ...(version && { version }) };
  if (server.key === undefined) return queryServer(server, approach, entry, run);
  const authenticated = await authenticateByKey(server.key, run.plan.keys);
  return queryServer(server, { ...approach, ...authenticated }, entry, run);
}
