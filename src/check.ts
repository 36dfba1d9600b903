// `check`: compares many clocks with a reference and says which of them are wrong, by how much, and how surely: survey of the
// reference → sweep → bursts to the targets in doubt → survey again → verdicts. Sets nothing.
// Sign: a positive offset = the target's clock is ahead of the reference.

import type { FleetOutcome, Limits, Target, Via } from './fleet/fleet-outcome.ts';
import { skewsOf } from './fleet/skews.ts';
import { countsOf, endOf, type FailOn } from './fleet/tally.ts';
import type { ViaReader } from './fleet/target-reading.ts';
import type { OpenUnconnected } from './net/transport.ts';
import { plausibleTimes } from './ntp/plausible.ts';
import { elapsed, type Reading, type Seconds } from './ntp/time.ts';
import {
  type Basis,
  beginReference,
  describeReference,
  endReference,
  majorityBasis,
  type NoReference,
  type ReferenceChoice,
} from './pipeline/check-reference.ts';
import type { MeasureEvent, MeasurePorts } from './pipeline/measure.ts';
import { readOtherwise, withItsPort } from './pipeline/read-otherwise.ts';
import { type ReadPlan, type ReadPorts, settleTargets, sweepTargets } from './pipeline/read-targets.ts';
import { type BookEvent, TargetBook } from './pipeline/target-book.ts';
import { readingOf } from './pipeline/target-finding.ts';
import { explainNoReference } from './report/no-reference.ts';

export interface CheckOptions {
  readonly targets: readonly Target[];
  readonly reference: ReferenceChoice;
  readonly limits: Limits;
  /** What makes the check fail. */
  readonly failOn: FailOn;
  /** Requests per second to targets beyond this machine. */
  readonly rate: number;
  /** The means to read a clock, in the order in which they are tried; at least one. */
  readonly via: readonly Via[];
  /** How long to wait for a target, in seconds. */
  readonly timeout: Seconds;
  readonly version: number;
  readonly family?: 4 | 6;
  /** The local address to send from. */
  readonly source?: string;
}

/** Something that happened during a check. */
export type CheckEvent = MeasureEvent | BookEvent;

/** The parts of this machine that a check uses. */
export interface CheckPorts extends MeasurePorts {
  readonly openUnconnected: OpenUnconnected;
  /** The means besides NTP that `via` may name. */
  readonly readers: readonly ViaReader[];
  readonly emit: (event: CheckEvent) => void;
}

/** Checks the targets. An abort ends the check with the targets so far. Rejects with `ClockError` if the clock stands still. */
export async function check(options: CheckOptions, ports: CheckPorts): Promise<FleetOutcome> {
  const anchor = ports.clock.read();
  const begun = await beginReference(options, ports, anchor);
  if ('failure' in begun) return noReference(begun.failure);
  const isFinal = options.reference.kind !== 'servers';
  const book = new TargetBook({ ...options, anchor, isFinal }, ports.emit);
  if (begun.correction) book.compareWith(begun.correction);
  const run: Run = {
    book,
    options,
    ports: { ...ports, precision: ports.clock.precision },
    plan: { ...options, plausible: plausibleTimes(ports.release, true) },
    anchor,
  };
  await readByEachMeans(run);
  const basis = begun.choice === 'majority' ? majorityBasis(book.readings(), options) : begun;
  if ('failure' in basis) return noReference(basis.failure);
  if (!begun.correction) book.compareWith(basis.correction);
  await settle(run);
  return outcomeOf(run, await endReference(basis, options, ports, anchor));
}

function noReference(failure: NoReference): FleetOutcome {
  return { kind: 'no-reference', reason: explainNoReference(failure), warnings: [] };
}

/** What each step of a check needs. */
interface Run {
  readonly book: TargetBook;
  readonly options: CheckOptions;
  readonly ports: CheckPorts & ReadPorts;
  readonly plan: ReadPlan;
  readonly anchor: Reading;
}

/** Reads each target by the first means that it answers. */
async function readByEachMeans(run: Run): Promise<void> {
  const { book, options, ports, plan, anchor } = run;
  for (const [turn, via] of options.via.entries()) {
    if (turn === options.via.length - 1) book.beginLastMeans();
    const unread = book.unread().map(i => ({ i, target: withItsPort(options.targets[i]!, turn) }));
    const reader = ports.readers.find(one => one.via === via);
    if (via === 'ntp') {
      const targets = unread.map(({ target }) => target);
      await sweepTargets(targets, plan, ports, (at, finding) =>
        book.learn(unread[at]!.i, via, readingOf(finding, anchor), finding),
      );
    } else if (reader) {
      await readOtherwise(reader, unread, { ...options, anchor }, ports.signal, (i, read) =>
        book.learn(i, via, read),
      );
    }
  }
}

/** Asks by NTP again what is in doubt, or was silent. */
async function settle({ book, plan, ports, anchor }: Run): Promise<void> {
  await settleTargets(
    book.findings(),
    finding => book.isInDoubt(readingOf(finding, anchor)),
    plan,
    ports,
    (i, finding) => book.learnLast(i, readingOf(finding, anchor)),
  );
}

function outcomeOf({ book, options, ports, anchor }: Run, basis: Basis): FleetOutcome {
  const { signal, clock } = ports;
  const targets = book.close(basis.after);
  const all = options.targets.length;
  const interrupted = `interrupted: ${targets.length} of ${all} hosts were checked`;
  return {
    kind: signal.aborted ? 'interrupted' : endOf(targets, options.failOn),
    started: anchor.time,
    duration: elapsed(clock.monotonic(), anchor.monotonic),
    limits: options.limits,
    reference: describeReference(basis),
    targets,
    skews: skewsOf(targets),
    counts: countsOf(targets),
    warnings: [...basis.warnings, ...(targets.length < all ? [interrupted] : [])],
  };
}
