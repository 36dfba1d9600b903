// /etc/tsntp.conf: its options, what is refused there, and what goes before it.

import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { argumentsOf, readSetting } from '../../../src/cli/arguments/settings.ts';
import {
  formatInOwnFile,
  readOwnFile,
  refuseOptions,
  settingsIn,
  withOptionsRefused,
  withoutOptions,
} from '../../../src/cli/arguments/tsntp-conf.ts';
import { UsageError } from '../../../src/cli/arguments/usage-error.ts';
import { flagOf, keywordOf, OPTION_NAMES, OPTION_ROWS } from '../../../src/options/option-names.ts';
import { ListError } from '../../../src/sources/files.ts';
import { field, mounts } from '../../field/bench.ts';
import type { Surroundings } from '../../support/command.ts';

const FILE = '/etc/tsntp.conf';
const said = (text: string) =>
  Object.fromEntries([...settingsIn(text, FILE)].map(([name, { value }]) => [name, value]));

test('options stand beside servers, by their long names', () => {
  const text = `# ours
server ntp.example iburst
max-offset 60   # a minute
timeout 250ms
rtc
quiet off
verbose 2
format json
keys "my keys"
state /var/lib/here
pool pool.example
driftfile /var/lib/drift
`;
  expect(said(text)).toEqual({
    maxOffset: 60,
    timeout: 0.25,
    rtc: true,
    quiet: false,
    verbose: 2,
    format: 'json',
    state: resolve('/var/lib/here'),
  });
  const list = withoutOptions(text).split('\n');
  expect(list.filter(line => line !== '')).toEqual([
    '# ours',
    'server ntp.example iburst',
    'keys "my keys"',
    'pool pool.example',
    'driftfile /var/lib/drift',
  ]);
  expect(list.indexOf('pool pool.example')).toBe(10);
});

test.each([
  ['max-ofset 60', '"max-ofset" is not an option: did you mean "max-offset"?'],
  ['maxoffset 60', '"maxoffset" is not an option: did you mean "max-offset"?'],
  ['Timeout 1', '"Timeout" is not an option: did you mean "timeout"?'],
  ['--max-offset 60', '"--max-offset" is not an option: did you mean "max-offset"?'],
  ['max-offset=60', '"max-offset=60" is not an option: did you mean "max-offset 60"?'],
  ['no-color', '"no-color" is not an option: did you mean "color no"?'],
  ['sever ntp.example', '"sever" is not an option: did you mean "server"?'],
  [
    'quite',
    '"quite" is not an option: did you mean "quiet"? Write a server of that name as quite. or quite:123',
  ],
  ['frobnicate 5', '"frobnicate" is not an option; tsntp --help lists them. Write a server as "server HOST"'],
  ['max-offset', 'max-offset needs a value: write "max-offset S"'],
  [
    'max-offset soon',
    'max-offset: "soon" is not allowed; give a number from 0 to 10000000000 (seconds), or "none"',
  ],
  ['rtc maybe', 'rtc: "maybe" is not allowed; give 1 or 0'],
  ['samples 4 5', 'samples: "4 5" is not allowed; give a whole number from 1 to 16'],
])('%s is an error with its place', (line, message) => {
  expect(() => settingsIn(`ntp.example\n${line}\n`, FILE)).toThrow(UsageError);
  expect(() => settingsIn(`ntp.example\n${line}\n`, FILE)).toThrow(`${FILE}:2: ${message}`);
});

test('twice is an error', () => {
  expect(() => settingsIn('rtc\nrtc no\n', FILE)).toThrow(`${FILE}:2: rtc: given twice; give it once`);
});

test.each(OPTION_NAMES.filter(name => OPTION_ROWS[name].notInFile !== undefined))(
  '%s is refused with a reason',
  name => {
    expect(() => settingsIn(`${flagOf(name)} 1\n`, FILE)).toThrow(
      `${FILE}:1: ${flagOf(name)} may not be set in this file: ${OPTION_ROWS[name].notInFile}`,
    );
  },
);

