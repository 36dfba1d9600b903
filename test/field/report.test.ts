// What is told of a run: on stdout what parsers of ntpdate look for, on stderr what cron's mail must tell.

import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { programName } from '../../src/cli/process/program-name.ts';
import { query } from '../../src/index.ts';
import { silence } from '../hostile/server.ts';
import { BIN, onLinux, start } from '../support/command.ts';
import { field } from './bench.ts';

const silent = { also: () => silence } as const;
const quick = '-p 2 --interval 0.05';

describe('classic', () => {
  test.each([
    [0.05, 'would adjust'],
    [5, 'would step'],
  ])('dry-run-line: %d s ahead, nothing is set: "%s"', async (ahead, verb) => {
    const { tsntp } = await field({ A: { ahead } });
    const { code, stdout } = await tsntp(`-n --force ${quick} A`);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`^.{15} tsntp\\[\\d+\\]: ${verb} time server 127[\\d.]+ offset \\d\\.\\d{6} sec\n$`),
    );
  });

  test('guard-parsers: what parsers of ntpdate -q look for', async () => {
    const { tsntp } = await field({ A: { ahead: -0.25 } });
    const { stdout } = await tsntp(`-q ${quick} A`);
    expect(stdout).toMatch(/^server 127[\d.]+, stratum 1, offset -0\.2[45]\d{4}, delay 0\.\d{5}$/m);
    expect(stdout).toMatch(/ adjust time server 127[\d.]+ offset -0\.2[45]\d{4} sec$/m);
  });

  test.each(['ntpdate', 'sntp'])('called-ntpdate: through a link named %s', async name => {
    const { tsntp, directory } = await field({ A: {} });
    const link = join(directory, name);
    symlinkSync(BIN, link);
    const { stdout } = await tsntp('-q -p 1 A', { program: [process.execPath, link] });
    expect(stdout).toMatch(new RegExp(`^.{15} ${name}\\[\\d+\\]: adjust time server`, 'm'));
  });

  test('the name that counts is a forerunner of tsntp, with or without an extension', () => {
    const named = ['/usr/sbin/ntpdate', '/usr/sbin/ntpdate-debian', '/bin/sntp', '/opt/ntpdate.js'];
    expect(named.map(programName)).toEqual(['ntpdate', 'ntpdate-debian', 'sntp', 'ntpdate']);
    const others = ['/bin/tsntp', '/opt/tsntp/bin/tsntp.js', '/opt/vitest.mjs', '/bin/sntpd', undefined];
    expect(new Set(others.map(programName))).toEqual(new Set(['tsntp']));
  });

  test('debug-block: the block of ntpdate -d is on stdout, the trace on stderr', async () => {
    const { tsntp } = await field({ A: {} });
    const { stdout, stderr } = await tsntp(`-d -q ${quick} --format classic A`);
    expect(stdout).toMatch(
      /^transmit timestamp: {2}[0-9a-f]{8}\.[0-9a-f]{8} {2}(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [A-Z][a-z]{2} [ \d]\d \d{4} [ \d]\d:\d\d:\d\d\.\d{3}$/m,
    );
    expect(stdout).toMatch(/^server 127[\d.]+, stratum 1, offset/m);
    expect(stderr).toContain('transmit(127.');
    expect(stderr).not.toContain('transmit timestamp');
  });

  test('guard-dvq, guard-4q: clusters of letters, options behind the server', async () => {
    const { tsntp } = await field({ A: {} });
    expect((await tsntp('-dvq -o3 A -u -p 1')).code).toBe(0);
    expect((await tsntp('-4q -p 1 A')).code).toBe(0);
  });
});

