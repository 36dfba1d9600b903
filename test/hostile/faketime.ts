// The command as it runs where the clock shows another time, whatever the kernel says: by libfaketime, which wraps
// the C library's clock_gettime. Sign: positive = that clock is ahead.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, type Surroundings } from '../support/command.ts';
import { debianPackage } from '../support/debian-package.ts';

/** A clock `ahead` by so many seconds, or by what stands in `file` at each reading (`+5s`). */
export function faketime(time: { readonly ahead: number } | { readonly file: string }): Surroundings {
  const { root } = debianPackage('libfaketime');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const library = join(root, files.find(file => file.endsWith('/libfaketime.so.1')) ?? '');
  const offset =
    'file' in time
      ? { FAKETIME_TIMESTAMP_FILE: time.file, FAKETIME_NO_CACHE: '1' }
      : { FAKETIME: `${time.ahead < 0 ? '' : '+'}${time.ahead}s` };
  return {
    program: [process.execPath, BIN],
    env: { LD_PRELOAD: library, DONT_FAKE_MONOTONIC: '1', ...offset },
  };
}
