// `tsntp wait` and `tsntp rtc floor` as a script sees them: exit codes, what is printed where, JSON, and whose settings count.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { openClock } from '../../src/clock/index.ts';
import { onLinux, scratch, start, tsntp } from '../support/command.ts';
import { atTerminal, hasTerminal, plain } from '../support/terminal.ts';

const MAN = readFileSync('man/tsntp.8', 'utf8');
/** Whether this machine's clock is not good, so that a wait lasts. */
const lasts = onLinux && (await openClock()).status().synchronized === false;

describe.runIf(lasts)('a wait for a clock that is not set', () => {
  test('ends with 3, nothing on stdout, and one line of why', async () => {
    const { code, stdout, stderr } = await tsntp(['wait', '--timeout', '10ms']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^tsntp: this clock is not good after 0 s: the kernel does not .*\n$/);
  });

  test('of half a second is called that; -t is its timeout, too', async () => {
    const { code, stderr } = await tsntp(['wait', '-t', '0.5']);
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(/not good after 0\.5 s:/) });
  });

  test('takes its timeout from TSNTP_WAIT_TIMEOUT, and not that of replies', async () => {
    const env = { TSNTP_WAIT_TIMEOUT: '0.01', TSNTP_TIMEOUT: '3600' };
    expect((await tsntp(['wait'], { env })).code).toBe(3);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('on %s ends with %d, and why the clock is not good', async (signal, expected) => {
    const { child, ended } = start(['wait', '--timeout', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    // The clock is opened once the signals are listened to.
    await vi.waitFor(
      () => expect(readFileSync(`/proc/${child.pid}/maps`, 'utf8')).toContain('koffi'),
      20_000,
    );
    child.kill(signal);
    const { code, stdout, stderr } = await ended;
    expect(code).toBe(expected);
    expect(stderr).toMatch(/^tsntp: interrupted after \d s: the kernel does not consider it synchronized\n$/);
    expect(JSON.parse(stdout)).toMatchObject({ command: 'wait', result: 'interrupted', exitCode: expected });
  });

  test('--json has every key that the manual page has', async () => {
    const { stdout } = await tsntp(['wait', '--timeout', '0.01', '--json']);
    const report = JSON.parse(stdout);
    expect(report).toEqual({
      version: 1,
      tsntp: expect.stringMatching(/^\d+\.\d+\.\d+/),
      command: 'wait',
      exitCode: 3,
      result: 'timed-out',
      message: expect.stringMatching(/^this clock is not good /),
      took: expect.any(Number),
      shortcomings: expect.arrayContaining([{ kind: 'unsynchronized', message: expect.any(String) }]),
      services: expect.any(Array),
      synchronized: false,
      maxError: expect.any(Number),
      estimatedError: expect.any(Number),
      frequency: expect.any(Number),
      slewRemaining: expect.any(Number),
      slewRate: expect.any(Number),
    });
    const section = MAN.slice(MAN.indexOf('.SS JSON of wait'), MAN.indexOf('.SH PANIC LIMIT'));
    for (const key of [...Object.keys(report), 'kind', 'servicesHidden', 'left', 'limit', 'error'])
      expect(section, key).toMatch(new RegExp(`\\b${key}\\b`));
  });

  test.runIf(hasTerminal)('on a terminal shows what it waits for, and removes that line', async () => {
    const { stdout } = await atTerminal(['wait', '--timeout', '2']);
    expect(plain(stdout)).toMatch(/waiting for this clock.*\d s left/);
    expect(plain(stdout)).toMatch(/tsntp: this clock is not good after 2 s/);
  });
});

describe.runIf(onLinux)('rtc floor', () => {
  function withFloor(floor: string): string {
    const directory = join(scratch(), 'state');
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(join(directory, 'floor'), `${floor}\n`, { mode: 0o600 });
    return directory;
  }

  test('without one: exit 3', async () => {
    const { code, stdout, stderr } = await tsntp(['rtc', 'floor']);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^tsntp: no floor is known yet: /);
  });

  test('that has passed: exit 0, in words and as JSON, with the keys of the manual page', async () => {
    const state = withFloor('2026-01-01T00:00:00Z');
    const { code, stdout, stderr } = await tsntp(['rtc', 'floor', '--state', state]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^this clock shows \S+, .* after the floor 2026-01-01T00:00:00Z \(.*\); nothing to do\n$/,
    );
    const report = JSON.parse((await tsntp(['rtc', 'floor', '--state', state, '--json'])).stdout);
    expect(report).toEqual({
      version: 1,
      tsntp: expect.any(String),
      command: 'rtc floor',
      exitCode: 0,
      result: 'above-floor',
      floor: '2026-01-01T00:00:00.000000000Z',
      path: join(state, 'floor'),
      now: expect.stringMatching(/Z$/),
      offset: expect.any(Number),
      message: expect.any(String),
      warnings: [],
    });
    const section = MAN.slice(MAN.indexOf('.SS JSON of rtc'), MAN.indexOf('.SS JSON of wait'));
    for (const key of Object.keys(report)) expect(section, key).toMatch(new RegExp(`\\b${key}\\b`));
  });

  test('in the future: a dry run would set it, and a process that may not set the clock ends with 4', async () => {
    const state = withFloor('2040-01-01T00:00:00Z');
    const rehearsed = await tsntp(['rtc', 'floor', '-n', '--force', '--state', state]);
    expect(rehearsed.code).toBe(0);
    expect(rehearsed.stdout).toMatch(
      / before the floor 2040-01-01T00:00:00Z .*; the clock would be set to it\n$/,
    );
    const refused = await tsntp(['rtc', 'floor', '--force', '--state', state]);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toMatch(/before the floor .*: cannot step the clock/);
  });

  test('2047 is refused', async () => {
    const state = withFloor('2047-01-01T00:00:00Z');
    expect((await tsntp(['rtc', 'floor', '--state', state])).code).toBe(5);
  });

  test('is shown by status, with advice if the clock is before it', async () => {
    const past = await tsntp(['status', '--state', withFloor('2026-01-01T00:00:00Z')]);
    expect(past.stdout).toMatch(/^floor: +2026-01-01T00:00:00Z$/m);
    const state = withFloor('2040-01-01T00:00:00.5Z');
    const ahead = await tsntp(['status', '--state', state]);
    expect(ahead.stdout).toMatch(
      /^floor: +2040-01-01T00:00:00Z; this clock is earlier: see "tsntp rtc floor"$/m,
    );
    const json = JSON.parse((await tsntp(['status', '--json', '--state', state])).stdout);
    expect(json.floor).toBe('2040-01-01T00:00:00.500000000Z');
    const section = MAN.slice(MAN.indexOf('.SS JSON of status'), MAN.indexOf('.SS JSON of rtc'));
    for (const key of ['floor', 'phaseRemaining']) expect(section).toMatch(new RegExp(`\\b${key}\\b`));
  });
});
