// TSNTP_* as options: what is yes, what is no, and what is a mistake.

import { describe, expect, test } from 'vitest';
import { wantsJson } from '../../../src/cli/arguments/command-line.ts';
import { fromEnvironment, readVariables } from '../../../src/cli/arguments/environment.ts';
import { onLinux, serve, tsntp } from '../../support/command.ts';

/** What variables say of the options of sync. */
const said = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries([...fromEnvironment(env, 'sync')].map(([name, { value }]) => [name, value]));

test.each([
  ['1', true],
  ['true', true],
  ['YES', true],
  ['on', true],
  ['0', false],
  ['false', false],
  ['No', false],
  ['', false],
])('a switch: "%s" is %s', (text, value) => {
  expect(said({ TSNTP_QUERY: text })).toEqual({ query: value });
});

test('counts and texts are read, and variables of other programs are ignored', () => {
  const env = {
    TSNTP_VERBOSE: '2',
    TSNTP_MAX_OFFSET: '5',
    TSNTP_DEVICE: '/dev/rtc1',
    PATH: '/bin',
    XTSNTP_QUERY: '1',
  };
  const variables = readVariables(env);
  expect(variables.warnings).toEqual([]);
  expect(said(variables.env)).toEqual({ verbose: 2, maxOffset: 5 });
});

test.each(['2', 'tru'])('TSNTP_QUERY=%s is a mistake', text => {
  const message = `TSNTP_QUERY: "${text}" is not allowed; give 1 or 0`;
  expect(() => said({ TSNTP_QUERY: text })).toThrow(message);
});

test.each([
  ['TSNTP_MAX_OFSET', 'TSNTP_MAX_OFFSET'],
  ['TSNTP_MAX_OFFSETT', 'TSNTP_MAX_OFFSET'],
  ['TSNTP_MXA_OFFSET', 'TSNTP_MAX_OFFSET'],
  ['TSNTP_MAX_OFESTT', 'TSNTP_MAX_OFFSET'],
  ['TSNTP_MAX_LIMIT', undefined],
  ['TSNTP_QEURY', 'TSNTP_QUERY'],
  ['TSNTP_FORCED', 'TSNTP_FORCE'],
  ['TSNTP_NTP', undefined],
  ['TSNTP_VERSION', undefined],
  ['TSNTP_', undefined],
  ['TSNTP___PROTO__', undefined],
])('%s is a mistake where it is nearly an option: %s', (name, meant) => {
  const variables = () => readVariables({ [name]: '5' });
  if (meant === undefined)
    expect(variables().warnings).toEqual([`${name}: no option has this name; ignored`]);
  else
    expect(variables).toThrow(
      `${name} matches no option: did you mean ${meant}? If it is not for tsntp, rename it`,
    );
});

test('underscores alone make no other option: it is read, and the warning says how to write it', () => {
  expect(readVariables({ TSNTP_MAXOFFSET: '60' })).toEqual({
    env: { TSNTP_MAX_OFFSET: '60' },
    warnings: ['TSNTP_MAXOFFSET is read as TSNTP_MAX_OFFSET: rename it'],
  });
  const both = { TSNTP_MAX_OFFSET: '1', TSNTP_MAXOFFSET: '60' };
  expect(readVariables(both).env).toEqual({ TSNTP_MAX_OFFSET: '1' });
});

test('what Kubernetes makes is one warning, whatever the service is called after', () => {
  const env = {
    TSNTP_SERVICE_HOST: '10.96.0.9',
    TSNTP_SERVICE_PORT_NTP: '123',
    TSNTP_PORT: 'udp://10.96.0.9:123',
    TSNTP_PORT_123_UDP_ADDR: '10.96.0.9',
    TSNTP_QUERY_SERVICE_HOST: '10.96.0.9',
    TSNTP_QUERY_PORT: 'tcp://10.96.0.9:123',
    IMAGE: 'x',
  };
  const variables = readVariables(env);
  expect(variables.env).toEqual({});
  expect(variables.warnings).toEqual([
    expect.stringMatching(/^TSNTP_SERVICE_HOST, .*TSNTP_QUERY_PORT: .*Kubernetes/),
  ]);
});

