// `check`: compares many clocks with a reference and says which of them are wrong, by how much, and how surely: survey of the
// reference → sweep → bursts to the targets in doubt → survey again → verdicts. Sets nothing.
// Sign: a positive offset = the target's clock is ahead of the reference.

import type { MeasuredCorrection } from './fleet/correction.ts';
import type { CheckedTarget, FleetOutcome, Limits, Target, Via } from './fleet/fleet-outcome.ts';
import { skewsOf } from './fleet/skews.ts';
import { countsOf, endOf, type FailOn } from './fleet/tally.ts';
import type { OwnReading, Unread, ViaReader } from './fleet/target-reading.ts';
import { isDoubtful, type Judgment, judgeTarget } from './fleet/target-verdict.ts';
import { combinedUnread } from './fleet/unread.ts';
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
import { type Numbered, readOtherwise, withItsPort } from './pipeline/read-otherwise.ts';
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
export type CheckEvent =
  | MeasureEvent
  /** So many targets have answered or been given up once, and so many need not be asked again. */
  | { readonly kind: 'progress'; readonly heard: number; readonly concluded: number }
  /** The verdict on a target; with servers as the reference, their second survey may still change it slightly. */
  | { readonly kind: 'target-checked'; readonly checked: CheckedTarget };

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
  if ('failure' in begun)
    return { kind: 'no-reference', reason: explainNoReference(begun.failure), warnings: [] };
  const run = new Run(options, ports, anchor);
  await run.read(begun.correction);
  const basis = begun.choice === 'majority' ? majorityBasis(run.readings(), options) : begun;
  if ('failure' in basis)
    return { kind: 'no-reference', reason: explainNoReference(basis.failure), warnings: [] };
  run.compareWith(basis.correction);
  await run.settle();
  const ended = await endReference(basis, options, ports, anchor);
  return run.outcome(ended);
}

/** A target that was asked: its replies of NTP as far as more may come, its reading, and the verdict so far. */
interface Known {
  readonly finding?: TargetFinding;
  /** Why it was not read by the means that were tried. */
  readonly failures: ReadonlyMap<Via, Unread>;
  readonly reading: OwnReading | Unread;
  readonly judgment?: Judgment;
}

const NONE: Known['failures'] = new Map();

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
  /** Whether more means are to be tried. */
  #more = true;

  constructor(options: CheckOptions, ports: CheckPorts, anchor: Reading) {
    this.#options = options;
    this.#ports = { ...ports, precision: ports.clock.precision };
    this.#plan = { ...options, plausible: plausibleTimes(ports.release, true) };
    this.#anchor = anchor;
  }

  /** Reads each target by the first means that it answers. */
  async read(correction: MeasuredCorrection | undefined): Promise<void> {
    this.#correction = correction;
    const { via: order } = this.#options;
    for (const [turn, via] of order.entries()) {
      this.#more = turn < order.length - 1;
      const unread = this.#unread().map(i => ({ i, target: withItsPort(this.#options.targets[i]!, turn) }));
      const reader = this.#ports.readers.find(one => one.via === via);
      if (via === 'ntp') await this.#sweep(unread);
      else if (reader)
        await readOtherwise(
          reader,
          unread,
          { ...this.#options, anchor: this.#anchor },
          this.#ports.signal,
          (i, read) => this.#update(i, this.#know(i, via, read)),
        );
    }
  }

  async #sweep(unread: readonly Numbered[]): Promise<void> {
    const targets = unread.map(({ target }) => target);
    await sweepTargets(targets, this.#plan, this.#ports, (at, finding) => {
      const { i } = unread[at]!;
      this.#update(i, this.#knowFinding(i, finding));
    });
  }

  /** The targets without a reading. */
  #unread(): readonly number[] {
    return [...this.#options.targets.keys()].filter(
      i => !this.#concluded.has(i) && this.#open.get(i)?.reading.kind !== 'read',
    );
  }

  readings(): readonly OwnReading[] {
    return [...this.#open.values()].map(({ reading }) => reading).filter(reading => reading.kind === 'read');
  }

  /** Concludes what the sweep could not, if there was nothing to compare with. */
  compareWith(correction: MeasuredCorrection): void {
    if (this.#correction) return;
    this.#correction = correction;
    for (const [i, known] of this.#open) this.#update(i, this.#judged(known));
  }

  /** Asks by NTP again what is in doubt, or was silent. */
  async settle(): Promise<void> {
    const findings = new Map([...this.#open].flatMap(([i, { finding }]) => (finding ? [[i, finding]] : [])));
    const inDoubt = (finding: TargetFinding) => {
      const reading = readingOf(finding, this.#anchor);
      return reading.kind === 'read' && isDoubtful(this.#judge(reading));
    };
    await settleTargets(findings, inDoubt, this.#plan, this.#ports, (i, finding) =>
      this.#conclude(i, this.#knowFinding(i, finding)),
    );
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

  #knowFinding(i: number, finding: TargetFinding): Known {
    return { ...this.#know(i, 'ntp', readingOf(finding, this.#anchor)), finding };
  }

  /** What is known of a target after a means was tried. */
  #know(i: number, via: Via, read: OwnReading | Unread): Known {
    const { finding, failures: earlier = NONE } = this.#open.get(i) ?? {};
    if (read.kind === 'read') return this.#judged({ failures: NONE, reading: read });
    const failures = new Map([...earlier, [via, read] as const]);
    return this.#judged({ ...(finding && { finding }), failures, reading: combinedUnread(failures) });
  }

  #judged(known: Known): Known {
    return { ...known, ...(this.#correction && { judgment: this.#judge(known.reading) }) };
  }

  #update(i: number, known: Known): void {
    this.#open.set(i, known);
    if (this.#correction && !this.#isOpen(known)) this.#conclude(i, known);
    else this.#progress();
  }

  /** Whether more requests may change what is known. */
  #isOpen({ finding, failures, reading, judgment }: Known): boolean {
    if (reading.kind === 'read') return reading.via === 'ntp' && isDoubtful(judgment!);
    const silent = (failures.get('ntp') ?? reading).kind === 'no-answer' && finding?.address !== undefined;
    return silent || this.#more;
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
