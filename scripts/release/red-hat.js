// The tree of a platform → an RPM. Nothing is enabled; a removal takes back scheduled runs.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settle } from './archives.js';
import { PACKAGE, VERSION } from './facts.js';
import { description, MAINTAINER, RELEASE_DATE } from './maintainer.js';
import { CONFIGURATION, packageScript, writePackageTree } from './package-tree.js';
import { isChosen, platformOf } from './platforms.js';
import { run } from './tool.js';

/** The names of processors in RPM, and the platforms. */
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

/** Folders that no other package may have made; rpm removes those that it owns when they are empty. */
const OWN_FOLDERS = [
  '/usr/share/bash-completion',
  '/usr/share/bash-completion/completions',
  '/usr/share/fish',
  '/usr/share/fish/vendor_completions.d',
  '/usr/share/zsh',
  '/usr/share/zsh/site-functions',
];

/** Builds the package of each architecture in `target`, in the folder `work`. @param {string} work @param {string} target */
export async function rpmPackages(work, target) {
  for (const [architecture, platform] of Object.entries(ARCHITECTURES))
    if (isChosen(platform)) await rpmPackage(work, target, { architecture, version: VERSION });
}

/** Builds one package. @param {string} work @param {string} target @param {{ readonly architecture: string, readonly version: string }} which */
export async function rpmPackage(work, target, { architecture, version }) {
  const top = join(work, `rpm-${architecture}`);
  const tree = join(top, 'tree');
  await writePackageTree(tree, platformOf(ARCHITECTURES[architecture]));
  settle(tree);
  mkdirSync(join(top, 'tmp'));
  writeFileSync(join(top, 'tsntp.spec'), spec(tree, version));
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

/** @param {string} tree @param {string} version */
function spec(tree, version) {
  return `Name: tsntp
Version: ${version}
Release: 1
Summary: Set the clock from the network, once
License: ${PACKAGE.license}
URL: ${PACKAGE.homepage}
Group: Applications/System
Packager: ${MAINTAINER}
AutoReqProv: no
Requires: libc.so.6(GLIBC_2.28)(64bit), libstdc++.so.6()(64bit), libgcc_s.so.1()(64bit)
%description
${description('')}
%install
cp -a ${tree}/. %{buildroot}/
%post
${packageScript('postinst')}
%preun
${packageScript('prerm')}
%postun
${packageScript('postrm')}
%files
%defattr(-,root,root)
%config(noreplace) ${CONFIGURATION}
${OWN_FOLDERS.map(folder => `%dir ${folder}\n`).join('')}/usr/lib/systemd/system/tsntp*
/usr/lib/systemd/system-preset/80-tsntp.preset
/usr/bin/tsntp
/usr/lib/tsntp
/usr/share/bash-completion/completions/tsntp
/usr/share/doc/tsntp
/usr/share/fish/vendor_completions.d/tsntp.fish
/usr/share/man/man8/tsntp.8.gz
/usr/share/zsh/site-functions/_tsntp
%changelog
* ${RELEASE_DATE.replace(/^(\w+), (\d+) (\w+) (\d+) .*$/, '$1 $3 $2 $4')} ${MAINTAINER} - ${version}-1
- See CHANGELOG.md.
`;
}
