// The words after `tsntp schedule`: what becomes of them, and what may not stand in a job.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readScheduledLine } from '../../../src/cli/arguments/scheduled-line.ts';
import { UsageError } from '../../../src/cli/arguments/usage-error.ts';
import { scratch } from '../../support/command.ts';

test.each<[words: string[], line: object]>([
  [['ntp.example'], { arguments: ['ntp.example'], pool: false }],
  [['sync', 'ntp.example'], { arguments: ['ntp.example'], pool: false }],
  [['0.debian.pool.ntp.org'], { arguments: ['0.debian.pool.ntp.org'], pool: true }],
  [['--pool', 'POOL.ntp.org.'], { arguments: ['--pool=POOL.ntp.org.'], pool: true }],
  [['-qup4', '--no-query', 'a.example'].slice(1), { arguments: ['--query=false', 'a.example'], pool: false }],
  [
    ['-p2', '-w', 'a.example', '-k', '/k'],
    { arguments: ['--samples=2', '--rtc', '--keys=/k', 'a.example'], pool: false },
  ],
  [['--max-offset', '60', 'a.example'], { arguments: ['a.example'], maxOffset: '60', pool: false }],
  [['--max-offset=none', 'a.example'], { arguments: ['--max-offset=none', 'a.example'], pool: false }],
])('%j', (words, line) => {
  expect(readScheduledLine(words)).toEqual(line);
});

test.each<[words: string[], message: RegExp]>([
  [['-q', 'a.example'], /-q is not for a job: no run would set the clock/],
  [['-n', 'a.example'], /-n is not for a job: .*give -n before --/],
  [['-d', 'a.example'], /-d is not for a job.*-vv/],
  [['--every', '2h', 'a.example'], /--every is not for a job: .*give --every before --/],
  [['--help'], /--help is not for a job/],
  [['query', 'a.example'], /the job runs sync, not query/],
  [['-f', '-'], /-f -: a job has no input/],
  [['-k', 'keys', 'a.example'], /-k keys: .*whole path: --keys=\/.*\/keys$/],
  [['a.example', '-t', 'x'], /--timeout.*"x" is not allowed/],
  [['-b', '-B', 'a.example'], /exclude each other/],
  [['--device', '/dev/rtc1', 'a.example'], /sync has no option --device/],
  [['qeury'], /did you mean "query"/],
  [['a.example:port'], /a\.example:port/],
  [['a\nb'], /control character/],
])('%j is refused', (words, message) => {
  expect(() => readScheduledLine(words)).toThrow(UsageError);
  expect(() => readScheduledLine(words)).toThrow(message);
});

test('an image needs servers, named or in a list of its own', () => {
  const root = scratch();
  expect(() => readScheduledLine([], root)).toThrow(
    /no servers: name them.*\/etc\/tsntp\.conf.*in the image/,
  );
  expect(readScheduledLine(['pool.ntp.org'], root)).toMatchObject({ pool: true });
  expect(readScheduledLine(['-f', '/etc/servers'], root)).toMatchObject({
    arguments: ['--file=/etc/servers'],
  });
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/tsntp.conf'), 'ntp.example\n');
  expect(readScheduledLine([], root)).toEqual({ arguments: [], pool: false });
});
