// The gauges of a check: their names, what is left out, and what no list can break.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fleetPrometheus } from '../../../src/report/fleet/fleet-prometheus.ts';
import { prometheusText } from '../../../src/report/prometheus-text.ts';
import { anyChecked, checked, EVERY_VERDICT, target } from '../../support/fleet.ts';

test('a check is these gauges', () => {
  expect(fleetPrometheus(checked(EVERY_VERDICT))).toMatchInlineSnapshot(`
    "# HELP tsntp_target_up Whether the target told its time: 1 or 0.
    # TYPE tsntp_target_up gauge
    tsntp_target_up{target="gate 1",address="10.0.0.5"} 1
    tsntp_target_up{target="gate 3",address="10.0.0.6",group="gates"} 1
    tsntp_target_up{target="大门 7",address="10.1.0.7",group="gates"} 1
    tsntp_target_up{target="cam-1.example",address="cam-1.example"} 1
    tsntp_target_up{target="10.0.0.8",address="10.0.0.8"} 1
    tsntp_target_up{target="10.0.0.9",address="10.0.0.9"} 1
    tsntp_target_up{target="10.0.0.10",address="10.0.0.10"} 1
    tsntp_target_up{target="10.0.0.11",address="10.0.0.11"} 0
    tsntp_target_up{target="no-such.example",address="no-such.example"} 0
    tsntp_target_up{target="10.0.0.12:1123",address="10.0.0.12:1123"} 0
    tsntp_target_up{target="2001:db8::5",address="2001:db8::5"} 0
    # HELP tsntp_target_offset_seconds The target's clock minus the reference; positive = the target is ahead.
    # TYPE tsntp_target_offset_seconds gauge
    tsntp_target_offset_seconds{target="gate 1",address="10.0.0.5",via="ntp"} -0.0012
    tsntp_target_offset_seconds{target="gate 3",address="10.0.0.6",group="gates",via="ntp"} 12.4
    tsntp_target_offset_seconds{target="大门 7",address="10.1.0.7",group="gates",via="ntp"} -3600.0003
    tsntp_target_offset_seconds{target="cam-1.example",address="cam-1.example",via="http"} -1795676000.5
    tsntp_target_offset_seconds{target="10.0.0.8",address="10.0.0.8",via="ntp"} 0.3
    tsntp_target_offset_seconds{target="10.0.0.9",address="10.0.0.9",via="ntp"} 0.09
    tsntp_target_offset_seconds{target="10.0.0.10",address="10.0.0.10",via="ntp"} -0.0012
    # HELP tsntp_target_error_bound_seconds The true difference is within the offset plus or minus this.
    # TYPE tsntp_target_error_bound_seconds gauge
    tsntp_target_error_bound_seconds{target="gate 1",address="10.0.0.5",via="ntp"} 0.008
    tsntp_target_error_bound_seconds{target="gate 3",address="10.0.0.6",group="gates",via="ntp"} 0.008
    tsntp_target_error_bound_seconds{target="大门 7",address="10.1.0.7",group="gates",via="ntp"} 0.0009
    tsntp_target_error_bound_seconds{target="cam-1.example",address="cam-1.example",via="http"} 0.5
    tsntp_target_error_bound_seconds{target="10.0.0.8",address="10.0.0.8",via="ntp"} 0.008
    tsntp_target_error_bound_seconds{target="10.0.0.9",address="10.0.0.9",via="ntp"} 0.04
    tsntp_target_error_bound_seconds{target="10.0.0.10",address="10.0.0.10",via="ntp"} 0.008
    # HELP tsntp_target_synchronized Whether the target calls itself synchronized: leap indicator other than 3, stratum from 1 to 15.
    # TYPE tsntp_target_synchronized gauge
    tsntp_target_synchronized{target="gate 1",address="10.0.0.5",via="ntp"} 1
    tsntp_target_synchronized{target="gate 3",address="10.0.0.6",group="gates",via="ntp"} 1
    tsntp_target_synchronized{target="大门 7",address="10.1.0.7",group="gates",via="ntp"} 1
    tsntp_target_synchronized{target="cam-1.example",address="cam-1.example",via="http"} 1
    tsntp_target_synchronized{target="10.0.0.8",address="10.0.0.8",via="ntp"} 1
    tsntp_target_synchronized{target="10.0.0.9",address="10.0.0.9",via="ntp"} 1
    tsntp_target_synchronized{target="10.0.0.10",address="10.0.0.10",via="ntp"} 0
    # HELP tsntp_target_stratum The stratum of the target.
    # TYPE tsntp_target_stratum gauge
    tsntp_target_stratum{target="gate 1",address="10.0.0.5",via="ntp"} 2
    tsntp_target_stratum{target="gate 3",address="10.0.0.6",group="gates",via="ntp"} 2
    tsntp_target_stratum{target="大门 7",address="10.1.0.7",group="gates",via="ntp"} 2
    tsntp_target_stratum{target="cam-1.example",address="cam-1.example",via="http"} 2
    tsntp_target_stratum{target="10.0.0.8",address="10.0.0.8",via="ntp"} 2
    tsntp_target_stratum{target="10.0.0.9",address="10.0.0.9",via="ntp"} 2
    tsntp_target_stratum{target="10.0.0.10",address="10.0.0.10",via="ntp"} 16
    # HELP tsntp_target_root_distance_seconds What the target says of its own distance from true time.
    # TYPE tsntp_target_root_distance_seconds gauge
    tsntp_target_root_distance_seconds{target="gate 1",address="10.0.0.5",via="ntp"} 0.004
    tsntp_target_root_distance_seconds{target="gate 3",address="10.0.0.6",group="gates",via="ntp"} 0.004
    tsntp_target_root_distance_seconds{target="大门 7",address="10.1.0.7",group="gates",via="ntp"} 0.004
    tsntp_target_root_distance_seconds{target="cam-1.example",address="cam-1.example",via="http"} 0.004
    tsntp_target_root_distance_seconds{target="10.0.0.8",address="10.0.0.8",via="ntp"} 0.004
    tsntp_target_root_distance_seconds{target="10.0.0.9",address="10.0.0.9",via="ntp"} 0.004
    tsntp_target_root_distance_seconds{target="10.0.0.10",address="10.0.0.10",via="ntp"} 0.004
    # HELP tsntp_target_delay_seconds The round trip to the target and back.
    # TYPE tsntp_target_delay_seconds gauge
    tsntp_target_delay_seconds{target="gate 1",address="10.0.0.5",via="ntp"} 0.012
    tsntp_target_delay_seconds{target="gate 3",address="10.0.0.6",group="gates",via="ntp"} 0.012
    tsntp_target_delay_seconds{target="大门 7",address="10.1.0.7",group="gates",via="ntp"} 0.012
    tsntp_target_delay_seconds{target="cam-1.example",address="cam-1.example",via="http"} 0.012
    tsntp_target_delay_seconds{target="10.0.0.8",address="10.0.0.8",via="ntp"} 0.012
    tsntp_target_delay_seconds{target="10.0.0.9",address="10.0.0.9",via="ntp"} 0.012
    tsntp_target_delay_seconds{target="10.0.0.10",address="10.0.0.10",via="ntp"} 0.012
    # HELP tsntp_check_targets The number of targets of each verdict.
    # TYPE tsntp_check_targets gauge
    tsntp_check_targets{verdict="off"} 1
    tsntp_check_targets{verdict="zone-off"} 1
    tsntp_check_targets{verdict="era-off"} 1
    tsntp_check_targets{verdict="frozen"} 1
    tsntp_check_targets{verdict="unsynchronized"} 1
    tsntp_check_targets{verdict="uncertain"} 1
    tsntp_check_targets{verdict="no-answer"} 1
    tsntp_check_targets{verdict="unknown-name"} 1
    tsntp_check_targets{verdict="rate-limited"} 1
    tsntp_check_targets{verdict="refused"} 1
    tsntp_check_targets{verdict="right"} 1
    # HELP tsntp_check_reference_error_bound_seconds The error bound of the reference.
    # TYPE tsntp_check_reference_error_bound_seconds gauge
    tsntp_check_reference_error_bound_seconds 0.0008
    # HELP tsntp_check_duration_seconds How long the last check took.
    # TYPE tsntp_check_duration_seconds gauge
    tsntp_check_duration_seconds 1.9
    # HELP tsntp_check_last_run_timestamp_seconds When the last check ended, in seconds since 1970.
    # TYPE tsntp_check_last_run_timestamp_seconds gauge
    tsntp_check_last_run_timestamp_seconds 1795676401.9
    "
  `);
});

