// Servers without a majority → the groups that agree, and on what: the largest group first, then the rest, group by group.

import { overlapsOf } from '../ntp/overlap.ts';
import { intervalOf, LEAST_DISTANCE } from '../ntp/select.ts';
import type { Seconds } from '../ntp/time.ts';
import type { ServerReport } from '../pipeline/outcome.ts';
import { count, namesOf } from './labels.ts';
import { formatOffset } from './quantity.ts';

/** As many groups are told, and as many names of a group. */
const TOLD = 4;

/** `A and B agree on +30.00 ms, C says +5.000 s; a majority is 2 of 3`; empty where no server has a say. */
export function explainDisagreement(servers: readonly ServerReport[]): string {
  const voters = votersAmong(servers);
  if (voters.length === 0) return '';
  const nameOf = namesOf(servers);
  const groups = groupsOf(voters);
  const told = groups.slice(0, TOLD).map(({ members, offset }) => {
    const names = members.map(({ report }) => nameOf(report));
    return members.length === 1
      ? `${names[0]} says ${formatOffset(offset)}`
      : `${enumerated(names)} agree on ${formatOffset(offset)}`;
  });
  const others = groups.slice(TOLD).flatMap(({ members }) => members).length;
  if (others > 0) told.push(`${count(others, 'other')} ${others === 1 ? 'differs' : 'differ'}`);
  const majority = Math.floor(voters.length / 2) + 1;
  return `${told.join(', ')}; a majority is ${majority} of ${voters.length}`;
}

interface Voter {
  readonly report: ServerReport;
  readonly offset: Seconds;
  readonly rootDistance: Seconds;
}

interface Group {
  readonly members: readonly Voter[];
  /** The middle of where all of them overlap. */
  readonly offset: Seconds;
}

/** Where the list trusts some of them, those alone; each widened as the selection widens it. */
function votersAmong(servers: readonly ServerReport[]): readonly Voter[] {
  const undecided = servers.filter(({ verdict }) => verdict.kind === 'undecided');
  const trusted = undecided.filter(({ server }) => server.trust);
  return (trusted.length > 0 ? trusted : undecided).flatMap(report => {
    const { estimate } = report;
    if (!estimate) return [];
    return { report, offset: estimate.offset, rootDistance: Math.max(estimate.rootDistance, LEAST_DISTANCE) };
  });
}

/** A server may overlap with two groups: the larger has it. */
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
  const more = names.length - TOLD;
  const told = more > 0 ? [...names.slice(0, TOLD), count(more, 'other')] : names;
  return `${told.slice(0, -1).join(', ')} and ${told.at(-1)}`;
}
