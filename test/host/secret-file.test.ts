// A key file on Windows, whose access list says who can read it. Modes are tested in test/cli/arguments/credentials.test.ts.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSecret } from '../../src/host/secret-file.ts';
import type { AccessLists, AccessProblem } from '../../src/host/windows/access-lists.ts';
import { KeyFileError } from '../../src/ntp/auth/key-file.ts';
import { scratch } from '../support/command.ts';

function keys(): string {
  const path = join(scratch(), 'keys');
  writeFileSync(path, '1 SHA256 HEX:00', { mode: 0o600 });
  return path;
}

/** Access lists that have this problem with every file. */
function listsOf(problem?: AccessProblem): () => AccessLists {
  return () => ({ administrator: true, problem: () => problem, makeFolder() {}, makeFile() {} });
}

test('a key file that others can read is refused on Windows', () => {
  const path = keys();
  const open = listsOf({ what: 'can be read by S-1-1-0', remedy: 'icacls it' });
  expect(() => readSecret(path, 'name another', 'win32', open)).toThrow(
    new KeyFileError(`${path} has secret keys and can be read by S-1-1-0: run icacls it`),
  );
  expect(readSecret(path, 'name another', 'win32', listsOf())).toBe('1 SHA256 HEX:00');
});

test.runIf(process.platform !== 'win32')(
  'a key file whose access list cannot be read is refused as a mistake, not as a bug',
  () => {
    // This system has no kernel32.dll to ask.
    expect(() => readSecret(keys(), 'name another', 'win32')).toThrow(KeyFileError);
    expect(() => readSecret(keys(), 'name another', 'win32')).toThrow(
      /keys has secret keys, and its access list cannot be read: .*load.*koffi/,
    );
  },
);
