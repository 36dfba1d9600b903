// The text of a file → its servers and its requirements for a run. The kind of file is recognized as follows:
//  - named timesyncd.conf, or containing a line `[Time]`: a configuration of systemd-timesyncd;
//  - named ntp.conf or chrony.conf, or containing a line that begins with `server`, `pool`, or `include` and continues:
//    a configuration of ntpd or chronyd;
//  - otherwise a plain list, in which every line must be a server. A host may be called `server`.

import { readDirectives } from './directives.ts';
import { type Files, namedFiles } from './files.ts';
import { joinedLines, type Line, significantLines, wordsOf } from './lines.ts';
import type { ServerList } from './list.ts';
import { parseServer, type Server, ServerSyntaxError, withPools } from './server.ts';
import { readTimesyncd } from './timesyncd.ts';

/**
 * Parses the text of the file called `name` and the files that it includes. Throws `ServerSyntaxError` for an
 * unreadable line, and `ListError` for a line that cannot be obeyed or a file that cannot be read.
 */
export function parseServerList(text: string, name: string, files: Files = namedFiles): ServerList {
  const lines = significantLines(text, name);
  if (/(^|[/\\])timesyncd\.conf$/.test(name) || lines.some(line => line.text === '[Time]'))
    return readTimesyncd(joinedLines(text, name), name, files);
  const configuration = /(^|[/\\])(ntp|chrony)\.conf$/.test(name) || lines.some(namesSources);
  if (configuration) return readDirectives(lines, name, files);
  return { servers: lines.flatMap(line => plainServers(line, name)), demands: {}, notes: [] };
}

function namesSources({ text }: Line): boolean {
  return /^(server|pool|peer|include|includefile|confdir|sourcedir|refclock)\s+\S/i.test(text);
}

/** A line of a plain list: one host; several in Red Hat's step-tickers, or if every word looks like a host. */
function plainServers(line: Line, name: string): readonly Server[] {
  const words = wordsOf(line);
  const several = /(^|[/\\])step-tickers$/.test(name) || words.every(word => /^[^/]*\w[.:][^/]*$/.test(word));
  if (words.length > 1 && !several) {
    const allowed = 'a plain list has one server per line; for options, write "server HOST OPTION…"';
    throw new ServerSyntaxError(line.from, line.text, allowed);
  }
  return withPools(
    words.map(word => parseServer(word, line.from)),
    false,
  );
}
