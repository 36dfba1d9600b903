// The same commit yields the same bytes: a second build in another folder, with other times of the files, another umask,
// time zone and locale.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { artifact, VERSION } from './root.ts';

const KINDS = ['archives', 'npm', 'deb', 'rpm', 'image', 'documents'];
// rpmbuild fails in a folder whose name has blanks.
const other = mkdtempSync(join(tmpdir(), 'tsntp-another-checkout-'));

beforeAll(() => {
  const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0').filter(Boolean);
  // Without -p: the copies are of now. What is pinned and fetched is linked.
  execFileSync('cp', ['--parents', ...files, other]);
  execFileSync('cp', ['-r', 'dist', other]);
  execFileSync('cp', ['-rl', '--parents', 'node_modules', other]);
  execFileSync('sh', [
    '-c',
    'mkdir -p "$1/.cache/release" && cp -l .cache/release/*.tgz "$1/.cache/release"',
    '',
    other,
  ]);
  const build = [process.execPath, 'scripts/release/run.js', 'linux-x64', ...KINDS];
  execFileSync('sh', ['-c', 'umask 077 && exec "$@"', '', ...build], {
    cwd: other,
    env: { ...process.env, TZ: 'Asia/Kathmandu', LC_ALL: 'C.UTF-8', LANG: 'de_DE.UTF-8' },
  });
}, 600_000);
afterAll(() => rmSync(other, { recursive: true, force: true }));

it.each([
  `tsntp-${VERSION}-linux-x64.tar.gz`,
  `tsntp-${VERSION}.tgz`,
  `tsntp_${VERSION}_amd64.deb`,
  `tsntp-${VERSION}-1.x86_64.rpm`,
  `tsntp-${VERSION}-linux-x64.oci.tar`,
  `tsntp-${VERSION}.cdx.json`,
  'LICENSES',
])('a second build of %s has the same bytes', name => {
  const second = readFileSync(join(other, 'release', name));
  expect(second.equals(readFileSync(artifact(name)))).toBe(true);
});
