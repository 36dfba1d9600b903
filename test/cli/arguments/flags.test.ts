// Options as a user writes them: short and long, wrong values, conflicts, and what overrides what.

import { describe, expect, test } from 'vitest';
import { serve, serveSilence, tsntp } from '../../support/command.ts';
import { inProcess } from '../../support/in-process.ts';

const UNITS = '; also with a unit, as in 250ms, 2m, 1h';

/** A number's option, and a command that takes it and touches nothing. */
const NUMBERS: readonly (readonly [option: string, allowed: string])[] = [
  ['--samples', 'a whole number from 1 to 16'],
  ['--timeout', `a number above 0, up to 3600 (seconds)${UNITS}`],
  ['--interval', `a number from 0 to 3600 (seconds), or "auto"${UNITS}`],
  ['--deadline', `a number above 0, up to 86400 (seconds)${UNITS}`],
  ['--min-servers', 'a whole number from 1 to 10000'],
  ['--ntp-version', 'a whole number from 1 to 4'],
  ['--step-threshold', `a number from 0 to 1000000000 (seconds)${UNITS}`],
  ['--max-offset', `a number from 0 to 10000000000 (seconds), or "none"${UNITS}`],
];

describe.each(NUMBERS)('%s', (option, allowed) => {
  const fromZero = allowed.includes('from 0');
  const bad = ['abc', '-1', '1e999', 'NaN', 'Infinity', '', ' ', '0x10', '1,5', '1_0', '٣', '4x', '1h2m'];
  test.each([...bad, ...(fromZero ? [] : ['0'])])('"%s" is refused', async value => {
    const { code, stdout, stderr } = await inProcess(['sync', '-q', option, value, '127.0.0.1']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toBe(`tsntp: ${option}: "${value}" is not allowed; give ${allowed}\n`);
  });

  if (allowed.startsWith('a whole')) {
    test.each(['1.5', '4s'])('"%s" is refused: it is no whole number', async value => {
      const { code, stderr } = await inProcess(['sync', '-q', `${option}=${value}`, '127.0.0.1']);
      expect({ code, stderr: stderr.includes(`${option}: "${value}" is not allowed`) }).toEqual({
        code: 2,
        stderr: true,
      });
    });
  }

  test('given twice is refused', async () => {
    const { code, stderr } = await inProcess(['sync', '-q', option, '1', `${option}=2`, '127.0.0.1']);
    expect(code).toBe(2);
    expect(stderr).toBe(`tsntp: ${option}: given 2 times; give it once\n`);
  });

  test('without a value is refused', async () => {
    const { code, stderr } = await inProcess(['sync', '-q', '127.0.0.1', option]);
    expect(code).toBe(2);
    expect(stderr).toContain(option.slice(2));
  });
});

test.each([
  ['--format', 'xml', 'give one of auto, table, classic, json, prometheus'],
  ['--source', 'eth0', "give one of this machine's IP addresses"],
])('%s %s is refused', async (option, value, allowed) => {
  const { code, stderr } = await inProcess(['query', option, value, '127.0.0.1']);
  expect(code).toBe(2);
  expect(stderr).toBe(`tsntp: ${option}: "${value}" is not allowed; ${allowed}\n`);
});

test.each([
  [
    ['-b', '-B'],
    ['step', 'slew'],
  ],
  [
    ['--step', '--slew'],
    ['step', 'slew'],
  ],
  [
    ['-4', '-6'],
    ['ipv4', 'ipv6'],
  ],
])('%j exclude each other', async (args, names) => {
  const { code, stderr } = await inProcess(['sync', '-q', ...args, '127.0.0.1']);
  expect(code).toBe(2);
  for (const name of names) expect(stderr).toContain(name);
});

test.each([
  [['-b', '-B'], '--step (-b) and --slew (-B)'],
  [['-a', '7', '--nts'], '--key and --nts'],
  [['--json', '--format', 'table'], '--json and --format'],
])('%j: the message names both options', async (args, both) => {
  const { stderr } = await inProcess(['sync', '-q', ...args, '127.0.0.1']);
  expect(stderr.trimEnd().split('\n').at(-1)).toBe(`tsntp: ${both} exclude each other: give one of them`);
});

test('query -q is a query', async () => {
  const [server] = await serve({});
  expect((await inProcess(['query', '-q', '-p1', server!])).code).toBe(0);
});

test.each([
  ['query', '--json'],
  ['query', '--format=json'],
])('%s %s prints JSON', async (...args) => {
  const [server] = await serve({});
  const { stdout } = await inProcess([...args, '-p1', server!]);
  expect(JSON.parse(stdout)).toMatchObject({ command: 'query', result: 'queried' });
});

test.each([
  [['status', '--json'], 'status'],
  [['status', '--format', 'json'], 'status'],
  [['demo', '--json'], 'sync'],
  [['completion', 'zsh', '--json'], 'completion'],
])('%j prints one JSON object', async (args, command) => {
  const { code, stdout } = await tsntp(args);
  expect(JSON.parse(stdout)).toMatchObject({ command, exitCode: code });
});

test.each(['table', 'classic'])('status --format %s prints what status prints', async format => {
  expect((await tsntp(['status', '--format', format])).stdout).toMatch(/^clock: /);
});

test('TSNTP_FORMAT counts for status, too', async () => {
  const { stdout } = await tsntp(['status'], { env: { TSNTP_FORMAT: 'json' } });
  expect(JSON.parse(stdout).command).toBe('status');
});

test.each([['250ms'], ['0.25'], ['0.25s']])('-t %s is a quarter of a second', async value => {
  const { server } = await serveSilence();
  const { stderr } = await tsntp(['-d', '-p', '1', '-t', value, server]);
  expect(stderr).toContain('timeout(127.0.0.1) no reply in 0.25 s');
});

test('an IPv6 address that ends in :123 is told how to be one with a port', async () => {
  const { stderr } = await tsntp(['query', '-p1', '-t', '0.1', '::1:123']);
  expect(stderr).toContain(
    'warning: ::1:123 is an IPv6 address without a port; with the port 123 it is [::1]:123',
  );
  expect((await tsntp(['query', '-p1', '-t', '0.1', '[::1]:123'])).stderr).not.toContain('warning');
});

test('query takes nothing that sets the clock', async () => {
  for (const option of ['-b', '-B', '--force', '-n']) {
    expect((await inProcess(['query', option, '127.0.0.1'])).code).toBe(2);
  }
});

describe('short options', () => {
  test.each([
    [['-4'], 0],
    [['-6'], 3],
    [['-u4'], 0],
    [['-o3'], 0],
  ])('%j against an IPv4 server', async (args, expected) => {
    const [server] = await serve({});
    expect((await tsntp(['-q', '-p1', ...args, server!])).code).toBe(expected);
  });

  test('run together, their values attached', async () => {
    const [server] = await serve({});
    const { stdout } = await tsntp(['-qu4p2', '-t1.5', '-o', '3', '--format=json', server!]);
    expect(JSON.parse(stdout)).toMatchObject({ command: 'query', servers: [{ sent: 2, version: 3 }] });
  });

  test('-v says where servers come from; -vv traces', async () => {
    const [server] = await serve({});
    const env = { TSNTP_SERVERS: server! };
    expect((await tsntp(['-q', '-p1', '-v'], { env })).stderr).toBe('servers from TSNTP_SERVERS\n');
    expect((await tsntp(['-q', '-p1', '-vv'], { env })).stderr).toContain('transmit(127.0.0.1)');
  });

  test('-t is the time to wait for one reply', async () => {
    const { server } = await serveSilence();
    const { stderr } = await tsntp(['-d', '-p', '1', '-t', '0.25', server]);
    expect(stderr).toContain('timeout(127.0.0.1) no reply in 0.25 s');
  });

  test('-I is where the question comes from', async () => {
    const [server] = await serve({});
    expect((await tsntp(['-q', '-p1', '-I', '127.0.0.2', server!])).code).toBe(0);
    const { code, stderr } = await tsntp(['-q', '-p1', '-I', '192.0.2.1', server!]);
    expect(code).toBe(3);
    expect(stderr).toContain('cannot send from 192.0.2.1');
  });

  test('-6 asks over IPv6', async () => {
    const [server] = await serve({ address: '::1' });
    expect((await tsntp(['-q', '-p1', '-6', server!])).code).toBe(0);
    expect((await tsntp(['-q', '-p1', '-4', server!])).code).toBe(3);
  });
});

test('a flag is stronger than the environment, that than the default', async () => {
  const [server] = await serve({});
  const sent = async (args: readonly string[], env: Record<string, string>) => {
    const { stdout } = await tsntp(['-q', '--interval', '0', '--format', 'json', ...args, server!], { env });
    return JSON.parse(stdout).servers[0].sent;
  };
  expect(await sent([], {})).toBe(4);
  expect(await sent([], { TSNTP_SAMPLES: '2' })).toBe(2);
  expect(await sent(['-p', '3'], { TSNTP_SAMPLES: '2' })).toBe(3);
  expect(await sent(['-p4'], { TSNTP_SAMPLES: '2' })).toBe(4);
});
