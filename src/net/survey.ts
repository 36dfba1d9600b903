// A server list → the answers of each server. Resolves names and runs bursts in parallel; queries no address twice;
// returns a result for every server of the list. Once all other servers are done, the survey does not wait for those
// without a usable reply.

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

/** Delay between the starts of two servers in seconds, so that their packets do not queue behind each other. */
const START_SPACING: Seconds = 0.002;
/** The total delay in seconds within which any number of servers start. */
const START_SPREAD: Seconds = 0.2;
/**
 * How long a server whose name has resolved waits for earlier ones in the list to claim their addresses, in seconds.
 */
const TURN_PATIENCE: Seconds = 0.1;
/** Maximum number of concurrent bursts: bounds descriptors and the load on receive buffers. */
const BURSTS_AT_ONCE = 128;

/**
 * Queries every server of a list. An abort ends the survey with the results so far. Rejects only with `RangeError`, for
 * a server whose key is not in the plan.
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
    tracker: earlyFinish(servers.length, () => enough.abort()),
    slot: concurrency(BURSTS_AT_ONCE),
    claims: new Claims(),
  };
  const began = ports.timer.now();
  const spacing = Math.min(START_SPACING, START_SPREAD / servers.length);
  const listed = new Map<string, Server>();
  const results: Promise<readonly Source[]>[] = [];
  let ahead: Gate = { open: true, opened: Promise.resolve() };
  for (const [i, server] of servers.entries()) {
    const listing = listingOf(server);
    const first = listed.get(listing);
    if (first) {
      run.tracker.enter().finish();
      results.push(Promise.resolve([{ server, duplicateOf: first }]));
      continue;
    }
    listed.set(listing, server);
    const early = spacing * i - elapsed(ports.timer.now(), began);
    if (early > 0) await ports.timer.sleep(early, run.signal);
    // A server starts only when it can proceed, so that few of ten thousand servers are in memory at a time.
    await run.slot(async () => {});
    const { result, claimed } = startServer(server, ahead, run);
    ahead = claimed;
    // Promise.all reports a failure once all have started; until then Node must not see an unhandled rejection.
    result.catch(() => {});
    results.push(result);
  }
  return (await Promise.all(results)).flat();
}

/** Opens once a server and those before it in the list have claimed their addresses. */
interface Gate {
  open: boolean;
  readonly opened: Promise<void>;
}

/** Queries one server behind the gate of those before it. `claimed` is its own gate. */
function startServer(
  server: Server,
  ahead: Gate,
  run: SurveyContext,
): { readonly result: Promise<readonly Source[]>; readonly claimed: Gate } {
  let resolveOpened = () => {};
  const opened = new Promise<void>(resolve => {
    resolveOpened = resolve;
  });
  const claimed: Gate = { open: false, opened };
  const claim = () => {
    claimed.open = true;
    resolveOpened();
  };
  const tracker = run.tracker.enter();
  const turn = async () => {
    if (!server.nts && !ahead.open) await waitAtMost(TURN_PATIENCE, ahead.opened, run.ports.timer);
  };
  // The addresses that a key exchange leads to belong to no other server.
  if (server.nts) claim();
  const result = askServer(server, { ...tracker, turn, claimed: claim }, run).finally(() => {
    claim();
    tracker.finish();
  });
  return { result, claimed };
}

/** Resolves when `work` does, or after a limited time. */
function waitAtMost(patience: Seconds, work: Promise<void>, timer: Timer): Promise<void> {
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
