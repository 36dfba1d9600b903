// ntpd's `restrict` lines → whether they let a server's replies in. Of the lines that hold for an address, those of the
// narrowest network count; `restrict source` counts for each server that has no line of its own.

import type { Line } from './lines.ts';
import { familyOf, type Server, ServerSyntaxError } from './server.ts';

/** A `restrict` line. */
export interface Restriction {
  /** An address, a name, `default` or `source`; in small letters. */
  readonly host: string;
  /** What it covers; of `default` there are two, of a name or of `source` none. */
  readonly networks: readonly Network[];
  readonly flags: readonly string[];
  readonly line: Line;
}

interface Network {
  readonly family: 4 | 6;
  readonly address: bigint;
  /** The larger of two is the narrower. */
  readonly mask: bigint;
}

/** The line that keeps a server's replies out; `certain` unless that depends on the addresses of its name. */
export interface Denial {
  readonly line: Line;
  readonly certain: boolean;
}

const BITS = { 4: 32n, 6: 128n } as const;

/** Reads `restrict [-4|-6] HOST [mask MASK] [FLAG…]`. Throws `ServerSyntaxError`. */
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

/** What keeps out the replies of a server; an unauthenticated one's, too, where a line says `notrust`. */
export function denialOf(
  server: Server,
  authenticated: boolean,
  restrictions: readonly Restriction[],
): Denial | undefined {
  const denies = ({ host, flags }: Restriction) =>
    flags.includes('ignore') ||
    flags.includes('noserve') ||
    // Of these two, it is demanded of the whole run.
    (!authenticated && flags.includes('notrust') && host !== 'default' && host !== 'source');
  const rules = rulesFor(server, restrictions);
  if (rules === undefined) return denialOfName(server, restrictions, denies);
  const denying = rules.find(denies);
  return denying && { line: denying.line, certain: true };
}

/** The lines that count for a server; undefined where only its addresses tell. */
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

/** A name is certainly kept out where all addresses are, but those of this machine. */
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

/** As names and addresses are compared: without capitals, without the dot at the end, without a zone. */
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
  // A URL has an address in its canonical form, without an IPv4 address at its end.
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
