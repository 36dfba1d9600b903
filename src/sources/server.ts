// "host", "host:port", "1.2.3.4:123", "[2001:db8::1]:123", "fe80::1%eth0" ⇄ Server. An internationalized name becomes
// its ASCII form (RFC 5891). Nothing is resolved here. Messages escape the control characters of unreadable text.

import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';

/** One server of a run, as it was named and with all that is asked of it. */
export interface Server {
  /** A name, an IPv4 address, or an IPv6 address without brackets, including its zone. */
  readonly host: string;
  readonly port: number;
  /** The id of the symmetric key to authenticate with. */
  readonly key?: number;
  readonly nts?: true;
  /** The port of the NTS key exchange, if not 4460. */
  readonly ntsPort?: number;
  readonly version?: 1 | 2 | 3 | 4;
  /** Preferred in ties. */
  readonly prefer?: true;
  /** Measured and reported, but never used. */
  readonly noselect?: true;
  /** The name stands for several servers. */
  readonly pool?: true;
  /** The maximum number of a pool's addresses to use. */
  readonly maxSources?: number;
  /** Query over this family only. */
  readonly family?: 4 | 6;
  /** chrony's `trust`: servers without it cannot make this one a falseticker. */
  readonly trust?: true;
  /** chrony's `require`: the clock is set only if this server, or another required one, is accepted. */
  readonly require?: true;
  /** The authorities trusted for this server instead of the run's. */
  readonly authorities?: Authorities;
  /** The origin: `command line`, `FILE:LINE`, or `TSNTP_SERVERS`. */
  readonly from: string;
}

/** The certificate authorities that are trusted: those of the system where neither property says otherwise. */
export interface Authorities {
  /** Authorities as PEM, instead of the system's. */
  readonly ca?: string | undefined;
  /** Trust the system's authorities as well. */
  readonly system?: boolean | undefined;
}

/** The default NTP port (RFC 5905 §7.2). */
export const NTP_PORT = 123;
/** The default port of the NTS key exchange (RFC 8915 §7.1). */
export const KE_PORT = 4460;

/** A pool's votes unless its line sets `maxsources`: chrony's default. */
const POOL_VOTES = 4;

/** The maximum number of addresses a server stands for: one regardless of how many its name has; several for a pool. */
export function votesOf({ pool, maxSources = POOL_VOTES }: Server): number {
  return pool ? maxSources : 1;
}

/**
 * Marks pools among servers named without a word like `server` or `pool`: a name under pool.ntp.org, and a name that
 * stands alone.
 */
export function withPools(named: readonly Server[], alone: boolean): readonly Server[] {
  return named.map(server => {
    const isPool = familyOf(server.host) === undefined && (alone || isPublicPool(server.host));
    return isPool ? { ...server, pool: true } : server;
  });
}

/** Whether a host is a public pool, whose rules ask for few requests. */
export function isPublicPool(host: string): boolean {
  return /(^|\.)pool\.ntp\.org\.?$/i.test(host);
}

/** With NTS, the port of `host:port` is where keys are exchanged: that exchange says which port serves the time. */
export function withNts<S extends Server>(server: S): S {
  const named = server.ntsPort === undefined && server.port !== NTP_PORT;
  return { ...server, nts: true, ...(named && { ntsPort: server.port, port: NTP_PORT }) };
}

/** A key that is equal for entries naming the same server; such entries share one vote. */
export function identityOf({ host, port, ntsPort }: Server): string {
  return `${host.toLowerCase().replace(/\.$/, '')} ${port} ${ntsPort ?? ''}`;
}

/** A key that is equal for entries naming the same server with the same terms; only one of them is queried. */
export function listingOf(server: Server): string {
  const { family = '', authorities: { ca = '', system = '' } = {} } = server;
  return `${identityOf(server)} ${family} ${termsOf(server)} ${system} ${ca}`;
}

/** A key for how a server is authenticated and how its replies count. */
export function termsOf({ key, nts, noselect, trust, require, prefer }: Server): string {
  const flags = [nts, noselect, trust, require, prefer].map(flag => (flag ? 1 : 0)).join('');
  return `${key ?? ''} ${flags}`;
}

