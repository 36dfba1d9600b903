// timesyncd.conf and its drop-ins → servers: `NTP=`, or else `FallbackNTP=`. Drop-ins follow the file, sorted by name
// regardless of their directory; for equal names the first directory wins (timesyncd.conf(5)). An empty value resets a
// setting.

import { dirname } from 'node:path';
import { type Files, ListError } from './files.ts';
import { filesIn } from './includes.ts';
import { joinedLines, type Line } from './lines.ts';
import type { Demand, ServerList } from './list.ts';
import { escaped, parseServer, type Server, ServerSyntaxError } from './server.ts';
import { closestWord } from './spelling.ts';
import { secondsOf } from './time-span.ts';

/** The directories that systemd searches, in order; also for the file itself. */
const FOLDERS: readonly string[] = [
  '/etc/systemd',
  '/run/systemd',
  '/usr/local/lib/systemd',
  '/usr/lib/systemd',
];
const FILE = 'timesyncd.conf';

/** The places of systemd's own file; the first one that exists is used. */
export const TIMESYNCD_PLACES: readonly string[] = FOLDERS.map(folder => `${folder}/${FILE}`);

/** Settings about when and how often a daemon queries. */
const IRRELEVANT: readonly string[] = [
  'PollIntervalMinSec',
  'PollIntervalMaxSec',
  'ConnectionRetrySec',
  'SaveIntervalSec',
];
const OBEYED: readonly string[] = ['NTP', 'FallbackNTP', 'RootDistanceMaxSec'];

/** The settings read so far. */
interface Settings {
  readonly servers: Record<'NTP' | 'FallbackNTP', readonly Server[]>;
  maxDistance: Demand<number> | undefined;
  readonly notes: string[];
}

/** Reads the lines of the file called `name`, then its drop-ins. Throws `ServerSyntaxError` and `ListError`. */
export function readTimesyncd(lines: readonly Line[], name: string, files: Files): ServerList {
  const settings: Settings = { servers: { NTP: [], FallbackNTP: [] }, maxDistance: undefined, notes: [] };
  readFile(lines, settings);
  const folders = FOLDERS.includes(dirname(name))
    ? FOLDERS.map(folder => `${folder}/${FILE}.d`)
    : [`${name}.d`];
  for (const path of filesIn(folders, '.conf', files))
    readFile(joinedLines(files.read(path) ?? '', path), settings);
  const { servers, maxDistance, notes } = settings;
  return {
    servers: servers.NTP.length > 0 ? servers.NTP : servers.FallbackNTP,
    demands: maxDistance ? { maxDistance } : {},
    notes,
  };
}

function readFile(lines: readonly Line[], settings: Settings): void {
  let section = '';
  for (const line of lines) {
    if (line.text.startsWith('[')) section = line.text;
    else if (section === '[Time]') readSetting(line, settings);
    else if (/^(Fallback)?NTP\s*=/.test(line.text)) {
      const where = section === '' ? 'in no section' : `in ${section}`;
      settings.notes.push(
        `${escaped(`${line.from}: ${line.text}`)}: it is ${escaped(where)}, but only counts in [Time]`,
      );
    }
  }
}

function readSetting(line: Line, settings: Settings): void {
  const [, key, value = ''] = /^([^=]*?)\s*=\s*(.*)$/s.exec(line.text) ?? [];
  if (key === undefined) {
    throw new ServerSyntaxError(line.from, line.text, 'in [Time], write servers as "NTP=HOST HOST…"');
  }
  if (key === 'NTP' || key === 'FallbackNTP') {
    const hosts = value.split(/\s+/).filter(host => host !== '');
    const before = hosts.length === 0 ? [] : settings.servers[key];
    settings.servers[key] = [...before, ...hosts.map(host => serverOf(host, line))];
  } else if (key === 'RootDistanceMaxSec') settings.maxDistance = maxDistanceOf(value, line);
  else if (!IRRELEVANT.includes(key)) unknownSetting(key, line, settings);
}

function serverOf(host: string, { text, from }: Line): Server {
  if (!host.includes(',')) return parseServer(host, from);
  throw new ServerSyntaxError(from, text, 'separate servers with spaces, not commas');
}

function maxDistanceOf(value: string, { text, from }: Line): Demand<number> | undefined {
  if (value === '') return undefined;
  const seconds = secondsOf(value);
  if (seconds !== undefined && seconds > 0) return { value: seconds, from, text };
  throw new ServerSyntaxError(from, text, 'expected a time above 0, such as 5, 500ms or "1min 30s"');
}

/** systemd-timesyncd ignores unknown settings, but that must not lose a server or a limit. */
function unknownSetting(key: string, { text, from }: Line, { notes }: Settings): void {
  if (/ntp|server|pool|peer|host/i.test(key) && closestWord(key, ['rootdistancemaxsec']) === undefined) {
    throw new ListError(
      from,
      `"${escaped(text)}": timesyncd.conf has no ${escaped(key)}=; write NTP=HOST HOST…`,
    );
  }
  const meant = OBEYED.find(one => closestWord(key, [one.toLowerCase()]) !== undefined);
  if (meant !== undefined)
    throw new ListError(from, `"${escaped(text)}": did you mean ${meant}=? Settings are case-sensitive`);
  notes.push(`${escaped(`${from}: ${text}`)}: timesyncd.conf has no such setting: ignored`);
}
