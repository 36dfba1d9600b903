// This machine's identity → a minute of the hour, which differs from machine to machine and stays the same. The identity
// itself never leaves this file, only a hash of it: machine-id(5) calls it confidential.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { posix } from 'node:path';

/** A minute, and whether it follows from an identity that no other machine has. */
export interface MachineMinute {
  /** From 1 to 59. */
  readonly minute: number;
  readonly unique: boolean;
}

/**
 * The minute of the machine whose file system is at `root`. `ask` runs a command and resolves with its output: on macOS and
 * Windows, the identity is not in a file.
 */
export async function machineMinute(
  platform: string,
  root: string,
  ask: (program: string, args: readonly string[]) => Promise<string>,
): Promise<MachineMinute> {
  const id = await identityOf(platform, root, ask);
  return { minute: minuteOf(id ?? hostname()), unique: id !== undefined };
}

/** A minute from 1 to 59 out of any text. */
export function minuteOf(text: string): number {
  return 1 + (createHash('sha256').update(text).digest().readUInt32BE() % 59);
}

async function identityOf(
  platform: string,
  root: string,
  ask: (program: string, args: readonly string[]) => Promise<string>,
): Promise<string | undefined> {
  switch (platform) {
    case 'darwin':
      return /"IOPlatformUUID" = "([\w-]+)"/.exec(
        await ask('/usr/sbin/ioreg', ['-rd1', '-c', 'IOPlatformExpertDevice']),
      )?.[1];
    case 'win32':
      return /\bREG_SZ\s+([\w-]+)/.exec(
        await ask('reg', ['query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography', '/v', 'MachineGuid']),
      )?.[1];
    default:
      return ['etc/machine-id', 'var/lib/dbus/machine-id']
        .map(path => readIdentity(posix.join(root, path)))
        .find(id => id !== undefined);
  }
}

/** An image whose machine-id is made at the first boot has an empty file, or the word "uninitialized". */
function readIdentity(path: string): string | undefined {
  try {
    return /^[\da-f]{32}$/.exec(readFileSync(path, 'utf8').trim())?.[0];
  } catch {
    return undefined;
  }
}