describe('a server that is not believed', () => {
  test('dead-server-told: on success, one line on stderr', async () => {
    const { tsntp } = await field({ A: {} });
    const { code, stderr } = await tsntp('-n --force -t 1 A DEAD');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^127\.0\.0\.1:9: refused: no NTP server listens there \(ECONNREFUSED\)\n(warning: .*(CAP_SYS_TIME|needs root).*\n)?$/,
    );
  });

  test.each([
    ['classic', ''],
    ['nothing but these lines', '--quiet --format json'],
  ])('a disagreeing one, a silent one, one not synchronized: a line each (%s)', async (_, format) => {
    const { tsntp, fill } = await field({
      A: {},
      B: {},
      C: {},
      D: { ahead: 3 },
      E: silent,
      F: { leap: 3, stratum: 16 },
    });
    const { code, stderr } = await tsntp(`-q -t 0.5 ${quick} ${format} A B C D E F`);
    expect(code).toBe(0);
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(
      /falseticker: the majority contradicts it \(its offset is \+[23]\.\d+ s ± .*, theirs /,
    );
    expect(lines[1]).toMatch(/: no reply to [12] requests? \(-t 0\.5\)$/);
    expect(lines[2]).toMatch(/: server dropped: strata too high/);
    expect(lines.map(line => line.split(': ')[0])).toEqual(['D', 'E', 'F'].map(fill));
  });

  test.each(['table', 'json'])(
    'a report that tells of each server leaves stderr empty (%s)',
    async format => {
      const { tsntp } = await field({ A: {} });
      const { stdout, stderr } = await tsntp(`-q -t 0.5 ${quick} --format ${format} A DEAD`);
      expect(stderr).toBe('');
      expect(stdout).toContain('refused: no NTP server listens there (ECONNREFUSED)');
    },
  );

  test('--quiet: nothing on stdout on success; that line stays, and so do errors', async () => {
    const { tsntp } = await field({ A: {}, B: { leap: 3, stratum: 16 } });
    for (const format of ['classic', 'table', 'json']) {
      const good = await tsntp(`-q --quiet -t 0.5 ${quick} --format ${format} A DEAD`);
      expect({ code: good.code, stdout: good.stdout }).toEqual({ code: 0, stdout: '' });
      expect(good.stderr).toMatch(/^127\.0\.0\.1:9: .*\n$/);
    }
    expect(await tsntp(`-q --quiet ${quick} A`)).toEqual({ code: 0, stdout: '', stderr: '' });
    const bad = await tsntp(`-q --quiet ${quick} B`);
    expect(bad.code).toBe(3);
    expect(bad.stdout).toContain('no server suitable');
    expect(bad.stderr).toContain('strata too high');
  });
});

