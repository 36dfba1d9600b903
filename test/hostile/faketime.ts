// The environment and command to run tsntp with a fake clock, through libfaketime, which wraps the C library's
// clock_gettime. The kernel's clock is unaffected.
// Sign: positive = the fake clock is ahead.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, type Surroundings } from '../support/command.ts';
import { debianPackage } from '../support/debian-package.ts';

/**
 * A clock `ahead` by a number of seconds, by the contents of `file` at each reading (`+5s`), or stopped at an instant,
 * with or without the monotonic clock.
 */
export type FakeTime =
  | { readonly ahead: number }
  | { readonly file: string }
  | { readonly stopped: string; readonly monotonicToo?: boolean };

export function faketime(time: FakeTime): Surroundings {
  const { root } = debianPackage('libfaketime');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const library = join(root, files.find(file => file.endsWith('/libfaketime.so.1')) ?? '');
  const alone = !('stopped' in time && time.monotonicToo);
  return {
    program: [process.execPath, BIN],
    env: { LD_PRELOAD: library, ...(alone && { DONT_FAKE_MONOTONIC: '1' }), ...settingsOf(time) },
  };
}

function settingsOf(time: FakeTime): Readonly<Record<string, string>> {
  if ('file' in time) return { FAKETIME_TIMESTAMP_FILE: time.file, FAKETIME_NO_CACHE: '1' };
  if ('stopped' in time) return { FAKETIME: time.stopped };
  return { FAKETIME: `${time.ahead < 0 ? '' : '+'}${time.ahead}s` };
}
