// Bytes from the network and names from the user in every output format: nothing may control a terminal, forge a report
// line, or end the report early.

import { describe, expect, test } from 'vitest';
import { scratch, start } from '../support/command.ts';
import { expectClean, startServer } from './bench.ts';
import { type Behavior, kiss, reply } from './server.ts';

const refids = {
  'ESC[2': 0x1b5b3332,
  'CSI as one byte': 0x9b324a00,
  'line end': 0x41_0d_0a_42,
  'bell, backspace': 0x07_08_41_00,
};
const formats = [
  ['--format=table'],
  ['--format=table', '-v'],
  ['--format=classic'],
  ['--format=json'],
  ['-d'],
  ['-vv'],
  ['-q', '-v'],
];

const saying: Readonly<Record<string, (refid: number) => Behavior>> = {
  'in a kiss code': refid => kiss(refid),
  'in a refid': refid => reply({ refid }),
  'in the refid of a server that is not synchronized': refid => reply({ refid, leap: 3, stratum: 16 }),
  'in the refid of stratum 2': refid => reply({ refid, stratum: 2 }),
};

describe.each(formats.map(format => [format.join(' '), format] as const))('%s', (_name, format) => {
  test.each(Object.entries(saying))('%s', async (_name, server) => {
    const servers = await Promise.all(Object.values(refids).map(refid => startServer(server(refid))));
    const names = servers.map(({ port }) => `127.0.0.1:${port}`);
    const args = ['sync', '--force', '-p1', '-t1', ...format, ...names];
    const result = await start(args, { env: { TERM: 'xterm-256color' } }).ended;
    expectClean(result);
    expect(result.stdout).not.toBe('');
  });
});

describe('hostile names', () => {
  const names = [
    '\x1b[2Jhost',
    'a\nb',
    'host\x07',
    '\u009b31mred',
    '\u202eevil',
    'x'.repeat(5000),
    '\ud800',
    '-',
  ];
  test.each(names.map(name => [JSON.stringify(name).slice(0, 40), name] as const))(
    '%s',
    async (_shown, name) => {
      for (const format of ['classic', 'json', 'table']) {
        const result = await start(['sync', '--force', `--format=${format}`, '-t1', '--', name]).ended;
        expectClean(result);
        expect(result.stdout + result.stderr).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
        expect([2, 3]).toContain(result.code);
      }
    },
  );

  test.each([
    'server \x1b]0;title\x07host',
    'pool a\u0000b iburst',
    'server x key \x1b[31m',
    'include /\x1b[2J',
    '\x1b[2J.',
  ])('in a list: %j', async line => {
    const result = await start(['sync', '--force', '-t1', '-f', '-'], {
      input: `server 127.0.0.1 port 9\n${line}\n`,
    }).ended;
    expectClean(result);
  });

  test.each([
    '--samples=\x1b[2J',
    '--\x1b[31m',
    '--state=/tmp/\x1b[2J\n',
    '--file=/\x1b[2J',
    '-I\x1b[31m',
    '--format=\x07',
  ])('in an option: %j', async option => {
    const result = await start(['sync', '--force', '-t1', '-p1', option, '127.0.0.1:9'], { cwd: scratch() })
      .ended;
    expectClean(result);
  });
});
