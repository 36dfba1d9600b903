// The formats of `tsntp check`, as users see them: on stdout, in a file, with its exit codes, and with an earlier report.

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { onLinux, scratch, serve, serveSilence, tsntp } from '../support/command.ts';

/** A right clock and one that is 5 s ahead, compared with a third. */
async function fleet(): Promise<readonly string[]> {
  const [reference, right, ahead] = await serve({}, {}, { offset: 5 });
  return ['check', right!, ahead!, '--reference', reference!];
}

test('by default, the table has the worst first, and the exit code says that a clock is off', async () => {
  const { code, stdout } = await tsntp(await fleet());
  expect(code).toBe(5);
  expect(stdout).toMatch(/^ +clock .*\nx {2}127\.0\.0\.1:\d+ .*\+(5\.0|4\.9)\d\d s .* off/);
  expect(stdout).toContain('\n1 of 2 clocks is off.\nCompared with 127.0.0.1');
});

test.each([
  [
    'csv',
    /^host,port,name,.*\r\n127\.0\.0\.1,\d+,,,right,ok,.*\r\n127\.0\.0\.1,\d+,,,off,critical,(?:5\.0|4\.9)\d*,.*\r\n$/,
  ],
  ['ndjson', /^\{"host".*\}\n\{"host".*\}\n\{"version":1,.*"result":"some-off".*\}\n$/],
  ['prometheus', /^# HELP tsntp_target_up [\s\S]*\ntsntp_check_targets\{verdict="off"\} 1\n[\s\S]*\n$/],
  ['html', /^<!doctype html>\n[\s\S]*<h1>1 of 2 clocks is off\.<\/h1>[\s\S]*<\/html>\n$/],
])('%s has every host', async (format, form) => {
  const { code, stdout } = await tsntp([...(await fleet()), '--format', format]);
  expect(code).toBe(5);
  expect(stdout).toMatch(form);
});

test('the format of plugins has the exit codes of plugins', async () => {
  const [check, right, ahead, ...reference] = await fleet();
  const plugin = [...reference, '--format', 'plugin'];
  const fine = await tsntp([check!, right!, ...plugin]);
  expect(fine).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^NTP OK: Offset -?[\d.]+ secs\|offset=/),
  });
  const critical = await tsntp([check!, ahead!, ...plugin, '-c', '4']);
  expect(critical).toMatchObject({
    code: 2,
    stdout: expect.stringMatching(/^NTP CRITICAL: Offset (5\.0|4\.9)/),
  });
  const warning = await tsntp([check!, ahead!, ...plugin, '-c', '60']);
  expect(warning).toMatchObject({ code: 1, stdout: expect.stringMatching(/;-0\.1:0\.1;-60:60; /) });
});

test('for a plugin, nothing to compare with and a mistake are UNKNOWN: 2 would be a clock that is off', async () => {
  const { server } = await serveSilence();
  const none = await tsntp(['check', server, '--format', 'plugin']);
  expect(none).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/^NTP UNKNOWN: nothing to compare with/),
  });
  const mistake = await tsntp(['check', 'a.example', '--format=plugin', '-w', 'much']);
  expect(mistake).toMatchObject({
    code: 3,
    stdout: expect.stringMatching(/^NTP UNKNOWN: --warn: "much"/),
  });
});

test('a report in a file is whole, and leaves nothing beside it', async () => {
  const folder = scratch();
  const file = join(folder, 'fleet.prom');
  const { code, stdout } = await tsntp([...(await fleet()), '--format', 'prometheus', '-o', file]);
  expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
  expect(readFileSync(file, 'utf8')).toContain('\ntsntp_check_last_run_timestamp_seconds 1');
  expect(readdirSync(folder)).toEqual(['fleet.prom']);
  if (onLinux) expect(statSync(file).mode & 0o444).toBe(0o444);
});

test('a chain of reports says since when a clock is off', async () => {
  const command = await fleet();
  const file = join(scratch(), 'last.json');
  await tsntp([...command, '--json', '-o', file]);
  const { started } = JSON.parse(readFileSync(file, 'utf8'));
  await tsntp([...command, '--json', '--since', file, '-o', file]);
  const { targets } = JSON.parse(readFileSync(file, 'utf8'));
  expect(targets.map(({ since }: { since?: string }) => since)).toEqual([undefined, started]);
  const { stdout } = await tsntp([...command, '--since', file]);
  expect(stdout).toContain(`${started.slice(0, 10)} ${started.slice(11, 16)}Z`);
});

test('a chain of reports begins by itself, and outlives a check without a reference', async () => {
  const command = await fleet();
  const file = join(scratch(), 'last.json');
  const chain = ['--json', '--since', file, '-o', file];
  const report = () => JSON.parse(readFileSync(file, 'utf8'));
  expect(await tsntp([...command, ...chain])).toMatchObject({ code: 5, stderr: '' });
  const { started } = report();
  const { server: dead } = await serveSilence();
  for (let run = 0; run < 2; run++) {
    const none = await tsntp([...command.slice(0, -1), dead, ...chain]);
    expect(none.code).toBe(3);
    expect(report()).toMatchObject({
      result: 'no-reference',
      unreached: [{ verdict: 'off', since: started }],
    });
  }
  expect((await tsntp([...command, ...chain])).code).toBe(5);
  expect(report().targets[1].since).toBe(started);
  expect(report()).not.toHaveProperty('unreached');
});

test('an earlier report that cannot be read is a mistake, before any host is asked', async () => {
  const file = join(scratch(), 'last.json');
  const missing = await tsntp(['check', 'a.example', '--since', file]);
  expect(missing).toMatchObject({
    code: 2,
    stderr: `tsntp: --since: ${file}: cannot be read: no such file; give a report that "tsntp check --format json" wrote\n`,
  });
  writeFileSync(file, '{"command":"sync"}');
  const other = await tsntp(['check', 'a.example', '--since', file]);
  expect(other.stderr).toContain('it is not a report of "tsntp check --format json"');
});
