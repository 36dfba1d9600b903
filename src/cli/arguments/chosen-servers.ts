// The command line, -f files, TSNTP_SERVERS and the well-known files → the servers to query. Servers on the command line
// and in -f files come first; without any, those of TSNTP_SERVERS; without these, those of the first well-known file that
// names any. There is no silent default. The limits that the lists set are included; a flag or a variable overrides them.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LimitsFrom } from '../../pipeline/outcome.ts';
import { fileProblem, ListError, namedFiles, wellKnownFiles } from '../../sources/files.ts';
import type { Demand, Demands, ServerList } from '../../sources/list.ts';
import { parseServerList } from '../../sources/read.ts';
import { escaped, parseServer, ServerSyntaxError, withPools } from '../../sources/server.ts';
import { DEFAULT_LISTS, OWN_LIST, readWellKnownList } from '../../sources/well-known.ts';
import { refuseOptions, withOptionsRefused, withoutOptions } from './tsntp-conf.ts';
import { UsageError } from './usage-error.ts';

/** The servers of a run. */
export interface ChosenServers extends ServerList {
  /** The variable or file that names them; absent if the command line does. */
  readonly foundIn?: string;
}

/** The options that a list can also set. */
export interface DemandedArguments {
  readonly minServers?: number | undefined;
  readonly maxDistance?: number | undefined;
}

/**
 * Collects the servers: those in `named`, `pools` and `files`; without any, those in `environment`, the value of
 * TSNTP_SERVERS. Throws `UsageError` if there are none or a list cannot be read.
 */
export function chooseServers(
  named: readonly string[],
  files: readonly string[],
  environment: string,
  defaultLists: readonly string[] = DEFAULT_LISTS,
  pools: readonly string[] = [],
): ChosenServers {
  try {
    const lists = files.map(readNamedList);
    const alone = named.length === 1 && pools.length === 0 && files.length === 0;
    const servers = [
      ...withPools(
        named.map(text => parseServer(text, 'command line')),
        alone,
      ),
      ...pools.map(text => ({ ...parseServer(text, '--pool'), pool: true as const })),
      ...lists.flatMap(list => list.servers),
    ];
    const { demands, notes } = combined(lists);
    if (servers.length > 0) return { servers, demands, notes };
    if (files.length > 0)
      throw new UsageError(
        withNotes(`${files.map(escaped).join(', ')}: names no servers; write one server per line`, notes),
      );
    return fromEnvironment(environment) ?? fromDefaultLists(defaultLists);
  } catch (error) {
    if (error instanceof ServerSyntaxError || error instanceof ListError) throw new UsageError(error.message);
    throw error;
  }
}

/** The arguments, completed by the limits of the lists. */
export function withDemands<A extends DemandedArguments>(args: A, { minServers, maxDistance }: Demands): A {
  return {
    ...args,
    minServers: args.minServers ?? minServers?.value,
    maxDistance: args.maxDistance ?? maxDistance?.value,
  };
}

/** The origin of each limit that only the lists set, for messages. */
export function limitsFrom(args: DemandedArguments, { minServers, maxDistance }: Demands): LimitsFrom {
  const setBy = ({ text, from }: Demand<number>) => `"${escaped(text)}" of ${escaped(from)}`;
  return {
    ...(args.minServers === undefined && minServers && { minServers: setBy(minServers) }),
    ...(args.maxDistance === undefined && maxDistance && { maxDistance: setBy(maxDistance) }),
  };
}

/** Whether a list can be read only once: stdin, and `-f <(command)` of a shell, which is a pipe. */
export function isStream(file: string): boolean {
  return file === '-' || /^\/(dev|proc\/self)\/(fd\/\d+|stdin)$/.test(file);
}

function readNamedList(file: string): ServerList {
  const text = isStream(file) ? readStream(file) : namedFiles.read(file);
  if (text === undefined) throw new UsageError(`${escaped(file)}: cannot be read: no such file`);
  const name = file === '-' ? 'stdin' : file;
  const own = resolve(file) === OWN_LIST;
  if (!own) refuseOptions(text, name);
  return parseServerList(own ? withoutOptions(text) : text, name, withOptionsRefused(namedFiles));
}

function readStream(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    const which = file === '-' ? 'stdin' : escaped(file);
    throw new UsageError(`${which}: cannot be read: ${fileProblem(error)}`);
  }
}

function fromEnvironment(environment: string): ChosenServers | undefined {
  const texts = environment.split(/[\s,]+/).filter(text => text !== '');
  if (texts.length === 0) return undefined;
  const servers = texts.map(text => parseServer(text, 'TSNTP_SERVERS'));
  return {
    servers: withPools(servers, servers.length === 1),
    demands: {},
    notes: [],
    foundIn: 'TSNTP_SERVERS',
  };
}

function fromDefaultLists(files: readonly string[]): ChosenServers {
  const notes: string[] = [];
  for (const file of files) {
    const list =
      file === OWN_LIST
        ? readWellKnownList(file, withoutOptions, withOptionsRefused(wellKnownFiles))
        : readWellKnownList(file);
    if (list !== undefined && list.servers.length > 0) return { ...combined([list]), foundIn: file };
    notes.push(...(list?.notes ?? []));
  }
  const nowhere =
    'no servers: name one, as in "tsntp -q pool.ntp.org" (-q only measures), or list them with -f FILE or in TSNTP_SERVERS';
  throw new UsageError(withNotes(`${nowhere}\n(looked in ${files.join(', ')})`, notes));
}

/** Merges lists. Of two limits, the stricter applies. */
function combined(lists: readonly ServerList[]): ServerList {
  const all = lists.map(list => list.demands);
  const minServers = strictest(
    all.map(one => one.minServers),
    (a, b) => a > b,
  );
  const maxDistance = strictest(
    all.map(one => one.maxDistance),
    (a, b) => a < b,
  );
  const authentication = all.find(one => one.authentication)?.authentication;
  const demands: Demands = {
    ...(minServers && { minServers }),
    ...(maxDistance && { maxDistance }),
    ...(authentication && { authentication }),
  };
  const held = Object.values(demands).map(({ from, text }) => `${escaped(`${from}: ${text}`)}: holds`);
  return {
    servers: lists.flatMap(list => list.servers),
    demands,
    notes: [...lists.flatMap(list => list.notes), ...held],
  };
}

function strictest(
  demands: readonly (Demand<number> | undefined)[],
  isStricter: (a: number, b: number) => boolean,
): Demand<number> | undefined {
  return demands.reduce(
    (held, one) => (held === undefined || (one && isStricter(one.value, held.value)) ? one : held),
    undefined,
  );
}

function withNotes(message: string, notes: readonly string[]): string {
  return [message, ...notes].join('\n');
}
