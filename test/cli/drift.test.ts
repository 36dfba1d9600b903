// `tsntp drift` as a script sees it: exit codes, files good and bad, what stdout holds, and what the manual page has.

import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { driftStore } from '../../src/host/drift-store.ts';
import type { DriftMemory } from '../../src/ntp/drift/drift-record.ts';
import { onLinux, scratch, tsntp } from '../support/command.ts';
import { hourly } from '../support/drift-samples.ts';
import { atTerminal, hasTerminal } from '../support/terminal.ts';

const MAN = readFileSync('man/tsntp.8', 'utf8');
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/** A state directory that remembers a clock which loses 37.5 ppm, by default in this boot. */
function learned(changes: Partial<DriftMemory> = {}): string {
  const directory = join(scratch(), 'state');
  const bootId = readFileSync(BOOT_ID, 'utf8').trim();
  const store = driftStore({ bootId: () => bootId, now: () => hourly(1, 0)[0]!.true }, directory, {
    keeps: true,
  });
  const samples = hourly(48, -37.5).map((sample, i) => ({
    ...sample,
    offset: 1e-4 * (i % 7),
    frequency: 37,
  }));
  const problem = store.remember({
    version: 1,
    oscillator: store.oscillator(),
    boots: [],
    samples,
    ...changes,
  });
  expect(problem).toBeUndefined();
  return directory;
}

const memoryIn = (directory: string) => JSON.parse(readFileSync(join(directory, 'drift.json'), 'utf8'));

