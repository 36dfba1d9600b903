// A file that is not the one whose checksum is in the repository must not get into a release.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

interface PinnedPackage {
  verify(file: string, integrity: string): void;
}

/** The checksum of `abc` (FIPS 180-4, the first example of SHA-512). */
const ABC = 'sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw==';

it('a file with another checksum is refused, and fetched again next time', async () => {
  const script: string = '../../scripts/release/pinned-package.js';
  const { verify }: PinnedPackage = await import(script);
  const folder = mkdtempSync(join(tmpdir(), 'tsntp-pinned-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'package.tgz');
  writeFileSync(file, 'abc');
  verify(file, ABC);
  writeFileSync(file, 'abd');
  expect(() => verify(file, ABC)).toThrow(
    /package\.tgz is not the file that the repository names: sha512-\S+ instead of sha512-3a81/,
  );
  expect(existsSync(file)).toBe(false);
});
