// The gauges of a run and of a status: what each kind of outcome has, and that the last success is kept.

import { describe, expect, test } from 'vitest';
import { unixTimeOf } from '../../src/ntp/time.ts';
import type { Outcome } from '../../src/pipeline/outcome.ts';
import { lastSuccessIn, statusMetrics, syncMetrics } from '../../src/report/sync-metrics.ts';
import type { Status } from '../../src/status.ts';

const AT = unixTimeOf(1_795_676_400_000_000_000n);
const FOUND = { started: AT, finished: AT, servers: [], warnings: [] };
const ESTIMATE = { offset: 3.25, rootDistance: 0.009, jitter: 0.001 };
const ADJUSTED = {
  ...FOUND,
  kind: 'adjusted',
  estimate: ESTIMATE,
  decision: { kind: 'step', offset: 3.249 },
  at: AT,
  drift: { frequency: 37.5, sigma: 0.1, wander: 0.1, runs: 5, expectedError: 0.0004 },
} as unknown as Outcome;

test('a run that corrected the clock is these gauges', () => {
  expect(syncMetrics(ADJUSTED, { exitCode: 0, now: 1_795_676_400.5 })).toMatchInlineSnapshot(`
    "# HELP tsntp_sync_offset_seconds The offset that the last run measured; positive = this clock was behind.
    # TYPE tsntp_sync_offset_seconds gauge
    tsntp_sync_offset_seconds 3.25
    # HELP tsntp_sync_correction_seconds The correction that the last run made or started; positive = forward.
    # TYPE tsntp_sync_correction_seconds gauge
    tsntp_sync_correction_seconds 3.249
    # HELP tsntp_sync_error_bound_seconds The true offset was within the measured one plus or minus this.
    # TYPE tsntp_sync_error_bound_seconds gauge
    tsntp_sync_error_bound_seconds 0.009
    # HELP tsntp_sync_predicted_error_seconds The likely error (RMS) of this clock between this run and the next.
    # TYPE tsntp_sync_predicted_error_seconds gauge
    tsntp_sync_predicted_error_seconds 0.0004
    # HELP tsntp_sync_frequency_error_ratio The correction of this clock's rate, as a ratio: 3.75e-05 is 37.5 ppm; positive = the clock is made faster.
    # TYPE tsntp_sync_frequency_error_ratio gauge
    tsntp_sync_frequency_error_ratio 0.0000375
    # HELP tsntp_sync_last_success_timestamp_seconds When a run last ended well, in seconds since 1970.
    # TYPE tsntp_sync_last_success_timestamp_seconds gauge
    tsntp_sync_last_success_timestamp_seconds 1795676400.5
    # HELP tsntp_sync_exit_code The exit code of the last run.
    # TYPE tsntp_sync_exit_code gauge
    tsntp_sync_exit_code 0
    "
  `);
});

test('a run within tolerance made a correction of 0', () => {
  const unchanged = { ...FOUND, kind: 'unchanged', estimate: ESTIMATE } as unknown as Outcome;
  expect(syncMetrics(unchanged, { exitCode: 0, now: 1 })).toContain('\ntsntp_sync_correction_seconds 0\n');
});

describe('after a failure', () => {
  const failed = {
    ...FOUND,
    kind: 'no-suitable-server',
    reason: { kind: 'none-answered' },
  } as unknown as Outcome;
  const before = syncMetrics(ADJUSTED, { exitCode: 0, now: 1_795_676_400.5 });

  test('the exit code and the last success remain, and no measurement of an earlier run does', () => {
    const text = syncMetrics(failed, { exitCode: 3, now: 1_795_680_000, before });
    expect(text.match(/^[^#].*$/gm)).toEqual([
      'tsntp_sync_last_success_timestamp_seconds 1795676400.5',
      'tsntp_sync_exit_code 3',
    ]);
  });

  test('also if there was no measurement at all, and over several failures', () => {
    const text = syncMetrics(failed, { exitCode: 3, now: 1, before });
    expect(lastSuccessIn(syncMetrics(undefined, { exitCode: 2, now: 2, before: text }))).toBe(
      1_795_676_400.5,
    );
  });

  test.each([undefined, '', 'tsntp_sync_last_success_timestamp_seconds x', 'x{} 1'])(
    'a file that says %j has no last success',
    text => {
      expect(syncMetrics(failed, { exitCode: 3, now: 1, before: text })).not.toContain('last_success');
    },
  );
});

test('a status is what is remembered and what the kernel says', () => {
  const status = {
    kind: 'synchronized',
    kernel: { synchronized: true, maxError: 0.5, estimatedError: 0.0004, slewRemaining: -0.001 },
    lastSet: { time: '2026-11-26T07:00:00.000000000Z', offset: 3.25, errorBound: 0.009 },
    drift: { rate: { frequency: 37.5 } },
  } as unknown as Status;
  expect(statusMetrics(status).match(/^[^#].*$/gm)).toEqual([
    'tsntp_sync_correction_seconds 3.25',
    'tsntp_sync_error_bound_seconds 0.009',
    'tsntp_sync_frequency_error_ratio 0.0000375',
    'tsntp_sync_last_success_timestamp_seconds 1795676400',
    'tsntp_clock_synchronized 1',
    'tsntp_clock_error_bound_seconds 0.5',
    'tsntp_clock_estimated_error_seconds 0.0004',
    'tsntp_clock_slew_remaining_seconds -0.001',
  ]);
});

test('where the platform keeps no such state, a status does not say that the clock is unsynchronized', () => {
  expect(statusMetrics({ kind: 'unknown', kernel: {}, drift: {} } as unknown as Status)).toBe('');
});