describe.runIf(onLinux)('tsntp drift show', () => {
  test('is the default action, and prints ASCII into a pipe', async () => {
    const state = learned();
    const { code, stdout, stderr } = await tsntp(['drift', '--state', state]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^rate: +loses 3\.24 s a day \(37\.5 ppm\)/);
    expect(stdout).toMatch(/^corrections: +[.:\-=+*#@]{48} {2}\+0\.000 ms to \+0\.600 ms$/m);
    expect(stdout).toContain(`memory:         ${state}\n`);
    expect((await tsntp(['drift', 'show', '--state', state])).stdout.slice(0, 60)).toBe(stdout.slice(0, 60));
  });

  test.runIf(hasTerminal).each([
    [{ LC_ALL: 'C.UTF-8' }, /^corrections: +[▁▂▃▄▅▆▇█]+ {2}/mu],
    [{ LC_ALL: 'C' }, /^corrections: +[.:\-=+*#@]+ {2}/m],
    [{ LC_ALL: 'C.UTF-8', TERM: 'dumb' }, /^corrections: +[.:\-=+*#@]+ {2}/m],
  ])('at a terminal with %j', async (env, expected) => {
    const { stdout } = await atTerminal(['drift', '--state', learned()], { columns: 120, env });
    expect(stdout).toMatch(expected);
  });

  test('--json: the history, and every key of it is in the manual page', async () => {
    const { code, stdout } = await tsntp(['drift', 'show', '--json', '--state', learned()]);
    const report = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      version: 1,
      command: 'drift show',
      exitCode: 0,
      result: 'shown',
      from: 'this-boot',
      frequency: expect.closeTo(37.5, 1),
      runs: 48,
      interval: 3600,
    });
    expect(report.history).toHaveLength(48);
    expect(report.history[1]).toEqual({
      at: expect.stringMatching(/^\d{4}-.*\.\d{9}Z$/),
      offset: 1e-4,
      frequency: 37,
    });
    const section = MAN.slice(MAN.indexOf('.SS JSON of drift'), MAN.indexOf('.SH PANIC LIMIT'));
    for (const key of [
      ...Object.keys(report),
      'found',
      'set',
      'gate',
      'program',
      'file',
      'skew',
      'competitors',
      'error',
    ])
      expect(section, key).toMatch(new RegExp(`\\b${key}\\b`));
  });

  test('without a memory: exit 3, and where there is none', async () => {
    const state = join(scratch(), 'none');
    const { code, stdout } = await tsntp(['drift', '--state', state]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^rate: +unknown: it takes two runs of tsntp sync/);
    expect(stdout).toMatch(new RegExp(`^memory: +none in ${state}$`, 'm'));
  });

  test('of a memory that another user could have written: exit 3, and a warning', async () => {
    const state = learned();
    chmodSync(join(state, 'drift.json'), 0o666);
    const { code, stderr } = await tsntp(['drift', '--state', state]);
    expect(code).toBe(3);
    expect(stderr).toMatch(
      /^warning: cannot tell how this clock drifts.*can be written by others \(mode 0666\)/,
    );
  });

  test('status has the same rows, and the same keys in its JSON', async () => {
    const state = learned();
    const { stdout } = await tsntp(['status', '--state', state]);
    expect(stdout).toMatch(/^drift: +loses 3\.24 s a day/m);
    expect(stdout).toMatch(/^corrections: +[.:\-=+*#@]{48} {2}/m);
    const { drift } = JSON.parse((await tsntp(['status', '--json', '--state', state])).stdout);
    expect(drift).toMatchObject({ from: 'this-boot', runs: 48, directory: state });
    expect(drift.history).toHaveLength(48);
  });
});

describe.runIf(onLinux)('tsntp drift --plot', () => {
  test('writes an SVG that only replaces a file, and never follows a link', async () => {
    const [state, folder] = [learned(), scratch()];
    const [file, link] = [join(folder, 'clock.svg'), join(folder, 'link.svg')];
    writeFileSync(file, 'old');
    symlinkSync('clock.svg', link);
    const { code, stdout } = await tsntp(['drift', 'show', '--plot', file, '--state', state]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^rate: /);
    expect(readFileSync(file, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
    const refused = await tsntp(['drift', '--plot', link, '--state', state]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/link\.svg is a symbolic link: name another file, or - for stdout/);
    expect(readdirSync(folder).sort()).toEqual(['clock.svg', 'link.svg']);
  });

  test('- prints the SVG alone', async () => {
    const { stdout } = await tsntp(['drift', '--plot', '-', '--state', learned()]);
    expect(stdout).toMatch(/^<svg .*<\/svg>\n$/s);
  });

  test.each([
    [
      ['drift', '--plot', '/nowhere/at/all.svg'],
      /cannot write \/nowhere\/at\/all\.svg: its directory does not exist/,
    ],
    [['drift', '--plot', '/dev/null'], /\/dev\/null is not a regular file/],
    [['drift', '--plot', '-', '--json'], /both print to stdout/],
    [['drift', '--plot='], /"" is no file/],
    [['drift', 'reset', '-n', '--plot', 'x.svg'], /--plot is for drift show/],
    [['drift', 'import', '--plot', 'x.svg', 'f'], /--plot is for drift show/],
    [['drift', 'show', '--ntpd'], /--ntpd is for drift import and drift export: leave it out of drift show/],
    [['drift', '-n'], /-n is for drift reset and drift import/],
    [['drift', '--force'], /--force is for drift reset/],
    [['drift', 'import', '--force', 'f'], /--force is for drift reset/],
  ])('%j: exit 2, and why', async (args, message) => {
    const { code, stderr } = await tsntp(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync('/dev/null')).toBe(true);
  });
});

describe.runIf(onLinux)('tsntp drift export', () => {
  test.each([
    ['--ntpd', /^37\.\d{6}\n$/],
    ['--chrony', /^ {10}-37\.\d{6} {13}0\.\d{6}\n$/],
  ])('%s prints the file and nothing else', async (flag, expected) => {
    const { code, stdout, stderr } = await tsntp(['drift', 'export', flag, '--state', learned()]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(expected);
  });

  test('of what is not known: exit 3, nothing on stdout', async () => {
    const { code, stdout, stderr } = await tsntp(['drift', 'export', '--ntpd', '--state', scratch()]);
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^tsntp: the rate of this clock is not known yet/);
  });

  test('needs to know for which program', async () => {
    const { code, stderr } = await tsntp(['drift', 'export']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'tsntp: drift export: give --ntpd or --chrony, whose drift files have opposite signs\n',
    });
    expect((await tsntp(['drift', 'export', '--ntpd', '--chrony'])).stderr).toMatch(/exclude each other/);
  });
});

describe.runIf(onLinux)('tsntp drift import', () => {
  const given = (content: string | Uint8Array): string => {
    const file = join(scratch(), 'drift');
    writeFileSync(file, content);
    return file;
  };

  test.each([
    ['37.5\n', [], { frequency: 37.5, sigma: 20, runs: 0 }, /^ntpd's .* loses 3\.24 s a day/],
    [
      '          -12.000000             0.250000\n',
      ['--chrony'],
      { frequency: 12, sigma: 0.25, runs: 0 },
      /^chronyd's .* loses 1\.04 s a day/,
    ],
  ])('of %j', async (content, flags, boot, words) => {
    const state = join(scratch(), 'state');
    const { code, stdout } = await tsntp(['drift', 'import', given(content), ...flags, '--state', state]);
    expect(code).toBe(0);
    expect(stdout).toMatch(words);
    expect(memoryIn(state).boots).toEqual([boot]);
    expect((await tsntp(['drift', '--state', state])).stdout).toMatch(
      /^rate: +loses .* according to the imported drift file/,
    );
  });

  test('of what the shell pipes in', async () => {
    const state = join(scratch(), 'state');
    expect((await tsntp(['drift', 'import', '-', '--state', state], { input: '-3\n' })).code).toBe(0);
    expect(memoryIn(state).boots).toMatchObject([{ frequency: -3 }]);
  });

  test('in a dry run writes nothing', async () => {
    const state = join(scratch(), 'state');
    const { code, stdout } = await tsntp(['drift', 'import', given('1'), '-n', '--state', state]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/would be imported/);
    expect(existsSync(state)).toBe(false);
  });

  test.each<[string, string | Uint8Array, RegExp]>([
    ['huge', '1 '.repeat(1 << 20), /is too large for a drift file/],
    ['binary', Uint8Array.from({ length: 64 }, (_, i) => i * 7), /is no drift file of ntpd or chronyd/],
    ['with control characters', '\u001b[2J 1', /is no drift file/],
    ['empty', '', /holds neither one decimal number/],
    ["OpenNTPD's of old, with an exponent", '-1.274332e-05\n', /holds neither one decimal number/],
    ['beyond what any kernel corrects', '-1274.332\n', /out of range/],
    ['the state of tsntp', '{"version":1}', /is no drift file/],
  ])('a file that is %s: exit 2, and no state', async (_, content, message) => {
    const state = join(scratch(), 'state');
    const { code, stderr } = await tsntp(['drift', 'import', given(content), '--state', state]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none is what must be there
    expect(stderr).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
    expect(existsSync(state)).toBe(false);
  });

  test.each([
    [['drift', 'import'], /name a drift file; .*\/drift/],
    [['drift', 'import', '/no/such/file'], /cannot read \/no\/such\/file: no such file; /],
    [['drift', 'import', '/'], /is a directory/],
    [['drift', 'import', 'a', 'b'], /drift import takes no more words: "b"/],
    [['drift', 'show', 'a'], /drift show takes no more words: "a"/],
    [['drift', 'imprt'], /did you mean "import"/],
  ])('%j: exit 2, and what to do', async (args, message) => {
    const { code, stderr } = await tsntp(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  test('refuses a file that is not of the program it is said to be of', async () => {
    const { code, stderr } = await tsntp(['drift', 'import', '--chrony', given('37.5\n')]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--chrony is given, but the file holds one number: it is ntpd's/);
  });
});

describe.runIf(onLinux)('tsntp drift reset', () => {
  test('forgets; -n does not', async () => {
    const state = learned();
    const before = memoryIn(state);
    const rehearsed = await tsntp(['drift', 'reset', '-n', '--state', state]);
    expect(rehearsed.stdout).toMatch(
      /^the rate of this clock would be forgotten; .*tsntp has not set it\.$/m,
    );
    expect(memoryIn(state)).toEqual(before);
    const { code, stdout } = await tsntp(['drift', 'reset', '--state', state]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^the rate of this clock is forgotten; the kernel's rate stays as it is/);
    expect(memoryIn(state)).toEqual({ version: 1, oscillator: {}, boots: [], samples: [] });
  });

  test("without the right to set the kernel's rate: exit 4, and nothing is forgotten", async () => {
    const rate = { frequency: 1, tick: 10_000 };
    const state = learned({ found: rate, set: { ...rate, at: '2026-11-21T12:10:23.000000001Z' } });
    const { code, stderr } = await tsntp(['drift', 'reset', '--force', '--state', state]);
    expect(code).toBe(4);
    expect(stderr).toMatch(/CAP_SYS_TIME/);
    expect(memoryIn(state).samples).toHaveLength(48);
  });

  test('after a reboot leaves the kernel as it is, and says so', async () => {
    const rate = { frequency: 1, tick: 10_000 };
    const state = learned({ found: rate, oscillator: { bootId: 'another boot' } });
    const { code, stdout } = await tsntp(['drift', 'reset', '--state', state]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/tsntp has not set it since the machine booted/);
  });

  test('where the state cannot be written: exit 4', async () => {
    const directory = join(scratch(), 'file');
    writeFileSync(directory, '');
    const { code, stderr } = await tsntp(['drift', 'import', '-', '--state', directory], { input: '1' });
    expect(code).toBe(4);
    expect(stderr).toMatch(/^tsntp: cannot remember how this clock drifts/m);
  });
});
