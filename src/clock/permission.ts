// What it takes to set the clock: whether this process has it, and if not, what is missing and the one command that helps.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CAP_SYS_TIME } from './capable.ts';

/** What Linux asks for, for the effective user id `user`. Root without it is in a container or a user namespace, mostly. */
export function linuxPermission(user: number | undefined): string {
  return user === 0
    ? 'Root lacks CAP_SYS_TIME, as in a container. Start the container with --cap-add SYS_TIME'
    : 'Setting the clock needs CAP_SYS_TIME. Run as root: sudo tsntp';
}

export const darwinPermission = 'Setting the clock needs root. Run: sudo tsntp';

/** The two sentences, where it can be told beforehand that this process may not set the clock; undefined otherwise. */
export function missingPermission(
  platform: NodeJS.Platform,
  user: number | undefined,
  proc = '/proc/self',
): string | undefined {
  if (platform === 'darwin') return user === 0 ? undefined : darwinPermission;
  if (platform !== 'linux') return undefined;
  return lacksCapability(proc) ? linuxPermission(user) : undefined;
}

/** A capability of a user namespace of its own is not one over the clock: the first namespace maps every id to itself. */
function lacksCapability(proc: string): boolean {
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(textOf(join(proc, 'status')) ?? '')?.[1];
  if (capabilities === undefined) return false;
  const map = textOf(join(proc, 'uid_map'));
  const isFirst = map === undefined || /^\s*0\s+0\s+4294967295\s*$/.test(map);
  return !isFirst || (BigInt(`0x${capabilities}`) & CAP_SYS_TIME) === 0n;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
