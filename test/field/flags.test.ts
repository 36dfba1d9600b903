// Command lines that people and scripts write: what ntpdate's users type, and what fingers make of it.

import { describe, expect, test } from 'vitest';
import { field } from './bench.ts';

test.each([
  ['flag-s', '-n -s -b -p 8 -u --interval 0 A'],
  ['flag-s-cluster', '-n -buvs A'],
  ['flag-e', '-n -e 0.001 A'],
  ['cluster-qup4', '-qup4 A'],
  ['cluster-vqt6', '-vqt6 A'],
  ['a cluster with a value of two digits', '-qp16 --interval 0 A'],
  ['a cluster with a value behind a blank', '-vqp 6 --interval 0 A'],
  ['guard-dvq', '-dvq -o3 A -u -p 1'],
  ['guard-4q', '-4q A'],
  ['guard-parsers', '-q A'],
  ['guard-short-host', '-q gps A'],
])('%s: exit 0', async (_, line) => {
  const { tsntp, asked } = await field({ A: {} });
  const { code, stderr } = await tsntp(line);
  expect(code, stderr).toBe(0);
  expect(asked('A')).toBeGreaterThan(0);
});

test.each([
  ['hepl', 'help'],
  ['verison', 'version'],
  ['--pool qeury A', 'query'],
  ['A --pool=snyc', 'sync'],
])('a mistyped command is refused wherever a host may stand: %s', async (line, meant) => {
  const { tsntp, asked } = await field({ A: {} });
  const { code, stderr } = await tsntp(line);
  expect(stderr).toContain(`did you mean "${meant}"?`);
  expect(code).toBe(2);
  expect(asked('A')).toBe(0);
});

test.each([
  ['-q -- 0x10', '"0x10"'],
  ['query -- -0', '"-0"'],
])('words after -- stay text, also where they look like numbers: %s', async (line, word) => {
  const { tsntp } = await field();
  const { code, stderr } = await tsntp(line);
  expect(stderr).toContain(`cannot read ${word}`);
  expect(code).toBe(2);
});

test('cluster-qup4: the digit is the number of samples', async () => {
  const { tsntp, asked } = await field({ A: {} });
  expect((await tsntp('-qup4 --interval 0 A')).code).toBe(0);
  expect(asked('A')).toBe(4);
});

test('guard-parsers: the lines that public parsers of ntpdate -q look for', async () => {
  const { tsntp, fill } = await field({ A: { ahead: -0.25 } });
  const { stdout } = await tsntp('-q A');
  expect(stdout).toMatch(/^server [\d.]+, stratum 1, offset -0\.2[45]\d{4}, delay \d\.\d{5}$/m);
  expect(stdout).toMatch(new RegExp(`time server ${fill('A.addr')} offset -0\\.2[45]\\d{4} sec$`, 'm'));
});

describe('a command mistyped asks nothing, sets nothing, and exits 2', () => {
  test.each([
    ['typo-query', 'qeury A', 'query'],
    ['typo-query, after the server', 'A qeury', 'query'],
    ['typo-query, in capitals', 'Query A', 'query'],
    ['typo-query, a letter left out', '-4 quey A', 'query'],
    ['typo-status', 'stauts', 'status'],
    ['typo-sync', 'snyc A', 'sync'],
    ['typo-completion', 'completions A', 'completion'],
    ['typo of a later command', 'shedule A', 'schedule'],
  ])('%s', async (_, line, meant) => {
    const { tsntp, asked } = await field({ A: {} });
    const { code, stdout, stderr } = await tsntp(line);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`did you mean "${meant}"?`);
    expect(asked('A')).toBe(0);
  });

  test.each(['serve A', 'A serve', 'discover'])('a word of a later command: %s', async line => {
    const { tsntp } = await field({ A: {} });
    const { code, stderr } = await tsntp(line);
    expect(code).toBe(2);
    expect(stderr).toContain('is reserved for a command of a later tsntp');
  });
});

test('server-option: exit 2 that says how servers are named', async () => {
  const { tsntp } = await field({ A: {} });
  const { code, stderr } = await tsntp('--server A -n');
  expect(code).toBe(2);
  expect(stderr).toContain('unknown option --server; name servers without an option');
});

test.each([
  '--servers=1 --action=show A',
  '--_ A',
  '--$0=1 A',
  '--no-timeout A',
  '--qurey A',
  '--samples= A',
  '--= A',
])('server-option and its kind: %s is exit 2, and no bug', async line => {
  const { tsntp, asked } = await field({ A: {} });
  const { code, stderr } = await tsntp(line);
  expect(code).toBe(2);
  expect(stderr).not.toContain('bug');
  expect(asked('A')).toBe(0);
});

test('an option of another command is told to be that', async () => {
  const { tsntp } = await field();
  const { code, stderr } = await tsntp('query --step 192.0.2.1');
  expect(code).toBe(2);
  expect(stderr).toContain('query has no option --step (sync does); see tsntp query --help');
  const { stderr: other } = await tsntp('status --timeout 1');
  expect(other).toContain('status has no option --timeout (sync, query, wait and check do)');
});
