// The targets of a check → what each answers: names resolved, one request to each in a sweep, then, one by one, a burst to those
// in doubt, and a last request to the silent ones over a connected socket, which learns that a port is closed.

import type { Target } from '../fleet/fleet-outcome.ts';
import { type BurstPlan, type BurstPorts, runBurst } from '../net/burst.ts';
import { type Concurrency, concurrency } from '../net/concurrency.ts';
import { requestIntervalOf } from '../net/request-interval.ts';
import { type Resolve, ResolveError } from '../net/resolve.ts';
import { type SweepPorts, startSweep } from '../net/sweep.ts';
import type { Address } from '../net/transport.ts';
import type { PlausibleTimes } from '../ntp/plausible.ts';
import { LONGEST_TICK } from '../ntp/region.ts';
import type { Sample } from '../ntp/sample.ts';
import { elapsed, type Seconds } from '../ntp/time.ts';
import { familyOf } from '../sources/server.ts';
import { findingAfter, findingOf, type TargetFinding } from './target-finding.ts';

/** The number of names that are resolved at a time. */
const NAMES_AT_ONCE = 64;
/** The number of targets that are asked again at a time: each needs a descriptor. */
const BURSTS_AT_ONCE = 128;
/** The number of further requests to a target in doubt. */
const FURTHER = 4;
/** The least root distance that a delay is measured against (MAXDIST, RFC 5905 §11.2.1). */
const MAXDIST: Seconds = 1.5;

export interface ReadPlan {
  readonly rate: number;
  /** How long to wait for a target, in seconds. */
  readonly timeout: Seconds;
  readonly version: number;
  readonly plausible: PlausibleTimes;
  readonly family?: 4 | 6;
  readonly source?: string;
}

export interface ReadPorts extends SweepPorts, BurstPorts {
  readonly resolve: Resolve;
  readonly signal: AbortSignal;
}

/** Asks each target once or twice. `found` is called once for each, unless an abort ends it first. */
export async function sweepTargets(
  targets: readonly Target[],
  plan: ReadPlan,
  ports: ReadPorts,
  found: (index: number, finding: TargetFinding) => void,
): Promise<void> {
  const sweepPlan = { ...plan, maxDistance: maxDistanceOf(plan) };
  const sweep = await startSweep(sweepPlan, ports, ports.signal, (i, swept) => found(i, findingOf(swept)));
  const slot = concurrency(NAMES_AT_ONCE);
  const resolving: Promise<void>[] = [];
  for (let i = 0; i < targets.length; i++) {
    const full = sweep.room();
    if (full) await full;
    const { host, port } = targets[i]!;
    const ask = (addresses: readonly Address[]) => sweep.add(i, addresses);
    if (familyOf(host) === 4 && plan.family !== 6) ask([{ family: 4, address: host, port }]);
    else resolving.push(resolveTarget(targets[i]!, plan, ports, slot, ask, finding => found(i, finding)));
  }
  await Promise.all(resolving);
  await sweep.finish();
}

async function resolveTarget(
  { host, port }: Target,
  { family }: ReadPlan,
  { resolve, signal }: ReadPorts,
  slot: Concurrency,
  ask: (addresses: readonly Address[]) => void,
  found: (finding: TargetFinding) => void,
): Promise<void> {
  try {
    const addresses = await slot(() => resolve(host, family, signal));
    ask(addresses.map(address => ({ ...address, port })));
  } catch (error) {
    if (error instanceof ResolveError)
      found({ samples: [], unread: { kind: 'unknown-name', reason: error.message } });
    else if (!signal.aborted) throw error;
  }
}

/**
 * Asks the targets again that were silent, or that are in doubt. `settled` is called for each when no more is to come; after an
 * abort, only for those that have answered.
 */
export async function settleTargets(
  findings: ReadonlyMap<number, TargetFinding>,
  inDoubt: (finding: TargetFinding) => boolean,
  plan: ReadPlan,
  ports: ReadPorts,
  settled: (index: number, finding: TargetFinding) => void,
): Promise<void> {
  const slot = concurrency(BURSTS_AT_ONCE);
  const settling = [...findings].map(([i, finding]) =>
    slot(async () => {
      const known = ports.signal.aborted ? finding : await settle(finding, inDoubt, plan, ports);
      if (!ports.signal.aborted || known.samples.length > 0) settled(i, known);
    }),
  );
  await Promise.all(settling);
}

async function settle(
  finding: TargetFinding,
  inDoubt: (finding: TargetFinding) => boolean,
  plan: ReadPlan,
  ports: ReadPorts,
): Promise<TargetFinding> {
  const { address } = finding;
  if (!address) return finding;
  const ask = (samples: number, timeout = plan.timeout) =>
    runBurst(address, burstPlanOf(plan, samples, timeout), ports, () => {}, ports.signal);
  const heard =
    finding.unread?.kind === 'no-answer' ? findingAfter(finding, await ask(1, plan.timeout / 2)) : finding;
  // A connected socket does not hear a host that answers from another address.
  if (heard.samples.length === 0 || heard.repliedFrom !== undefined || !inDoubt(heard)) return heard;
  await waitBeforeNext(heard.samples.at(-1)!, address, ports);
  const known = findingAfter(heard, await ask(FURTHER));
  return standsStill(known) ? confirmStandstill(known, ask, ports) : known;
}

/** As between any two requests to a server: servers drop or kiss faster clients. */
async function waitBeforeNext(last: Sample, address: Address, { timer, signal }: ReadPorts): Promise<void> {
  const pace = { leastRoundTrip: last.delay, lost: false, kissed: false };
  const since = elapsed(timer.now(), last.received.monotonic);
  await timer.sleep(Math.max(0, requestIntervalOf('auto', address, pace) - since), signal);
}

/** The coarsest clocks tick every second. */
async function confirmStandstill(
  finding: TargetFinding,
  ask: (samples: number) => ReturnType<typeof runBurst>,
  { timer, signal }: ReadPorts,
): Promise<TargetFinding> {
  const since = elapsed(timer.now(), finding.samples[0]!.received.monotonic);
  await timer.sleep(Math.max(0, LONGEST_TICK * 1.1 - since), signal);
  const later = findingAfter(finding, await ask(1));
  const heard = later.samples.length > finding.samples.length;
  return heard && standsStill(later) ? { ...finding, frozen: true } : later;
}

/** Whether all replies have the same transmit time. */
function standsStill({ samples }: TargetFinding): boolean {
  return samples.length > 1 && samples.every(({ t3 }) => t3 === samples[0]!.t3);
}

function burstPlanOf(plan: ReadPlan, samples: number, timeout: Seconds): BurstPlan {
  return { ...plan, samples, timeout, interval: 'auto', maxDistance: maxDistanceOf(plan) };
}

/** A delay as long as the timeout is no reason to distrust a target. */
function maxDistanceOf({ timeout }: ReadPlan): Seconds {
  return Math.max(MAXDIST, timeout / 2);
}
