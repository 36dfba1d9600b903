// Whether a process may set this machine's clock. CAP_SYS_TIME counts only in the user namespace that owns the clock;
// in a namespace of its own, every process appears to have all capabilities. user_namespaces(7), capabilities(7),
// proc(5).

import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Bit 25 of a capability set. */
export const CAP_SYS_TIME: bigint = 1n << 25n;

/**
 * Whether a process may set the clock. `theirs` and `ours` are the /proc directories of that process and of this one.
 * Throws if the process has ended.
 */
export function maySetClock(theirs: string, ours: string): boolean {
  const status = readFileSync(join(theirs, 'status'), 'utf8');
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return (BigInt(`0x${capabilities}`) & CAP_SYS_TIME) !== 0n && sharesUserNamespace(theirs, ours);
}

function sharesUserNamespace(theirs: string, ours: string): boolean {
  const [their, our] = [namespaceOf(theirs), namespaceOf(ours)];
  if (their !== undefined && our !== undefined) return their === our;
  // The namespace link of another user's process is unreadable, but its user id map is not; only root can create a map
  // like ours.
  return mapOf(theirs) === mapOf(ours);
}

function namespaceOf(folder: string): string | undefined {
  try {
    return readlinkSync(join(folder, 'ns/user'));
  } catch {
    return undefined;
  }
}

/** The user id map; undefined if the kernel has no user namespaces. */
function mapOf(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'uid_map'), 'utf8');
  } catch {
    return undefined;
  }
}
