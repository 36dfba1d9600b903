// The Debian packages, judged by lintian in a root of Debian.

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changedPackage, into } from './changed-package.ts';
import { debianRoot, runIn } from './debian-root.ts';
import { artifact, VERSION } from './root.ts';

describe('lintian', () => {
  const work = mkdtempSync(join(tmpdir(), 'tsntp-lintian-'));
  let root: string;
  beforeAll(() => {
    root = debianRoot('lintian');
  }, 900_000);
  afterAll(() => {
    for (const folder of [root, work]) rmSync(folder, { recursive: true, force: true });
  });

  it.each(['amd64', 'arm64', 'armhf'])('finds no error in the package for %s', architecture => {
    const name = `tsntp_${VERSION}_${architecture}.deb`;
    cpSync(artifact(name), join(root, name));
    expect(runIn(root, 'lintian', '--fail-on', 'none', '--display-level', '>=error', `/${name}`)).toBe('');
  });

  it('finds an error in a package with a wrong path', () => {
    const wrong = changedPackage(work, 'wrong', tree => {
      mkdirSync(dirname(join(tree, 'usr/local/bin/tsntp')), { recursive: true });
      writeFileSync(join(tree, 'usr/local/bin/tsntp'), '');
    });
    expect(
      runIn(root, 'lintian', '--fail-on', 'none', '--display-level', '>=error', into(root, wrong)),
    ).toContain('dir-in-usr-local');
  });
});
