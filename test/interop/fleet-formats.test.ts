// The result of a check, judged by the programs that read it: promtool, and the Perl module of monitoring plugins.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/pipeline/outcome.ts';
import { pluginExitCode, pluginText } from '../../src/report/fleet/fleet-plugin.ts';
import { fleetPrometheus } from '../../src/report/fleet/fleet-prometheus.ts';
import { statusMetrics, syncMetrics } from '../../src/report/sync-metrics.ts';
import type { Status } from '../../src/status.ts';
import { debianPackage, fetchPackages } from '../support/debian-package.ts';
import { checked, EVERY_VERDICT, fleetOf, STARTED, target } from '../support/fleet.ts';
import { describeWith } from './bench.ts';

/** Names with everything that a format must escape. */
const HOSTILE = checked([
  target({ label: 'a"b\\c\nd|e', group: '}=1 {' }),
  target({
    host: '10.0.0.6',
    label: "it's = 1;2;3 %",
    verdict: 'off',
    severity: 'critical',
    reason: 'a|b=1s;2',
  }),
  target({ host: '10.0.0.7', label: '大门 — été', verdict: 'no-answer', severity: 'unknown', reading: null }),
]);

const FOUND = { started: STARTED, finished: STARTED, servers: [], warnings: [] };

describeWith(['prometheus'], 'promtool', () => {
  const { root } = debianPackage('prometheus');
  const promtool = (text: string) =>
    spawnSync(join(root, 'usr/bin/promtool'), ['check', 'metrics'], { input: text, encoding: 'utf8' });

  test.each([
    ['one of every verdict', checked(EVERY_VERDICT)],
    ['hostile names', HOSTILE],
    ['500 hosts', fleetOf(500)],
    ['no host', checked([])],
  ])('has nothing to say about a check of %s', (_, check) => {
    const { status, stdout, stderr } = promtool(fleetPrometheus(check));
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  test('has nothing to say about a run, a failed run and a status', () => {
    const run = { ...FOUND, kind: 'unchanged', estimate: { offset: -1e-7, rootDistance: 0.01, jitter: 0 } };
    const status = { kind: 'synchronized', kernel: { maxError: 0.5 }, drift: { rate: { frequency: -3.2 } } };
    for (const text of [
      syncMetrics(run as unknown as Outcome, { exitCode: 0, now: 1_795_676_400.5 }),
      syncMetrics(undefined, { exitCode: 2, now: 1_795_676_400 }),
      statusMetrics(status as unknown as Status),
    ]) {
      const { status, stdout, stderr } = promtool(text);
      expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
    }
  });

  test('objects to a line that is no metric, so that its silence means something', () => {
    expect(promtool(`${fleetPrometheus(HOSTILE)}x{a="b} 1\n`).status).not.toBe(0);
  });
});

/** The module, and the modules that it needs. */
const PERL = [
  'libmonitoring-plugin-perl',
  'libclass-accessor-perl',
  'libconfig-tiny-perl',
  'libmath-calc-units-perl',
  'libparams-validate-perl',
  'libmodule-implementation-perl',
  'libmodule-runtime-perl',
  'libtry-tiny-perl',
  'libsub-name-perl',
];

/** Prints each performance value of stdin as JSON, with the state that its own thresholds give it. */
const READER = `
use strict; use warnings; use JSON::PP; use Monitoring::Plugin::Performance;
local $/; my ($data) = split /\\n/, <STDIN>; $data =~ s/^[^|]*\\|//;
print encode_json([map { {
  label => $_->label, value => $_->value + 0, unit => $_->uom, max => $_->max,
  state => $_->threshold->get_status($_->value),
} } Monitoring::Plugin::Performance->parse_perfstring($data)]);
`;

interface PerformanceValue {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
  readonly max?: string;
  /** 0 OK, 1 WARNING, 2 CRITICAL. */
  readonly state: number;
}

describeWith(PERL, 'Monitoring::Plugin', () => {
  fetchPackages(PERL);
  const folders = PERL.flatMap(name => {
    const { root } = debianPackage(name);
    const places = [
      'usr/share/perl5',
      'usr/lib/x86_64-linux-gnu/perl5/5.36',
      'usr/lib/aarch64-linux-gnu/perl5/5.36',
    ];
    return places.map(place => join(root, place)).filter(existsSync);
  });
  const read = (text: string): readonly PerformanceValue[] => {
    const { status, stdout, stderr } = spawnSync('perl', ['-e', READER], {
      input: text,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, PERL5LIB: folders.join(':') },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout);
  };

  test.each([
    [0.05, 0],
    [-0.05, 0],
    [-0.5, 1],
    [12.4, 2],
    [-3600.0003, 2],
  ])('reads the offset %f of one host, and finds it in the state of the exit code', (offset, state) => {
    const severity = (['ok', 'warning', 'critical'] as const)[state]!;
    const check = checked([
      target({ severity, verdict: state === 0 ? 'right' : 'off', reading: { offset } }),
    ]);
    const [first, second, third] = read(pluginText(check));
    expect(first).toMatchObject({ label: 'offset', value: offset, unit: 's', state });
    expect(second).toMatchObject({ label: 'bound', value: 0.008, unit: 's' });
    expect(third).toMatchObject({ label: 'stratum', value: 2 });
    expect(pluginExitCode(check)).toBe(state);
  });

  test('reads the counts of many hosts', () => {
    const check = fleetOf(10_000);
    const values = read(pluginText(check));
    expect(values.map(({ label }) => label)).toEqual([
      'off',
      'uncertain',
      'unanswered',
      'unsynchronized',
      'max_offset',
    ]);
    expect(values[0]).toMatchObject({ value: 402, max: '10000', state: 2 });
  });

  test('reads the same values whatever the hosts are called', () => {
    expect(read(pluginText(HOSTILE)).map(({ label, value }) => [label, value])).toEqual([
      ['off', 1],
      ['uncertain', 0],
      ['unanswered', 1],
      ['unsynchronized', 0],
      ['max_offset', 0.0012],
    ]);
  });
});
