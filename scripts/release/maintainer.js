// The maintainer and the date of the packages, in the forms that Debian and RPM ask for.

import { EPOCH, PACKAGE } from './facts.js';

/** The owner of the repository, by the address that GitHub gives to each account. */
export const MAINTAINER = `tsntp <${new URL(PACKAGE.bugs).pathname.split('/')[1]}@users.noreply.github.com>`;

/** The day of the release: `Thu, 26 Nov 2026 00:00:00 +0000` (deb-changelog(5)). */
export const RELEASE_DATE = new Date(EPOCH * 1000).toUTCString().replace('GMT', '+0000');

/** The description of package.json in lines of at most 78 characters. @param {string} indent */
export function description(indent) {
  return PACKAGE.description
    .replace(/(?<line>.{1,78})(?:\s+|$)/g, '$<line>\n')
    .trim()
    .split('\n')
    .map(line => `${indent}${line}`)
    .join('\n');
}