describe('no line contradicts another', () => {
  test('servers agree, and --min-servers asks for more', async () => {
    const { tsntp } = await field({ A: {}, B: {} });
    const { code, stderr } = await tsntp(`-q ${quick} --min-servers 3 A B`);
    expect(code).toBe(3);
    expect(stderr).toContain('only 2 servers agree; --min-servers requires 3');
    expect(stderr).not.toContain('no majority');
    expect(stderr.match(/: agrees, but --min-servers requires 3$/gm)).toHaveLength(2);
  });

  test('a limit that a list sets is told with its line', async () => {
    const { tsntp, file, fill } = await field({ A: {}, B: { rootDispersion: 3 } });
    await file('few.conf', 'server A.addr port A.port trust\n\nminsources 4\n');
    const few = await tsntp(`-q ${quick} -f few.conf`);
    expect(few.stderr).toMatch(/: only 1 server agrees; "minsources 4" of few\.conf:3 requires 4\./);
    expect(few.stderr).toContain(`${fill('A')}: agrees, but "minsources 4" of few.conf:3 requires 4\n`);
    const flag = await tsntp(`-q ${quick} --min-servers 2 -f few.conf`);
    expect(flag.stderr).toContain('only 1 server agrees; --min-servers requires 2');
    await file('far.conf', 'server B.addr port B.port\ntos maxdist 2\n');
    const far = await tsntp(`-q ${quick} -f far.conf`);
    expect(far.stderr).toMatch(/farther away than the 2\.000 s of "tos maxdist 2" of far\.conf:2\./);
    expect(far.stderr).toMatch(/root distance 3\.\d+ s, "tos maxdist 2" of far\.conf:2 is 2\.000 s\)/);
    expect((few.stderr + far.stderr).match(/--m/g)).toBeNull();
  });

  test('all that answered are marked noselect', async () => {
    const { tsntp, file } = await field({ A: {}, B: {}, E: silent });
    await file('one.conf', 'server A.addr port A.port noselect\nserver E.addr port E.port\n');
    const one = await tsntp(`-q -t 0.5 ${quick} -f one.conf`);
    expect(one.code).toBe(3);
    expect(one.stderr.split('\n')[0]).toMatch(/found: the server that answered is marked noselect;/);
    await file('two.conf', 'server A.addr port A.port noselect\nserver B.addr port B.port noselect\n');
    const two = await tsntp(`-q ${quick} --format json -f two.conf`);
    expect(JSON.parse(two.stdout)).toMatchObject({
      reason: 'none-selectable',
      message: expect.stringMatching(/found: all 2 servers that answered are marked noselect;/),
    });
  });

  test.each([
    ['ABC', 'A', 'BC', 'the trusted server contradicts'],
    ['ABC', 'AB', 'C', 'the trusted servers contradict'],
    ['ABC', 'ABC', 'C', 'the majority of the trusted servers contradicts'],
    ['ABC', '', 'C', 'the majority contradicts'],
  ])('of %s the list trusts "%s": what contradicts %s', async (names, trusted, wrong, told) => {
    const servers = [...names].map(name => [name, wrong.includes(name) ? { ahead: 9 } : {}] as const);
    const { tsntp, file } = await field(Object.fromEntries(servers));
    const lines = [...names].map(
      name => `server ${name}.addr port ${name}.port ${trusted.includes(name) ? 'trust' : ''}\n`,
    );
    await file('c.conf', `${lines.join('')}minsources 3\n`);
    const { code, stderr } = await tsntp(`-q ${quick} -f c.conf`);
    expect(code).toBe(3);
    expect(stderr.split(`: falseticker: ${told} it (`)).toHaveLength(wrong.length + 1);
  });

  test('two that disagree', async () => {
    const { tsntp } = await field({ A: {}, B: { ahead: 1 } });
    const { stderr } = await tsntp(`-q ${quick} A B`);
    expect(stderr).toMatch(
      /2 servers answered, and no majority of them agrees: \S+ says [+-]\S+ m?s, \S+ says \+\S+ m?s; a majority is 2 of 2; name more servers/,
    );
    expect(stderr.match(/: no majority agrees$/gm)).toHaveLength(2);
  });

  test.each<[what: string, line: string, sentence: RegExp]>([
    ['a dead server', 'DEAD', /found: the server cannot be reached\./],
    ['two names that are none', 'a.invalid b.invalid', /found: none of 2 names has an address\./],
    ['a silent one', 'E', /found: no reply came\./],
    ['one dead and one silent', 'DEAD E', /found: none of 2 answered\./],
    [
      'an IPv4 address with -6',
      '-6 192.0.2.1',
      /found: 192\.0\.2\.1 has an IPv4 address only, but IPv6 was requested\./,
    ],
    [
      'one not synchronized',
      'D',
      /found: the server has no time of its own yet; wait, or query another one\./,
    ],
    ['one not synchronized and one silent', 'D E', /found: no answer passed the tests\./],
    ['two of different faults', 'D C', /found: 2 servers answered, and none could be used\./],
  ])('%s', async (_, line, sentence) => {
    const servers = { C: { rootDispersion: 5 }, D: { leap: 3, stratum: 16 }, E: silent } as const;
    const { tsntp } = await field(servers);
    const { code, stderr } = await tsntp(`-q -t 0.5 ${quick} ${line}`);
    expect(code).toBe(3);
    expect(stderr.split('\n')[0]).toMatch(sentence);
  });
});

describe('q-max-offset', () => {
  test.each([
    ['-q', 'classic', 5],
    ['query', 'json', 5],
    ['-q', 'table', 5],
  ])('%s, %s: 42 ms behind and 0.01 s allowed: exit 5, and said', async (command, format, expected) => {
    const { tsntp } = await field({ A: { ahead: 0.042 } });
    const { code, stdout, stderr } = await tsntp(
      `${command} ${quick} --max-offset 0.01 --format ${format} A`,
    );
    expect(code).toBe(expected);
    expect(stdout + stderr).toContain('over the max-offset of 0.01 s (--max-offset)');
    if (format === 'classic') expect(stdout).toMatch(/\]: refuse time server .* offset 0\.04/);
    expect(stdout).not.toContain('adjust');
    if (format === 'json') expect(JSON.parse(stdout)).toMatchObject({ command: 'query', result: 'refused' });
  });

  test('within the limit: exit 0', async () => {
    const { tsntp } = await field({ A: { ahead: 0.042 } });
    expect((await tsntp(`-q ${quick} --max-offset 1 A`)).code).toBe(0);
  });
});

