// The licenses of the packages that are in the artifacts, as one text.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT, LOCKED, PACKAGE } from './facts.js';

/** The paths in node_modules of the packages that the command is made from: its dependencies, and theirs. */
export function packagePaths() {
  /** @type {Set<string>} */
  const found = new Set();
  const visit = (name, parent) => {
    const nested = `${parent}/node_modules/${name}`;
    const path = Object.hasOwn(LOCKED, nested) ? nested : `node_modules/${name}`;
    if (found.has(path)) return;
    found.add(path);
    for (const dependency of Object.keys(LOCKED[path].dependencies ?? {})) visit(dependency, path);
  };
  for (const name of Object.keys(PACKAGE.dependencies)) visit(name, '');
  return [...found].sort();
}

/** Name, version and license of each package, and the text of the license. Throws if a package has none. */
export function licenses() {
  const parts = packagePaths().map(path => {
    const folder = join(CHECKOUT, path);
    const files = readdirSync(folder)
      .filter(name => /^(licen[cs]e|copying)/i.test(name))
      .sort();
    if (files.length === 0) throw new Error(`${path} contains no license`);
    const texts = files.map(file => readFileSync(join(folder, file), 'utf8').trim());
    const { version, license } = LOCKED[path];
    return `${path.replace(/^.*node_modules\//, '')} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
  });
  return parts.join(`\n${'='.repeat(80)}\n\n`);
}
