// `tsntp check` as users run it: five hundred clocks on loopback with every fault, its exit codes, its lists and its mistakes.

import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { TargetVerdict } from '../../src/fleet/fleet-outcome.ts';
import type { ResponderOptions } from '../../src/net/responder.ts';
import { onLinux, type Result, scratch, serve, serveSilence, start, tsntp } from '../support/command.ts';
import { KINDS, serveAt } from '../support/faulty-clocks.ts';

interface Report {
  readonly result: string;
  readonly exitCode: number;
  readonly counts: Readonly<Partial<Record<TargetVerdict, number>>>;
  readonly skews: readonly {
    readonly offset: number;
    readonly count: number;
    readonly where: readonly string[];
  }[];
  readonly targets: readonly {
    readonly host: string;
    readonly name?: string;
    readonly group?: string;
    readonly verdict: TargetVerdict;
    readonly offset?: number;
    readonly errorBound?: number;
  }[];
}

const reportIn = ({ stdout, stderr }: Result): Report => {
  expect(stdout, stderr).toMatch(/^\{.*\}\n$/);
  return JSON.parse(stdout);
};

/** Runs a check that reports JSON. */
async function check(args: readonly string[], input = ''): Promise<Result & { readonly report: Report }> {
  const result = await tsntp(['check', '--json', ...args], { input });
  const report = reportIn(result);
  expect(report.exitCode).toBe(result.code);
  return { ...result, report };
}

test.runIf(onLinux)('500 clocks with every fault get their verdicts', async () => {
  const kinds = KINDS.flatMap(([verdict, behavior, count]) =>
    Array.from({ length: count }, () => ({ verdict, behavior })),
  );
  const hosts = await Promise.all(
    kinds.map(({ behavior }, i) => serveAt(`127.20.${i >> 8}.${i & 255}`, behavior)),
  );
  expect(hosts).toHaveLength(500);
  const reference = await serveAt('127.21.0.1');
  const list = join(scratch(), 'hosts');
  writeFileSync(list, hosts.map((host, i) => `${host} # ${kinds[i]!.verdict}\n`).join(''));
  const { code, report, stderr } = await check([
    '-f',
    list,
    '--reference',
    reference,
    'no-such-host.invalid',
  ]);
  expect([code, stderr]).toEqual([5, '']);
  const wrong = report.targets.filter(({ name, verdict }) => name !== undefined && name !== verdict);
  expect(wrong).toEqual([]);
  const counts = Object.fromEntries(KINDS.map(([verdict, , count]) => [verdict, count]));
  expect(report.counts).toEqual({ ...counts, off: 30, 'unknown-name': 1 });
  const hour = report.skews.find(({ offset }) => Math.round(offset) === -3600);
  expect(hour).toMatchObject({ count: 30, where: ['127.20.1.0/24'] });
  const ahead = report.targets.find(({ verdict, offset }) => verdict === 'off' && offset! > 0)!;
  expect(Math.abs(ahead.offset! - 12.4)).toBeLessThanOrEqual(ahead.errorBound! + 0.001);
});

describe('the exit code', () => {
  const SILENT = '127.0.0.1:9';

  test.each<[string, readonly ResponderOptions[], readonly string[], number]>([
    ['is 0 if all clocks are right', [{}, {}], [], 0],
    ['is 5 if one is off', [{}, { offset: 3 }], [], 5],
    ['is 5 if one is off and another does not answer', [{ offset: 3 }], [SILENT], 5],
    ['is 3 if one does not answer and none is off', [{}], [SILENT], 3],
    ['is 0 with --fail-on off if one does not answer', [{}], ['--fail-on', 'off', SILENT], 0],
    ['is 0 if one is not synchronized', [{}, { leap: 3 }], [], 0],
    [
      'is 3 with --fail-on uncertain if one is not synchronized',
      [{}, { leap: 3 }],
      ['--fail-on', 'uncertain'],
      3,
    ],
    ['is 0 if a larger offset is allowed', [{ offset: 3 }], ['-w', '5'], 0],
    ['is 5 outside of a range', [{ offset: 3 }], ['-w', '~:2'], 5],
    ['is 0 inside of a range', [{ offset: 3 }], ['-w', '-0.5:4'], 0],
  ])('%s', async (_, clocks, args, expected) => {
    const [reference] = await serve({});
    const hosts = await serve(...clocks);
    const { code } = await check(['-t', '0.4', '--reference', reference!, ...args, ...hosts]);
    expect(code).toBe(expected);
  });

  test('is 3 without anything to compare with, which stderr says', async () => {
    const { code, report, stderr } = await check(await serve({}, {}));
    expect(code).toBe(3);
    expect(report.result).toBe('no-reference');
    expect(stderr).toMatch(/^tsntp: nothing to compare with: name a server with --reference/);
  });

  test.runIf(process.platform !== 'win32')('is 130 after Ctrl-C, with the hosts so far', async () => {
    const { server, asked } = await serveSilence();
    const hosts = await serve({}, {}, {}, {}, {});
    const reference = (await serve({}))[0]!;
    const { child, ended } = start([
      'check',
      '--json',
      '-t',
      '60',
      '--reference',
      reference,
      ...hosts,
      server,
    ]);
    await asked;
    child.kill('SIGINT');
    const result = await ended;
    expect(result.code).toBe(130);
    expect(reportIn(result).result).toBe('interrupted');
    expect(result.stderr).toMatch(/^warning: interrupted: \d of 6 hosts were checked$/m);
  });
});

