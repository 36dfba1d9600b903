// Downloads Debian packages and unpacks them into a directory: nothing is installed and no service starts. Provides the
// two x86-64 kernels, QEMU, chronyd, busybox, journald, rsyslogd, and the initial RAM disk for QEMU's kernel.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeInitramfs } from './initramfs.js';

const PACKAGES = [
  'user-mode-linux',
  'qemu-system-x86',
  'qemu-system-arm',
  'qemu-system-data',
  'seabios',
  'busybox-static',
  'chrony',
  'cron',
  'iproute2',
  'util-linux-extra', // hwclock
  'systemd', // journald
  'rsyslog',
];
/** The modules that a network card and a root over 9p need, out of 400 MB for QEMU's kernel, in loading order. */
export const MODULES = [
  'virtio_ring',
  'virtio',
  'virtio_pci_modern_dev',
  'virtio_pci_legacy_dev',
  'virtio_pci',
  'failover',
  'net_failover',
  'virtio_net',
  'netfs',
  'fscache',
  '9pnet',
  '9pnet_virtio',
  '9p',
  'overlay',
];
const PROGRAM_FOLDERS = ['usr/bin', 'bin', 'usr/sbin', 'sbin'];

/** Fills `folder`, with packages once; returns why that is impossible, or undefined. */
export function prepareTools(folder) {
  const obstacle = preparePackages(folder);
  if (obstacle === undefined) writeInitramfs(folder, MODULES);
  return obstacle;
}

function preparePackages(folder) {
  const complete = join(folder, 'complete');
  const wanted = PACKAGES.join(' ');
  if (existsSync(complete) && readFileSync(complete, 'utf8') === wanted) return undefined;
  if (process.arch !== 'x64') return `the guests are x86-64, this machine is ${process.arch}`;
  rmSync(folder, { recursive: true, force: true });
  try {
    unpackPackages(folder);
  } catch (error) {
    return `Debian's packages are unavailable (${(error.stderr || error.message).trim().split('\n').at(-1)})`;
  }
  writeFileSync(complete, wanted);
  return undefined;
}

/** The unpacked program of that name, or this machine's own. */
export function toolPath(folder, name) {
  const candidates = [folder, ''].flatMap(root => PROGRAM_FOLDERS.map(path => `${root}/${path}/${name}`));
  return candidates.find(path => existsSync(path)) ?? name;
}

/** The path where the unpacked programs find the unpacked libraries. */
export function libraryPath(folder) {
  return ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu'].map(path => join(folder, path)).join(':');
}

/**
 * Downloads Debian packages and unpacks them into `folder`. `partOf` names what to unpack of a file, as arguments of tar;
 * everything by default. Throws if one is unavailable.
 */
export function fetchPackages(folder, names, partOf = () => '') {
  const packages = join(folder, 'packages');
  mkdirSync(packages, { recursive: true });
  download(packages, [...new Set(names)]);
  for (const file of readdirSync(packages)) {
    run('sh', [
      '-c',
      `dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" ${partOf(file)}`,
      'sh',
      join(packages, file),
      folder,
    ]);
  }
  rmSync(packages, { recursive: true });
}

/** The packages, and those that they need and this machine lacks; fetches the lists of packages if there are none. */
export function withDependencies(names) {
  if (!names.every(candidate)) run('apt-get', ['update', '--quiet']);
  const plan = run('apt-get', ['install', '--simulate', '--no-install-recommends', ...names]);
  return [...names, ...[...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name)];
}

/** The package that a metapackage stands for, by its beginning; fetches the lists of packages if there are none. */
export function packageBehind(metapackage, beginning) {
  if (!candidate(metapackage)) run('apt-get', ['update', '--quiet']);
  const depends = run('apt-cache', ['depends', metapackage]);
  return depends.match(new RegExp(`Depends: (${beginning}\\S+)`))[1];
}

function unpackPackages(folder) {
  const kernel = packageBehind('linux-image-amd64', 'linux-image-');
  const names = [...withDependencies(PACKAGES), kernel];
  fetchPackages(folder, names, file => (file.startsWith('linux-image') ? kernelFiles() : ''));
}

function candidate(name) {
  return /Candidate: \d/.test(run('apt-cache', ['policy', name]));
}

function download(folder, names) {
  // APT's own sandbox user cannot write below a private directory.
  run('apt-get', ['download', '--quiet', '-o', 'APT::Sandbox::User=root', ...names], folder);
}

/** What to unpack of a kernel's package, as arguments of tar: the kernel and the modules. */
export function kernelFiles(modules = MODULES) {
  const names = ['vmlinuz-*', ...modules.map(name => `${name}.ko`)];
  return `--wildcards ${names.map(name => `'*/${name}'`).join(' ')}`;
}

function run(program, args, cwd = process.cwd()) {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