describe('an interrupt', () => {
  test.runIf(onLinux).each(['classic', 'table', 'json'])(
    'interrupt-keeps: what was measured is printed (%s)',
    async format => {
      const { fill } = await field({ A: { ahead: 2 }, B: silent });
      const words = `-q -t 9 ${quick} --format ${format} -vv A B`.split(' ').map(fill);
      const { child, ended } = start(words);
      const received = new Promise<void>(resolve => {
        let seen = 0;
        child.stderr!.on('data', (text: string) => {
          seen += text.match(/^receive\(/gm)?.length ?? 0;
          if (seen >= 2) resolve();
        });
      });
      await received;
      child.kill('SIGINT');
      const { code, stdout } = await ended;
      expect(code).toBe(130);
      if (format === 'classic') expect(stdout).toMatch(/^server 127[\d.]+, stratum 1, offset [12]\.\d{6}/m);
      if (format === 'table')
        expect(stdout).toMatch(
          / \+(2\.00|1\.99)\d s .*\n[\s\S]*not touched\. 1 of 2 servers had been\s+measured/,
        );
      if (format !== 'json') return;
      const report = JSON.parse(stdout) as { result: string; servers: { offset?: number }[] };
      expect(report.result).toBe('interrupted');
      expect(report.servers.map(({ offset }) => offset?.toFixed(1))).toEqual(['2.0', undefined]);
    },
  );

  test('lib-abort-keeps: a signal leaves the servers that were measured', async () => {
    const { fill } = await field({ A: { ahead: 2 }, B: silent });
    const stop = new AbortController();
    let samples = 0;
    const outcome = await query([fill('A'), fill('B')], {
      timeout: 9,
      samples: 2,
      interval: 0.05,
      signal: stop.signal,
      onEvent: event => {
        if (event.kind === 'receive' && ++samples === 2) setImmediate(() => stop.abort());
      },
    });
    expect(outcome.kind).toBe('interrupted');
    expect(outcome.servers.map(({ estimate }) => estimate?.offset.toFixed(1))).toEqual(['2.0', undefined]);
  });
});

test('first-trip-slow: a first reply that was held up slows down one request, not the burst', async () => {
  const { tsntp } = await field({ A: { trip: [0.03, 0] } });
  const { code, stdout } = await tsntp('-q --format json A');
  expect(code).toBe(0);
  const { servers } = JSON.parse(stdout) as { servers: { samples: { t1: string; delay: number }[] }[] };
  const { samples } = servers[0]!;
  const spaces = samples.slice(1).map(({ t1 }, i) => Date.parse(t1) - Date.parse(samples[i]!.t1));
  // A busy machine holds up replies, too: the request after one is late until one was quick.
  const quick = samples.findIndex(({ delay }) => delay < 0.005);
  expect(samples[0]!.delay).toBeGreaterThan(0.03);
  expect(spaces.map(space => space >= 1990)).toEqual([0, 1, 2].map(i => quick < 0 || i < quick));
});

test('a server that is not believed for want of authentication is told, too', async () => {
  const { tsntp, file } = await field({ A: { ahead: 1 }, B: {} });
  await file('k.keys', '7 M secret\n', 0o600);
  await file('l.conf', 'server A.addr port A.port\nserver B.addr port B.port key 7\n');
  const { stderr } = await tsntp('-q -p 1 -t 0.3 -k k.keys -f l.conf');
  expect(stderr).toMatch(/neither a key nor NTS/);
});

test('a second entry of a server has no line of its own: it would look dead', async () => {
  const { tsntp } = await field({ A: {} });
  const { stdout } = await tsntp('-q -p 1 A A');
  expect(stdout.match(/^server /gm)).toHaveLength(1);
});

test.each([
  [
    '-k DIR/none.keys',
    'warning: --keys: no server uses a key: add --key N, or "key N" to the server in the list',
  ],
  ['--nts-ignore-dates', 'warning: --nts-ignore-dates: no server uses NTS: add --nts'],
])('what authenticates no server is said to: %s', async (options, warning) => {
  const { tsntp } = await field({ A: {} });
  const { code, stderr } = await tsntp(`-q -p 1 ${options} A`);
  expect(stderr).toContain(warning);
  expect(code).toBe(0);
});

test('guard-no-name: a name that does not resolve', async () => {
  const { tsntp } = await field();
  const { code, stderr } = await tsntp('-q no-such-host.invalid');
  expect(code).toBe(3);
  expect(stderr).toContain("the server's name has no address");
});
