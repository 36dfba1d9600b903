// What became of a server, in the tally characters of `ntpq -p` and in words. Whatever came over the wire has
// been made printable where it was read.

import { formatServer, type Server } from '../../net/server.ts';
import type { Contender, ServerReport, Unsuitable, Verdict } from '../../outcome.ts';
import { formatDuration } from './quantity.ts';

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

/** Why, in a few words; empty for a server that was used. */
export function reasonOf(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'system-peer':
    case 'survivor':
      return '';
    case 'outlier':
    case 'falseticker':
    case 'noselect':
      return verdict.kind;
    case 'unauthenticated':
      return 'measured only: not authenticated';
    case 'duplicate':
      return verdict.of === undefined
        ? 'measured only: its address has a vote already'
        : `no vote of its own: it is the same server as ${verdict.of}`;
    case 'undecided':
      return 'no majority agrees';
    case 'dropped':
      return `server dropped: ${verdict.rejection.message}`;
    case 'kissed':
      return `server dropped: kiss code ${verdict.kiss.code}: ${demandOf(verdict.kiss.demand)}`;
    case 'inconsistent':
      return `server dropped: its samples contradict each other by ${formatDuration(verdict.by)}`;
    case 'too-far':
      return `server dropped: too far away (root distance ${formatDuration(verdict.rootDistance)}, --max-distance is ${formatDuration(verdict.limit)})`;
    case 'no-reply':
      return 'no reply';
    case 'unreachable':
    case 'not-resolved':
    case 'no-keys':
      return verdict.message;
    default:
      return verdict satisfies never;
  }
}

function demandOf(demand: 'stop' | 'slow-down'): string {
  return demand === 'stop' ? 'it does not serve us' : 'we ask too often';
}

/** A source as it was named, or the address that the name came to. */
export function nameOf({ server, address }: ServerReport): string {
  return address ? formatServer({ host: address.address, port: address.port }) : formatServer(server);
}

/** Where a source comes from: the name behind an address, when it is another. */
export function behind({ server, address }: ServerReport): Server | undefined {
  return address && address.address !== server.host ? server : undefined;
}

/** What a source's samples were authenticated with: `key 5`, `NTS`; empty for none, and where no sample was. */
export function authenticationOf({ authentication, burst }: ServerReport): string {
  if (!authentication || !burst || burst.samples.length === 0) return '';
  return authentication.kind === 'key' ? `key ${authentication.id}` : 'NTS';
}

/** Why there is no answer. */
export function explainUnsuitable(reason: Unsuitable, servers: readonly ServerReport[]): string {
  switch (reason.kind) {
    case 'none-answered':
      return servers.length === 1 ? 'no reply came' : `none of ${servers.length} answered`;
    case 'none-passed':
      return 'no answer passed the tests';
    case 'none-authenticated':
      return explainNoneAuthenticated(servers);
    case 'no-majority':
      return `${reason.usable} servers answered and no majority of them agrees`;
    case 'required-missing':
      return `the list requires ${reason.required.join(' or ')}, and ${reason.required.length === 1 ? 'it' : 'none of them'} is not believed`;
    case 'too-few':
      return `${count(reason.truechimers, 'server')} agree, --min-servers asks for ${reason.wanted}`;
    case 'clock-unsteady':
      return `somebody moved this clock during ${count(reason.attempts, 'measurement')}`;
    default:
      return reason satisfies never;
  }
}

function explainNoneAuthenticated(servers: readonly ServerReport[]): string {
  const [first] = servers;
  if (servers.length === 1 && first?.verdict.kind === 'no-keys') return first.verdict.message;
  const others = servers.some(({ verdict }) => verdict.kind === 'unauthenticated');
  return `no server that is to be authenticated could be used${others ? ', and the others are not trusted alone' : ''}`;
}

/** Who else is at the clock, and how to stop that. */
export function explainContender(contender: Contender): string {
  const pid = contender.pid === undefined ? '' : ` (pid ${contender.pid})`;
  return contender.kind === 'tsntp'
    ? `another tsntp${pid} is at work: wait until it has ended`
    : `${contender.name}${pid} sets this clock: stop it with "${contender.stop}", or go on with --force`;
}

export function count(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}
