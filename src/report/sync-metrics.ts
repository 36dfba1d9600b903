// A run of `sync`, or a status → gauges for Prometheus. What is not known has no series.
// Sign: a positive offset = this clock is behind = the correction moves it forward.

import type { Outcome } from '../pipeline/outcome.ts';
import type { Status } from '../status.ts';
import type { ExitCode } from './exit-code.ts';
import { type Gauge, prometheusText } from './prometheus-text.ts';

/** The gauges of a run, in their order, and what each is: the same words in every file, as collectors require. */
const SYNC_HELP = {
  offset_seconds: 'The offset that the last run measured; positive = this clock was behind.',
  correction_seconds: 'The correction that the last run made or started; positive = forward.',
  error_bound_seconds: 'The true offset was within the measured one plus or minus this.',
  predicted_error_seconds: 'The likely error (RMS) of this clock between this run and the next.',
  frequency_error_ratio:
    "The correction of this clock's rate, as a ratio: 3.75e-05 is 37.5 ppm; positive = the clock is made faster.",
  last_success_timestamp_seconds: 'When a run last ended well, in seconds since 1970.',
  exit_code: 'The exit code of the last run.',
} as const;

type SyncValues = Partial<Record<keyof typeof SYNC_HELP, number | undefined>>;

/** What a file of gauges says of a run. */
export interface MetricsContext {
  readonly exitCode: ExitCode;
  /** Now, in seconds since 1970. */
  readonly now: number;
  /** The text of the file before this run, of which the last success is kept; absent if there is none. */
  readonly before?: string | undefined;
}

/** The text of a file for a textfile collector; without an outcome, of a run that failed before it measured. */
export function syncMetrics(outcome: Outcome | undefined, { exitCode, now, before }: MetricsContext): string {
  const success = exitCode === 0 ? now : lastSuccessIn(before ?? '');
  return prometheusText(
    syncGauges({
      ...(outcome && measuredBy(outcome)),
      last_success_timestamp_seconds: success,
      exit_code: exitCode,
    }),
  );
}

/** When a run last ended well, according to an earlier file. */
export function lastSuccessIn(text: string): number | undefined {
  const value = /^tsntp_sync_last_success_timestamp_seconds ([\d.e+]+)$/m.exec(text)?.[1];
  return value !== undefined && Number.isFinite(Number(value)) ? Number(value) : undefined;
}

function measuredBy(outcome: Outcome): SyncValues {
  const estimate = 'estimate' in outcome ? outcome.estimate : undefined;
  const { drift } = outcome;
  return {
    offset_seconds: estimate?.offset,
    correction_seconds: correctionOf(outcome),
    error_bound_seconds: estimate?.rootDistance,
    predicted_error_seconds: drift?.expectedError,
    frequency_error_ratio: drift && ratioOf(drift.frequency),
  };
}

function correctionOf(outcome: Outcome): number | undefined {
  if (outcome.kind === 'adjusted') return outcome.decision.offset;
  return outcome.kind === 'unchanged' ? 0 : undefined;
}

/** The text of a status: what tsntp remembers of its last correction, and what the kernel says now. */
export function statusMetrics(status: Status): string {
  const { lastSet, kernel, drift, kind } = status;
  const known = {
    correction_seconds: lastSet?.offset,
    error_bound_seconds: lastSet?.errorBound,
    frequency_error_ratio: drift.rate && ratioOf(drift.rate.frequency),
    last_success_timestamp_seconds: lastSet && Date.parse(lastSet.time) / 1000,
  };
  return prometheusText([...syncGauges(known), ...clockGauges(kind, kernel)]);
}

function clockGauges(kind: Status['kind'], kernel: Status['kernel']): readonly Gauge[] {
  const { maxError, estimatedError, slewRemaining } = kernel;
  return [
    gaugeOf(
      'tsntp_clock_synchronized',
      'Whether the kernel considers this clock synchronized: 1 or 0.',
      kind === 'unknown' ? undefined : Number(kind === 'synchronized'),
    ),
    gaugeOf('tsntp_clock_error_bound_seconds', "The kernel's bound on the error of this clock.", maxError),
    gaugeOf('tsntp_clock_estimated_error_seconds', 'The likely error of this clock.', estimatedError),
    gaugeOf(
      'tsntp_clock_slew_remaining_seconds',
      'What is left of a slew; positive = the clock is still to be moved forward.',
      slewRemaining,
    ),
  ];
}

function syncGauges(values: SyncValues): readonly Gauge[] {
  const names = Object.keys(SYNC_HELP) as (keyof typeof SYNC_HELP)[];
  return names.map(name => gaugeOf(`tsntp_sync_${name}`, SYNC_HELP[name], values[name]));
}

function gaugeOf(name: string, help: string, value: number | undefined): Gauge {
  return { name, help, series: value === undefined ? [] : [{ value }] };
}

/** Parts per million as a ratio, without the noise of the division. */
function ratioOf(ppm: number): number {
  return Number((ppm / 1e6).toPrecision(12));
}
