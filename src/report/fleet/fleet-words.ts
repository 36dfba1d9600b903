// The result of a check → sentences: how many clocks are off, what they were compared with, and by which limits.

import type { Checked, CheckedTarget, Limits, OffsetRange, Reference } from '../../fleet/fleet-outcome.ts';
import type { Seconds } from '../../ntp/time.ts';
import { count } from '../labels.ts';
import { formatDuration, formatOffset } from '../quantity.ts';
import { FINDINGS, type Finding, findingOfVerdict } from './fleet-order.ts';

/** How many targets there are of each finding. */
export function findingsIn({ targets }: Pick<Checked, 'targets'>): Readonly<Record<Finding, number>> {
  const counts = { off: 0, unsynchronized: 0, uncertain: 0, unanswered: 0, right: 0 };
  for (const target of targets) counts[findingOfVerdict(target)]++;
  return counts;
}

/** Each finding as it is counted: `3 off`. */
export const FINDING_WORDS: Readonly<Record<Finding, string>> = {
  off: 'off',
  unsynchronized: 'not synchronized',
  uncertain: 'uncertain',
  unanswered: 'without answer',
  right: 'right',
};

/** The totals in a sentence: `3 of 412 clocks are off, 10 uncertain, 2 without answer.` */
export function totalsOf(checked: Pick<Checked, 'kind' | 'targets'>): string {
  const counts = findingsIn(checked);
  const [, ...others] = FINDINGS.filter(finding => counts[finding] > 0);
  const rest = others
    .filter(finding => finding !== 'right')
    .map(finding => `, ${counts[finding]} ${FINDING_WORDS[finding]}`)
    .join('');
  return headlineOf(checked).replace(/\.$/, `${rest}.`);
}

/** The worst of the totals in a sentence: `3 of 412 clocks are off.` */
export function headlineOf(checked: Pick<Checked, 'kind' | 'targets'>): string {
  const all = checked.targets.length;
  const counts = findingsIn(checked);
  const worst = FINDINGS.find(finding => counts[finding] > 0);
  const sentence = worst === undefined ? 'no clock was checked.' : headOf(all, worst, counts[worst]);
  return checked.kind === 'interrupted' ? `Interrupted: ${sentence}` : capitalized(sentence);
}

function headOf(all: number, worst: Finding, number: number): string {
  const one = number === 1;
  const words =
    worst === 'unanswered'
      ? `${one ? 'does' : 'do'} not answer.`
      : `${one ? 'is' : 'are'} ${FINDING_WORDS[worst]}.`;
  if (number < all) return `${number} of ${count(all, 'clock')} ${words}`;
  return `${all === 1 ? 'the clock' : all === 2 ? 'both clocks' : `all ${all} clocks`} ${words}`;
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** What the targets were compared with, for the middle of a sentence, with its error bound. */
export function referenceWords(reference: Reference): string {
  const bound = `± ${formatDuration(reference.errorBound)}`;
  switch (reference.kind) {
    case 'servers':
      return `${reference.names.join(', ')} (${bound})`;
    case 'local':
      return `the clock of this machine (${bound})`;
    case 'majority':
      return `what ${reference.agreeing} of the clocks agree on (${bound})`;
    default:
      return reference satisfies never;
  }
}

/** The limits: `warning over ± 100 ms, critical over ± 1 s`. */
export function limitWords({ warning, critical }: Limits): string {
  return `warning ${rangeWords(warning)}, critical ${rangeWords(critical)}`;
}

/** Where a range is left or entered: `over ± 100 ms`, `outside -1 s … +2 s`, `over +1 s`, `within -1 s … +1 s`. */
export function rangeWords({ from, to, inside }: OffsetRange): string {
  const ends = `${signedLimit(from)} … ${signedLimit(to)}`;
  if (inside) return `within ${ends}`;
  if (from === -Infinity && to === Infinity) return 'never';
  if (from === -to) return `over ± ${plainDuration(to)}`;
  if (from === -Infinity) return `over ${signedLimit(to)}`;
  return to === Infinity ? `under ${signedLimit(from)}` : `outside ${ends}`;
}

function signedLimit(limit: Seconds): string {
  if (!Number.isFinite(limit)) return limit > 0 ? 'any more' : 'any less';
  return `${limit < 0 ? '-' : limit > 0 ? '+' : ''}${plainDuration(Math.abs(limit))}`;
}

const UNITS: readonly (readonly [unit: string, seconds: Seconds])[] = [
  ['s', 1],
  ['ms', 1e-3],
  ['µs', 1e-6],
  ['ns', 1e-9],
];

/** A round duration, such as a limit, without needless digits: `100 ms`, `1.5 s`, `3600 s`. */
export function plainDuration(s: Seconds): string {
  const [unit, size] = UNITS.find(([, seconds]) => Math.abs(s) >= seconds) ?? UNITS[0]!;
  return `${Number((s / size).toPrecision(9))} ${unit}`;
}

/** An offset and its bound: `+12.400 s ± 8.00 ms`. */
export function offsetWords({
  offset,
  errorBound,
}: {
  readonly offset: Seconds;
  readonly errorBound: Seconds;
}): string {
  return `${formatOffset(offset)} ± ${formatDuration(errorBound)}`;
}

/** What was found of a target: `off +12.400 s ± 8.00 ms`, then the reason, if there is one. */
export function findingSentence({ verdict, reading, reason }: CheckedTarget): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  return `${verdict}${reading ? ` ${offsetWords(reading)}` : ''}${why}`;
}
