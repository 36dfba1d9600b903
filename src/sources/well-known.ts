// The places to look for servers when neither the command line nor the environment names any.

import { type Files, wellKnownFiles } from './files.ts';
import type { ServerList } from './list.ts';
import { parseServerList } from './read.ts';
import { TIMESYNCD_PLACES } from './timesyncd.ts';

/** tsntp's own list, which may also hold options. */
export const OWN_LIST = '/etc/tsntp.conf';

/** tsntp's own list, then the configurations of chronyd, ntpd, and systemd-timesyncd, in this order. */
export const DEFAULT_LISTS: readonly string[] = [
  OWN_LIST,
  '/etc/chrony/chrony.conf',
  '/etc/chrony.conf',
  '/etc/ntpsec/ntp.conf',
  '/etc/ntp.conf',
  TIMESYNCD_PLACES[0]!,
];

/**
 * Reads the list at a well-known place; `listIn` takes the list out of the file's text; `included` reads what
 * it includes. Undefined if there is none. Throws
 * `ServerSyntaxError` and `ListError`.
 */
export function readWellKnownList(
  file: string,
  listIn: (text: string) => string = text => text,
  included: Files = wellKnownFiles,
): ServerList | undefined {
  const timesyncd = file === TIMESYNCD_PLACES[0];
  for (const place of timesyncd ? TIMESYNCD_PLACES : [file]) {
    const text = wellKnownFiles.read(place);
    if (text !== undefined) return parseServerList(listIn(text), place, included);
  }
  // Drop-ins count even without the main file.
  return timesyncd ? parseServerList('', file, wellKnownFiles) : undefined;
}