/** A server that cannot be parsed. The message states the place, the text, the problem, and what is allowed. */
export class ServerSyntaxError extends RangeError {
  override readonly name = 'ServerSyntaxError';
  constructor(from: string, text: string, problem: string) {
    const excerpt = text.length > 100 ? `${text.slice(0, 100)}…` : text;
    super(`${escaped(from)}: cannot read "${escaped(excerpt)}": ${problem}`);
  }
}

/** Parses one server. Throws `ServerSyntaxError`. */
export function parseServer(text: string, from: string): Server {
  const read = hostAndPort(text);
  if (typeof read === 'string') {
    const allowed = 'write host, host:port, 192.0.2.1, 2001:db8::1, [2001:db8::1]:123 or fe80::1%eth0';
    throw new ServerSyntaxError(from, text, `${read}; ${allowed}`);
  }
  return { ...read, from };
}

/** Formats a server for reports; omits port 123. */
export function formatServer({ host, port }: Pick<Server, 'host' | 'port'>): string {
  if (port === NTP_PORT) return host;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The family of a literal address, with or without a zone; undefined for a name. */
export function familyOf(host: string): 4 | 6 | undefined {
  // Checked only if there are two colons: Node's IPv6 pattern takes milliseconds to compile.
  if (/:.*:/.test(host)) return isIPv6(host.replace(/%[\w.-]{1,64}$/, '')) ? 6 : undefined;
  return isIPv4(host) ? 4 : undefined;
}

/** Escapes text for messages, so that it cannot control a terminal. */
export function escaped(text: string): string {
  // The classes of Unicode take half a millisecond to compile.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, c => `\\u{${c.codePointAt(0)!.toString(16)}}`);
}

/** Splits a server into host and port, or returns what is wrong with it. */
function hostAndPort(text: string): { host: string; port: number } | string {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return 'this is a URL: remove the scheme and the slashes';
  if (text.includes(',')) return 'put spaces between servers';
  if (familyOf(text) !== undefined) return { host: text, port: NTP_PORT };

  const [, bracketed, name, portText] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/s.exec(text) ?? [];
  if (bracketed === undefined && name === undefined) {
    if (text.startsWith('[')) return 'only a port may follow the closing bracket of an IPv6 address';
    if (!/^[\da-f.:]+(%.*)?$/i.test(text)) return 'this is neither a host with a port nor an IPv6 address';
    return 'this is not an IPv6 address; put an IPv6 address with a port in brackets';
  }
  if (portText !== undefined && !isPort(portText)) return 'the port must be a number from 1 to 65535';
  const port = portText === undefined ? NTP_PORT : Number(portText);

  if (bracketed !== undefined) {
    return familyOf(bracketed) === 6 ? { host: bracketed, port } : 'brackets are for an IPv6 address';
  }
  if (name === undefined || name === '') return 'the host is empty';
  const misfit = /[^\w.\-\u{80}-\u{10ffff}]/u.exec(name);
  if (misfit) return `"${escaped(misfit[0])}" is not allowed in a host name`;
  // Only after this check: domainToASCII parses a URL and would silently drop what precedes "@" or follows "/".
  const host = /^[\w.-]*$/.test(name) ? name : domainToASCII(name);
  return hostProblem(host) ?? { host, port };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}

/** Why an ASCII text is not a valid host (RFC 1123 §2.1; underscores are common in private networks). */
function hostProblem(host: string): string | undefined {
  if (familyOf(host) === 4) return undefined;
  const labels = host.replace(/\.$/, '').split('.');
  if (host.length > 253 || !labels.every(label => /^(?!-)[\w-]{1,63}(?<!-)$/.test(label))) {
    return 'the parts of a host name have 1 to 63 characters, no hyphen at their ends, and 253 characters in all';
  }
  // The C library would accept "10.1" and "0x7f000001" as addresses, which the user did not mean.
  if (/^(\d+|0x[\da-f]*)$/i.test(labels.at(-1)!)) return 'an IPv4 address is four numbers from 0 to 255';
  return undefined;
}
