// A host → its addresses, through the system's resolver (getaddrinfo), which honors /etc/hosts, mDNS, and
// nsswitch.conf. Keeps the system's order: RFC 6724 sorts the best route first.

import { lookup } from 'node:dns/promises';
import { SocketAddress } from 'node:net';
import { networkInterfaces } from 'node:os';
import { escaped, familyOf } from '../sources/server.ts';
import { onAbort } from './abort.ts';

/** One address of a host. */
export interface ResolvedAddress {
  readonly family: 4 | 6;
  /** A literal address, with its zone if the host had one. */
  readonly address: string;
}

/** Why a host has no address. */
export type ResolveErrorKind =
  /** The name does not exist. */
  | 'not-found'
  /** No name server answered; a later attempt may succeed. */
  | 'temporary'
  /** The name or literal address belongs to the other family only. */
  | 'no-address-of-family'
  | 'failed';

/** Why a host has no address. The message states the host, the problem, and what to do. */
export class ResolveError extends Error {
  override readonly name = 'ResolveError';
  readonly kind: ResolveErrorKind;
  constructor(kind: ResolveErrorKind, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/**
 * Resolves a host to all its addresses or those of one family: at least one, without duplicates, best first. Rejects
 * with `ResolveError`, or with the signal's reason once it is aborted. The lookup itself cannot be canceled: it
 * occupies one of libuv's four threads, and keeps the process alive, until it ends.
 */
export type Resolve = (
  host: string,
  family: 4 | 6 | undefined,
  signal: AbortSignal,
) => Promise<readonly ResolvedAddress[]>;

/** The system's resolver. */
export const resolve: Resolve = async (host, family, signal) => {
  signal.throwIfAborted();
  const literal = familyOf(host);
  if (literal === undefined) return unlessAborted(lookUp(host, family), signal);
  const only = canonical({ family: literal, address: host });
  if (family === undefined || family === only.family) return [only];
  throw noAddressOf(family, host);
};

async function lookUp(host: string, family: 4 | 6 | undefined): Promise<readonly ResolvedAddress[]> {
  try {
    const found = await lookup(host, { all: true, order: 'verbatim', family: family ?? 0 });
    const addresses = found
      .map(({ family, address }) => canonical({ family: family as 4 | 6, address }))
      .filter(address => family === undefined || address.family === family);
    const distinct = new Map(addresses.map(one => [one.address, one]));
    if (distinct.size > 0) return [...distinct.values()];
    throw Object.assign(new Error('empty answer'), { code: 'ENOTFOUND' });
  } catch (error) {
    throw await resolveError(error, host, family);
  }
}

/**
 * Normalizes an address, because a server written in two ways would have two votes. `0:0::1` becomes `::1`;
 * `::ffff:192.0.2.1` becomes the IPv4 address inside it (RFC 4291 §2.5.5.2); the zone of `fe80::1%2` becomes the name
 * of interface 2.
 */
function canonical({ family, address }: ResolvedAddress): ResolvedAddress {
  if (family === 4) return { family, address };
  const [written = '', zone] = address.split('%');
  const text = new SocketAddress({ address: written, family: 'ipv6' }).address;
  const ipv4 = /^::ffff:([\d.]+)$/.exec(text)?.[1];
  if (ipv4 !== undefined) return { family: 4, address: ipv4 };
  return { family, address: zone === undefined ? text : `${text}%${zoneNamed(zone)}` };
}

/**
 * The zone as this system expects it (RFC 4007 §11): a number on Windows, a name elsewhere; unchanged if neither
 * matches.
 */
function zoneNamed(zone: string): string {
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    const scope = addresses.map(one => (one.family === 'IPv6' ? one.scopeid : 0)).find(id => id !== 0);
    if (scope === undefined || (zone !== name && zone !== String(scope))) continue;
    return process.platform === 'win32' ? String(scope) : name;
  }
  return zone;
}

async function resolveError(cause: unknown, host: string, family: 4 | 6 | undefined): Promise<ResolveError> {
  const { code } = cause as NodeJS.ErrnoException;
  switch (code) {
    case 'EAI_ADDRFAMILY':
    case 'EAI_NODATA':
    case 'ENODATA':
    case 'ENOTFOUND': {
      // The system does not distinguish a missing name from a name of the other family, so ask again for any family.
      if (family !== undefined && (await exists(host))) return noAddressOf(family, host, { cause });
      const message = `no address found for ${escaped(host)}: check its spelling`;
      return new ResolveError('not-found', `${message} (${code})`, { cause });
    }
    case 'EAI_AGAIN':
      return new ResolveError(
        'temporary',
        `no name server answered for ${escaped(host)}: check the network, or use the server's address (${code})`,
        { cause },
      );
    default:
      return new ResolveError('failed', `cannot look up ${escaped(host)} (${code ?? String(cause)})`, {
        cause,
      });
  }
}

function exists(host: string): Promise<boolean> {
  return lookup(host).then(
    () => true,
    () => false,
  );
}

function noAddressOf(family: 4 | 6, host: string, options?: { readonly cause?: unknown }): ResolveError {
  const other = family === 4 ? 6 : 4;
  return new ResolveError(
    'no-address-of-family',
    `${escaped(host)} has an IPv${other} address only, but IPv${family} was requested`,
    options,
  );
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = onAbort(signal, () => reject(signal.reason));
    work.then(resolve, reject).finally(stopListening);
  });
}
