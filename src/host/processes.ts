// Whether the processes of this machine can be seen: without that, no other time service is found.

import { readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** On Linux, why the first process cannot be looked at; undefined where it can. `root` is that of the file system. */
export function whyHidden(platform: string = process.platform, root = '/'): string | undefined {
  if (platform !== 'linux') return undefined;
  try {
    readFileSync(posix.join(root, 'proc/1/comm'));
    return undefined;
  } catch {
    return '/proc is not there, or hides the processes of others';
  }
}
