// Runs the programs of the system that make archives, and says which packages have them.

import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { EPOCH } from './facts.js';

/** The programs, and the Debian packages that contain them. */
const TOOLS = {
  tar: 'tar',
  gzip: 'gzip',
  'libdeflate-gzip': 'libdeflate-tools',
  zip: 'zip',
  'dpkg-deb': 'dpkg',
  'dpkg-query': 'dpkg',
  rpmbuild: 'rpm',
  ldd: 'libc-bin',
};
/** What runs the Node of linux-arm64 on another processor. */
const EMULATOR = {
  'qemu-aarch64-static': 'qemu-user-static',
  '/usr/aarch64-linux-gnu/lib/libstdc++.so.6': 'libstdc++6-arm64-cross',
};

/** Throws if a program or file is missing; the message names the packages to install. */
export function checkTools() {
  const needed = Object.entries({ ...TOOLS, ...(process.arch === 'x64' && EMULATOR) });
  const missing = needed.filter(([tool]) =>
    tool.startsWith('/') ? !existsSync(tool) : spawnSync(tool, ['--version']).error,
  );
  if (missing.length === 0) return;
  const names = missing.map(([tool]) => tool).join(', ');
  throw new Error(
    `a release needs ${names}: apt-get install ${missing.map(([, name]) => name).join(' ')}, on Debian 12 or later`,
  );
}

/**
 * Runs a program in the folder `cwd` and returns its stdout. Its surroundings are the same everywhere: time zone UTC,
 * no locale, and the time of the release for programs that write the current time.
 * @param {string} cwd @param {string} program @param {...string} args @returns {Promise<string>}
 */
export async function run(cwd, program, ...args) {
  const env = { ...process.env, TZ: 'UTC', LC_ALL: 'C', SOURCE_DATE_EPOCH: String(EPOCH) };
  try {
    const { stdout } = await promisify(execFile)(program, args, {
      cwd,
      env,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    return stdout;
  } catch (error) {
    throw new Error(`${program} ${args[0]} failed: ${error.stderr?.trim() || error.message}`, {
      cause: error,
    });
  }
}