test('the instant of the last run is a value, and no line has a timestamp', () => {
  const text = fleetPrometheus(checked([target()]));
  expect(text).toContain('\ntsntp_check_last_run_timestamp_seconds 1795676401.9\n');
  expect(text).not.toMatch(/^[^#].*(}| )\S+ \S+ \d+$/m);
});

test('a target that is listed twice has one series: a collector would refuse the file', () => {
  const twice = [target(), target({ reading: { offset: 5 } })];
  const series = fleetPrometheus(checked(twice)).match(/^tsntp_target_offset_seconds.*$/gm);
  expect(series).toEqual([
    'tsntp_target_offset_seconds{target="10.0.0.5",address="10.0.0.5",via="ntp"} -0.0012',
  ]);
});

test('quotes, backslashes and line ends of a label are escaped', () => {
  const series = [{ labels: { target: 'a"b\\c\nd', empty: '' }, value: 1 }];
  expect(prometheusText([{ name: 'x', help: 'A\\B\nC', series }])).toBe(
    '# HELP x A\\\\B\\nC\n# TYPE x gauge\nx{target="a\\"b\\\\c\\nd"} 1\n',
  );
});

test('a gauge without a number is left out; an infinity is written as Prometheus does', () => {
  expect(prometheusText([{ name: 'x', help: '', series: [{ value: Number.NaN }] }])).toBe('');
  expect(prometheusText([{ name: 'x', help: 'A', series: [{ value: -Infinity }] }])).toMatch(/\nx -Inf\n$/);
});

test('whatever a list says, each line is a comment or one series with one value, and no series occurs twice', () => {
  fc.assert(
    fc.property(anyChecked, check => {
      const text = fleetPrometheus(check);
      expect(text.endsWith('\n')).toBe(true);
      const lines = text.slice(0, -1).split('\n');
      const series = lines.filter(line => !line.startsWith('# '));
      for (const line of series)
        expect(line).toMatch(/^[a-z_]+(\{([a-z]+="([^"\\]|\\["\\n])*",?)+\})? [-+.\de]+$/);
      const names = series.map(line => line.slice(0, line.lastIndexOf(' ')));
      expect(new Set(names).size).toBe(names.length);
    }),
  );
});
