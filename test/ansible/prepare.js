// Prepares what the tests of the Ansible collection need: Ansible and sshd from Debian's packages, unpacked into .cache and
// not installed; a kernel for the guest; the archive and the package of a release; the collection, built and installed
// from its tarball.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fetchPackages, prepareTools, withDependencies } from '../vm/tools.js';

const PACKAGES = [
  'ansible-core',
  'ansible-lint',
  'pycodestyle',
  'pylint',
  'python3-voluptuous', // validate-modules
  'openssh-client',
  'openssh-server',
  'openssh-sftp-server',
  'libfaketime',
  'chrony',
];
const cache = resolve('.cache/ansible');

/** Throws if a package cannot be had. */
export default function prepare() {
  prepareAnsible(join(cache, 'tools'));
  const obstacle = prepareTools(resolve('.cache/vm/tools'));
  if (obstacle !== undefined) throw new Error(obstacle);
  prepareRelease();
}

/** @param {string} tools */
function prepareAnsible(tools) {
  const complete = join(tools, 'complete');
  const wanted = PACKAGES.join(' ');
  if (existsSync(complete) && readFileSync(complete, 'utf8') === wanted) return;
  rmSync(tools, { recursive: true, force: true });
  mkdirSync(tools, { recursive: true });
  fetchPackages(tools, withDependencies(PACKAGES));
  writeFileSync(complete, wanted);
}

/** Makes the artifacts that are missing in release/; others stay. */
function prepareRelease() {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  const wanted = [`tsntp-${version}-linux-x64.tar.gz`, `tsntp-${version}.tgz`];
  if (wanted.every(name => existsSync(join('release', name)))) return;
  execFileSync('npm', ['run', '--silent', 'release', '--', 'linux-x64', 'archives', 'npm'], {
    stdio: 'inherit',
  });
}