describe('a real run', () => {
  test.each(['TSNTP_QUERY', 'TSNTP_DRY_RUN', 'TSNTP_DEBUG'])(
    '%s=1 keeps from setting the clock',
    async name => {
      const [server] = await serve({});
      expect((await tsntp(['sync', '-p', '1', server!], { env: { [name]: '1' } })).code).toBe(0);
    },
  );

  test.runIf(onLinux)('TSNTP_QUERY=0 does not', async () => {
    const [server] = await serve({});
    const { code } = await tsntp(['sync', '--force', '-p', '1', server!], { env: { TSNTP_QUERY: '0' } });
    expect(code).toBe(4);
  });

  test('a bad value exits 2, in JSON if JSON was asked for', async () => {
    const env = { TSNTP_TIMEOUT: 'abc', TSNTP_FORMAT: 'json' };
    const { code, stdout, stderr } = await tsntp(['-q', '127.0.0.1'], { env });
    expect(code).toBe(2);
    expect(stderr).toContain('"abc" is not allowed');
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, result: 'error', exitCode: 2 });
  });

  test('an error has the format of the strongest place that says one', () => {
    const json = { TSNTP_FORMAT: 'json' };
    expect(wantsJson(['-q', '--bogus'], json)).toBe(true);
    expect(wantsJson(['-q', '--bogus', '--format', 'table'], json)).toBe(false);
    expect(wantsJson(['-q', '--json=no', '--bogus'], { TSNTP_TIMEOUT: 'x' })).toBe(false);
    expect(wantsJson(['--bogus', '--json=yes'], {})).toBe(true);
    expect(wantsJson(['--bogus', '--', '--json'], {})).toBe(false);
    expect(wantsJson(['--bogus'], { TSNTP_JSON: '1', TSNTP_TIMEOUT: 'x' })).toBe(true);
  });

  test('what only rtc takes is no mistake for sync', async () => {
    const [server] = await serve({});
    const env = { TSNTP_JSON: '1', TSNTP_DEVICE: '/dev/rtc9' };
    const { code, stderr } = await tsntp(['-q', '-p', '1', server!], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('what only sync takes is no mistake for query and demo', async () => {
    const [server] = await serve({});
    const env = { TSNTP_STEP_THRESHOLD: '1', TSNTP_SAMPLES: '1' };
    expect((await tsntp(['query', server!], { env })).code).toBe(0);
    expect((await tsntp(['demo'], { env })).code).toBe(0);
  });

  test('what only a command line may give is a mistake for its command, and nothing to the others', async () => {
    const [server] = await serve({});
    const env = { TSNTP_EVERY: '2h', TSNTP_ROOT: '/opt/tsntp', TSNTP_PLOT: 'a.svg' };
    const query = await tsntp(['-q', '-p', '1', server!], { env });
    expect({ code: query.code, stderr: query.stderr }).toEqual({ code: 0, stderr: '' });
    const schedule = await tsntp(['schedule', '--as', 'cron', '-n', '--', server!], {
      env: { TSNTP_EVERY: '2h' },
    });
    expect(schedule.code).toBe(2);
    expect(schedule.stderr).toContain(
      'TSNTP_EVERY sets nothing: every is for tsntp sync, query and schedule: give --every',
    );
  });

  test.each([
    [{ TSNTP_STEP: '1' }, ['-B']],
    [{ TSNTP_STEP: '0' }, ['-B']],
    [{ TSNTP_STEP: '0', TSNTP_SLEW: '1' }, []],
    [{ TSNTP_IPV6: '1' }, ['-4']],
    [{ TSNTP_KEY: '7', TSNTP_NTS: '0' }, ['--ipv4']],
  ])('%j gives way to %j', async (env, args) => {
    const [server] = await serve({});
    const { code, stderr } = await tsntp(['sync', '-q', '-p', '1', ...args, server!], { env });
    expect(stderr).not.toContain('exclude each other');
    // Key 7 is in no file here.
    expect(code).toBe('TSNTP_KEY' in env ? 2 : 0);
  });

  test('two variables that exclude each other are a mistake', async () => {
    const { code, stderr } = await tsntp(['-q', '127.0.0.1'], { env: { TSNTP_STEP: '1', TSNTP_SLEW: '1' } });
    expect({ code, exclusive: stderr.includes('exclude each other') }).toEqual({ code: 2, exclusive: true });
  });
});
