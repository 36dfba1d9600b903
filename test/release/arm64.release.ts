// The archive for linux-arm64 in a root of Debian's arm64 libraries, its Node emulated by qemu-user. The emulator calls this
// machine's kernel: nothing here may ask for the clock to be set.

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMULATOR, emulatedRoot } from './emulated-root.ts';
import { testMeasuring } from './measuring-cases.ts';
import { type LonelyNetwork, openNetwork, PROBE, unpackInto, VERSION } from './root.ts';

let network: LonelyNetwork;
let root: string;
let folder: string;

beforeAll(async () => {
  network = await openNetwork();
  root = emulatedRoot('bookworm', { debian: 'arm64', qemu: 'aarch64' }, ['libc6', 'libstdc++6']);
  folder = unpackInto(root, `tsntp-${VERSION}-linux-arm64`);
}, 300_000);
afterAll(() => {
  network.close();
  rmSync(root, { recursive: true, force: true });
});

const node = (...args: readonly string[]) =>
  network.run(['/usr/sbin/chroot', root, EMULATOR, join(folder, 'lib/tsntp/node'), ...args]);
const script = () => join(folder, 'lib/tsntp/bin/tsntp.js');
const tsntp = (...args: readonly string[]) => node(script(), ...args);

describe('the archive for linux-arm64, emulated, without network', () => {
  testMeasuring(tsntp, () => network);

  it('uses V8’s code for the scripts, which was made here', () => {
    writeFileSync(join(root, 'probe.cjs'), PROBE);
    const { stderr } = node('--require', '/probe.cjs', script(), '--help');
    expect(stderr).toBe('entry.js false main.js false help.js false ');
  });

  it('without koffi’s binary names it', () => {
    rmSync(join(root, folder, 'lib/tsntp/build'), { recursive: true });
    expect(tsntp(network.server).stderr).toContain('its binary for linux-arm64 is missing');
  });
});
