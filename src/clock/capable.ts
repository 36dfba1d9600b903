// Whether a process may set the clock of this machine. CAP_SYS_TIME counts only where the clock itself belongs, and every
// user can have a user namespace in which each process shows all capabilities: user_namespaces(7), capabilities(7), proc(5).

import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Bit 25 of a capability set. */
const CAP_SYS_TIME = 1n << 25n;

/** `process` and `self` are their folders in /proc. Throws where the process has ended. */
export function maySetClock(process: string, self: string): boolean {
  const status = readFileSync(join(process, 'status'), 'utf8');
  const capabilities = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return (BigInt(`0x${capabilities}`) & CAP_SYS_TIME) !== 0n && sharesUserNamespace(process, self);
}

function sharesUserNamespace(process: string, self: string): boolean {
  const theirs = namespaceOf(process);
  const ours = namespaceOf(self);
  if (theirs !== undefined && ours !== undefined) return theirs === ours;
  // The link of another user's process cannot be read, its map of user ids can; only root could make a map like ours.
  return mapOf(process) === mapOf(self);
}

function namespaceOf(process: string): string | undefined {
  try {
    return readlinkSync(join(process, 'ns/user'));
  } catch {
    return undefined;
  }
}

/** Undefined where the kernel has no user namespaces. */
function mapOf(process: string): string | undefined {
  try {
    return readFileSync(join(process, 'uid_map'), 'utf8');
  } catch {
    return undefined;
  }
}
