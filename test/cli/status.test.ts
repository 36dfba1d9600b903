// `tsntp status` and `tsntp rtc` as a script sees them: exit codes, and the keys, which the manual page has, too.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listRtcs } from '../../src/clock/rtc/sysfs.ts';
import { onLinux, scratch, tsntp } from '../support/command.ts';

const MAN = readFileSync('man/tsntp.8', 'utf8');
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;
const LAST_SET = {
  time: '2026-11-21T12:10:23.000000001Z',
  offset: -3.25,
  kind: 'step',
  server: '192.0.2.1',
  errorBound: 0.001,
};

/** A folder in which tsntp remembers this. */
function memory(lastSet: object): string {
  const directory = join(scratch(), 'state');
  mkdirSync(directory, { mode: 0o700 });
  writeFileSync(join(directory, 'state.json'), JSON.stringify({ version: 1, lastSet }), { mode: 0o600 });
  return directory;
}

describe.runIf(onLinux)('status', () => {
  test('--json: every key, and no other, in the order of the manual page', async () => {
    const state = memory({ ...LAST_SET, bootId: 'another boot' });
    const { code, stdout, stderr } = await tsntp(['status', '--json', '--state', state]);
    expect(stderr).toBe('');
    const { rtc, ...report } = JSON.parse(stdout);
    expect({ code, synchronized: report.synchronized }).toEqual(
      report.result === 'synchronized' ? { code: 0, synchronized: true } : { code: 3, synchronized: false },
    );
    expect(report).toEqual({
      version: 1,
      tsntp: expect.stringMatching(/^\d+\.\d+\.\d+/),
      command: 'status',
      exitCode: code,
      result: expect.stringMatching(/^(un)?synchronized$/),
      now: expect.stringMatching(INSTANT),
      localTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/),
      clock: 'linux',
      lastSet: { ...LAST_SET, bootId: 'another boot', sinceBoot: false },
      noRecordIn: [],
      services: expect.any(Array),
      drift: {
        runs: 0,
        boots: [],
        interval: 3600,
        kernel: expect.any(Object),
        noMemoryIn: [state],
        history: [],
      },
      warnings: [],
      synchronized: expect.any(Boolean),
      maxError: expect.any(Number),
      estimatedError: expect.any(Number),
      frequency: expect.any(Number),
      slewRemaining: expect.any(Number),
      slewRate: expect.any(Number),
    });
    expect(rtc === undefined).toBe(listRtcs().length === 0);
    const section = MAN.slice(MAN.indexOf('.SS JSON of status'), MAN.indexOf('.SS JSON of rtc'));
    for (const key of [...Object.keys(report), ...Object.keys(report.lastSet), 'rtc', 'path', 'pid', 'stop'])
      expect(section, key).toMatch(new RegExp(`\\b${key}\\b`));
  });

  test('lines: what was done before the machine came up', async () => {
    const { stdout } = await tsntp(['status', '--state', memory({ ...LAST_SET, bootId: 'another boot' })]);
    expect(stdout).toMatch(
      /^last set: +2026-11-21T12:10:23Z, before this boot: step of -3\.250 s to 192\.0\.2\.1 \(± 1\.00 ms\)$/m,
    );
    expect(stdout).toMatch(/^synchronized: +(no|yes)$/m);
  });

  test('a memory that cannot be read is no memory of nothing', async () => {
    const { code, stdout, stderr } = await tsntp(['status', '--state', memory({ offset: 'none' })]);
    expect(code).toBe(/^synchronized: +yes/m.test(stdout) ? 0 : 3);
    expect(stdout).toMatch(/^last set: +unknown$/m);
    expect(stderr).toMatch(/^warning: cannot tell whether tsntp has set this clock before: .*malformed/);
  });

  test('without a memory', async () => {
    const state = join(scratch(), 'none');
    const { stdout, stderr } = await tsntp(['status', '--state', state]);
    expect(stderr).toBe('');
    expect(stdout).toContain(`no record in ${state}\n`);
  });

  test('lines: the clock in UTC and in local time', async () => {
    const { stdout } = await tsntp(['status', '--state', scratch()], { env: { TZ: 'XYZ-5:30' } });
    const [, utc] = /^clock: +(\S+) \(linux\)$/m.exec(stdout)!;
    const [, local] = /^local time: +(.*)$/m.exec(stdout)!;
    expect(local).toMatch(/ \+05:30$/);
    expect(Date.parse(local!)).toBe(Math.floor(Date.parse(utc!) / 1000) * 1000);
  });
});

describe('rtc', () => {
  test.runIf(listRtcs().length === 0).each(['show', 'write', 'read'])(
    '%s, where there is none: exit 4, and why',
    async action => {
      const { code, stdout, stderr } = await tsntp(['rtc', action]);
      expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
      expect(stderr).toBe('tsntp: no hardware clock: /dev/rtc0, /dev/rtc, /dev/misc/rtc are not there\n');
    },
  );

  test.runIf(listRtcs().length === 0)('--json, where there is none: JSON all the same', async () => {
    const { code, stdout } = await tsntp(['rtc', 'show', '--json']);
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      command: 'rtc show',
      result: 'clock-error',
      exitCode: 4,
      error: { kind: 'unsupported' },
    });
    expect(JSON.parse(stdout).message).toMatch(/^no hardware clock: /);
  });

  test.runIf(listRtcs().length === 0).each([
    ['a limit', { TSNTP_MAX_OFFSET: '60', TSNTP_FORCE: '1' }],
    ['nothing', {}],
  ])('read takes what the environment says of %s', async (_, env) => {
    expect((await tsntp(['rtc', 'read', '-n'], { env })).code).toBe(4);
  });

  test('the manual page has the keys of --json', () => {
    const section = MAN.slice(MAN.indexOf('.SS JSON of rtc'), MAN.indexOf('.SH PANIC LIMIT'));
    for (const key of [
      'version',
      'tsntp',
      'command',
      'exitCode',
      'result',
      'device',
      'otherDevices',
      'utc',
      'time',
      'offset',
      'message',
      'error',
      'warnings',
    ])
      expect(section, key).toMatch(new RegExp(`\\b${key}\\b`));
  });
});
