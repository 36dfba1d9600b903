// Every program in examples/ runs as it stands, against servers on loopback; none may set the clock.

import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { onLinux, type Result, scratch, serve, serveSilence, tsntp } from './support/command.ts';

const ran = new Set<string>();

/** Runs an example as a program that has installed the package. */
function example(name: string, args: readonly string[]): Promise<Result> {
  ran.add(`${name}.js`);
  const folder = scratch();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(resolve('.'), join(folder, 'node_modules/tsntp'), 'junction');
  const file = join(folder, `${name}.mjs`);
  cpSync(`examples/${name}.js`, file);
  return tsntp(args, { program: [process.execPath, file] });
}

/** What an example prints, which must end well and say nothing on stderr. */
async function stdoutOf(name: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await example(name, args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

test('offset prints the offset with its bound', async () => {
  const stdout = await stdoutOf('offset', await serve({ offset: 2 }));
  const [, offset, bound] = /^this clock is (\S+) s behind, ± (\S+) s\n$/.exec(stdout) ?? [];
  expect(Math.abs(Number(offset) - 2)).toBeLessThanOrEqual(Number(bound) + 1e-6);
});

test('offset-or-reason prints the offset, or what became of each server', async () => {
  expect(await stdoutOf('offset-or-reason', await serve({ offset: 2 }))).toMatch(
    /^this clock is \d\.\d{6} s behind\n$/,
  );
  const { code, stdout, stderr } = await example('offset-or-reason', await serve({ stratum: 16 }));
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
  expect(stdout).toMatch(/^no offset: .+\n127\.0\.0\.1: .*strat.*\n$/);
  const mistaken = await example('offset-or-reason', ['http://192.0.2.1']);
  expect(mistaken.code).toBe(1);
  expect(mistaken.stderr).toContain('ServerSyntaxError');
});

test('compare-servers names the one that is outvoted', async () => {
  const servers = await serve({ offset: 2 }, { offset: 2 }, { offset: 5 });
  const lines = (await stdoutOf('compare-servers', servers)).trimEnd().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[2]).toMatch(/^127\.0\.0\.1:\d+ \d+\.\d{3} ms falseticker$/);
});

test('corrected-now counts on from the right time', async () => {
  const stdout = await stdoutOf('corrected-now', await serve({ offset: 3600 }));
  const [, system = '', corrected = ''] = /^system {4}(\S+)\ncorrected (\S+)\n$/.exec(stdout) ?? [];
  expect((Date.parse(corrected) - Date.parse(system)) / 1000).toBeCloseTo(3600, 0);
});

test('abort keeps what was measured', async () => {
  const { server } = await serveSilence();
  const [answering] = await serve({ offset: 2 });
  const stdout = await stdoutOf('abort', ['3', answering!, server]);
  expect(stdout).toMatch(
    /^Interrupted; .*\n127\.0\.0\.1:\d+ [12]\.\d{6} s\n127\.0\.0\.1:\d+ not measured\n$/,
  );
});

test('why-dropped says why', async () => {
  const stdout = await stdoutOf('why-dropped', await serve({}, { stratum: 16 }));
  expect(stdout).toMatch(/^This clock .*\n127\.0\.0\.1:\d+ used\n127\.0\.0\.1:\d+ server dropped: .*\n$/);
});

test('dry-run prints a report', async () => {
  const { command, decision } = JSON.parse(await stdoutOf('dry-run', await serve({ offset: 2 })));
  expect({ command, decision }).toMatchObject({ command: 'sync', decision: { kind: 'step' } });
});

test('own-transport needs no network', async () => {
  expect(await stdoutOf('own-transport', [])).toMatch(/^ahead by 2\.5 s at \S+Z\n$/);
});

test('check-fleet says which clock is off', async () => {
  const hosts = await serve({}, {}, {}, {}, {}, { offset: 5 });
  const lines = (await stdoutOf('check-fleet', hosts)).trimEnd().split('\n');
  expect(lines.filter(line => /^127\.0\.0\.1: right -?\d\.\d{3} s ± \d\.\d{3} s$/.test(line))).toHaveLength(
    5,
  );
  expect(lines.at(-2)).toMatch(/^127\.0\.0\.1: off (4\.9|5\.0)\d\d s/);
  expect(lines.at(-1)).toBe('some-off');
});

test('drift says that nothing is known', async () => {
  expect(await stdoutOf('drift', [scratch()])).toBe('no rate is known: it takes two runs of tsntp\n[]\n');
});

test.runIf(onLinux)('drift prints what a drift file says', async () => {
  const state = scratch();
  const imported = await tsntp(['drift', 'import', '--state', state, '-'], { input: '-12.5 0.1\n' });
  expect(imported).toMatchObject({ code: 0 });
  expect(await stdoutOf('drift', [state])).toBe('this clock loses 1.08 s a day (± 20 ppm)\n[]\n');
});

test('set-with-progress tells of each reply and of the decision', async () => {
  const { stderr, stdout } = await example('set-with-progress', [
    '--dry-run',
    ...(await serve({ offset: 2 })),
  ]);
  expect(stderr).toMatch(/^(reply \d from 127\.0\.0\.1\n)+decision: step\n$/);
  expect(stdout).toMatch(/^This clock /);
});

test('each example ran, and says in its first line what it is for', () => {
  const names = readdirSync('examples').filter(name => name.endsWith('.js'));
  expect([...ran].sort()).toEqual(names.sort());
  for (const name of names)
    expect(readFileSync(join('examples', name), 'utf8'), name).toMatch(/^\/\/ [A-Z][^\n]*\n\nimport /);
});
