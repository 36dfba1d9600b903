// What accompanies the artifacts: checksums, bill of materials, licenses.

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { artifact, VERSION } from './root.ts';

const bill = () => JSON.parse(readFileSync(artifact(`tsntp-${VERSION}.cdx.json`), 'utf8'));

describe('the documents of a release', () => {
  it('have the checksum of every artifact', () => {
    const sums = execFileSync('sha256sum', ['-c', artifact('SHA256SUMS')], {
      cwd: 'release',
      encoding: 'utf8',
    });
    const checked = sums
      .trim()
      .split('\n')
      .map(line => line.replace(/: OK$/, ''));
    expect(checked).toEqual(
      readdirSync('release')
        .filter(name => name !== 'SHA256SUMS')
        .sort(),
    );
  });

  it('name all dependencies of the command, each once, and the Node of each platform', () => {
    const names: readonly string[] = bill().components.map(({ name }: { name: string }) => name);
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const nodes = Object.values<{ name: string }>(
      JSON.parse(readFileSync('scripts/release/node-binaries.json', 'utf8')),
    );
    expect(names).toEqual(
      expect.arrayContaining([...Object.keys(dependencies), ...nodes.map(({ name }) => name)]),
    );
    const references = bill().components.map((one: object) => one['bom-ref' as keyof object]);
    expect(new Set(references).size).toBe(references.length);
  });

  it('have a license for each package', () => {
    const licenses = readFileSync(artifact('LICENSES'), 'utf8');
    const libraries = bill().components.filter(
      ({ type, name }: { type: string; name: string }) => type === 'library' && !name.startsWith('@koromix/'),
    );
    for (const { name, version } of libraries) expect(licenses).toContain(`${name} ${version} (`);
  });
});
