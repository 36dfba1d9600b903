// Fetches the peers' programs into a directory of the checkout. Debian's packages are only unpacked, so that nothing is
// installed and no service starts; npm's packages are installed there.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const DEBIAN = ['chrony', 'ntpsec-ntpdig', 'python3-ntp', 'rdate', 'time'];
const NPM = ['ntp-time', '@hapi/sntp'];

/** Fills `folder` on the first call. Throws if a package is unavailable. @param {string} folder */
export function prepareTools(folder) {
  if (existsSync(folder)) return;
  const work = `${folder}.part`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'packages'), { recursive: true });
  const wanted = [...new Set([...DEBIAN, ...missingLibraries()])];
  // APT's own sandbox user cannot write below a private directory.
  run('apt-get', ['download', '-qq', '-o', 'APT::Sandbox::User=root', ...wanted], join(work, 'packages'));
  for (const file of readdirSync(join(work, 'packages'))) {
    run('dpkg-deb', ['--extract', join(work, 'packages', file), work], work);
  }
  // Python first looks for its C library next to the module.
  const [library] = readdirSync(join(work, 'usr/lib')).filter(name => name.includes('-linux-'));
  symlinkSync(
    `../../../${library}/ntp/libntpc.so`,
    join(work, 'usr/lib/python3/dist-packages/ntp/libntpc.so'),
  );
  writeFileSync(join(work, 'package.json'), '{ "private": true, "type": "module" }\n');
  run('npm', ['install', '--silent', '--no-audit', '--no-fund', ...NPM], work);
  renameSync(work, folder);
}

/** The peers' versions for the report: package → version. @param {string} folder @returns {Record<string, string>} */
export function versionsOf(folder) {
  const debian = readdirSync(join(folder, 'packages')).map(file => file.split('_'));
  const npm = NPM.map(name => [
    name,
    run('node', ['-p', `require('./node_modules/${name}/package.json').version`], folder),
  ]);
  return Object.fromEntries(
    [...debian, ...npm].map(([name, version]) => [name, decodeURIComponent(version ?? '').trim()]),
  );
}

/** Environment variables that let the unpacked programs find their libraries and modules. @param {string} folder */
export function environmentOf(folder) {
  const libraries = readdirSync(join(folder, 'usr/lib')).filter(name => name.includes('-linux-'));
  return {
    ...process.env,
    LD_LIBRARY_PATH: libraries.map(name => join(folder, 'usr/lib', name)).join(':'),
    PYTHONPATH: join(folder, 'usr/lib/python3/dist-packages'),
    PYTHONDONTWRITEBYTECODE: '1',
    NO_COLOR: '1',
  };
}

/** Libraries that the packages need and this machine lacks, according to apt-get's lists. */
function missingLibraries() {
  const plan = run('apt-get', ['install', '--simulate', '--no-install-recommends', ...DEBIAN], '.');
  return [...plan.matchAll(/^Inst (lib\S+)/gm)].map(([, name]) => name ?? '');
}

/** @param {string} program @param {readonly string[]} args @param {string} cwd */
function run(program, args, cwd) {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
