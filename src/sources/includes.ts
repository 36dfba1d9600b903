// The include directives of a configuration → file paths, in the order in which the daemon reads them.

import { join, parse, resolve, sep } from 'node:path';
import type { Files } from './files.ts';

/** chrony's `include PATTERN` relative to `directory`: all matching files, sorted. */
export function filesMatching(pattern: string, directory: string, files: Files): readonly string[] {
  const whole = resolve(directory, pattern);
  const { root } = parse(whole);
  let paths: readonly string[] = [root];
  for (const part of whole.slice(root.length).split(sep)) {
    const matches = isPattern(part) ? matcherOf(part) : undefined;
    paths = paths.flatMap(path =>
      matches
        ? files
            .names(path)
            .filter(matches)
            .map(name => join(path, name))
        : [join(path, part)],
    );
  }
  return paths;
}

/** Whether a path contains wildcards, so that it may match nothing. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * chrony's `confdir` and `sourcedir`: the files of all directories, sorted by name. If several files share a name, the
 * first directory wins.
 */
export function filesIn(directories: readonly string[], ending: string, files: Files): readonly string[] {
  const byName = new Map<string, string>();
  for (const directory of directories) {
    for (const name of files.names(directory)) {
      const counts = name.endsWith(ending) && !name.startsWith('.');
      if (counts && !byName.has(name)) byName.set(name, join(directory, name));
    }
  }
  return [...byName.keys()].sort().map(name => byName.get(name)!);
}

/** glob(7): wildcards do not match a leading dot. */
function matcherOf(pattern: string): (name: string) => boolean {
  const source = pattern.replace(/\[!?[^\]]+\]|[*?]|[\\^$.+()|{}[\]]/g, one => {
    if (one === '*') return '.*';
    if (one === '?') return '.';
    if (one.length === 1) return `\\${one}`;
    return one.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
  });
  let expression: RegExp;
  try {
    expression = new RegExp(`^${source}$`, 's');
  } catch {
    return name => name === pattern;
  }
  return name => expression.test(name) && (pattern.startsWith('.') || !name.startsWith('.'));
}
