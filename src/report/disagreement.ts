// Servers without a majority → the groups that agree, each with its offset, the largest group first.

import { overlapsOf } from '../ntp/overlap.ts';
import { intervalOf, LEAST_DISTANCE } from '../ntp/select.ts';
import type { Seconds } from '../ntp/time.ts';
import type { ServerReport } from '../pipeline/outcome.ts';
import { count, namesOf } from './labels.ts';
import { formatOffset } from './quantity.ts';

/** The maximum number of groups in the text, and of names in a group. */
const SHOWN = 4;

/** `A and B agree on +30.00 ms, C says +5.000 s; a majority is 2 of 3`; empty if no server has a vote. */
export function explainDisagreement(servers: readonly ServerReport[]): string {
  const voters = votersAmong(servers);
  if (voters.length === 0) return '';
  const nameOf = namesOf(servers);
  const groups = groupsOf(voters);
  const clauses = groups.slice(0, SHOWN).map(({ members, offset }) => {
    const names = members.map(({ report }) => nameOf(report));
    return members.length === 1
      ? `${names[0]} says ${formatOffset(offset)}`
      : `${enumerated(names)} agree on ${formatOffset(offset)}`;
  });
  const others = groups.slice(SHOWN).flatMap(({ members }) => members).length;
  if (others > 0) clauses.push(`${count(others, 'other')} ${others === 1 ? 'differs' : 'differ'}`);
  const majority = Math.floor(voters.length / 2) + 1;
  return `${clauses.join(', ')}; a majority is ${majority} of ${voters.length}`;
}

interface Voter {
  readonly report: ServerReport;
  readonly offset: Seconds;
  readonly rootDistance: Seconds;
}

interface Group {
  readonly members: readonly Voter[];
  /** The midpoint of the interval in which all members overlap, in seconds. */
  readonly offset: Seconds;
}

/** The servers with a vote: only the trusted ones, if the list trusts any. Their intervals are as wide as in the selection. */
function votersAmong(servers: readonly ServerReport[]): readonly Voter[] {
  const undecided = servers.filter(({ verdict }) => verdict.kind === 'undecided');
  const trusted = undecided.filter(({ server }) => server.trust);
  return (trusted.length > 0 ? trusted : undecided).flatMap(report => {
    const { estimate } = report;
    if (!estimate) return [];
    return { report, offset: estimate.offset, rootDistance: Math.max(estimate.rootDistance, LEAST_DISTANCE) };
  });
}

/** Forms groups, the largest first. A server that overlaps with two groups belongs to the larger. */
function groupsOf(voters: readonly Voter[]): readonly Group[] {
  const groups: Group[] = [];
  let left = voters;
  while (left.length > 0) {
    const { most, where } = overlapsOf(left.map(intervalOf));
    const { low, high } = where(most)[0]!;
    const agrees = (voter: Voter) => intervalOf(voter).low <= low && intervalOf(voter).high >= high;
    const members = left.filter(agrees);
    groups.push({ members, offset: members.length === 1 ? members[0]!.offset : (low + high) / 2 });
    left = left.filter(voter => !agrees(voter));
  }
  const placeOf = ({ members }: Group) => voters.indexOf(members[0]!);
  return groups.sort((a, b) => b.members.length - a.members.length || placeOf(a) - placeOf(b));
}

/** `A, B and C`. */
function enumerated(names: readonly string[]): string {
  const more = names.length - SHOWN;
  const parts = more > 0 ? [...names.slice(0, SHOWN), count(more, 'other')] : names;
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
