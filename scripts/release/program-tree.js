// A platform → a folder as under /usr or /usr/local: bin/tsntp, lib/tsntp with Node and koffi, the manual page, the
// completions, the documents and the licenses.

import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundlePrograms, bundleScripts } from '../bundle.js';
import { writeCode } from './code-cache.js';
import { CHECKOUT, PACKAGE, VERSION } from './facts.js';
import { writeBinary } from './koffi.js';
import { licenses } from './licenses.js';
import { unpackPinned } from './pinned-package.js';
import { platformOf } from './platforms.js';
import { stripped } from './stripped.js';

/** Where shells look for completions below a prefix. */
const COMPLETIONS = {
  bash: 'share/bash-completion/completions/tsntp',
  zsh: 'share/zsh/site-functions/_tsntp',
  fish: 'share/fish/vendor_completions.d/tsntp.fish',
};
const DOCUMENTS = [
  'README.md',
  'README.zh-CN.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'LICENSE',
  'docs',
  'kubernetes',
];

/** Writes the tree into `prefix`. @param {string} prefix @param {import('./platforms.js').Platform} platform */
export async function writeProgramTree(prefix, platform) {
  const lib = join(prefix, 'lib/tsntp');
  mkdirSync(join(lib, 'bin'), { recursive: true });
  cpSync(join(import.meta.dirname, 'files/launch.js'), join(lib, 'bin/tsntp.js'));
  write(join(lib, 'bin/package.json'), '{ "type": "commonjs" }\n');
  await bundleScripts(join(lib, 'dist/cli'));
  const { name, type, engines } = PACKAGE;
  write(join(lib, 'package.json'), `${JSON.stringify({ name, version: VERSION, type, engines }, null, 2)}\n`);
  await writeBinary(lib, platform);
  if (platform.node !== undefined) {
    await writeNode(prefix, platform, platform.node);
    await writeCode(lib, platform.name);
  }
  await writeLauncher(prefix, platform);
  writeDocuments(join(prefix, 'share/doc/tsntp'), platform);
  if (platform.name.startsWith('win-')) return;
  cpSync(join(CHECKOUT, 'man/tsntp.8'), join(prefix, 'share/man/man8/tsntp.8'));
  for (const [shell, path] of Object.entries(COMPLETIONS)) write(join(prefix, path), completion(shell));
}

/** @param {string} prefix @param {import('./platforms.js').Platform} platform @param {import('./pinned-package.js').Pin} pin */
async function writeNode(prefix, platform, pin) {
  const unpacked = mkdtempSync(join(tmpdir(), 'tsntp-node-'));
  try {
    await unpackPinned(pin, unpacked);
    const file = platform.name.startsWith('win-') ? 'node.exe' : 'node';
    const node = readFileSync(join(unpacked, 'bin', file));
    // Those of macOS and Windows are signed: a change would break the signature.
    const bytes = platform.name.startsWith('linux-') ? stripped(node) : node;
    write(join(prefix, 'lib/tsntp', file), bytes, 0o755);
    write(join(prefix, 'share/doc/tsntp/LICENSE.node'), await licenseOfNode(platform, unpacked));
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

/** The package for Windows has no license inside; the one for Linux is of the same version. @param {import('./platforms.js').Platform} platform @param {string} unpacked */
async function licenseOfNode(platform, unpacked) {
  if (!platform.name.startsWith('win-')) return readFileSync(join(unpacked, 'LICENSE'));
  const linux = platformOf('linux-x64').node;
  if (linux?.version !== platform.node?.version)
    throw new Error('the pinned Node of win-x64 and linux-x64 differ');
  const folder = join(unpacked, 'linux');
  await unpackPinned(linux, folder);
  return readFileSync(join(folder, 'LICENSE'));
}

/** @param {string} prefix @param {import('./platforms.js').Platform} platform */
async function writeLauncher(prefix, { name }) {
  if (name.startsWith('win-')) return writeWindowsCommands(prefix);
  write(join(prefix, 'bin/tsntp'), readFileSync(join(import.meta.dirname, 'files/tsntp.sh')), 0o755);
}

/** The launcher, and the installer. Only the launcher is in a folder for PATH: `install` must not become a command. @param {string} prefix */
async function writeWindowsCommands(prefix) {
  const source = join(import.meta.dirname, 'windows');
  for (const [name, folder] of Object.entries({
    'tsntp.cmd': 'bin',
    'install.cmd': '',
    'uninstall.cmd': '',
  })) {
    const text = readFileSync(join(source, name), 'utf8');
    // cmd.exe reads lines that end as on Windows.
    write(join(prefix, folder, name), text.replaceAll('\n', '\r\n'), 0o755);
  }
  const programs = ['install.js', 'uninstall.js'].map(name => join(source, 'setup', name));
  await bundlePrograms(join(prefix, 'lib/tsntp/dist/setup'), programs);
}

/** @param {string} folder @param {import('./platforms.js').Platform} platform */
function writeDocuments(folder, { needs }) {
  for (const document of DOCUMENTS)
    cpSync(join(CHECKOUT, document), join(folder, document), { recursive: true });
  write(join(folder, 'LICENSES'), licenses());
  write(join(folder, 'NEEDS'), `tsntp ${VERSION} needs ${needs}. It needs no network to be installed.\n`);
}

/** @param {string} shell */
function completion(shell) {
  const args = [join(CHECKOUT, 'bin/tsntp.js'), 'completion', shell];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`tsntp completion ${shell} failed: ${stderr}`);
  return stdout;
}

/** @param {string} path @param {string | Buffer} content */
function write(path, content, mode = 0o644) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  chmodSync(path, mode);
}
