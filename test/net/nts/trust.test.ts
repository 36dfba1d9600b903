import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls, { rootCertificates } from 'node:tls';
import { afterAll, expect, test } from 'vitest';
import { NtsError } from '../../../src/net/nts/session.ts';
import { holdsCertificates, systemRoots } from '../../../src/net/nts/trust.ts';

const OTHERS = 'linux';
const folder = mkdtempSync(join(tmpdir(), 'tsntp-trust-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [first, second] = rootCertificates;

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

test('the first bundle of the system that has certificates is trusted, and none other', () => {
  const bundles = [
    join(folder, 'none'),
    file('empty', '# none\n'),
    file('one', first!),
    file('two', second!),
  ];
  expect(systemRoots(bundles, () => [], OTHERS)).toEqual([first]);
});

test('a bundle that is there and cannot be read is not passed over', () => {
  const bundles = [folder, file('good', first!)];
  expect(() => systemRoots(bundles, () => [], OTHERS)).toThrow(NtsError);
  expect(() => systemRoots(bundles, () => [], OTHERS)).toThrow(/EISDIR.*--nts-ca FILE/);
});

test('where there is no bundle, Node has a list', () => {
  expect(systemRoots([], () => [], OTHERS)).toEqual(rootCertificates);
});

test('the store of macOS is trusted instead of a bundle, and a bundle if it is empty', () => {
  const bundles = [file('bundle', second!)];
  expect(systemRoots(bundles, kind => (kind === 'system' ? [first!] : []), 'darwin')).toEqual([first]);
  expect(systemRoots(bundles, () => [], 'darwin')).toEqual([second]);
});

test('the store of Windows, which lacks authorities not met yet, adds to the list of Node, each once', () => {
  const company = first!.replace('MII', 'MIJ');
  const roots = systemRoots([], kind => (kind === 'system' ? [company, `${first}\n`] : []), 'win32');
  expect(roots.map(pem => pem.trim()).sort()).toEqual([company, ...rootCertificates].sort());
  expect(systemRoots([], undefined, 'win32')).toEqual(rootCertificates);
});

const { getCACertificates } = tls as { readonly getCACertificates?: (kind: string) => readonly string[] };
test('the store of this system is trusted where Node reads it, on Windows and macOS', () => {
  const read = ['win32', 'darwin'].includes(process.platform) ? getCACertificates : undefined;
  expect(systemRoots([])).toEqual(expect.arrayContaining([...(read?.('system') ?? rootCertificates)]));
  expect(systemRoots([])).not.toEqual([]);
});

test.each([
  ['nothing', '', false],
  ['text', 'hello', false],
  ['a broken one', first!.replace(/M/g, '!'), false],
  ['one', first!, true],
  ['two', `${first}\n${second}`, true],
  ['a good and a broken one', `${first}\n${second!.replace(/M/g, '!')}`, false],
])('%s', (_, text, holds) => {
  expect(holdsCertificates(text)).toBe(holds);
});
