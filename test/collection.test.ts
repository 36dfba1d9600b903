// The Ansible collection has the version of the package, and its role installs that version.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const read = (file: string) => parse(readFileSync(`ansible/${file}`, 'utf8'));

test('the Ansible collection has the version of the package', () => {
  expect(read('galaxy.yml').version).toBe(version);
});

test('the role of the Ansible collection installs the version of the package', () => {
  expect(read('roles/sync/defaults/main.yml').tsntp_version).toBe(version);
});

test('the changelog of the Ansible collection names its version', () => {
  expect(readFileSync('ansible/CHANGELOG.md', 'utf8')).toContain(`## ${version}\n`);
});
