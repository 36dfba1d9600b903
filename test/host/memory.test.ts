// Which folders may hold a memory, and what is believed of them.

import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readOnly } from '../../src/clock/read-only.ts';
import { memoryDirectories, readMemories, recall, remember } from '../../src/host/memory.ts';
import { RELEASED } from '../../src/release.ts';
import { isRoot } from './child.ts';

function scratch(): string {
  const directory = mkdtempSync(join(tmpdir(), 'tsntp-memory-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

const clock = readOnly('a test');
const correction = { kind: 'step', offset: 2 } as const;
const made = { at: RELEASED, correction, server: '192.0.2.1', errorBound: 0.01, sum: 2 };

describe('the folders of all memories', () => {
  test('are this user’s, root’s and the unit’s, each once', () => {
    expect(memoryDirectories('linux', { HOME: '/home/a' }, 1000)).toEqual([
      '/home/a/.local/state/tsntp',
      '/var/lib/tsntp',
      '/var/lib/tsntp-timer',
    ]);
    expect(memoryDirectories('linux', {}, 0)).toEqual(['/var/lib/tsntp', '/var/lib/tsntp-timer']);
    const windows = { ProgramData: 'C:\\P', LOCALAPPDATA: 'C:\\L' };
    expect(memoryDirectories('win32', windows, undefined)).toEqual(['C:\\L\\tsntp', 'C:\\P\\tsntp']);
    expect(memoryDirectories('win32', windows, 0)).toEqual(['C:\\P\\tsntp']);
  });
});

test('a correction is remembered, and recalled as one of this boot', () => {
  const directory = join(scratch(), 'tsntp');
  expect(recall(clock, directory)).toEqual({ setSinceBoot: false, sum: 0, explained: 0 });
  expect(readMemories(clock, [directory])).toEqual([{ directory }]);
  expect(remember(clock, directory, { ...made, at: clock.now() })).toBeUndefined();
  expect(recall(clock, directory)).toMatchObject({ setSinceBoot: true, sum: 2 });
  expect(readMemories(clock, [directory])).toMatchObject([
    { directory, lastSet: { offset: 2, server: '192.0.2.1', sinceBoot: true } },
  ]);
});

test('without a folder nothing is remembered, and the warning says so', () => {
  expect(remember(clock, undefined, made)).toMatch(/^there is no folder for the state file/);
  expect(recall(clock, undefined)).toEqual({ setSinceBoot: false, sum: 0, explained: 0 });
});

test('what cannot be read is a warning, and keeps the panic limit', () => {
  const directory = scratch();
  writeFileSync(join(directory, 'state.json'), 'nonsense', { mode: 0o600 });
  expect(recall(clock, directory)).toMatchObject({
    setSinceBoot: true,
    warning: expect.stringMatching(/is not JSON.*Until then the panic limit holds/),
  });
  expect(readMemories(clock, [directory])).toEqual([
    { directory, warning: expect.stringMatching(/is not JSON/) },
  ]);
});

test.runIf(isRoot)(
  'the file of another user is shown where the folder is that user’s, and never decides',
  () => {
    const directory = join(scratch(), 'timer');
    mkdirSync(directory, { mode: 0o700 });
    remember(clock, directory, { ...made, at: clock.now() });
    chownSync(join(directory, 'state.json'), 12_345, 12_345);
    expect(readMemories(clock, [directory])).toMatchObject([
      { warning: expect.stringMatching(/belongs to user 12345/) },
    ]);
    chownSync(directory, 12_345, 12_345);
    expect(readMemories(clock, [directory])).toMatchObject([{ lastSet: { sinceBoot: true } }]);
    expect(recall(clock, directory).warning).toMatch(/belongs to user 12345/);
  },
);
