// Files that a command line may name, but that no report is in: endless ones, and those that would block.

import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readEarlierReport } from '../../../src/cli/arguments/earlier-report.ts';
import { bytesUpTo, withNamed } from '../../../src/cli/arguments/named-file.ts';
import { onLinux, scratch, tsntp } from '../../support/command.ts';

const read = (path: string, largest: number) => withNamed(path, 0, fd => bytesUpTo(fd, largest));

test('a named file of just the largest size is read, and one byte more is not', () => {
  const path = join(scratch(), 'file');
  const text = 'x'.repeat(100_000);
  writeFileSync(path, text);
  expect(read(path, 100_000)?.toString()).toBe(text);
  expect(read(path, 99_999)).toBeUndefined();
});

test.runIf(onLinux)('a named file without an end is not read beyond the largest size', () => {
  expect(read('/dev/zero', 100_000)).toBeUndefined();
});

test('an earlier report that is too large is refused unread', () => {
  const path = join(scratch(), 'last.json');
  writeFileSync(path, '');
  truncateSync(path, 2 ** 28 + 1);
  expect(() => readEarlierReport(path)).toThrow(
    `--since: ${path}: it is larger than 268435456 bytes; give a report that "tsntp check --format json" wrote`,
  );
});

test.runIf(onLinux)(
  'an earlier report in a FIFO without a writer is a mistake, and does not block',
  async () => {
    const path = join(scratch(), 'last.json');
    execFileSync('mkfifo', [path]);
    const within = ['timeout', '-s', 'KILL', '10'];
    const { code, stderr } = await tsntp(['check', 'a.example', '--since', path], { within });
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('it is not JSON') });
  },
);
