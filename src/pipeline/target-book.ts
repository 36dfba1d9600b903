// What the targets of a check answered, one after the other → the verdict on each, as soon as no further request can change it.
// Sign: a positive offset = the target's clock is ahead of the reference.

import type { MeasuredCorrection } from '../fleet/correction.ts';
import type { CheckedTarget, Limits, Target, Via } from '../fleet/fleet-outcome.ts';
import type { OwnReading, Unread } from '../fleet/target-reading.ts';
import { isDoubtful, type Judgment, judgeTarget } from '../fleet/target-verdict.ts';
import { combinedUnread } from '../fleet/unread.ts';
import type { Reading } from '../ntp/time.ts';
import type { TargetFinding } from './target-finding.ts';

/** What a book must know. */
export interface BookPlan {
  readonly targets: readonly Target[];
  readonly limits: Limits;
  /** The readings are on a clock that runs on from here without steps. */
  readonly anchor: Reading;
  /** Whether there is to be no second survey of the reference. */
  readonly isFinal: boolean;
}

/** What the book tells of while it is written. */
export type BookEvent =
  /** So many targets have answered or been given up once, and so many need not be asked again. */
  | { readonly kind: 'progress'; readonly heard: number; readonly concluded: number }
  /** The verdict on a target; with servers as the reference, their second survey may still change it slightly. */
  | { readonly kind: 'target-checked'; readonly checked: CheckedTarget };

/** A target that was asked: its replies of NTP as far as more may come, its reading, and the verdict so far. */
interface Known {
  readonly finding?: TargetFinding;
  /** Why it was not read by the means that were tried. */
  readonly failures: ReadonlyMap<Via, Unread>;
  readonly reading: OwnReading | Unread;
  readonly judgment?: Judgment;
}

const NONE: Known['failures'] = new Map();

/** The targets of one check, by their numbers. */
export class TargetBook {
  readonly #plan: BookPlan;
  readonly #emit: (event: BookEvent) => void;
  /** Targets that may be asked again. */
  readonly #open = new Map<number, Known>();
  /** Readings if there is to be a second survey, else verdicts: not both, for a fleet of many thousands. */
  readonly #concluded = new Map<number, OwnReading | Unread | Judgment>();
  #correction: MeasuredCorrection | undefined;
  #isLastMeans = false;

  constructor(plan: BookPlan, emit: (event: BookEvent) => void) {
    this.#plan = plan;
    this.#emit = emit;
  }

  /** No further means will be tried: what did not answer is concluded. */
  beginLastMeans(): void {
    this.#isLastMeans = true;
  }

  /** The targets without a reading. */
  unread(): readonly number[] {
    return [...this.#plan.targets.keys()].filter(
      i => !this.#concluded.has(i) && this.#open.get(i)?.reading.kind !== 'read',
    );
  }

  /** The readings so far, of targets that may be asked again. */
  readings(): readonly OwnReading[] {
    return [...this.#open.values()].map(({ reading }) => reading).filter(reading => reading.kind === 'read');
  }

  /** What may still change by asking again by NTP. */
  findings(): ReadonlyMap<number, TargetFinding> {
    return new Map([...this.#open].flatMap(([i, { finding }]) => (finding ? [[i, finding]] : [])));
  }

  /** Judges from now on, first what has been learned. */
  compareWith(correction: MeasuredCorrection): void {
    this.#correction = correction;
    for (const [i, known] of this.#open) this.#update(i, this.#judged(known));
  }

  /** Notes what a means said of a target; of NTP with the replies, while more may come. */
  learn(i: number, via: Via, read: OwnReading | Unread, finding?: TargetFinding): void {
    this.#update(i, this.#know(i, via, read, finding));
  }

  /** Notes the last that NTP says of a target. */
  learnLast(i: number, read: OwnReading | Unread): void {
    this.#conclude(i, this.#know(i, 'ntp', read));
  }

  /** Whether more replies may change the verdict on this reading. */
  isInDoubt(reading: OwnReading | Unread): boolean {
    return reading.kind === 'read' && isDoubtful(this.#judge(reading));
  }

  /** The verdicts on what is concluded. The book is empty then: a second copy of a long list would be large. */
  close(after: MeasuredCorrection | undefined): readonly CheckedTarget[] {
    const checked: CheckedTarget[] = [];
    for (const [i, target] of this.#plan.targets.entries()) {
      const known = this.#concluded.get(i);
      if (!known) continue;
      this.#concluded.delete(i);
      checked.push(checkedTarget(target, 'verdict' in known ? known : this.#judge(known, after)));
    }
    return checked;
  }

  /** What is known of a target after a means was tried. */
  #know(i: number, via: Via, read: OwnReading | Unread, now?: TargetFinding): Known {
    if (read.kind === 'read')
      return this.#judged({ ...(now && { finding: now }), failures: NONE, reading: read });
    const { finding = now, failures: earlier = NONE } = this.#open.get(i) ?? {};
    const failures = new Map([...earlier, [via, read] as const]);
    const reading = combinedUnread(failures);
    return this.#judged({ ...(finding && { finding: now ?? finding }), failures, reading });
  }

  #judged(known: Known): Known {
    return this.#correction ? { ...known, judgment: this.#judge(known.reading) } : known;
  }

  #update(i: number, known: Known): void {
    this.#open.set(i, known);
    if (this.#correction && !this.#mayChange(known)) this.#conclude(i, known);
    else this.#progress();
  }

  /** Whether more requests may change what is known. */
  #mayChange({ finding, failures, reading, judgment }: Known): boolean {
    if (reading.kind === 'read') return reading.via === 'ntp' && isDoubtful(judgment!);
    const silent = (failures.get('ntp') ?? reading).kind === 'no-answer' && finding?.address !== undefined;
    return silent || !this.#isLastMeans;
  }

  #judge(reading: OwnReading | Unread, after?: MeasuredCorrection): Judgment {
    const { limits, anchor } = this.#plan;
    return judgeTarget(reading, { before: this.#correction!, after, anchor, limits });
  }

  #conclude(i: number, { reading, judgment }: Known): void {
    this.#open.delete(i);
    this.#concluded.set(i, this.#plan.isFinal ? judgment! : reading);
    this.#emit({ kind: 'target-checked', checked: checkedTarget(this.#plan.targets[i]!, judgment!) });
    this.#progress();
  }

  #progress(): void {
    const concluded = this.#concluded.size;
    this.#emit({ kind: 'progress', heard: this.#open.size + concluded, concluded });
  }
}

/** Not by spreading: there may be many thousands, and those would be larger. */
function checkedTarget(target: Target, { verdict, severity, reason, reading }: Judgment): CheckedTarget {
  return {
    target,
    verdict,
    severity,
    ...(reason !== undefined && { reason }),
    ...(reading && { reading }),
  };
}