test.each(OPTION_NAMES.filter(name => OPTION_ROWS[name].actionOnly))(
  '%s is for the command line of its command',
  name => {
    const [command] = OPTION_ROWS[name].commands;
    expect(() => settingsIn(`a.example\n${keywordOf(name)} 30m\n`, FILE)).toThrow(
      new RegExp(
        `^${FILE}:2: ${keywordOf(name)} is for tsntp .*\\b${command}\\b.*: give --${flagOf(name)} on its command line$`,
      ),
    );
  },
);

test('what lifts a limit, or keeps the clock from being set, is refused', () => {
  for (const line of ['allow-any-offset', 'force', 'query', 'dry-run', 'debug', 'file /x', 'help'])
    expect(() => settingsIn(`${line}\n`, FILE)).toThrow('may not be set in this file');
});

test.each([
  'ntp',
  'gps',
  'ntp1.example',
  '192.0.2.1',
  'a.example b.example',
  'server x',
  'tos minsane 2',
  'keyfile /k',
])('%s is a line of the list', line => {
  expect(said(`${line}\n`)).toEqual({});
  expect(withoutOptions(line)).toBe(line);
});

test('a file of systemd-timesyncd has no options', () => {
  expect(said('[Time]\nNTP=a.example\n')).toEqual({});
});

test('a file that this user may not read: how to make it readable', () => {
  const read = () => {
    throw new ListError('/etc/tsntp.conf', 'cannot be read: permission denied');
  };
  expect(() => readOwnFile(read)).toThrow(
    '/etc/tsntp.conf: cannot be read: permission denied: make it readable with "chmod 644" (keys belong in the key file)',
  );
});

test.each(['max-offset 60\n[Time]\nNTP=a.example\n', '[Time]\nNTP=a.example\nmax-offset=60\n'])(
  'an option beside [Time] is an error: %j',
  text => {
    expect(() => settingsIn(text, FILE)).toThrow(
      '"max-offset" is an option, and a file with [Time] holds none',
    );
  },
);

test.each(['max-offset 60', 'server a.example\nmax-offset 60\nkeys /k'])(
  'an option in a list beside this file is an error: %j',
  text => {
    const files = withOptionsRefused({ read: () => text, names: () => [], isDirectory: () => false });
    expect(() => files.read('/etc/other.conf')).toThrow(
      /^\/etc\/other\.conf:\d: "max-offset" is an option of tsntp: put it into \/etc\/tsntp\.conf itself/,
    );
  },
);

test('words that are hosts or directives in a list are no options', () => {
  expect(() => refuseOptions('wait\nrtc\nkeys /k\nserver json\n', '/etc/ntp.conf')).not.toThrow();
});

test('the format is known whatever is wrong with the other lines', () => {
  expect(formatInOwnFile(() => 'timeout x\njson\nfrobnicate 1\n').get('json')?.value).toBe(true);
  expect(formatInOwnFile(() => undefined).size).toBe(0);
});

test('no file says nothing', () => {
  expect(readOwnFile(() => undefined).size).toBe(0);
});

test('a flag goes before a variable, that before the file; what they exclude goes', () => {
  const file = settingsIn('timeout 1\nsamples 1\nstep\nformat table\n', FILE);
  const variables = new Map([
    ['timeout', readSetting('timeout', 'TSNTP_TIMEOUT', ['2'])],
    ['slew', readSetting('slew', 'TSNTP_SLEW', ['1'])],
  ] as const);
  const flags = new Map([['json', { label: '--json', value: true }]] as const);
  expect(argumentsOf('sync', [flags, variables, file])).toEqual({
    timeout: 2,
    samples: 1,
    slew: true,
    format: 'json',
    verbose: 0,
  });
});

