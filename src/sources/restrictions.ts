// ntpd's `restrict` lines → whether they admit a server's replies. Among the lines that cover an address, those of the
// narrowest network apply. `restrict source` applies to servers without a line of their own.

import type { Line } from './lines.ts';
import { familyOf, type Server, ServerSyntaxError } from './server.ts';

/** A `restrict` line. */
export interface Restriction {
  /** An address, a name, `default`, or `source`, in lower case. */
  readonly host: string;
  /** The networks it covers: two for `default`, none for a name or `source`. */
  readonly networks: readonly Network[];
  readonly flags: readonly string[];
  readonly line: Line;
}

interface Network {
  readonly family: 4 | 6;
  readonly address: bigint;
  /** A larger mask is a narrower network. */
  readonly mask: bigint;
}

/** The line that denies a server's replies; `certain` unless it depends on the addresses of the server's name. */
export interface Denial {
  readonly line: Line;
  readonly certain: boolean;
}

const BITS = { 4: 32n, 6: 128n } as const;

/** Parses `restrict [-4|-6] HOST [mask MASK] [FLAG…]`. Throws `ServerSyntaxError`. */
export function readRestriction(line: Line, words: readonly string[]): Restriction {
  const only = words.map(word => /^(?:-|--ipv)([46])$/.exec(word)?.[1]).find(family => family !== undefined);
  const [first = '', ...rest] = words.filter(word => !/^(-[46]|--ipv[46])$/.test(word));
  const [text = '', prefix] = first.split('/');
  const host = plain(text);
  const flags = rest.map(word => word.toLowerCase());
  const at = flags.indexOf('mask');
  const mask = at < 0 ? undefined : flags[at + 1];
  const families = ([4, 6] as const).filter(family => only === undefined || Number(only) === family);
  const family = familyOf(host);
  if (host === 'default')
    return { host, networks: families.map(one => ({ family: one, address: 0n, mask: 0n })), flags, line };
  if (family === undefined) return { host, networks: [], flags, line };
  return {
    host,
    networks: [{ family, address: numberOf(host, family), mask: maskOf(line, family, mask, prefix) }],
    flags,
    line,
  };
}

/** The line that denies a server's replies. `notrust` denies only unauthenticated servers. */
export function denialOf(
  server: Server,
  authenticated: boolean,
  restrictions: readonly Restriction[],
): Denial | undefined {
  const denies = ({ host, flags }: Restriction) =>
    flags.includes('ignore') ||
    flags.includes('noserve') ||
    // For `default` and `source`, this is a requirement for the whole run.
    (!authenticated && flags.includes('notrust') && host !== 'default' && host !== 'source');
  const rules = rulesFor(server, restrictions);
  if (rules === undefined) return denialOfName(server, restrictions, denies);
  const denying = rules.find(denies);
  return denying && { line: denying.line, certain: true };
}

/** The lines that apply to a server; undefined if that depends on its addresses. */
function rulesFor(
  { host }: Server,
  restrictions: readonly Restriction[],
): readonly Restriction[] | undefined {
  const sources = restrictions.filter(one => one.host === 'source');
  const same = restrictions.filter(one => one.host === plain(host));
  const literal = familyOf(host);
  if (literal === undefined) return same.length > 0 ? same : sources.length > 0 ? sources : undefined;
  const address = numberOf(plain(host), literal);
  const masks = new Map<Restriction, bigint>();
  for (const one of restrictions)
    for (const network of one.networks)
      if (network.family === literal && (address & network.mask) === (network.address & network.mask))
        masks.set(one, network.mask);
  const narrowest = [...masks.values()].reduce((most, mask) => (mask > most ? mask : most), 0n);
  const whole = (1n << BITS[literal]) - 1n;
  if (narrowest < whole && sources.length > 0) return sources;
  return [...masks].filter(([, mask]) => mask === narrowest).map(([one]) => one);
}

/** A name is certainly denied if all addresses are, except this machine's. */
function denialOfName(
  { host, family }: Server,
  restrictions: readonly Restriction[],
  denies: (one: Restriction) => boolean,
): Denial | undefined {
  const denying = restrictions.filter(denies);
  const [first] = denying;
  if (!first) return undefined;
  const closed = (one: 4 | 6) =>
    denying.find(({ networks }) => networks.some(({ family: its, mask }) => its === one && mask === 0n));
  const general = (family ? [family] : ([4, 6] as const)).map(closed);
  const local = /(^|\.)localhost$/.test(plain(host));
  const opens = (one: Restriction) => !denies(one) && (local || !/^(127\.0\.0\.1|::1)$/.test(one.host));
  const certain = general.every(one => one !== undefined) && !restrictions.some(opens);
  return { line: (general[0] ?? first).line, certain };
}

/** Normalizes a host for comparison: lower case, no final dot, no zone. */
function plain(host: string): string {
  return host.toLowerCase().replace(/\.$|%.*$/, '');
}

function maskOf(line: Line, family: 4 | 6, mask: string | undefined, prefix: string | undefined): bigint {
  const bits = BITS[family];
  if (mask !== undefined && familyOf(mask) === family) return numberOf(mask, family);
  if (mask === undefined && prefix === undefined) return (1n << bits) - 1n;
  if (mask === undefined && /^\d{1,3}$/.test(prefix!) && BigInt(prefix!) <= bits)
    return ((1n << BigInt(prefix!)) - 1n) << (bits - BigInt(prefix!));
  const problem = `the mask must be an IPv${family} address, as in "restrict 192.0.2.0 mask 255.255.255.0"`;
  throw new ServerSyntaxError(line.from, line.text, problem);
}

/** The 32 or 128 bits of an address. */
function numberOf(address: string, family: 4 | 6): bigint {
  if (family === 4) return address.split('.').reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  // A URL contains the canonical form of an address, without an embedded IPv4 address.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [before = [], after] = canonical
    .split('::')
    .map(part => part.split(':').filter(group => group !== ''));
  const zeros = after === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0');
  return [...before, ...zeros, ...(after ?? [])].reduce(
    (sum, group) => sum * 0x1_0000n + BigInt(`0x${group}`),
    0n,
  );
}
