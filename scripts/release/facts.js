// What every artifact of a release shares: its version, its date, and the package that it is made from.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The checkout that the release is made from. */
export const CHECKOUT = resolve(import.meta.dirname, '../..');

/** The package.json of the checkout. */
export const PACKAGE = JSON.parse(readFileSync(resolve(CHECKOUT, 'package.json'), 'utf8'));

/** The packages that the lock file pins, by their path: `node_modules/koffi`. */
export const LOCKED = JSON.parse(readFileSync(resolve(CHECKOUT, 'package-lock.json'), 'utf8')).packages;

/** @type {string} */
export const VERSION = PACKAGE.version;

/**
 * The time of every file in the artifacts, in seconds since 1970: that of the release in CHANGELOG.md, or
 * `SOURCE_DATE_EPOCH` (https://reproducible-builds.org/specs/source-date-epoch/).
 */
export const EPOCH = Number(process.env.SOURCE_DATE_EPOCH ?? dateOfRelease());

function dateOfRelease() {
  const changelog = readFileSync(resolve(CHECKOUT, 'CHANGELOG.md'), 'utf8');
  const date = new RegExp(`^## \\[${VERSION.replaceAll('.', '\\.')}\\] - (\\S+)$`, 'm').exec(changelog)?.[1];
  if (date === undefined)
    throw new Error(`CHANGELOG.md has no date for version ${VERSION}: add "## [${VERSION}] - YYYY-MM-DD"`);
  return Date.parse(`${date}T00:00:00Z`) / 1000;
}
