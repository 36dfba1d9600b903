// Whether this machine's processes are visible; without that, no other time service can be found.

import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** On Linux, why the first process cannot be inspected; undefined if it can. `root` is the root of the file system. */
export function whyHidden(platform: string = process.platform, root = '/'): string | undefined {
  if (platform !== 'linux') return undefined;
  try {
    readFileSync(posix.join(root, 'proc/1/comm'));
    return undefined;
  } catch {
    return '/proc is not there, or hides the processes of others';
  }
}
