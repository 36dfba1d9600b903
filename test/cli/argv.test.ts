// What people type that yargs would take otherwise: in the worst case, to set a clock that was to be left alone.

import { describe, expect, test } from 'vitest';
import { optionsGiven, spellOut } from '../../src/cli/argv.ts';
import { everyOption } from '../../src/cli/options.ts';
import { onLinux, serve, tsntp } from '../support/command.ts';

const options = everyOption();

test.each([
  ['--query=1', '--query=true'],
  ['--query=Yes', '--query=true'],
  ['--query=off', '--query=false'],
  ['--dry-run=on', '--dry-run=true'],
  ['--dryRun=1', '--dryRun=true'],
  ['-q=1', '-q=true'],
  ['-vq=0', '-vq=false'],
  ['--version=1', '--version=true'],
  ['--timeout=1', '--timeout=1'],
  ['-t=1', '-t=1'],
  ['--file=a=1', '--file=a=1'],
  ['--nonsense=1', '--nonsense=1'],
  ['[2001:db8::1]:123', '[2001:db8::1]:123'],
])('%s is taken as %s', (said, meant) => {
  expect(spellOut([said], options)).toEqual([meant]);
});

test('-p4 is a value', () => {
  expect(spellOut(['-p4', '-t6.5', '-4'], options)).toEqual(['-p', '4', '-t', '6.5', '-4']);
});

test('nothing after --', () => {
  expect(spellOut(['-q', '--', '--query=1', '-p4'], options)).toEqual(['-q', '--', '--query=1', '-p4']);
});

test('which options are given', () => {
  const given = optionsGiven(['-qB', '--nts', '--max-offset=3', 'host', '--', '--step'], options);
  expect([...given].sort()).toEqual(['max-offset', 'nts', 'query', 'slew']);
});

test.each([['-p14'], ['-a64'], ['-fB4'], ['-t1'], ['-qp', '4']])(
  '%j: what a letter takes is no option',
  (...words) => {
    const given = optionsGiven(words, options);
    expect([...given].filter(name => ['ipv4', 'ipv6', 'slew'].includes(name))).toEqual([]);
  },
);

test('a variable counts though a number looks like a flag that excludes it', async () => {
  const [server] = await serve({});
  const { code, stderr } = await tsntp(['-q', '-p4', server!], { env: { TSNTP_IPV6: '1' } });
  expect({ code, why: stderr.includes('IPv6') }).toEqual({ code: 3, why: true });
});

describe.runIf(onLinux)('a command that may set no clock', () => {
  test.each([
    [['--query=1']],
    [['--query=yes']],
    [['-q=1']],
    [['-vq=1']],
    [['--dry-run=1']],
    [['--debug=on']],
  ])('%j leaves it alone', async args => {
    const [server] = await serve({});
    expect((await tsntp([...args, '--force', '-p', '1', server!])).code).toBe(0);
  });

  test('--query=0 does not', async () => {
    const [server] = await serve({});
    expect((await tsntp(['--query=0', '--force', '-p', '1', server!])).code).toBe(4);
  });
});

test.each(['--query=2', '--query=', '-q=maybe'])('%s is refused', async option => {
  const [server] = await serve({});
  const { code, stdout, stderr } = await tsntp([option, '-p', '1', server!]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^tsntp: (--query|-q): ".*" is not allowed; give 1 or 0$/m);
});

test('--verbose=2 is refused', async () => {
  const { code, stderr } = await tsntp(['--verbose=2', '-q', '127.0.0.1']);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'tsntp: --verbose takes no value; give it twice to be told more\n',
  });
});

test.each([
  ['-v', 'query'],
  ['-4', 'query'],
  ['-g', 'rtc'],
  ['-q', 'status'],
])('%s before %s is refused: the command comes first', async (option, command) => {
  const [server] = await serve({});
  const { code, stdout, stderr } = await tsntp([option, command, server!]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(`"${command}" is a command, and comes first: tsntp ${command} …`);
});

test('--servers is a variable’s name, and given once', async () => {
  const { code, stderr } = await tsntp(['-q', '--servers', 'a', '--servers', 'b']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: 'tsntp: --servers: given 2 times; give it once\n' });
});
