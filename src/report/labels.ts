// A server's report → the labels that all formats share: its tally character as in `ntpq -p`, its name, its stratum, its
// measurement. Texts from the network were made printable when they were read.

import type { Burst } from '../net/burst.ts';
import { LEAP_NOT_SYNCHRONIZED, type Packet } from '../ntp/packet.ts';
import { MAXSTRAT } from '../ntp/reply-tests.ts';
import type { Sample } from '../ntp/sample.ts';
import type { Competitor, ServerReport } from '../pipeline/outcome.ts';
import type { Verdict } from '../pipeline/verdict.ts';
import { formatServer, type Server } from '../sources/server.ts';

/** The tally character of a server, as in `ntpq -p`. */
export type Tally = '*' | '+' | '-' | 'x' | '?' | ' ';

/** Returns `*` for the system peer, `+` survivor, `-` outlier, `x` falseticker, `?` unusable, blank for measured only. */
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

/** The address of a server, or its name if it has no address. */
export function nameOf({ server, address }: ServerReport): string {
  return address ? formatServer({ host: address.address, port: address.port }) : formatServer(server);
}

/** A function that names the servers of an outcome: by the name that the user gave, or by address if several share it. */
export function namesOf(servers: readonly ServerReport[]): (report: ServerReport) => string {
  const addresses = new Map<string, Set<string>>();
  for (const report of servers) {
    const name = formatServer(report.server);
    addresses.set(name, (addresses.get(name) ?? new Set()).add(nameOf(report)));
  }
  return report => {
    const name = formatServer(report.server);
    return addresses.get(name)?.size === 1 && nameBehind(report) ? name : nameOf(report);
  };
}

/** The server as the user named it, if that is not its address. */
export function nameBehind({ server, address }: ServerReport): Server | undefined {
  return address && address.address !== server.host ? server : undefined;
}

/** The last packet of a server that replies to one of our requests, whether it passed the tests or not. */
export function packetOf({ burst }: ServerReport): Packet | undefined {
  const ours = burst?.rejections.findLast(({ packet, test }) => packet && test !== '2');
  return burst?.samples.at(-1)?.packet ?? ours?.packet;
}

/** The effective stratum of a packet: 16 if the server is not synchronized (RFC 5905 §7.3). */
export function stratumOf({ stratum, leap }: Packet): number {
  return stratum === 0 || leap === LEAP_NOT_SYNCHRONIZED ? Math.max(stratum, MAXSTRAT) : stratum;
}

/** The measured offset and delay of a server, used or not: its estimate, or its sample of least delay. */
export function measuredOf({ estimate, burst }: ServerReport): Pick<Sample, 'offset' | 'delay'> | undefined {
  if (estimate) return estimate;
  return samplesOf(burst).reduce<Sample | undefined>(
    (least, sample) => (least && least.delay <= sample.delay ? least : sample),
    undefined,
  );
}

/** The samples of a burst, or the measurements of its rejected replies if it has no samples. */
export function samplesOf(burst: Burst | undefined): readonly Sample[] {
  if (!burst || burst.samples.length > 0) return burst?.samples ?? [];
  return burst.rejections.flatMap(({ measured }) => measured ?? []);
}

/** The authentication of a server's samples: `key 5`, `NTS`; empty without authentication or without samples. */
export function authenticationOf({ authentication, burst }: ServerReport): string {
  if (!authentication || !burst || burst.samples.length === 0) return '';
  return authentication.kind === 'key' ? `key ${authentication.id}` : 'NTS';
}

/** Names another program that sets the clock, and how to stop it. */
export function explainCompetitor(competitor: Competitor): string {
  const pid = competitor.pid === undefined ? '' : ` (pid ${competitor.pid})`;
  return competitor.kind === 'tsntp'
    ? `another tsntp${pid} is running: wait until it ends`
    : `${competitor.name}${pid} sets this clock: stop it with "${competitor.stop}", or use --force${noteOf(competitor)}`;
}

function noteOf({ note }: { readonly note?: string }): string {
  return note === undefined ? '' : ` (${note})`;
}

/** A number with its noun: `1 server`, `2 servers`. */
export function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}
