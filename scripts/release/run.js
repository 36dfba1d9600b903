// `npm run release`: the built checkout → release/ with every artifact, their checksums, and the bill of materials. The
// same commit yields the same bytes. `npm run release -- archives npm` makes only these; `npm run release -- linux-x64 deb`
// of the archives and packages only those for linux-x64. The old release/ stays in place until the new one is complete.

import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { tarball, zip } from './archives.js';
import { billOfMaterials } from './bill-of-materials.js';
import { containerImage } from './container.js';
import { debianPackages } from './debian.js';
import { CHECKOUT, VERSION } from './facts.js';
import { licenses } from './licenses.js';
import { npmPackage } from './npm-package.js';
import { choosePlatforms, isChosen, PLATFORMS } from './platforms.js';
import { writeProgramTree } from './program-tree.js';
import { rpmPackages } from './red-hat.js';
import { checkTools } from './tool.js';

/** What can be made, by the name that the command line gives it. */
const KINDS = {
  archives,
  npm: npmPackage,
  deb: debianPackages,
  rpm: rpmPackages,
  image: containerImage,
  documents,
};

mkdirSync(join(CHECKOUT, '.cache/release'), { recursive: true });
const work = mkdtempSync(join(CHECKOUT, '.cache/release/work-'));
const target = join(work, 'release');
try {
  mkdirSync(target);
  const kinds = wanted();
  checkTools();
  await Promise.all(kinds.map(kind => KINDS[kind](work, target)));
  writeFileSync(join(target, 'SHA256SUMS'), checksums());
  publish();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The kinds on the command line, all if there is none; chooses the platforms that it names. */
function wanted() {
  const names = process.argv.slice(2);
  const platforms = PLATFORMS.map(({ name }) => name);
  const unknown = names.filter(name => !Object.hasOwn(KINDS, name) && !platforms.includes(name));
  if (unknown.length > 0)
    throw new Error(
      `release: cannot make ${unknown.join(', ')}; name some of ${[...Object.keys(KINDS), ...platforms].join(', ')}, or none for all`,
    );
  choosePlatforms(names.filter(name => platforms.includes(name)));
  const kinds = names.filter(name => Object.hasOwn(KINDS, name));
  return kinds.length > 0 ? kinds : Object.keys(KINDS);
}

/** @param {string} work @param {string} target */
async function archives(work, target) {
  for (const platform of PLATFORMS.filter(({ name }) => isChosen(name))) {
    const name = `tsntp-${VERSION}-${platform.name}`;
    const folder = join(work, 'archives', name);
    await writeProgramTree(folder, platform);
    if (platform.name.startsWith('win-')) await zip(folder, join(target, `${name}.zip`));
    else await tarball(folder, join(target, `${name}.tar.gz`));
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} _work @param {string} target */
async function documents(_work, target) {
  writeFileSync(join(target, `tsntp-${VERSION}.cdx.json`), await billOfMaterials());
  writeFileSync(join(target, 'LICENSES'), licenses());
}

/** In the form of sha256sum(1). */
function checksums() {
  const sumOf = name =>
    createHash('sha256')
      .update(readFileSync(join(target, name)))
      .digest('hex');
  return readdirSync(target)
    .sort()
    .map(name => `${sumOf(name)}  ${name}\n`)
    .join('');
}

/** Moves the artifacts into release/, and shows their sizes in MB. */
function publish() {
  const final = join(CHECKOUT, 'release');
  for (const name of readdirSync(target)) {
    const megabytes = statSync(join(target, name)).size / 1e6;
    console.log(`${megabytes.toFixed(1).padStart(6)} MB  ${name}`);
  }
  rmSync(final, { recursive: true, force: true });
  renameSync(target, final);
}
