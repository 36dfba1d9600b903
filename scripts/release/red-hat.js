// The tree of a platform → an RPM. Nothing is enabled; a removal takes back what `tsntp schedule --install` has set up.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settle } from './archives.js';
import { PACKAGE, VERSION } from './facts.js';
import { isChosen, platformOf } from './platforms.js';
import { writeProgramTree } from './program-tree.js';
import { run } from './tool.js';

/** The names of processors in RPM, and our platforms. */
const ARCHITECTURES = { x86_64: 'linux-x64', aarch64: 'linux-arm64' };

/** What makes the bytes depend on nothing but the files; no program of the build host is stripped or scanned. */
const DEFINITIONS = {
  _buildhost: 'localhost',
  use_source_date_epoch_as_buildtime: '1',
  clamp_mtime_to_source_date_epoch: '1',
  _binary_payload: 'w6.gzdio',
  _build_id_links: 'none',
  __os_install_post: '%{nil}',
  debug_package: '%{nil}',
  _use_weak_usergroup_deps: '0',
};

/** Builds the package of each architecture in `target`, in the folder `work`. @param {string} work @param {string} target */
export async function rpmPackages(work, target) {
  for (const [architecture, platform] of Object.entries(ARCHITECTURES)) {
    if (!isChosen(platform)) continue;
    const top = join(work, `rpm-${architecture}`);
    const tree = join(top, 'tree');
    await writeProgramTree(join(tree, 'usr'), platformOf(platform));
    await run(join(tree, 'usr/share/man/man8'), 'gzip', '-9n', 'tsntp.8');
    settle(tree);
    mkdirSync(join(top, 'tmp'));
    writeFileSync(join(top, 'tsntp.spec'), spec(tree));
    const places = {
      _topdir: top,
      _rpmdir: target,
      _rpmfilename: '%{NAME}-%{VERSION}-%{RELEASE}.%{ARCH}.rpm',
      _tmppath: join(top, 'tmp'),
    };
    const definitions = Object.entries({ ...DEFINITIONS, ...places }).flatMap(([name, value]) => [
      '--define',
      `${name} ${value}`,
    ]);
    await run(
      top,
      'rpmbuild',
      '--quiet',
      '-bb',
      '--target',
      `${architecture}-linux`,
      ...definitions,
      'tsntp.spec',
    );
  }
}

/** @param {string} tree */
function spec(tree) {
  return `Name: tsntp
Version: ${VERSION}
Release: 1
Summary: Set the clock from the network, once
License: ${PACKAGE.license}
URL: ${PACKAGE.homepage}
AutoReqProv: no
Requires: glibc >= 2.28, libstdc++, libgcc
%description
${PACKAGE.description}
%install
cp -a ${tree}/. %{buildroot}/
%preun
if [ "$1" = 0 ]; then tsntp schedule --remove || :; fi
%files
%defattr(-,root,root)
/usr/bin/tsntp
/usr/lib/tsntp
/usr/share/bash-completion/completions/tsntp
/usr/share/doc/tsntp
/usr/share/fish/vendor_completions.d/tsntp.fish
/usr/share/man/man8/tsntp.8.gz
/usr/share/zsh/site-functions/_tsntp
`;
}
