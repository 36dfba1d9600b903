// The reason why no server was suitable → one clause, which is consistent with the reasons of the single servers.

import type { ServerReport, Unsuitable } from '../pipeline/outcome.ts';
import type { Verdict } from '../pipeline/verdict.ts';
import { explainDisagreement } from './disagreement.ts';
import { count } from './labels.ts';
import { formatDuration } from './quantity.ts';

/** Explains why no server was suitable, and what to do about it. */
export function explainUnsuitable(reason: Unsuitable, servers: readonly ServerReport[]): string {
  switch (reason.kind) {
    case 'none-answered':
    case 'none-passed':
    case 'none-selectable':
      return explainNone(servers);
    case 'none-authenticated':
      return explainNoneAuthenticated(servers);
    case 'no-majority':
      return `${reason.usable} servers answered, and no majority of them agrees: ${explainDisagreement(servers)}; name more servers, so that a wrong one is outvoted`;
    case 'required-missing':
      return `the list requires ${reason.required.join(' or ')}, ${reason.required.length === 1 ? 'which was not accepted' : 'none of which was accepted'}`;
    case 'too-few':
      return `only ${reason.truechimers === 1 ? '1 server agrees' : `${reason.truechimers} servers agree`}; ${reason.from ?? '--min-servers'} requires ${reason.wanted}`;
    case 'clock-unsteady':
      return `this clock was changed during ${count(reason.attempts, 'measurement')}; stop the program that changes it, and try again`;
    default:
      return reason satisfies never;
  }
}

/** Replies take precedence over silence, so that "no reply" is never printed above a reply. */
function explainNone(servers: readonly ServerReport[]): string {
  const [only] = servers;
  if (servers.length === 1 && only && isUnsynchronized(only.verdict))
    return 'the server has no time of its own yet; wait, or query another one';
  const heard = servers.filter(({ verdict }) => causeOf(verdict) !== undefined);
  return heard.length > 0 ? explainUnfit(heard) : explainSilence(servers);
}

function isUnsynchronized(verdict: Verdict): boolean {
  return verdict.kind === 'dropped' && verdict.rejection.kind === 'not-synchronized';
}

function explainSilence(servers: readonly ServerReport[]): string {
  const kinds = new Set(servers.map(({ verdict }) => verdict.kind));
  if (kinds.size === 1 && kinds.has('not-resolved')) {
    return servers.length === 1
      ? unresolvedText(servers[0]!.verdict)
      : `none of ${servers.length} names has an address`;
  }
  if (kinds.size === 1 && kinds.has('unreachable')) {
    return servers.length === 1 ? 'the server cannot be reached' : `none of ${servers.length} can be reached`;
  }
  return servers.length === 1 ? 'no reply came' : `none of ${servers.length} answered`;
}

/** Why the only server has no address, whose name may be an address of the other family. */
function unresolvedText(verdict: Verdict): string {
  const other = verdict.kind === 'not-resolved' && verdict.cause !== 'not-found';
  return other ? verdict.message : "the server's name has no address";
}

/** Names the cause if all servers that answered have the same. */
function explainUnfit(heard: readonly ServerReport[]): string {
  const [first] = heard as readonly [ServerReport];
  const causes = new Set(heard.map(({ verdict }) => causeOf(verdict)));
  if (causes.size > 1) return `${count(heard.length, 'server')} answered, and none could be used`;
  const { verdict, burst } = first;
  switch (verdict.kind) {
    case 'too-far':
      return `${count(heard.length, 'server')} answered, farther away than ${verdict.from ? `the ${formatDuration(verdict.limit)} of ${verdict.from}` : `--max-distance ${formatDuration(verdict.limit)}`}`;
    case 'noselect':
      return heard.length === 1
        ? 'the server that answered is marked noselect; name another one'
        : `all ${heard.length} servers that answered are marked noselect; name another one`;
    case 'kissed':
      return `${count(heard.length, 'server')} answered with kiss code ${verdict.kiss.code}`;
    case 'inconsistent':
      return `the samples of ${count(heard.length, 'server')} contradict each other`;
    default:
      return causeOf(verdict) === 'late'
        ? `replies came after the timeout of ${burst?.timeout} s; allow more with -t`
        : 'no answer passed the tests';
  }
}

/** Why a server's replies were not used; undefined if it sent none. */
function causeOf(verdict: Verdict): string | undefined {
  switch (verdict.kind) {
    case 'dropped':
      return verdict.rejection.kind === 'late' ? 'late' : 'dropped';
    case 'kissed':
      return `kiss code ${verdict.kiss.code}`;
    case 'inconsistent':
    case 'noselect':
    case 'too-far':
      return verdict.kind;
    default:
      return undefined;
  }
}

function explainNoneAuthenticated(servers: readonly ServerReport[]): string {
  const [first] = servers;
  if (servers.length === 1 && first?.verdict.kind === 'no-keys') return first.verdict.message;
  const others = servers.some(({ verdict }) => verdict.kind === 'unauthenticated');
  return `no server that must be authenticated could be used${others ? ', and the others are not trusted alone' : ''}`;
}
