// The targets of a check → the rows of the table on the page, each with its interval on one axis for all.

import type { Checked, CheckedTarget } from '../../../fleet/fleet-outcome.ts';
import { type Finding, findingOfVerdict, targetHost, targetName, worstFirst } from '../fleet-order.ts';
import type { Since } from '../fleet-since.ts';
import { html, pageDuration, pageOffset, rounded } from './html-text.ts';
import { type SymlogAxis, symlogPlace } from './symlog-axis.ts';

/** The width of the axis in each row, in pixels. */
export const INTERVAL_WIDTH = 240;
/** A browser lays out only the bodies that are in sight. */
const ROWS_PER_BODY = 100;

/** The class of a row: one letter, because there may be ten thousand. */
export const ROW_CLASS: Readonly<Record<Finding, string>> = {
  off: 'o',
  unsynchronized: 's',
  uncertain: 'u',
  unanswered: 'n',
  right: 'r',
};

/** The bodies of the table, with the worst targets first. */
export function tableBodies({ targets, started }: Checked, axis: SymlogAxis, since?: Since): string {
  const rows = worstFirst(targets).map(target => rowOf(target, axis, since, started));
  const bodies: string[] = [];
  for (let i = 0; i < rows.length; i += ROWS_PER_BODY)
    bodies.push(`<tbody>\n${rows.slice(i, i + ROWS_PER_BODY).join('\n')}\n`);
  return bodies.join('');
}

/** A row. End tags that HTML can do without are left out. */
function rowOf(checked: CheckedTarget, axis: SymlogAxis, since: Since | undefined, now: bigint): string {
  const { verdict, reading } = checked;
  const cells = [
    `<td>${verdict.replace('-', ' ')}`,
    `<th>${nameOf(checked)}`,
    `<td>${reading ? pageOffset(reading.offset) : ''}`,
    `<td>${reading ? pageDuration(reading.errorBound) : ''}`,
    `<td>${reading ? intervalOf(reading, axis) : ''}`,
    ...(since ? [`<td>${sinceWords(since.get(checked), now)}`] : []),
    `<td>${notesOf(checked)}`,
  ];
  return `<tr class=${ROW_CLASS[findingOfVerdict(checked)]}>${cells.join('')}`;
}

function nameOf({ target }: CheckedTarget): string {
  const name = targetName(target);
  const host = targetHost(target);
  const behind = [...(name === host ? [] : [host]), ...(target.group === undefined ? [] : [target.group])];
  return `${html(name)}${behind.length === 0 ? '' : `<i>${html(behind.join(' · '))}</i>`}`;
}

/** The interval that holds the true offset as a line, and the offset as a stroke across it. */
function intervalOf({ offset, errorBound }: NonNullable<CheckedTarget['reading']>, axis: SymlogAxis): string {
  const [from, at, to] = [offset - errorBound, offset, offset + errorBound].map(value =>
    rounded(symlogPlace(value, axis, INTERVAL_WIDTH)),
  );
  return `<svg><path d="M${from} 8H${to}M${at} 4v8"/></svg>`;
}

function notesOf({ reason, reading }: CheckedTarget): string {
  const stratum = reading?.stratum === undefined ? [] : [`stratum ${reading.stratum}`];
  const via = reading && reading.via !== 'ntp' ? [`by ${reading.via}`] : [];
  const others = reading?.repliedFrom === undefined ? [] : [`answered from ${reading.repliedFrom}`];
  return html([...(reason === undefined ? [] : [reason]), ...via, ...others, ...stratum].join(' · '));
}

const SPANS: readonly (readonly [unit: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
];

/** `2026-11-24<i>for 2 d</i>`, or the time of the day if it is younger than a day; for a first time `this check`. */
function sinceWords(since: string | undefined, now: bigint): string {
  if (since === undefined) return '';
  const age = Number(now / 1_000_000n) / 1000 - Date.parse(since) / 1000;
  const span = SPANS.find(([, seconds]) => age >= seconds);
  if (!span) return 'this check';
  const when = span[0] === 'd' ? since.slice(0, 10) : `${since.slice(11, 16)} UTC`;
  return `${when}<i>for ${Math.floor(age / span[1])} ${span[0]}</i>`;
}
