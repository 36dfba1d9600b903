// The text of a list → targets with their names and groups. One host per line, its comment is its name ("10.0.0.5  # gate 3"), a
// heading in brackets is a group, as in an inventory of Ansible; or CSV: host, name, group.

import { NTP_PORT, parseServer, ServerSyntaxError } from '../sources/server.ts';
import type { Target } from './fleet-outcome.ts';
import { namesOfRange } from './host-range.ts';

/** Reads a list; `name` is its name in messages and in `Target.from`. Throws `ServerSyntaxError` for a line that names no host. */
export function readTargetList(text: string, name: string): readonly Target[] {
  const targets: Target[] = [];
  let group: string | undefined;
  let columns: Columns | undefined;
  let skipping = false;
  for (const [i, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const from = `${name}:${i + 1}`;
    const { words, comment } = withoutComment(line);
    const heading = headingOf(words);
    if (words === '') continue;
    if (heading !== undefined) {
      // Variables and groups of groups of an inventory name no hosts.
      skipping = /:(vars|children)$/.test(heading);
      group = heading;
    } else if (!skipping) {
      if (words.split('"').length % 2 === 0)
        throw new ServerSyntaxError(from, words, 'a text in quotation marks must end on the same line');
      const cells = /[,;]/.test(words) ? cellsOf(words) : undefined;
      const head = cells && targets.length === 0 ? columnsIn(cells, from, words) : undefined;
      if (head) columns = head;
      else
        targets.push(
          ...(cells
            ? [ofRow(cells, columns ?? PLAIN, from, words)]
            : expanded(words, from).map(line => ofLine(line, comment, group, from))),
        );
    }
  }
  return targets;
}

/** A target that was named without a list: as a server, or with a user for ssh, `user@host`. Throws `ServerSyntaxError`. */
export function targetOf(text: string, from: string): Target {
  const at = text.lastIndexOf('@');
  const { host, port } = parseServer(text.slice(at + 1), from);
  return { host, port, ...(at !== -1 && { user: userIn(text.slice(0, at), text, from) }), from };
}

/** A user that no program can take for an option. */
function userIn(user: string, text: string, from: string): string {
  if (/^\w[\w.+\\-]{0,63}\$?$/.test(user)) return user;
  throw new ServerSyntaxError(
    from,
    text,
    'a user before "@" has letters, digits and ._+-, and begins with a letter',
  );
}

/** What tells targets apart. Several machines behind one address differ by their ports of ssh. */
export function keyOfTarget({ host, port, sshPort }: Pick<Target, 'host' | 'port' | 'sshPort'>): string {
  return `${host.toLowerCase().replace(/\.$/, '')} ${port} ${sshPort ?? ''}`;
}

/** The targets without repetitions, and a warning for each that is named again. */
export function withoutRepetitions(targets: readonly Target[]): {
  readonly targets: readonly Target[];
  readonly warnings: readonly string[];
} {
  const first = new Map<string, Target>();
  const warnings: string[] = [];
  for (const target of targets) {
    const key = keyOfTarget(target);
    const earlier = first.get(key);
    if (earlier)
      warnings.push(`${target.host} is named twice (${earlier.from}, ${target.from}): checked once`);
    else first.set(key, target);
  }
  return { targets: [...first.values()], warnings };
}

/** Where the columns of a table are. */
interface Columns {
  readonly host: number;
  readonly port: number;
  readonly name: number;
  readonly group: number;
}

/** A table without a heading. */
const PLAIN: Columns = { host: 0, name: 1, group: 2, port: -1 };

const HOST = ['host', 'address', 'ip', 'ip address', 'hostname'];
const NAME = ['name', 'label', 'description'];
const GROUP = ['group', 'site', 'location'];

/** The columns, if the row is a heading. Throws `ServerSyntaxError` for one without a column of hosts. */
function columnsIn(cells: readonly string[], from: string, words: string): Columns | undefined {
  const titles = cells.map(cell => cell.toLowerCase());
  const at = (names: readonly string[]) => titles.findIndex(title => names.includes(title));
  const host = HOST.map(title => titles.indexOf(title)).find(found => found !== -1) ?? -1;
  if (host === -1 && [...NAME, ...GROUP].includes(titles[0]!))
    throw new ServerSyntaxError(from, words, 'no column is called host');
  return host === -1 ? undefined : { host, port: at(['port']), name: at(NAME), group: at(GROUP) };
}

function ofRow(cells: readonly string[], columns: Columns, from: string, words: string): Target {
  const cell = (column: number) => cells[column] ?? '';
  const { port: named, ...target } = targetOf(cell(columns.host), from);
  if (columns === PLAIN && /^\d+$/.test(cell(columns.name)))
    throw new ServerSyntaxError(
      from,
      words,
      'the second column is the name: write HOST:PORT, or a first line of titles, host;port;name',
    );
  const text = cell(columns.port);
  const port = text === '' ? named : portIn(text, words, from);
  return { ...target, port, ...naming(cell(columns.name), cell(columns.group)) };
}

/** A line for each host that the ranges of its first word stand for. */
function expanded(words: string, from: string): readonly string[] {
  if (/^(---|[\w-]+:)$/.test(words))
    throw new ServerSyntaxError(
      from,
      words,
      'an inventory in YAML is not read: give one in INI format, or use the playbook tsntp.tsntp.check',
    );
  const [named = ''] = words.split(/\s/, 1);
  try {
    return namesOfRange(named).map(name => name + words.slice(named.length));
  } catch (error) {
    if (error instanceof RangeError) throw new ServerSyntaxError(from, words, error.message);
    throw error;
  }
}

function ofLine(words: string, comment: string, group: string | undefined, from: string): Target {
  const [named = '', ...others] = words.split(/\s+/);
  const stray = others.find(word => !/^\w+=/.test(word));
  if (stray !== undefined)
    throw new ServerSyntaxError(from, words, 'write one host per line; its name follows after #');
  if (others.length === 0) return { ...targetOf(named, from), ...naming(comment, group) };
  const variable = (name: string) => new RegExp(`(?:^|\\s)${name}=["']?([^\\s"']+)`).exec(words)?.[1];
  const login = loginOf(variable('ansible_user'), variable('ansible_port'), words, from);
  const address = variable('ansible_host');
  if (address === undefined) return { ...targetOf(named, from), ...login, ...naming(comment, group) };
  const { host } = parseServer(address, from);
  return { host, port: NTP_PORT, ...login, ...naming(comment || named, group), from };
}

function loginOf(
  user: string | undefined,
  port: string | undefined,
  words: string,
  from: string,
): Pick<Target, 'user' | 'sshPort'> {
  // A template of Ansible cannot be filled in here; ssh's configuration then says who logs in.
  return {
    ...(user !== undefined && !user.includes('{{') && { user: userIn(user, words, from) }),
    ...(port !== undefined && !port.includes('{{') && { sshPort: portIn(port, words, from) }),
  };
}

function portIn(text: string, words: string, from: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65_535) return port;
  throw new ServerSyntaxError(from, words, 'the port must be a number from 1 to 65535');
}

