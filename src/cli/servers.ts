// Which servers a command asks: those named on the command line and in -f files; with none of either, those of
// TSNTP_SERVERS; else of the first well-known file that names any. There is no silent default.

import { readFileSync } from 'node:fs';
import { parseServer, type Server, ServerSyntaxError } from '../net/server.ts';
import { DEFAULT_LISTS, parseServerList, type ServerList } from '../net/server-list.ts';
import { reasonOf, UsageError } from './usage-error.ts';

export interface ChosenServers extends ServerList {
  /** Where they were found, when the user did not say. */
  readonly foundIn?: string;
}

/**
 * Collects the servers: the `named` ones, those of `files`, or else those of `environment` (what TSNTP_SERVERS says).
 * Throws `UsageError` when there is none, or when something cannot be read.
 */
export function chooseServers(
  named: readonly string[],
  files: readonly string[],
  environment: string,
  defaultLists: readonly string[] = DEFAULT_LISTS,
): ChosenServers {
  try {
    const lists = files.map(file => parseServerList(readList(file), file === '-' ? 'stdin' : file));
    const servers = [
      ...named.map(text => parseServer(text, 'command line')),
      ...lists.flatMap(list => list.servers),
    ];
    const notes = lists.flatMap(list => list.notes);
    if (servers.length > 0) return { servers, notes };
    if (files.length > 0)
      throw new UsageError(`${files.join(', ')}: names no servers; one a line is expected`);
    return fromEnvironment(environment) ?? fromDefaultLists(defaultLists) ?? nowhere(defaultLists);
  } catch (error) {
    if (error instanceof ServerSyntaxError) throw new UsageError(error.message);
    throw error;
  }
}

function readList(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UsageError(
      `cannot read the server list ${file === '-' ? 'from stdin' : file}: ${reasonOf(error)}`,
    );
  }
}

function fromEnvironment(environment: string): ChosenServers | undefined {
  const texts = environment.split(/[\s,]+/).filter(text => text !== '');
  if (texts.length === 0) return undefined;
  const servers: readonly Server[] = texts.map(text => parseServer(text, 'TSNTP_SERVERS'));
  return { servers, notes: [], foundIn: 'TSNTP_SERVERS' };
}

function fromDefaultLists(files: readonly string[]): ChosenServers | undefined {
  for (const file of files) {
    const list = readIfThere(file);
    if (list !== undefined && list.servers.length > 0) return { ...list, foundIn: file };
  }
  return undefined;
}

function readIfThere(file: string): ServerList | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
  return parseServerList(text, file);
}

function nowhere(looked: readonly string[]): never {
  throw new UsageError(
    `no servers: name one, as in "tsntp sync pool.ntp.org", or list them with -f FILE or in TSNTP_SERVERS\n` +
      `(looked in ${looked.join(', ')})`,
  );
}
