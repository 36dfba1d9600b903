// Why a target was not read by each of several means → one reason: the most telling one decides the verdict, all are said.

import type { Unread } from './target-reading.ts';

/** The kinds from the most telling on: a refusal shows that there is a host. */
const TELLING: readonly Unread['kind'][] = [
  'refused',
  'rate-limited',
  'unusable',
  'no-answer',
  'unknown-name',
];

const WORDS: Readonly<Record<Unread['kind'], string>> = {
  'no-answer': 'no answer',
  'unknown-name': 'unknown name',
  'rate-limited': 'rate-limited',
  refused: 'refused',
  unusable: 'unusable',
};

/** One reason from those of each means, of which there is at least one. */
export function combinedUnread(failures: ReadonlyMap<string, Unread>): Unread {
  const all = [...failures];
  if (all.length === 1) return all[0]![1];
  const kind = TELLING.find(kind => all.some(([, failure]) => failure.kind === kind))!;
  const reason = all
    .map(([means, { kind, reason = WORDS[kind] }]) =>
      // What ssh says begins with its name.
      reason.startsWith(`${means}: `) ? reason : `${means}: ${reason}`,
    )
    .join('; ');
  return { kind, reason };
}
