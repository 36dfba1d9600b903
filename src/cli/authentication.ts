// -a, -k, --nts, --nts-ca → which servers are authenticated and with what: the keys that they name, and whom to
// trust with a certificate. What cannot be read, or could have been read by others, is a usage error.

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { Keys } from '../net/authentication.ts';
import { escaped, NTP_PORT, type Server } from '../net/server.ts';
import { KeyFileError, readKeys } from '../ntp/auth/key-file.ts';
import type { NtsTrust } from '../nts.ts';
import { reasonOf, UsageError } from './usage-error.ts';

/** Where ntpd's keys are, and ours. */
export const DEFAULT_KEYS = '/etc/ntp.keys';

export interface AuthenticationArguments {
  readonly key?: number | undefined;
  readonly keys?: string | undefined;
  readonly nts?: boolean | undefined;
  readonly ntsCa?: string | undefined;
  readonly ntsIgnoreDates?: boolean | undefined;
  readonly ntpVersion?: number | undefined;
}

export interface AuthenticatedServers {
  readonly servers: readonly Server[];
  readonly keys: Keys;
  readonly nts: NtsTrust;
}

/** Throws `UsageError`. */
export async function authenticateServers(
  chosen: readonly Server[],
  args: AuthenticationArguments,
): Promise<AuthenticatedServers> {
  const servers = chosen.map(server => withAuthentication(server, args));
  if (args.ntpVersion !== undefined && args.ntpVersion < 4 && servers.some(({ nts }) => nts)) {
    throw new UsageError(`--ntp-version: NTS needs version 4, not ${args.ntpVersion}`);
  }
  const ids = servers.flatMap(({ key, nts }) => (key !== undefined && !nts ? [key] : []));
  return {
    servers,
    keys: ids.length > 0 ? keysIn(args.keys ?? DEFAULT_KEYS, new Set(ids)) : new Map(),
    nts: {
      ...(args.ntsCa !== undefined && { ca: await authoritiesIn(args.ntsCa) }),
      ...(args.ntsIgnoreDates && { ignoreDates: true }),
    },
  };
}

function withAuthentication(server: Server, { key, nts }: AuthenticationArguments): Server {
  if (nts || server.nts) return withNts(server);
  return key === undefined || server.key !== undefined ? server : { ...server, key };
}

/** With NTS, the port of `host:port` is where keys are exchanged: who serves the time, that exchange says. */
function withNts(server: Server): Server {
  const named = server.ntsPort === undefined && server.port !== NTP_PORT;
  return { ...server, nts: true, ...(named && { ntsPort: server.port, port: NTP_PORT }) };
}

function keysIn(file: string, ids: ReadonlySet<number>): Keys {
  try {
    return readKeys(readSecret(file), escaped(file), ids);
  } catch (error) {
    if (error instanceof KeyFileError) throw new UsageError(error.message);
    throw error;
  }
}

/** The text of a file that nobody else can read or write but, where its owner wants so, its group. */
function readSecret(file: string): string {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw new UsageError(
      `cannot read the keys in ${escaped(file)}: ${reasonOf(error)}; name another with -k FILE`,
    );
  }
  try {
    const { mode, uid } = fstatSync(fd);
    const us = process.geteuid?.();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG)
      throw new UsageError(`${escaped(file)} is not a regular file`);
    if (us !== undefined && uid !== us && uid !== 0) {
      throw new UsageError(`${escaped(file)} belongs to user ${uid}, not to ${us} or root: chown it`);
    }
    // The distributions' services read theirs by their group: 0640.
    if (us !== undefined && (mode & 0o027) !== 0) {
      const octal = (mode & 0o7777).toString(8).padStart(4, '0');
      throw new UsageError(
        `${escaped(file)} has secret keys and is open to others (mode ${octal}): chmod 600 it`,
      );
    }
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

async function authoritiesIn(file: string): Promise<string> {
  const { holdsCertificates } = await import('../net/nts-trust.ts');
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read --nts-ca ${escaped(file)}: ${reasonOf(error)}`);
  }
  if (holdsCertificates(text)) return text;
  throw new UsageError(
    `--nts-ca ${escaped(file)}: this is no certificate in PEM (-----BEGIN CERTIFICATE-----)`,
  );
}
