// `check`: compares many clocks with a reference and says which of them are wrong, by how much, and how surely: survey of the
// reference → sweep → bursts to the targets in doubt → survey again → verdicts. Sets nothing.
// Sign: a positive offset = the target's clock is ahead of the reference.

import type { MeasuredCorrection } from './fleet/correction.ts';
import type { CheckedTarget, FleetOutcome, Limits, Target } from './fleet/fleet-outcome.ts';
import { skewsOf } from './fleet/skews.ts';
import { countsOf, endOf, type FailOn } from './fleet/tally.ts';
import type { OwnReading, Unread, ViaReader } from './fleet/target-reading.ts';
import { isDoubtful, type Judgment, judgeTarget } from './fleet/target-verdict.ts';
import { concurrency } from './net/concurrency.ts';
import type { OpenUnconnected } from './net/transport.ts';
import { plausibleTimes } from './ntp/plausible.ts';
import { elapsed, type Reading, type Seconds } from './ntp/time.ts';
import {
  type Basis,
  beginReference,
  describeReference,
  endReference,
  majorityBasis,
  type ReferenceChoice,
} from './pipeline/check-reference.ts';
import type { MeasureEvent, MeasurePorts } from './pipeline/measure.ts';
import { type ReadPlan, type ReadPorts, settleTargets, sweepTargets } from './pipeline/read-targets.ts';
import { readingOf, type TargetFinding } from './pipeline/target-finding.ts';
import { explainNoReference } from './report/no-reference.ts';

export interface CheckOptions {
  readonly targets: readonly Target[];
  readonly reference: ReferenceChoice;
  readonly limits: Limits;
  /** What makes the check fail. */
  readonly failOn: FailOn;
  /** Requests per second to targets beyond this machine. */
  readonly rate: number;
  /** How long to wait for a target, in seconds. */
  readonly timeout: Seconds;
  readonly version: number;
  readonly family?: 4 | 6;
  /** The local address to send from. */
  readonly source?: string;
}

/** Something that happened during a check. */
export type CheckEvent =
  | MeasureEvent
  /** So many targets have answered or been given up once, and so many need not be asked again. */
  | { readonly kind: 'progress'; readonly heard: number; readonly concluded: number }
  /** The verdict on a target; with servers as the reference, their second survey may still change it slightly. */
  | { readonly kind: 'target-checked'; readonly checked: CheckedTarget };

/** The parts of this machine that a check uses. */
export interface CheckPorts extends MeasurePorts {
  readonly openUnconnected: OpenUnconnected;
  /** Other means to read targets that do not answer by NTP, in the order in which they are tried. */
  readonly readers: readonly ViaReader[];
  readonly emit: (event: CheckEvent) => void;
}

/** Readings that are made at a time by other means than NTP. */
const READERS_AT_ONCE = 32;

/** Checks the targets. An abort ends the check with the targets so far. Rejects with `ClockError` if the clock stands still. */
export async function check(options: CheckOptions, ports: CheckPorts): Promise<FleetOutcome> {
  const anchor = ports.clock.read();
  const begun = await beginReference(options, ports, anchor);
  if ('failure' in begun)
    return { kind: 'no-reference', reason: explainNoReference(begun.failure), warnings: [] };
  const run = new Run(options, ports, anchor);
  await run.sweep(begun.correction);
  const basis = begun.choice === 'majority' ? majorityBasis(run.readings(), options) : begun;
  if ('failure' in basis)
    return { kind: 'no-reference', reason: explainNoReference(basis.failure), warnings: [] };
  run.compareWith(basis.correction);
  await run.settle();
  await run.readOtherwise();
  const ended = await endReference(basis, options, ports, anchor);
  return run.outcome(ended);
}

/** A target that was asked: its replies as far as more may come, its reading, and the verdict so far. */
interface Known {
  readonly finding: TargetFinding;
  readonly reading: OwnReading | Unread;
  readonly judgment?: Judgment;
}

/** One check, from the first request to the outcome. */
class Run {
  readonly #options: CheckOptions;
  readonly #ports: CheckPorts & ReadPorts;
  readonly #plan: ReadPlan;
  readonly #anchor: Reading;
  /** Targets that may be asked again. */
  readonly #open = new Map<number, Known>();
  /** Readings if there is to be a second survey, else verdicts: not both, for a fleet of many thousands. */
  readonly #concluded = new Map<number, OwnReading | Unread | Judgment>();
  #correction: MeasuredCorrection | undefined;

