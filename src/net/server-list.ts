// The text of a file → the servers it names. Three kinds of file, told apart so:
//  - with a line `[Time]` it is a timesyncd.conf;
//  - with a line that is `server`, `pool` or `peer` and a further word, or under the name ntp.conf or
//    chrony.conf, it is the configuration of ntpd or chronyd: other directives are passed over;
//  - else it is a plain list, one server a line, and every line must be one. A host may be called `server`.
// Comments are the same in all: from `#` to the end of the line, and lines that begin with ! ; or %.

import { KE_PORT } from './nts.ts';
import { escaped, parseServer, type Server, ServerSyntaxError } from './server.ts';

/** Where servers are looked for when neither the command line nor the environment names any, in this order. */
export const DEFAULT_LISTS: readonly string[] = [
  '/etc/tsntp.conf',
  '/etc/chrony/chrony.conf',
  '/etc/chrony.conf',
  '/etc/ntpsec/ntp.conf',
  '/etc/ntp.conf',
  '/etc/systemd/timesyncd.conf',
];

export interface ServerList {
  readonly servers: readonly Server[];
  /** What was left out of the file and why, each with FILE:LINE. */
  readonly notes: readonly string[];
}

/** Reads the text of the file called `name`. Throws `ServerSyntaxError` for a line that cannot be read. */
export function parseServerList(text: string, name: string): ServerList {
  const lines = significantLines(text, name);
  if (lines.some(line => line.text === '[Time]')) return timesyncd(lines);
  const configuration = /(^|[/\\])(ntp|chrony)\.conf$/.test(name) || lines.some(isServerDirective);
  if (configuration) return directives(lines);
  return { servers: lines.map(line => parseServer(line.text, line.from)), notes: [] };
}

/** A line without its comment and the spaces around it. */
interface Line {
  readonly text: string;
  /** FILE:LINE. */
  readonly from: string;
}

function significantLines(text: string, name: string): readonly Line[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .map((line, index) => ({ text: line.replace(/#.*/s, '').trim(), from: `${name}:${index + 1}` }))
    .filter(line => line.text !== '' && !/^[!;%]/.test(line.text));
}

function isServerDirective({ text }: Line): boolean {
  return /^(server|pool|peer)\s+\S/i.test(text);
}

/** ntp.conf and chrony.conf. Capitals do not matter, as in chronyd. */
function directives(lines: readonly Line[]): ServerList {
  const servers: Server[] = [];
  const notes: string[] = [];
  for (const line of lines) {
    const [directive = '', ...words] = line.text.split(/\s+/);
    switch (directive.toLowerCase()) {
      case 'server':
      case 'pool':
      case 'peer':
        if (/^127\.127\.\d+\.\d+$/.test(words[0] ?? '')) {
          notes.push(
            `${escaped(line.from)}: ${words[0]} is a reference clock of ntpd, not a server: skipped`,
          );
        } else {
          servers.push(serverOf(line, directive.toLowerCase() === 'pool', words));
        }
        break;
      case 'include':
      case 'includefile':
      case 'confdir':
      case 'sourcedir':
        notes.push(`${escaped(line.from)}: ${escaped(line.text)}: servers named there are not read`);
        break;
      default:
        // No directive is a single word with a dot or colon in it, so this is a server out of a plain list.
        if (words.length === 0 && /[.:]/.test(directive)) {
          throw new ServerSyntaxError(
            line.from,
            line.text,
            'among directives, a server is written "server HOST"',
          );
        }
    }
  }
  return { servers, notes };
}

/** `HOST [OPTION…]`: the options that matter here are taken, the others are passed over. */
function serverOf(line: Line, pool: boolean, words: readonly string[]): Server {
  const [host, ...options] = words[0] === '-4' || words[0] === '-6' ? words.slice(1) : words;
  if (host === undefined) throw new ServerSyntaxError(line.from, line.text, 'a host must follow');
  const names = options.map(option => option.toLowerCase());
  const number = (option: string, max: number): number | undefined => {
    const at = names.indexOf(option);
    if (at === -1) return undefined;
    const value = names[at + 1] ?? '';
    if (/^\d{1,10}$/.test(value) && Number(value) >= 1 && Number(value) <= max) return Number(value);
    throw new ServerSyntaxError(
      line.from,
      line.text,
      `${option} must be followed by a number from 1 to ${max}`,
    );
  };
  const port = number('port', 65_535);
  const nts = names.includes('nts');
  // Of `host:port` with NTS, it is the port of the key exchange; this `port` is where the time is served.
  const ntsPort = number('ntsport', 65_535) ?? (nts && port !== undefined ? KE_PORT : undefined);
  const key = number('key', 4_294_967_295);
  const version = number('version', 4) as Server['version'];
  return {
    ...parseServer(host, line.from),
    ...(port !== undefined && { port }),
    ...(key !== undefined && { key }),
    ...(version !== undefined && { version }),
    ...(nts && { nts: true }),
    ...(ntsPort !== undefined && { ntsPort }),
    ...(names.includes('prefer') && { prefer: true }),
    ...(names.includes('noselect') && { noselect: true }),
    ...(pool && { pool: true }),
  };
}

/** timesyncd.conf: `NTP=` and `FallbackNTP=` of `[Time]`, each adding to itself, an empty one starting it afresh. */
function timesyncd(lines: readonly Line[]): ServerList {
  const named: Record<string, Server[]> = { NTP: [], FallbackNTP: [] };
  let section = '';
  for (const line of lines) {
    if (line.text.startsWith('[')) section = line.text;
    const [, key = '', value = ''] = /^(NTP|FallbackNTP)\s*=\s*(.*)$/.exec(line.text) ?? [];
    if (section !== '[Time]' || key === '') continue;
    const hosts = value.split(/\s+/).filter(host => host !== '');
    named[key] =
      hosts.length === 0 ? [] : [...named[key]!, ...hosts.map(host => parseServer(host, line.from))];
  }
  const { NTP = [], FallbackNTP = [] } = named;
  return { servers: NTP.length > 0 ? NTP : FallbackNTP, notes: [] };
}
