// The tree of a platform → a Debian package. Nothing is enabled: `systemctl enable --now tsntp.timer` or
// `tsntp schedule --install` does so when asked.

import { chmodSync, cpSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settle } from './archives.js';
import { PACKAGE, VERSION } from './facts.js';
import { description, MAINTAINER, RELEASE_DATE } from './maintainer.js';
import { CONFIGURATION, packageScript, writePackageTree } from './package-tree.js';
import { isChosen, platformOf } from './platforms.js';
import { run } from './tool.js';

const LIBRARIES = 'libstdc++6 (>= 5.2), libgcc-s1 | libgcc1';

/** The names of processors in Debian, the platforms, and what the package depends on there. */
const ARCHITECTURES = {
  amd64: { platform: 'linux-x64', depends: `libc6 (>= 2.28), ${LIBRARIES}` },
  arm64: { platform: 'linux-arm64', depends: `libc6 (>= 2.28), ${LIBRARIES}` },
  armhf: { platform: 'linux-armv7', depends: `libc6 (>= 2.34), ${LIBRARIES}, nodejs (>= 20.19)` },
};

/** Builds the package of each architecture in `target`, in the folder `work`. @param {string} work @param {string} target */
export async function debianPackages(work, target) {
  for (const [architecture, { platform, depends }] of Object.entries(ARCHITECTURES)) {
    if (!isChosen(platform)) continue;
    const root = join(work, `deb-${architecture}`);
    await writePackageTree(root, platformOf(platform));
    // Debian looks for the license here, and for zsh's completions there.
    const documents = join(root, 'usr/share/doc/tsntp');
    renameSync(join(documents, 'LICENSE'), join(documents, 'copyright'));
    renameSync(join(root, 'usr/share/zsh/site-functions'), join(root, 'usr/share/zsh/vendor-completions'));
    await run(documents, 'gzip', '-9n', writeChangelog(documents));
    writeOverrides(join(root, 'usr/share/lintian/overrides'), platformOf(platform));
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

/** @param {string} folder */
function writeChangelog(folder) {
  const head = `tsntp (${VERSION}) unstable; urgency=medium`;
  const text = `${head}\n\n  * See CHANGELOG.md.\n\n -- ${MAINTAINER}  ${RELEASE_DATE}\n`;
  writeFileSync(join(folder, 'changelog'), text);
  return 'changelog';
}

/** What lintian need not say about the Node inside. @param {string} folder @param {import('./platforms.js').Platform} platform */
function writeOverrides(folder, { node }) {
  if (node === undefined) return;
  mkdirSync(folder, { recursive: true });
  cpSync(join(import.meta.dirname, 'files/lintian-overrides'), join(folder, 'tsntp'));
}

/** @param {string} folder @param {string} architecture @param {string} depends */
function writeControl(folder, architecture, depends) {
  mkdirSync(folder);
  const fields = {
    Package: 'tsntp',
    Version: VERSION,
    Architecture: architecture,
    Maintainer: MAINTAINER,
    Depends: depends,
    Section: 'net',
    Priority: 'optional',
    Homepage: PACKAGE.homepage,
    Description: `set the clock from the network, once\n${description(' ')}`,
  };
  const text = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
  writeFileSync(join(folder, 'control'), text.join(''));
  writeFileSync(join(folder, 'conffiles'), `${CONFIGURATION}\n`);
  for (const script of ['postinst', 'prerm', 'postrm']) {
    writeFileSync(join(folder, script), packageScript(script));
    chmodSync(join(folder, script), 0o755);
  }
}