describe('a list', () => {
  test('comes from stdin, with names and groups; a host that is there twice is a warning', async () => {
    const [a, b, c] = await serve({}, {}, {});
    const [reference] = await serve({});
    const { report, stderr, code } = await check(
      ['-f', '-', '--reference', reference!, a!],
      `[gates]\n${b} # gate 3\n[doors]\n${c}\n${a}\n`,
    );
    expect(code).toBe(0);
    expect(report.targets.map(({ name, group }) => [name, group])).toEqual([
      [undefined, undefined],
      ['gate 3', 'gates'],
      [undefined, 'doors'],
    ]);
    expect(stderr).toBe('warning: 127.0.0.1 is named twice (command line, stdin:5): checked once\n');
  });

  test('that is CSV has its columns', async () => {
    const [a] = await serve({});
    const file = join(scratch(), 'hosts.csv');
    writeFileSync(file, `name,host,site\ngate 3,${a},north\n`);
    const { report } = await check(['-f', file, '--reference', (await serve({}))[0]!]);
    expect(report.targets[0]).toMatchObject({ name: 'gate 3', group: 'north' });
  });
});

describe('a mistake', () => {
  test('may be a critical limit below the warning', async () => {
    const { code, stderr } = await tsntp(['check', 'a.example', '-w', '1', '-c', '0.5']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'tsntp: --critical: 0.5 is below --warn 1: give the larger limit to --critical\n',
    });
  });

  const UTF16 = join(mkdtempSync(join(tmpdir(), 'tsntp-lists-')), 'utf16');
  const TWO_LINES = `${UTF16}.csv`;
  writeFileSync(UTF16, '\ufeff10.0.0.5\r\n', 'utf16le');
  writeFileSync(TWO_LINES, 'name,host\r\n"two\r\nlines",10.0.0.5\r\n');
  afterAll(() => rmSync(dirname(UTF16), { recursive: true }));

  test.each([
    [[], /^tsntp: check: no hosts; name them, or list them with -f FILE/],
    [['-f', '/nowhere/hosts'], /^tsntp: \/nowhere\/hosts: cannot be read: no such file/],
    [['-f', '-'], /^tsntp: -: names no hosts/],
    [['-f', UTF16], /^tsntp: .*: is not text in UTF-8, but perhaps UTF-16: save it as UTF-8/],
    [['-f', TWO_LINES], /:2: cannot read .*: a text in quotation marks must end on the same line/],
    [['a.example', '-w', 'abc'], /^tsntp: --warn: "abc" is not allowed; give a size of an offset/],
    [['a.example', '--critical', '2:1'], /^tsntp: --critical: "2:1" is not allowed/],
    [
      ['a.example', '--reference', 'local,b.example'],
      /^tsntp: --reference: give servers, or "local" or "majority" alone/,
    ],
    [
      ['a.example', '--reference', 'http://b'],
      /^tsntp: --reference: cannot read "http:\/\/b": this is a URL/,
    ],
    [
      ['a.example', '--via', 'ntp,snmp'],
      /^tsntp: --via: "ntp,snmp" is not allowed; give ntp, http, ssh, or several of them/,
    ],
    [
      ['--', '-oProxyCommand=x@gate'],
      /^tsntp: command line: cannot read "-oProxyCommand=x@gate": a user before/,
    ],
    [['a.example', '--rate', '0'], /^tsntp: --rate: "0" is not allowed/],
    [['a.example', '--format', 'xml'], /^tsntp: --format: "xml" is not allowed; give one of table, csv/],
    [['a.example', '--json', '--format', 'csv'], /exclude each other/],
    [['sync', 'a.example'], /"sync" is a command and must come first/],
    [['10.0.0.300'], /^tsntp: command line: cannot read "10\.0\.0\.300"/],
    [['-p', '4', 'a.example'], /^tsntp: check has no option --samples/],
  ])('in %j ends with 2 and one message', async (args, message) => {
    const { code, stderr } = await tsntp(['check', ...args]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });
});

describe('-o', () => {
  test('writes the report into a file, and nothing to stdout', async () => {
    const file = join(scratch(), 'report.json');
    const { stdout, code } = await tsntp([
      'check',
      '--json',
      '-o',
      file,
      '--reference',
      ...(await serve({}, {})),
    ]);
    expect([stdout, code]).toEqual(['', 0]);
    expect(JSON.parse(readFileSync(file, 'utf8')).result).toBe('all-right');
  });

  test('does not follow a symbolic link', async () => {
    const folder = scratch();
    const [link, victim] = [join(folder, 'link'), join(folder, 'victim')];
    writeFileSync(victim, 'mine');
    symlinkSync(victim, link);
    const { code, stderr } = await tsntp([
      'check',
      '--json',
      '-o',
      link,
      '--reference',
      ...(await serve({}, {})),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain('is a symbolic link');
    expect(readFileSync(victim, 'utf8')).toBe('mine');
  });
});

test('variables of sync are no options of a check', async () => {
  const [reference, host] = await serve({}, {});
  const env = {
    TSNTP_FILE: '/nowhere',
    TSNTP_SERVERS: 'a.example',
    TSNTP_FORMAT: 'classic',
    TSNTP_TIMEOUT: '0.001',
  };
  const { code, stdout } = await tsntp(['check', '--json', '--reference', reference!, host!], { env });
  expect([code, JSON.parse(stdout).result]).toEqual([0, 'all-right']);
});