function naming(label: string, group = ''): Pick<Target, 'label' | 'group'> {
  return { ...(label !== '' && { label }), ...(group !== '' && { group }) };
}

/** `[gates]`, but not an IPv6 address in brackets. */
function headingOf(words: string): string | undefined {
  const [, inner] = /^\[([^\]]*)\]$/.exec(words) ?? [];
  return inner === undefined || /^[\da-f]*:[\da-f:.]*(%.*)?$/i.test(inner) ? undefined : inner.trim();
}

/** A # starts a comment outside quotes; `!`, `;` and `%` do at the start of a line, as in other lists. */
function withoutComment(line: string): { readonly words: string; readonly comment: string } {
  const [words = ''] = /^(?:[^#"]+|"[^"]*(?:"|$))*/.exec(line) ?? [];
  const comment = line.slice(words.length).replace(/^#+/, '').trim();
  return { words: /^\s*[!;%]/.test(words) ? '' : words.trim(), comment };
}

/** The cells of a row: quoted ones may hold the separator, and a doubled quotation mark (RFC 4180). */
function cellsOf(row: string): readonly string[] {
  const cells = row.matchAll(/(?:^|[,;])\s*(?:"((?:[^"]|"")*)"|([^,;]*))/g);
  return [...cells].map(([, quoted, plain = '']) => (quoted?.replaceAll('""', '"') ?? plain).trim());
}
