// TSNTP_* as options: what is yes, what is no, and what is a mistake.

import { describe, expect, test } from 'vitest';
import { fromEnvironment } from '../../src/cli/environment.ts';
import { onLinux, serve, tsntp } from '../support/command.ts';

const options = {
  query: { type: 'boolean' },
  verbose: { type: 'count' },
  'max-offset': { type: 'string' },
} as const;
const all = { ...options, force: { type: 'boolean' } } as const;

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
  expect(fromEnvironment({ TSNTP_QUERY: text }, options, all)).toEqual({ query: value });
});

test('a count, a text, and what is not ours', () => {
  const env = {
    TSNTP_VERBOSE: '2',
    TSNTP_MAX_OFFSET: '5',
    TSNTP_FORCE: '1',
    PATH: '/bin',
    XTSNTP_QUERY: '1',
  };
  expect(fromEnvironment(env, options, all)).toEqual({ verbose: 2, 'max-offset': '5' });
});

test.each([
  ['TSNTP_QUERY', '2', 'TSNTP_QUERY: "2" is not allowed; give 1 or 0'],
  ['TSNTP_QUERY', 'tru', 'TSNTP_QUERY: "tru" is not allowed; give 1 or 0'],
  ['TSNTP_MAX_OFSET', '5', 'TSNTP_MAX_OFSET: there is no option --max-ofset'],
])('%s=%s is a mistake', (name, text, message) => {
  expect(() => fromEnvironment({ [name]: text }, options, all)).toThrow(message);
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

  test('what only sync takes is no mistake for query and demo', async () => {
    const [server] = await serve({});
    const env = { TSNTP_STEP_THRESHOLD: '1', TSNTP_SAMPLES: '1' };
    expect((await tsntp(['query', server!], { env })).code).toBe(0);
    expect((await tsntp(['demo'], { env })).code).toBe(0);
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
    expect(stderr).not.toContain('mutually exclusive');
    // Key 7 is in no file here.
    expect(code).toBe('TSNTP_KEY' in env ? 2 : 0);
  });

  test('two variables that exclude each other are a mistake', async () => {
    const { code, stderr } = await tsntp(['-q', '127.0.0.1'], { env: { TSNTP_STEP: '1', TSNTP_SLEW: '1' } });
    expect({ code, exclusive: stderr.includes('mutually exclusive') }).toEqual({ code: 2, exclusive: true });
  });
});