  constructor(options: CheckOptions, ports: CheckPorts, anchor: Reading) {
    this.#options = options;
    this.#ports = { ...ports, precision: ports.clock.precision };
    this.#plan = { ...options, plausible: plausibleTimes(ports.release, true) };
    this.#anchor = anchor;
  }

  async sweep(correction: MeasuredCorrection | undefined): Promise<void> {
    this.#correction = correction;
    await sweepTargets(this.#options.targets, this.#plan, this.#ports, (i, finding) => {
      const known = this.#know(finding);
      this.#open.set(i, known);
      if (this.#correction && !this.#isOpen(known)) this.#conclude(i, known);
      this.#progress();
    });
  }

  readings(): readonly OwnReading[] {
    return [...this.#open.values()].map(({ reading }) => reading).filter(reading => reading.kind === 'read');
  }

  /** Concludes what the sweep could not, if there was nothing to compare with. */
  compareWith(correction: MeasuredCorrection): void {
    if (this.#correction) return;
    this.#correction = correction;
    for (const [i, { finding }] of this.#open) {
      const known = this.#know(finding);
      if (!this.#isOpen(known)) this.#conclude(i, known);
    }
  }

  async settle(): Promise<void> {
    const findings = new Map([...this.#open].map(([i, { finding }]) => [i, finding]));
    const inDoubt = (finding: TargetFinding) => this.#isOpen(this.#know(finding));
    await settleTargets(findings, inDoubt, this.#plan, this.#ports, (i, finding) => {
      const known = this.#know(finding);
      this.#open.set(i, known);
      if (known.reading.kind === 'read' || this.#ports.readers.length === 0) this.#conclude(i, known);
    });
  }

  async readOtherwise(): Promise<void> {
    const { readers, signal } = this.#ports;
    const slot = concurrency(READERS_AT_ONCE);
    const reading = [...this.#open].map(([i, { finding, reading: unread }]) =>
      slot(async () => {
        let read = unread;
        for (const reader of readers) {
          if (signal.aborted || read.kind === 'read') break;
          const otherwise = await reader.read(this.#options.targets[i]!, signal);
          read = otherwise.kind === 'read' ? otherwise : unread;
        }
        if (!signal.aborted) this.#conclude(i, { finding, reading: read, judgment: this.#judge(read) });
      }),
    );
    await Promise.all(reading);
  }

  outcome(basis: Basis): FleetOutcome {
    const { targets: all, limits, failOn } = this.#options;
    const { signal, clock } = this.#ports;
    const targets = all.flatMap((target, i) => {
      const known = this.#concluded.get(i);
      if (!known) return [];
      return [{ target, ...('verdict' in known ? known : this.#judge(known, basis.after)) }];
    });
    const missing = all.length - targets.length;
    const interrupted = `interrupted: ${targets.length} of ${all.length} hosts were checked`;
    return {
      kind: signal.aborted ? 'interrupted' : endOf(targets, failOn),
      started: this.#anchor.time,
      duration: elapsed(clock.monotonic(), this.#anchor.monotonic),
      limits,
      reference: describeReference(basis),
      targets,
      skews: skewsOf(targets),
      counts: countsOf(targets),
      warnings: [...basis.warnings, ...(missing > 0 ? [interrupted] : [])],
    };
  }

  #know(finding: TargetFinding): Known {
    const reading = readingOf(finding, this.#anchor);
    return { finding, reading, ...(this.#correction && { judgment: this.#judge(reading) }) };
  }

  /** Whether more requests may change what is known. */
  #isOpen({ finding, reading, judgment }: Known): boolean {
    if (reading.kind === 'read') return isDoubtful(judgment!);
    const silent = reading.kind === 'no-answer' && finding.address !== undefined;
    return silent || this.#ports.readers.length > 0;
  }

  #judge(reading: OwnReading | Unread, after?: MeasuredCorrection): Judgment {
    const { limits } = this.#options;
    return judgeTarget(reading, { before: this.#correction!, after, anchor: this.#anchor, limits });
  }

  #conclude(i: number, { reading, judgment }: Known): void {
    this.#open.delete(i);
    const isFinal = this.#options.reference.kind !== 'servers';
    this.#concluded.set(i, isFinal ? judgment! : reading);
    const checked = { target: this.#options.targets[i]!, ...judgment! };
    this.#ports.emit({ kind: 'target-checked', checked });
    this.#progress();
  }

  #progress(): void {
    const concluded = this.#concluded.size;
    this.#ports.emit({ kind: 'progress', heard: this.#open.size + concluded, concluded });
  }
}
