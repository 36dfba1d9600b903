// -a, -k, --nts, --nts-ca and the lists → the servers with their authentication: symmetric keys, or NTS with its trusted
// authorities. A file that cannot be read, or a secret that other users can read, is a usage error.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readSecret } from '../../host/secret-file.ts';
import { loadAccessLists } from '../../host/windows/access-lists.ts';
import type { Keys } from '../../net/authentication.ts';
import type { NtsTrust } from '../../net/nts/open.ts';
import type { SymmetricKey } from '../../ntp/auth/key.ts';
import { KeyFileError, readKeys } from '../../ntp/auth/key-file.ts';
import { OPTIONS } from '../../options/option-table.ts';
import type { Arguments } from '../../options/parsed.ts';
import { fileProblem } from '../../sources/files.ts';
import type { Demand, ListedServer, ServerList } from '../../sources/list.ts';
import { escaped, formatServer, type Server, withNts } from '../../sources/server.ts';
import { UsageError } from './usage-error.ts';

/** The options that concern authentication. */
export type AuthenticationArguments = Pick<
  Arguments<'query'>,
  'key' | 'keys' | 'nts' | 'ntsCa' | 'ntsIgnoreDates' | 'ntpVersion'
>;

/** The servers of a run, with everything that authenticates them. */
export interface AuthenticatedServers {
  readonly servers: readonly Server[];
  readonly keys: Keys;
  readonly nts: NtsTrust;
}

/** Reads keys and authorities, and assigns them to the servers. Rejects with `UsageError`. */
export async function authenticateServers(
  { servers: listed, demands }: Pick<ServerList, 'servers' | 'demands'>,
  args: AuthenticationArguments,
): Promise<AuthenticatedServers> {
  const chosen = listed.map(server => withAuthentication(server, args));
  if (args.ntpVersion !== undefined && args.ntpVersion < 4 && chosen.some(({ nts }) => nts)) {
    throw new UsageError(`--ntp-version: NTS needs version 4, not ${args.ntpVersion}`);
  }
  const admitted = demands.authentication ? onlyAuthenticated(chosen, demands.authentication) : chosen;
  await loadAccessLists();
  return {
    servers: await Promise.all(admitted.map(server => withAuthorities(server, args))),
    keys: keysOf(admitted, args),
    nts: {
      ...(args.ntsCa !== undefined && { ca: await authoritiesIn([args.ntsCa], '--nts-ca') }),
      ...(args.ntsIgnoreDates && { ignoreDates: true }),
    },
  };
}

/** A line for each authentication option that has no effect, because no server uses it. */
export function unusedAuthentication(
  { servers, keys }: AuthenticatedServers,
  args: AuthenticationArguments,
): readonly string[] {
  const withoutNts = !servers.some(({ nts }) => nts);
  const noNts = 'no server uses NTS: add --nts, or "nts" to the server in the list';
  return [
    ...(args.keys !== undefined && keys.size === 0
      ? ['--keys: no server uses a key: add --key N, or "key N" to the server in the list']
      : []),
    ...(args.ntsCa !== undefined && withoutNts ? [`--nts-ca: ${noNts}`] : []),
    ...(args.ntsIgnoreDates && withoutNts ? [`--nts-ignore-dates: ${noNts}`] : []),
  ];
}

function withAuthentication(server: ListedServer, { key, nts }: AuthenticationArguments): ListedServer {
  if (nts || server.nts) return withNts(server);
  return key === undefined || server.key !== undefined ? server : { ...server, key };
}

/** As in chrony, servers without authentication are measured and reported but never used. */
function onlyAuthenticated(
  servers: readonly ListedServer[],
  { from, text }: Demand<true>,
): readonly ListedServer[] {
  const isAuthenticated = ({ key, nts, noselect }: Server) => !noselect && (nts || key !== undefined);
  if (!servers.some(isAuthenticated)) {
    const problem = 'no server has a key or NTS: add "key N" or "nts" to a server, or give --key N or --nts';
    throw new UsageError(`${escaped(`${from}: ${text}`)}: ${problem}`);
  }
  return servers.map(server => (isAuthenticated(server) ? server : { ...server, noselect: true }));
}

/** The server with the contents of its authorities, unless --nts-ca overrides them. */
async function withAuthorities(
  { keyFile: _, certificates, ...server }: ListedServer,
  { ntsCa }: AuthenticationArguments,
): Promise<Server> {
  if (!server.nts || !certificates || ntsCa !== undefined) return server;
  const { files, system, from } = certificates;
  if (files.length === 0) {
    const problem = `trusts no authority for ${formatServer(server)}: name one with "ntstrustedcerts FILE"`;
    throw new UsageError(`${escaped(from)}: ${problem}`);
  }
  return {
    ...server,
    authorities: { ca: await authoritiesIn(files, `the authorities of ${escaped(from)} in`), system },
  };
}

/** Reads the keys that servers name: from -k, or from the key file of their list. */
function keysOf(servers: readonly ListedServer[], args: AuthenticationArguments): Keys {
  const wanted = new Map<string, Set<number>>();
  for (const { key, nts, keyFile = OPTIONS.keys.default } of servers) {
    if (key === undefined || nts) continue;
    const file = args.keys ?? keyFile;
    wanted.set(file, (wanted.get(file) ?? new Set()).add(key));
  }
  const keys = new Map<number, SymmetricKey>();
  for (const [file, ids] of wanted) {
    for (const [id, key] of keysIn(file, ids)) {
      if (keys.has(id) && !isSameKey(keys.get(id)!, key)) {
        const files = [...wanted.keys()].map(escaped).join(', ');
        throw new UsageError(`key ${id} differs between ${files}: give the right file with -k FILE`);
      }
      keys.set(id, key);
    }
  }
  return keys;
}

function isSameKey(a: SymmetricKey, b: SymmetricKey): boolean {
  return a.type === b.type && Buffer.compare(a.secret, b.secret) === 0;
}

function keysIn(file: string, ids: ReadonlySet<number>): Keys {
  try {
    return readKeys(readSecret(file, 'name another with -k FILE'), escaped(file), ids);
  } catch (error) {
    if (error instanceof KeyFileError) throw new UsageError(error.message);
    throw error;
  }
}

/** The certificates of files, and of the files in directories, as PEM. `by` is the option or line that names them. */
async function authoritiesIn(paths: readonly string[], by: string): Promise<string> {
  const { holdsCertificates } = await import('../../net/nts/trust.ts');
  return paths
    .flatMap(path => {
      const texts = authorityFilesIn(path, by).filter(holdsCertificates);
      if (texts.length > 0) return texts;
      const expected = 'it contains no PEM certificate (-----BEGIN CERTIFICATE-----)';
      throw new UsageError(`${by} ${escaped(path)}: ${expected}`);
    })
    .join('\n');
}

function authorityFilesIn(path: string, by: string): readonly string[] {
  try {
    if (!statSync(path).isDirectory()) return [readFileSync(path, 'utf8')];
    const paths = readdirSync(path).map(name => join(path, name));
    return paths.filter(one => statSync(one).isFile()).map(one => readFileSync(one, 'utf8'));
  } catch (error) {
    throw new UsageError(`cannot read ${by} ${escaped(path)}: ${fileProblem(error)}`);
  }
}
