// Sources with a time → those that have a vote, and the effect of a list's `trust` and `require` on the vote.

import type { Source } from '../net/survey.ts';
import type { PeerEstimate } from '../ntp/filter.ts';
import type { Interval } from '../ntp/overlap.ts';
import { intervalOf } from '../ntp/select.ts';
import { formatServer, identityOf, type Server } from '../sources/server.ts';
import type { Unsuitable } from './outcome.ts';
import type { Verdict } from './verdict.ts';

/** A source with an estimate. */
export interface Peer extends PeerEstimate {
  readonly source: Source;
}

/**
 * Determines which peers have a vote, and why the others have none. A name and an address have one vote each, however
 * often they occur: that of the first entry, or of the first that the list trusts, requires, or prefers.
 */
export function votersAmong(
  peers: readonly Peer[],
  onlyAuthenticated: boolean,
): { readonly usable: readonly Peer[]; readonly verdicts: Map<Peer, Verdict> } {
  const usable: Peer[] = [];
  const verdicts = new Map<Peer, Verdict>();
  const names = new Map<string, Server>();
  const addresses = new Map<string, Server>();
  const marked = peers.some(peer => marksOf(peer) > 0);
  for (const peer of marked ? peers.toSorted((a, b) => marksOf(b) - marksOf(a)) : peers) {
    const { server, address, authentication } = peer.source;
    const at = `${address!.address} ${address!.port}`;
    const name = identityOf(server);
    const [sameName, sameAddress] = [names.get(name), addresses.get(at)];
    const other = sameName === server ? sameAddress : (sameName ?? sameAddress);
    if (onlyAuthenticated && !authentication) verdicts.set(peer, { kind: 'unauthenticated' });
    else if (other)
      verdicts.set(peer, { kind: 'duplicate', ...(other !== server && { of: formatServer(other) }) });
    else {
      usable.push(peer);
      names.set(name, server);
      addresses.set(at, server);
    }
  }
  return { usable: marked ? inOrderOf(peers, usable) : usable, verdicts };
}

function inOrderOf(all: readonly Peer[], some: readonly Peer[]): readonly Peer[] {
  const chosen = new Set(some);
  return all.filter(peer => chosen.has(peer));
}

function marksOf({ source: { server } }: Peer): number {
  return (server.trust ? 4 : 0) + (server.require ? 2 : 0) + (server.prefer ? 1 : 0);
}

/** The peers whose intervals define the majority: the trusted ones, if the list trusts any that are usable. */
export function electorateOf(usable: readonly Peer[]): readonly Peer[] {
  const trusted = usable.filter(({ source }) => source.server.trust);
  return trusted.length > 0 ? trusted : usable;
}

/**
 * Judges the peers outside the electorate. Peers whose intervals reach the trusted servers' intersection agree and
 * count, but do not affect the result, which they could otherwise move as far as their intervals extend.
 */
export function judgeByTrusted(
  usable: readonly Peer[],
  electorate: readonly Peer[],
  { low, high }: Interval,
): { readonly agreeing: readonly Peer[]; readonly outside: readonly Peer[] } {
  if (electorate === usable) return { agreeing: [], outside: [] };
  const trusted = new Set(electorate);
  const others = usable.filter(peer => !trusted.has(peer));
  const agrees = (peer: Peer) => intervalOf(peer).low <= high && intervalOf(peer).high >= low;
  return { agreeing: others.filter(agrees), outside: others.filter(peer => !agrees(peer)) };
}

/** The reason to stop if the list requires servers and none of them is a truechimer (chrony's `require`). */
export function missingRequired(
  sources: readonly Source[],
  truechimers: readonly Peer[],
): Unsuitable | undefined {
  const required = sources.filter(({ server }) => server.require && !server.noselect);
  if (required.length === 0) return undefined;
  // By name: the vote of a server listed twice may belong to another entry.
  const identities = new Set(required.map(({ server }) => identityOf(server)));
  if (truechimers.some(({ source }) => identities.has(identityOf(source.server)))) return undefined;
  const names = new Set(required.map(({ server }) => formatServer(server)));
  return { kind: 'required-missing', required: [...names] };
}
