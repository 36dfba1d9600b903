// The servers of a call of the library, as strings and objects → the servers of a run.

import { checkValue, checkValues, oneOf, type Range, type Ranges, wholeNumber } from '../options/ranges.ts';
import {
  type Authorities,
  familyOf,
  NTP_PORT,
  parseServer,
  type Server,
  withNts,
  withPools,
} from '../sources/server.ts';
import { AUTHORITIES, nonEmpty, yesOrNo } from './options.ts';

/** A server as an object, for everything that a string cannot express. Only `host` is required. */
export interface ServerSpec {
  /** A host name, an IPv4 address, or an IPv6 address without brackets, with its zone if it has one. */
  readonly host: string;
  /** The UDP port of the NTP server; 123 by default. */
  readonly port?: number | undefined;
  /** The id of the symmetric key to authenticate with (RFC 5905 §7.3); the option `keys` provides the key. */
  readonly key?: number | undefined;
  /** Whether to authenticate with NTS (RFC 8915). */
  readonly nts?: boolean | undefined;
  /** The TCP port of the NTS key exchange; 4460 by default. */
  readonly ntsPort?: number | undefined;
  /** The NTP version of requests to this server; by default the option `version`. */
  readonly version?: 1 | 2 | 3 | 4 | undefined;
  /** Whether to prefer this server among survivors of equal quality (`prefer` of ntp.conf). */
  readonly prefer?: boolean | undefined;
  /** Whether this server is measured and reported but never used. */
  readonly noselect?: boolean | undefined;
  /** Whether this name stands for several servers; by default if it is under pool.ntp.org or is the only server. */
  readonly pool?: boolean | undefined;
  /** The maximum number of a pool's addresses that have a vote; 4 by default. */
  readonly maxSources?: number | undefined;
  /** Uses only IPv4 (4) or only IPv6 (6) for this server. */
  readonly family?: 4 | 6 | undefined;
  /** Whether servers without `trust` can never outvote this one (`trust` of chrony.conf). */
  readonly trust?: boolean | undefined;
  /** Whether at least one server with `require` must be accepted before the clock is set (`require` of chrony.conf). */
  readonly require?: boolean | undefined;
  /** The trusted authorities for this server, instead of those in `ntsTrust`. */
  readonly authorities?: Authorities | undefined;
  /** The origin of the server, for messages and reports; `argument` by default. */
  readonly from?: string | undefined;
}

/** The servers to query: `host`, `host:port` or `[v6]:port` as a string, a `ServerSpec`, or an array of both. */
export type Servers = string | ServerSpec | readonly (string | ServerSpec)[];

/**
 * Converts the servers of a call into those of a run. Throws `ServerSyntaxError` for a string that names no server, and
 * `RangeError` for a value that is neither a string nor a valid `ServerSpec`.
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
  text: 'a host such as "pool.ntp.org", an object with a host, or a non-empty array of these',
};

const port = wholeNumber(1, 65_535);

const FIELDS: Readonly<Record<keyof ServerSpec, Range>> = {
  host: {
    has: value => typeof value === 'string' && (!value.includes(':') || familyOf(value) === 6),
    text: 'a host name or an IP address, without brackets and without a port',
  },
  port,
  key: wholeNumber(1, 0xffff_ffff),
  nts: yesOrNo,
  ntsPort: port,
  version: wholeNumber(1, 4),
  prefer: yesOrNo,
  noselect: yesOrNo,
  pool: yesOrNo,
  maxSources: wholeNumber(1, 16),
  family: oneOf(4, 6),
  trust: yesOrNo,
  require: yesOrNo,
  authorities: {
    has: value => typeof value === 'object' && value !== null,
    text: 'an object with ca or system',
  },
  from: nonEmpty('a non-empty string'),
};

/** Converts a `ServerSpec`. A flag that is false is the same as one that is absent. */
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
