// What accompanies the artifacts: checksums, bill of materials, licenses.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { artifact, VERSION } from './root.ts';

interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly version: string;
  readonly licenses: readonly { readonly license?: { readonly id: string }; readonly expression?: string }[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly components?: readonly { readonly name: string; readonly hashes: readonly object[] }[];
}

const IMAGE = `tsntp-${VERSION}-linux-x64.oci.tar`;

const bill = (): { readonly components: readonly Component[] } =>
  JSON.parse(readFileSync(artifact(`tsntp-${VERSION}.cdx.json`), 'utf8'));

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
    const names = bill().components.map(({ name }) => name);
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
    const nodes = Object.values<{ name: string }>(
      JSON.parse(readFileSync('scripts/release/node-binaries.json', 'utf8')),
    );
    expect(names).toEqual(
      expect.arrayContaining([...Object.keys(dependencies), ...nodes.map(({ name }) => name)]),
    );
    const references = bill().components.map(one => one['bom-ref']);
    expect(new Set(references).size).toBe(references.length);
  });

  it('have a license for each package', () => {
    const licenses = readFileSync(artifact('LICENSES'), 'utf8');
    const libraries = bill().components.filter(
      ({ type, name, properties }) =>
        type === 'library' && !name.startsWith('@koromix/') && properties === undefined,
    );
    for (const { name, version } of libraries) expect(licenses).toContain(`${name} ${version} (`);
    for (const { licenses: given } of bill().components) expect(given).toHaveLength(1);
  });

  it('name every file of the image that is no part of the program, and have the texts of their licenses', () => {
    const root = unpackedImage();
    const system = bill().components.filter(({ properties }) =>
      properties?.some(({ name, value }) => name === 'tsntp:contained-in' && value === IMAGE),
    );
    const named = system.flatMap(({ components = [] }) =>
      components.map(({ name, hashes }) => [name, hashes]),
    );
    const libraries = filesBelow(root).filter(
      path => /^\/(?:lib|usr\/lib)/.test(path) && !path.includes('/tsntp/'),
    );
    const found = libraries.map(path => {
      const content = createHash('sha256')
        .update(readFileSync(join(root, path)))
        .digest('hex');
      return [path, [{ alg: 'SHA-256', content }]];
    });
    expect(found.length).toBeGreaterThanOrEqual(4);
    expect(named.sort()).toEqual(found.sort());
    for (const { name, version, licenses } of system) {
      expect(version).toMatch(/^\d/);
      expect(licenses[0]?.expression).toMatch(/^(?:LGPL-2\.1|GPL-3\.0)-or-later\b/);
      expect(readFileSync(join(root, 'usr/share/doc', name, 'copyright'), 'utf8')).toContain('License');
    }
    for (const name of ['LGPL-2.1', 'GPL-2', 'GPL-3'])
      expect(readFileSync(join(root, 'usr/share/common-licenses', name), 'utf8')).toContain(
        'GENERAL PUBLIC LICENSE',
      );
  });
});

/** The files of the container image. */
function unpackedImage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tsntp-image-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  execFileSync('tar', ['-C', folder, '-xf', artifact(IMAGE)]);
  const [{ Layers: [layer = ''] = [] } = {}] = JSON.parse(
    readFileSync(join(folder, 'manifest.json'), 'utf8'),
  );
  const root = mkdtempSync(join(folder, 'root-'));
  execFileSync('tar', ['-C', root, '-xzf', join(folder, layer)]);
  return root;
}

function filesBelow(root: string): readonly string[] {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return paths.filter(path => !lstatSync(join(root, path)).isDirectory()).map(path => `/${path}`);
}
