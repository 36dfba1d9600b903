// What became of a server: its tally character, as `ntpq -p` has it, its name and what it said. Whatever came over the
// wire has been made printable where it was read.

import type { Burst } from '../net/burst.ts';
import { LEAP_NOT_SYNCHRONIZED, type Packet } from '../ntp/packet.ts';
import { MAXSTRAT } from '../ntp/reply-tests.ts';
import type { Sample } from '../ntp/sample.ts';
import type { Competitor, ServerReport, Verdict } from '../pipeline/outcome.ts';
import { formatServer, type Server } from '../sources/server.ts';

export type Tally = '*' | '+' | '-' | 'x' | '?' | ' ';

/** `*` system peer, `+` survivor, `-` outlier, `x` falseticker, `?` unusable, blank: measured only. */
export function tallyOf(verdict: Verdict): Tally {
  switch (verdict.kind) {
    case 'system-peer':
      return '*';
    case 'survivor':
      return '+';
    case 'outlier':
      return '-';
    case 'falseticker':
      return 'x';
    case 'noselect':
    case 'unauthenticated':
    case 'duplicate':
    case 'undecided':
      return ' ';
    case 'dropped':
    case 'kissed':
    case 'inconsistent':
    case 'too-far':
    case 'no-reply':
    case 'unreachable':
    case 'not-resolved':
    case 'no-keys':
      return '?';
    default:
      return verdict satisfies never;
  }
}

/** A source as it was named, or the address that the name came to. */
export function nameOf({ server, address }: ServerReport): string {
  return address ? formatServer({ host: address.address, port: address.port }) : formatServer(server);
}

/**
 * What the sources of one report are called: each by the name that the user gave, or by its address where several have the
 * same name.
 */
export function namesOf(servers: readonly ServerReport[]): (report: ServerReport) => string {
  const addresses = new Map<string, Set<string>>();
  for (const report of servers) {
    const name = formatServer(report.server);
    addresses.set(name, (addresses.get(name) ?? new Set()).add(nameOf(report)));
  }
  return report => {
    const name = formatServer(report.server);
    return addresses.get(name)?.size === 1 && behind(report) ? name : nameOf(report);
  };
}

/** Where a source comes from: the name behind an address, when it is another. */
export function behind({ server, address }: ServerReport): Server | undefined {
  return address && address.address !== server.host ? server : undefined;
}

/** The last packet of a source that answers a request of ours, good or not. */
export function packetOf({ burst }: ServerReport): Packet | undefined {
  const ours = burst?.rejections.findLast(({ packet, test }) => packet && test !== '2');
  return burst?.samples.at(-1)?.packet ?? ours?.packet;
}

/** The stratum that a packet amounts to: 16 for one that is not synchronized (RFC 5905 §7.3). */
export function stratumOf({ stratum, leap }: Packet): number {
  return stratum === 0 || leap === LEAP_NOT_SYNCHRONIZED ? Math.max(stratum, MAXSTRAT) : stratum;
}

/** What a source's time came to, whether it was believed or not: its estimate, or its measurement of least delay. */
export function measuredOf({ estimate, burst }: ServerReport): Pick<Sample, 'offset' | 'delay'> | undefined {
  if (estimate) return estimate;
  return samplesOf(burst).reduce<Sample | undefined>(
    (least, sample) => (least && least.delay <= sample.delay ? least : sample),
    undefined,
  );
}

/** What was measured of a source: its samples, or where it has none, those that its rejected replies would have been. */
export function samplesOf(burst: Burst | undefined): readonly Sample[] {
  if (!burst || burst.samples.length > 0) return burst?.samples ?? [];
  return burst.rejections.flatMap(({ measured }) => measured ?? []);
}

/** What a source's samples were authenticated with: `key 5`, `NTS`; empty for none, and where no sample was. */
export function authenticationOf({ authentication, burst }: ServerReport): string {
  if (!authentication || !burst || burst.samples.length === 0) return '';
  return authentication.kind === 'key' ? `key ${authentication.id}` : 'NTS';
}

/** Another program at the clock, and how to stop it. */
export function explainCompetitor(competitor: Competitor): string {
  const pid = competitor.pid === undefined ? '' : ` (pid ${competitor.pid})`;
  return competitor.kind === 'tsntp'
    ? `another tsntp${pid} is running: wait until it has ended`
    : `${competitor.name}${pid} sets this clock: stop it with "${competitor.stop}", or go on with --force`;
}

export function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}
