// A line `server [-4|-6] HOST [OPTION…]` of an ntpd or chronyd configuration → a server.

import { ListError } from './files.ts';
import type { Line } from './lines.ts';
import { escaped, KE_PORT, parseServer, type Server, ServerSyntaxError } from './server.ts';
import { readOptions } from './server-options.ts';

/** The contents of a line. */
export interface ServerLine {
  readonly server: Server;
  /** The number of chrony's certificate set. */
  readonly certificateSet?: number;
  /** NTPsec's authority, which replaces all others. */
  readonly authority?: string;
  readonly notes: readonly string[];
}

/** The limit of chronyd and of tsntp in seconds: longer round trips are never accepted. */
const MAX_DELAY = 3;
/** The maximum sources of one pool, as in chronyd. */
const MOST_SOURCES = 16;
/** The daemons' default as log2 of seconds. */
const MIN_POLL = 6;

/** Whether a host is a reference clock of ntpd, in 127.127.0.0/16. */
export function isReferenceClock(host: string): boolean {
  return /^127\.127\.\d+\.\d+$/.test(host);
}

/** Parses the words after `server`, `pool`, or `peer`. Throws `ServerSyntaxError` and `ListError`. */
export function readServerLine(line: Line, pool: boolean, words: readonly string[]): ServerLine {
  const family = /^(?:-|--ipv)[46]$/.test(words[0] ?? '') ? [words[0]!] : [];
  const [host, ...rest] = words.slice(family.length);
  if (host === undefined || host === '')
    throw new ServerSyntaxError(line.from, line.text, 'a host must follow');
  const named = parseServer(host, line.from);
  const { given, notes } = readOptions(line, [...family, ...rest]);
  refuseMeasures(line, given);
  const whole = (option: string, max: number, min = 1) => wholeNumber(line, option, given, min, max);
  const certificateSet = whole('certset', 4_294_967_295, 0);
  const authority = given.get('ca');
  if (authority === '') throw new ServerSyntaxError(line.from, line.text, 'ca must be followed by a file');
  return {
    server: { ...named, ...numbersOf(whole, given.has('nts'), pool), ...flagsOf(given, pool) },
    ...(certificateSet !== undefined && { certificateSet }),
    ...(authority !== undefined && { authority }),
    notes: [...notes, ...pollNote(line, whole('minpoll', 24, -7))],
  };
}

type Whole = (option: string, max: number, min?: number) => number | undefined;

function numbersOf(whole: Whole, nts: boolean, pool: boolean): Partial<Server> {
  const port = whole('port', 65_535);
  // With NTS, the port of `host:port` is that of the key exchange; this `port` is the NTP port.
  const ntsPort = whole('ntsport', 65_535) ?? (nts && port !== undefined ? KE_PORT : undefined);
  const key = whole('key', 4_294_967_295);
  const version = whole('version', 4) as Server['version'];
  const maxSources = whole('maxsources', 2_147_483_647);
  return {
    ...(port !== undefined && { port }),
    ...(key !== undefined && { key }),
    ...(version !== undefined && { version }),
    ...(ntsPort !== undefined && { ntsPort }),
    ...(pool && maxSources !== undefined && { maxSources: Math.min(maxSources, MOST_SOURCES) }),
  };
}

function flagsOf(given: ReadonlyMap<string, string>, pool: boolean): Partial<Server> {
  return {
    ...(given.has('nts') && { nts: true }),
    ...(given.has('prefer') && { prefer: true }),
    ...(given.has('noselect') && { noselect: true }),
    ...(given.has('trust') && { trust: true }),
    ...(given.has('require') && { require: true }),
    ...(given.has('ipv4') && { family: 4 }),
    ...(given.has('ipv6') && { family: 6 }),
    ...(pool && { pool: true }),
  };
}

function wholeNumber(
  line: Line,
  option: string,
  given: ReadonlyMap<string, string>,
  min: number,
  max: number,
): number | undefined {
  const value = given.get(option);
  if (value === undefined) return undefined;
  if (/^-?\d{1,10}$/.test(value) && Number(value) >= min && Number(value) <= max) return Number(value);
  const problem = `${option} must be followed by a number from ${min} to ${max}`;
  throw new ServerSyntaxError(line.from, line.text, problem);
}

/** Refuses options that would change what is accepted: a delay limit, or an offset correction. */
function refuseMeasures({ from }: Line, given: ReadonlyMap<string, string>): void {
  const delay = given.get('maxdelay');
  if (delay !== undefined && !(Number(delay) >= MAX_DELAY)) {
    const problem = `maxdelay ${escaped(delay)}: a limit below ${MAX_DELAY} s is not supported: remove it`;
    throw new ListError(from, problem);
  }
  for (const option of ['offset', 'bias']) {
    const value = given.get(option);
    if (value === undefined || Number(value || NaN) === 0) continue;
    const problem = `${option} ${escaped(value)}: correcting a server's time is not supported: remove it`;
    throw new ListError(from, problem);
  }
}

/** A run is one burst, like `iburst`; a scheduler such as cron sets the interval. */
function pollNote({ from }: Line, minPoll: number | undefined): readonly string[] {
  if (minPoll === undefined || minPoll <= MIN_POLL) return [];
  return [`${escaped(from)}: minpoll ${minPoll}: schedule runs at least ${2 ** minPoll} s apart`];
}
