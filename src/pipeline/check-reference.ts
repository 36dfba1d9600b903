// The choice of a reference → what the targets of a check are compared with, or why there is nothing.
// Sign: a positive correction = this machine's clock is behind the reference.

import type { Clock } from '../clock/clock.ts';
import type { MeasuredCorrection } from '../fleet/correction.ts';
import type { Limits, Reference } from '../fleet/fleet-outcome.ts';
import { toleranceOf } from '../fleet/limits.ts';
import { LEAST_MAJORITY, majorityOf } from '../fleet/majority.ts';
import type { OwnReading } from '../fleet/target-reading.ts';
import { difference, elapsed, type Reading, type Seconds } from '../ntp/time.ts';
import { formatServer } from '../sources/server.ts';
import { type Measured, type MeasurePorts, measure, type QueryOptions } from './measure.ts';

/** What to compare with: servers, this machine's clock, or the majority of the targets. */
export type ReferenceChoice =
  | { readonly kind: 'servers'; readonly survey: QueryOptions }
  | { readonly kind: 'local' }
  | { readonly kind: 'majority' };

/** Why there is nothing to compare with. */
export type NoReference =
  | { readonly kind: 'too-few-targets'; readonly targets: number; readonly least: number }
  | {
      readonly kind: 'too-few-answers';
      readonly answers: number;
      readonly targets: number;
      readonly least: number;
    }
  | { readonly kind: 'no-majority'; readonly answers: number; readonly tolerance: Seconds }
  | { readonly kind: 'unsynchronized' }
  | { readonly kind: 'unsuitable'; readonly measured: Extract<Measured, { kind: 'no-suitable-server' }> }
  | { readonly kind: 'interrupted' };

/** What is compared with, as far as it is known. */
export type Basis =
  | {
      readonly choice: 'servers';
      readonly names: readonly string[];
      readonly correction: MeasuredCorrection;
      /** The second survey; absent before it, and if it failed. */
      readonly after?: MeasuredCorrection;
      readonly warnings: readonly string[];
    }
  | {
      readonly choice: 'local';
      readonly correction: MeasuredCorrection;
      readonly after?: undefined;
      readonly warnings: readonly string[];
    }
  | {
      readonly choice: 'majority';
      readonly agreeing: number;
      readonly correction: MeasuredCorrection;
      readonly after?: undefined;
      readonly warnings: readonly string[];
    };

interface ReferenceOptions {
  readonly reference: ReferenceChoice;
  readonly targets: readonly unknown[];
  readonly limits: Limits;
}

type Failure = { readonly failure: NoReference };

/** What is known before the targets are asked: nothing yet if their majority is the reference. */
export async function beginReference(
  { reference, targets }: ReferenceOptions,
  ports: MeasurePorts,
  anchor: Reading,
): Promise<Basis | Failure | { readonly choice: 'majority'; readonly correction?: undefined }> {
  switch (reference.kind) {
    case 'majority':
      if (targets.length >= LEAST_MAJORITY) return { choice: 'majority' };
      return { failure: { kind: 'too-few-targets', targets: targets.length, least: LEAST_MAJORITY } };
    case 'local': {
      const errorBound = boundOf(ports.clock);
      if (errorBound === undefined) return { failure: { kind: 'unsynchronized' } };
      return { choice: 'local', correction: { offset: 0, errorBound, at: anchor.monotonic }, warnings: [] };
    }
    case 'servers': {
      const surveyed = await survey(reference.survey, ports, anchor);
      if ('failure' in surveyed) return surveyed;
      const names = reference.survey.servers.map(formatServer);
      return { choice: 'servers', names, correction: surveyed, warnings: [] };
    }
    default:
      return reference satisfies never;
  }
}

/** The majority of the readings as the reference. */
export function majorityBasis(
  readings: readonly OwnReading[],
  { targets, limits }: ReferenceOptions,
): Basis | Failure {
  // A target that is not synchronized has no vote.
  const voters = readings.filter(({ leap, stratum = 1 }) => leap !== 3 && stratum > 0 && stratum < 16);
  const counted = { answers: voters.length, targets: targets.length, least: LEAST_MAJORITY };
  if (voters.length < LEAST_MAJORITY) return { failure: { kind: 'too-few-answers', ...counted } };
  const tolerance = toleranceOf(limits);
  const majority = majorityOf(voters, tolerance);
  if (!majority) return { failure: { kind: 'no-majority', answers: voters.length, tolerance } };
  const { agreeing, offset, errorBound } = majority;
  const at = voters[voters.length >> 1]!.at;
  return { choice: 'majority', agreeing, correction: { offset, errorBound, at }, warnings: [] };
}

/** Surveys servers a second time. If that fails, the first survey counts, with a wider bound. */
export async function endReference(
  basis: Basis,
  { reference }: ReferenceOptions,
  ports: MeasurePorts,
  anchor: Reading,
): Promise<Basis> {
  if (basis.choice !== 'servers' || reference.kind !== 'servers' || ports.signal.aborted) return basis;
  const surveyed = await survey(reference.survey, ports, anchor);
  if (!('failure' in surveyed)) return { ...basis, after: surveyed };
  if (surveyed.failure.kind === 'interrupted') return basis;
  const warning =
    'the reference did not answer again after the check: the drift of this clock is in the bounds';
  return { ...basis, warnings: [...basis.warnings, warning] };
}

/** The reference for reports. */
export function describeReference(basis: Basis): Reference {
  const { offset, errorBound } = basis.correction;
  switch (basis.choice) {
    case 'servers': {
      const { offset: last, errorBound: lastBound } = basis.after ?? basis.correction;
      const widest = Math.max(errorBound, lastBound) + Math.abs(last - offset);
      return { kind: 'servers', names: basis.names, before: offset, after: last, errorBound: widest };
    }
    case 'local':
      return { kind: 'local', errorBound };
    case 'majority':
      return { kind: 'majority', agreeing: basis.agreeing, offset, errorBound };
    default:
      return basis satisfies never;
  }
}

/** The correction of a clock that runs on from `anchor` without steps. */
async function survey(
  options: QueryOptions,
  ports: MeasurePorts,
  anchor: Reading,
): Promise<MeasuredCorrection | Failure> {
  const measured = await measure(options, ports);
  if (measured.kind === 'interrupted') return { failure: { kind: 'interrupted' } };
  if (measured.kind !== 'agreed') return { failure: { kind: 'unsuitable', measured } };
  const { time, monotonic } = ports.clock.read();
  const stepped = difference(time, anchor.time) - elapsed(monotonic, anchor.monotonic);
  const { offset, rootDistance } = measured.estimate;
  return { offset: offset + stepped, errorBound: rootDistance, at: monotonic };
}

/** The kernel's bound on the error of its clock, if it calls the clock synchronized. */
function boundOf(clock: Clock): Seconds | undefined {
  const { synchronized, maxError } = clock.status();
  return synchronized ? maxError : undefined;
}