test('a command passes over what it does not take', () => {
  const file = settingsIn('step\ndevice /dev/rtc1\nstate /s\n', FILE);
  expect(argumentsOf('status', [new Map(), file])).toEqual({ state: resolve('/s') });
});

/** Runs tsntp where the text is /etc/tsntp.conf, and a server A is 5 s ahead. */
async function runWith(text: string, line: string, surroundings: Surroundings = {}) {
  const { tsntp, file, inEtc, asked } = await field({ A: { ahead: 5 } });
  await file('etc/tsntp.conf', text);
  const result = await tsntp(line, { ...surroundings, within: [...inEtc(), ...(surroundings.within ?? [])] });
  return { ...result, asked: asked('A') };
}

describe.runIf(mounts)('a real run', () => {
  const LIMIT = 'max-offset 1\nserver A.addr port A.port\n';

  test.each([
    ['-q -p 1', {}, 5],
    ['-q -p 1 A', {}, 5],
    ['query -p 1 -f /etc/hosts', {}, 2],
    ['-q -p 1 --max-offset 60', {}, 0],
    ['-q -p 1', { TSNTP_MAX_OFFSET: '60' }, 0],
    ['-q -p 1 --max-offset none', {}, 0],
    ['-q -p 1', { TSNTP_MAX_OFFSET: 'none' }, 0],
    ['--help', {}, 0],
  ])('%s with %j beside a limit of 1 s: exit %i', async (line, env, expected) => {
    const { code, stderr } = await runWith(LIMIT, line, { env });
    expect(code, stderr).toBe(expected);
  });

  test.each([
    ['/etc/tsntp.conf:1', '-n -p 1', {}],
    ['TSNTP_MAX_OFFSET', '-n -p 1', { TSNTP_MAX_OFFSET: '2' }],
    ['--max-offset', '-n -p 1 --max-offset 3', { TSNTP_MAX_OFFSET: '2' }],
  ])('a refusal names the origin of its limit: %s', async (from, line, env) => {
    const { code, stderr } = await runWith(LIMIT, line, { env });
    expect(code, stderr).toBe(5);
    expect(stderr).toMatch(
      new RegExp(
        `: over the max-offset of [123] s \\(${from}\\), so the clock was not set\\. If the servers are right, run once with --max-offset \\ds\\.`,
      ),
    );
  });

  test('-v names the limit and its origin', async () => {
    expect((await runWith(LIMIT, '-q -v -p 1')).stderr).toContain('max-offset 1 s from /etc/tsntp.conf:1\n');
  });

  test('an option that is misspelled is exit 2, also where the command line names servers', async () => {
    const { code, stderr, asked } = await runWith('format json\nmax-ofset 1\n', '-q -p 1 A');
    expect({ code, asked }).toEqual({ code: 2, asked: 0 });
    expect(stderr).toContain('/etc/tsntp.conf:2: "max-ofset" is not an option: did you mean "max-offset"?');
  });

  test.each([
    ['-q -p 1 A', 'queried'],
    ['-q -t soon A', 'error'],
  ])('format json makes the report of %s JSON', async (line, result) => {
    expect(JSON.parse((await runWith('format json\n', line)).stdout).result).toBe(result);
  });

  test('one that others may write is an error, also beside servers of the command line', async () => {
    const within = ['sh', '-c', 'chmod o+w /etc/tsntp.conf && exec "$@"', 'sh'];
    const { code, stderr, asked } = await runWith('max-offset 1\n', '-q -p 1 A', { within });
    expect({ code, asked, why: stderr.includes('is writable by every user') }).toEqual({
      code: 2,
      asked: 0,
      why: true,
    });
  });
});

test('an option line in a list given by -f stays an error', async () => {
  const { tsntp, file } = await field({ A: {} });
  await file('tsntp.conf', 'A\nmax-offset 60\n');
  expect((await tsntp('-q -f tsntp.conf')).code).toBe(2);
});
