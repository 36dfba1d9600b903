// The tree of a platform → a Debian package. Nothing is enabled: `tsntp schedule --install` does so when asked.

import { chmodSync, cpSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settle } from './archives.js';
import { PACKAGE, VERSION } from './facts.js';
import { isChosen, platformOf } from './platforms.js';
import { writeProgramTree } from './program-tree.js';
import { run } from './tool.js';

/** The names of processors in Debian, our platforms, and what the package depends on there. */
const ARCHITECTURES = {
  amd64: { platform: 'linux-x64', depends: 'libc6 (>= 2.28), libstdc++6 (>= 5.2), libgcc-s1 | libgcc1' },
  arm64: { platform: 'linux-arm64', depends: 'libc6 (>= 2.28), libstdc++6 (>= 5.2), libgcc-s1 | libgcc1' },
  armhf: { platform: 'linux-armv7', depends: 'nodejs (>= 20.19)' },
};

/** Builds the package of each architecture in `target`, in the folder `work`. @param {string} work @param {string} target */
export async function debianPackages(work, target) {
  for (const [architecture, { platform, depends }] of Object.entries(ARCHITECTURES)) {
    if (!isChosen(platform)) continue;
    const root = join(work, `deb-${architecture}`);
    await writeProgramTree(join(root, 'usr'), platformOf(platform));
    // Debian looks for the license here, and for zsh's completions there.
    const documents = join(root, 'usr/share/doc/tsntp');
    renameSync(join(documents, 'LICENSE'), join(documents, 'copyright'));
    renameSync(join(root, 'usr/share/zsh/site-functions'), join(root, 'usr/share/zsh/vendor-completions'));
    await run(join(root, 'usr/share/man/man8'), 'gzip', '-9n', 'tsntp.8');
    writeControl(join(root, 'DEBIAN'), architecture, depends);
    settle(root);
    const options = ['--root-owner-group', '-Zxz', '-z2', '--threads-max=1'];
    await run(
      work,
      'dpkg-deb',
      ...options,
      '--build',
      root,
      join(target, `tsntp_${VERSION}_${architecture}.deb`),
    );
  }
}

/** @param {string} folder @param {string} architecture @param {string} depends */
function writeControl(folder, architecture, depends) {
  mkdirSync(folder);
  const fields = {
    Package: 'tsntp',
    Version: VERSION,
    Architecture: architecture,
    Maintainer: `tsntp <${PACKAGE.bugs}>`,
    Depends: depends,
    Section: 'net',
    Priority: 'optional',
    Homepage: PACKAGE.homepage,
    Description: `set the clock from the network, once\n ${PACKAGE.description}`,
  };
  const text = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
  writeFileSync(join(folder, 'control'), text.join(''));
  for (const script of ['prerm', 'postrm']) {
    cpSync(join(import.meta.dirname, 'files', script), join(folder, script));
    chmodSync(join(folder, script), 0o755);
  }
}
