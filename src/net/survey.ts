// A server list → what each server answered. Names resolve and bursts run in parallel; no address is asked twice.
// Nobody waits for servers without a usable reply once all others are done.

import { elapsed, type Seconds } from '../ntp/time.ts';
import {
  ADDRESSES_PER_NAME,
  ask,
  type Run,
  type Source,
  type SurveyEvent,
  type SurveyPlan,
  type SurveyPorts,
} from './ask.ts';
import { askByNts } from './ask-nts.ts';
import { authenticateByKey } from './authentication.ts';
import { type RollEntry, rollCall } from './roll-call.ts';
import type { Server } from './server.ts';
import { slots } from './slots.ts';

export type { Source, SurveyEvent, SurveyPlan, SurveyPorts } from './ask.ts';

/** Bursts begin spread over this time, so that their packets do not queue behind each other. */
const START_SPREAD: Seconds = 0.2;
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
