// "host", "host:port", "1.2.3.4:123", "[2001:db8::1]:123", "fe80::1%eth0" → Server, and back to text.
// An internationalized name becomes its ASCII form (RFC 5891). Nothing is looked up here, and whatever is
// shown of a text that cannot be read has its control characters escaped.

import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** One server of a run, as it was named and with all that is asked of it. */
export interface Server {
  /** A name, an IPv4 address, or an IPv6 address without brackets and with its zone. */
  readonly host: string;
  readonly port: number;
  /** The symmetric key to authenticate with. */
  readonly key?: number;
  readonly nts?: true;
  /** Where keys are exchanged for NTS, when not at its own port 4460. */
  readonly ntsPort?: number;
  readonly version?: 1 | 2 | 3 | 4;
  /** Breaks ties. */
  readonly prefer?: true;
  /** Measured and reported, never used. */
  readonly noselect?: true;
  /** Stands for several servers. */
  readonly pool?: true;
  /** Of a pool, so many of its addresses at most. */
  readonly maxSources?: number;
  /** Asked over this family only. */
  readonly family?: 4 | 6;
  /** chrony's `trust`: never a falseticker for servers without it. */
  readonly trust?: true;
  /** chrony's `require`: nothing is set unless this server, or another one required, is among those believed. */
  readonly require?: true;
  /** The authorities that are trusted for this server, in place of the run's. */
  readonly authorities?: Authorities;
  /** Where it was named: `command line`, `FILE:LINE` or `TSNTP_SERVERS`. */
  readonly from: string;
}

/** The certificate authorities that are trusted: those of the system where neither property says otherwise. */
export interface Authorities {
  /** Authorities as PEM, in place of the system's. */
  readonly ca?: string | undefined;
  /** Trust those of the system, too. */
  readonly system?: boolean | undefined;
}

/** The port of a server that names none (RFC 5905 §7.2). */
export const NTP_PORT = 123;
/** The port of a key exchange for NTS (RFC 8915 §7.1). */
export const KE_PORT = 4460;

/** A pool's votes, unless its line says `maxsources`: chrony's default. */
const POOL_VOTES = 4;

/** How many of its addresses a server stands for at most: one, however many its name has; a pool for several. */
export function votesOf({ pool, maxSources = POOL_VOTES }: Server): number {
  return pool ? maxSources : 1;
}

/**
 * Servers that are named without a word like `server` or `pool`: a name under pool.ntp.org is a pool, and so is a name
 * that stands alone.
 */
export function withPools(named: readonly Server[], alone: boolean): readonly Server[] {
  return named.map(server => {
    const isPool =
      familyOf(server.host) === undefined && (alone || /(^|\.)pool\.ntp\.org\.?$/i.test(server.host));
    return isPool ? { ...server, pool: true } : server;
  });
}

/** With NTS, the port of `host:port` is where keys are exchanged: that exchange says which port serves the time. */
export function withNts<S extends Server>(server: S): S {
  const named = server.ntsPort === undefined && server.port !== NTP_PORT;
  return { ...server, nts: true, ...(named && { ntsPort: server.port, port: NTP_PORT }) };
}

/** One text for all entries of a list that name the same server: these have one vote. */
export function identityOf({ host, port, ntsPort }: Server): string {
  return `${host.toLowerCase().replace(/\.$/, '')} ${port} ${ntsPort ?? ''}`;
}

/** One text for all entries of a list that name the same server and ask for the same: one of them is asked. */
export function listingOf(server: Server): string {
  const { family = '', authorities: { ca = '', system = '' } = {} } = server;
  return `${identityOf(server)} ${family} ${termsOf(server)} ${system} ${ca}`;
}

/** One text for what is asked of a server, and what its answers count for. */
export function termsOf({ key, nts, noselect, trust, require, prefer }: Server): string {
  const flags = [nts, noselect, trust, require, prefer].map(flag => (flag ? 1 : 0)).join('');
  return `${key ?? ''} ${flags}`;
}

/** A server that cannot be read. The message says where it stands, what it is, what is wrong and what is allowed. */
export class ServerSyntaxError extends Error {
  override readonly name = 'ServerSyntaxError';
  constructor(from: string, text: string, problem: string) {
    const excerpt = text.length > 100 ? `${text.slice(0, 100)}…` : text;
    super(`${escaped(from)}: cannot read "${escaped(excerpt)}": ${problem}`);
  }
}

/** Reads one server. Throws `ServerSyntaxError`. */
export function parseServer(text: string, from: string): Server {
  const read = hostAndPort(text);
  if (typeof read === 'string') {
    const allowed = 'write host, host:port, 192.0.2.1, 2001:db8::1, [2001:db8::1]:123 or fe80::1%eth0';
    throw new ServerSyntaxError(from, text, `${read}; ${allowed}`);
  }
  return { ...read, from };
}

/** The text of a server for reports; its port only when that is not 123. */
export function formatServer({ host, port }: Pick<Server, 'host' | 'port'>): string {
  if (port === NTP_PORT) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The family of a literal address, with or without a zone; undefined for a name. */
export function familyOf(host: string): 4 | 6 | undefined {
  // Asked only where two colons are: Node's pattern of IPv6 takes milliseconds to compile.
  if (/:.*:/.test(host)) return isIPv6(host.replace(/%[\w.-]{1,64}$/, '')) ? 6 : undefined;
  return isIPv4(host) ? 4 : undefined;
}

/** Text for a message: nothing is left in it that could steer a terminal. */
export function escaped(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, c => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}

/** The two parts of a server, or what is wrong with it. */
function hostAndPort(text: string): { host: string; port: number } | string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return 'this is a URL: leave out the scheme and the slashes';
  if (familyOf(text) !== undefined) return { host: text, port: NTP_PORT };

  const [, bracketed, name, portText] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/s.exec(text) ?? [];
  if (bracketed === undefined && name === undefined) {
    if (text.startsWith('[')) return 'only a port may follow the closing bracket of an IPv6 address';
    return 'this is no IPv6 address; with a port, an IPv6 address stands in brackets';
  }
  if (portText !== undefined && !isPort(portText)) return 'the port must be a number from 1 to 65535';
  const port = portText === undefined ? NTP_PORT : Number(portText);

  if (bracketed !== undefined) {
    return familyOf(bracketed) === 6 ? { host: bracketed, port } : 'brackets are for an IPv6 address';
  }
  if (name === undefined || name === '') return 'the host is empty';
  const misfit = /[^\w.\-\u{80}-\u{10ffff}]/u.exec(name);
  if (misfit) return `"${escaped(misfit[0])}" does not belong in a host name`;
  // Only after that check: domainToASCII reads a URL, and would quietly drop what precedes "@" or follows "/".
  const host = /^[\w.-]*$/.test(name) ? name : domainToASCII(name);
  return hostProblem(host) ?? { host, port };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/** What forbids an ASCII text as a host (RFC 1123 §2.1; underscores are common in private networks). */
function hostProblem(host: string): string | undefined {
  if (familyOf(host) === 4) return undefined;
  const labels = host.replace(/\.$/, '').split('.');
  if (host.length > 253 || !labels.every(label => /^(?!-)[\w-]{1,63}(?<!-)$/.test(label))) {
    return 'the parts of a host name have 1 to 63 characters, no hyphen at their ends, and 253 characters in all';
  }
  // The C library would take "10.1" and "0x7f000001" for addresses that were never meant.
  if (/^(\d+|0x[\da-f]*)$/i.test(labels.at(-1)!)) return 'an IPv4 address is four numbers from 0 to 255';
  return undefined;
}
