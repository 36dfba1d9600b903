// The servers as programs name them, strings and objects → servers with all that a run needs to know of them.

import { aNumber, checkValue, checkValues, oneOf, type Range, type Ranges } from '../options/ranges.ts';
import {
  type Authorities,
  familyOf,
  NTP_PORT,
  parseServer,
  type Server,
  withNts,
  withPools,
} from '../sources/server.ts';
import { AUTHORITIES, someText, yesOrNo } from './options.ts';

/** One server as a program names it: an object where a string is not enough. Only `host` is required. */
export interface ServerSpec {
  /** A name, an IPv4 address, or an IPv6 address without brackets and with its zone. */
  readonly host: string;
  /** The UDP port that serves the time; 123 by default. */
  readonly port?: number | undefined;
  /** The number of the symmetric key to authenticate with (RFC 5905 §7.3); the option `keys` has the key. */
  readonly key?: number | undefined;
  /** Whether to authenticate with NTS (RFC 8915). */
  readonly nts?: boolean | undefined;
  /** The TCP port where keys are exchanged for NTS; 4460 by default. */
  readonly ntsPort?: number | undefined;
  /** The version of NTP in requests to this server; by default that of the run. */
  readonly version?: 1 | 2 | 3 | 4 | undefined;
  /** Whether this server wins over others that are as good. */
  readonly prefer?: boolean | undefined;
  /** Whether this server is measured and reported, and never used. */
  readonly noselect?: boolean | undefined;
  /**
   * Whether this name stands for several servers. By default it does under pool.ntp.org, and where it is the only name that was
   * given.
   */
  readonly pool?: boolean | undefined;
  /** Of a pool: how many of its addresses have a vote at most; 4 by default. */
  readonly maxSources?: number | undefined;
  /** Asks this server over IPv4 or over IPv6 only. */
  readonly family?: 4 | 6 | undefined;
  /** Whether servers without this mark can never outvote this one (chrony's `trust`). */
  readonly trust?: boolean | undefined;
  /** Whether nothing is set unless this server, or another with this mark, is believed (chrony's `require`). */
  readonly require?: boolean | undefined;
  /** The authorities that are trusted for this server, in place of the option `ntsTrust`. */
  readonly authorities?: Authorities | undefined;
  /** Where the server was named, for messages and reports; `argument` by default. */
  readonly from?: string | undefined;
}

/** The servers to ask: `host`, `host:port` or `[v6]:port` as a string, a `ServerSpec`, or an array of either. */
export type Servers = string | ServerSpec | readonly (string | ServerSpec)[];

/**
 * The servers of a run. Throws `ServerSyntaxError` for a text that names no server, and `RangeError` for anything that is neither
 * a text nor a `ServerSpec`.
 */
export function serversOf(servers: Servers, nts: boolean): readonly Server[] {
  const alone = !Array.isArray(servers);
  const list: readonly (string | ServerSpec)[] = Array.isArray(servers) ? servers : [servers];
  checkValue('servers', list, { has: () => list.length > 0, text: SERVER.text });
  return list.flatMap((named, index) => {
    const where = alone ? 'servers' : `servers[${index}]`;
    checkValue(where, named, SERVER);
    const isPool = typeof named === 'string' ? undefined : named.pool;
    const server = typeof named === 'string' ? parseServer(named, 'argument') : serverOf(named, where);
    const withVotes = isPool === undefined ? withPools([server], list.length === 1) : [server];
    return nts && typeof named === 'string'
      ? withVotes.map(withNts)
      : withVotes.map(one => (nts ? { ...one, nts } : one));
  });
}

const SERVER: Range = {
  has: value =>
    typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value)),
  text: 'a host, as in "pool.ntp.org", an object with a host, or an array of one or more of them',
};

const port = aNumber(1, 65_535, { whole: true });

const FIELDS: Readonly<Record<keyof ServerSpec, Range>> = {
  host: {
    has: value => typeof value === 'string' && (!value.includes(':') || familyOf(value) === 6),
    text: 'a name or an IP address, without brackets and without a port',
  },
  port,
  key: aNumber(1, 0xffff_ffff, { whole: true }),
  nts: yesOrNo,
  ntsPort: port,
  version: aNumber(1, 4, { whole: true }),
  prefer: yesOrNo,
  noselect: yesOrNo,
  pool: yesOrNo,
  maxSources: aNumber(1, 16, { whole: true }),
  family: oneOf(4, 6),
  trust: yesOrNo,
  require: yesOrNo,
  authorities: {
    has: value => typeof value === 'object' && value !== null,
    text: 'an object with ca or system',
  },
  from: someText('a text that is not empty'),
};

/** A flag that is false is one that is not given. */
function serverOf(spec: ServerSpec, where: string): Server {
  checkValues(spec, FIELDS as Ranges, 'field', `${where}.`);
  checkValue(`${where}.host`, spec.host, FIELDS.host);
  if (spec.authorities) checkValues(spec.authorities, AUTHORITIES, 'field', `${where}.authorities.`);
  const { host, from = 'argument', port = NTP_PORT, ...rest } = spec;
  const terms = Object.fromEntries(
    Object.entries(rest).filter(([, value]) => value !== undefined && value !== false),
  ) as Omit<Server, 'host' | 'port' | 'from'>;
  return { ...terms, ...parseServer(host, from), port };
}
