// Files in memory, as the sources of servers see them.

import { dirname, posix } from 'node:path';
import type { Files } from '../../src/sources/files.ts';

/** Files by their absolute paths. */
export function filesOf(files: Readonly<Record<string, string>>): Files {
  const paths = Object.keys(files);
  return {
    read: path => files[path],
    names: directory =>
      [
        ...new Set(
          paths
            .filter(path => path.startsWith(posix.join(directory, '/')))
            .map(path => path.slice(posix.join(directory, '/').length).split('/')[0]!),
        ),
      ].sort(),
    isDirectory: path => paths.some(one => dirname(one) === path),
  };
}
