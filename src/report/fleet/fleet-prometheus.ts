// The result of a check → gauges for Prometheus. What was not measured has no series: a missing one is not mistaken for zero.

import type { Checked, CheckedTarget, TargetReading } from '../../fleet/fleet-outcome.ts';
import { add, type Seconds, type UnixTime } from '../../ntp/time.ts';
import { type Gauge, prometheusText, type Series } from '../prometheus-text.ts';
import { TARGET_VERDICTS, targetHost, targetName } from './fleet-order.ts';
import { printable } from './printable.ts';

/** The text of a file for a textfile collector. */
export function fleetPrometheus(checked: Checked): string {
  return prometheusText([...targetGauges(checked.targets), ...checkGauges(checked)]);
}

function targetGauges(targets: readonly CheckedTarget[]): readonly Gauge[] {
  const labelsOf = labeler(targets);
  const each = (value: (reading: TargetReading) => number | undefined): readonly Series[] =>
    targets.flatMap(target => {
      const { reading } = target;
      const found = reading && value(reading);
      return found === undefined
        ? []
        : [{ labels: { ...labelsOf(target), via: reading!.via }, value: found }];
    });
  return [
    {
      name: 'tsntp_target_up',
      help: 'Whether the target told its time: 1 or 0.',
      series: targets.map(target => ({ labels: labelsOf(target), value: target.reading ? 1 : 0 })),
    },
    {
      name: 'tsntp_target_offset_seconds',
      help: "The target's clock minus the reference; positive = the target is ahead.",
      series: each(({ offset }) => offset),
    },
    {
      name: 'tsntp_target_error_bound_seconds',
      help: 'The true difference is within the offset plus or minus this.',
      series: each(({ errorBound }) => errorBound),
    },
    {
      name: 'tsntp_target_synchronized',
      help: 'Whether the target calls itself synchronized: leap indicator other than 3, stratum from 1 to 15.',
      series: each(({ leap, stratum }) =>
        leap === undefined || stratum === undefined
          ? undefined
          : Number(leap !== 3 && stratum >= 1 && stratum <= 15),
      ),
    },
    {
      name: 'tsntp_target_stratum',
      help: 'The stratum of the target.',
      series: each(({ stratum }) => stratum),
    },
    {
      name: 'tsntp_target_root_distance_seconds',
      help: 'What the target says of its own distance from true time.',
      series: each(({ rootDistance }) => rootDistance),
    },
    {
      name: 'tsntp_target_delay_seconds',
      help: 'The round trip to the target and back.',
      series: each(({ delay }) => delay),
    },
  ];
}

function checkGauges({ targets, reference, duration, started }: Checked): readonly Gauge[] {
  const numberOf = (wanted: string) => targets.filter(({ verdict }) => verdict === wanted).length;
  return [
    {
      name: 'tsntp_check_targets',
      help: 'The number of targets of each verdict.',
      series: TARGET_VERDICTS.map(verdict => ({ labels: { verdict }, value: numberOf(verdict) })),
    },
    gauge(
      'tsntp_check_reference_error_bound_seconds',
      'The error bound of the reference.',
      reference.errorBound,
    ),
    gauge('tsntp_check_duration_seconds', 'How long the last check took.', duration),
    gauge(
      'tsntp_check_last_run_timestamp_seconds',
      'When the last check ended, in seconds since 1970.',
      secondsSince1970(add(started, duration)),
    ),
  ];
}

/** A gauge without labels. */
function gauge(name: string, help: string, value: number): Gauge {
  return { name, help, series: [{ value }] };
}

/** An instant as Prometheus counts it. */
export function secondsSince1970(instant: UnixTime): Seconds {
  return Number(instant / 1000n) / 1e6;
}

type Labels = NonNullable<Series['labels']>;

/**
 * The labels of each target: its name, its host as it was named, and its group. They do not depend on what was found, so
 * that a series goes on after a failure.
 */
function labeler(targets: readonly CheckedTarget[]): (checked: CheckedTarget) => Labels {
  const labels = new Map(
    targets.map(checked => {
      const { target } = checked;
      const group = target.group === undefined ? undefined : printable(target.group);
      return [
        checked,
        { target: printable(targetName(target)), address: targetHost(target), group },
      ] as const;
    }),
  );
  return checked => labels.get(checked)!;
}
