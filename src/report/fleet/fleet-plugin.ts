// The result of a check → the output and the exit code of a monitoring plugin (Monitoring Plugins Development Guidelines): one
// target in the form of check_ntp_time, many as counts and the worst of them.
// Sign: as in check_ntp_time, a positive offset = the target's clock is ahead.

import type {
  Checked,
  CheckedTarget,
  FleetOutcome,
  Limits,
  OffsetRange,
  Severity,
} from '../../fleet/fleet-outcome.ts';
import type { Seconds } from '../../ntp/time.ts';
import { formatDuration, formatOffset } from '../quantity.ts';
import { findingOfVerdict, targetHost, targetName, worstFirst, worstOf } from './fleet-order.ts';
import { findingSentence, findingsIn, totalsOf } from './fleet-words.ts';
import { printable } from './printable.ts';

/** The states of a plugin: their words, and the exit codes. */
const STATES: Readonly<Record<Severity, readonly [word: string, exitCode: 0 | 1 | 2 | 3]>> = {
  ok: ['OK', 0],
  warning: ['WARNING', 1],
  critical: ['CRITICAL', 2],
  unknown: ['UNKNOWN', 3],
};

/** The first line is at most this long, in bytes: some monitoring systems cut it at 4 kB. */
const FIRST_LINE = 4000;
/** Nagios reads no more than 8 kB. */
const WHOLE = 8000;

/** The exit code: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. Critical is worse than warning, and that worse than unknown. */
export function pluginExitCode(outcome: FleetOutcome): 0 | 1 | 2 | 3 {
  return STATES[pluginState(outcome)][1];
}

/** The text: the first line with its performance data, then a line for each target that is not right, as many as fit. */
export function pluginText(outcome: FleetOutcome): string {
  if (outcome.kind === 'no-reference')
    return `${fitted(`NTP UNKNOWN: ${plain(outcome.reason)}`, FIRST_LINE)}\n`;
  const [only, second] = outcome.targets;
  return only && !second ? singleText(only, outcome) : manyText(outcome);
}

/** What is said of part of the targets, or of none, is no assurance. */
function pluginState(outcome: FleetOutcome): Severity {
  if (outcome.kind === 'no-reference') return 'unknown';
  const { kind, targets } = outcome;
  const worst = worstOf(targets);
  return worst === 'ok' && (kind === 'interrupted' || targets.length === 0) ? 'unknown' : worst;
}

/** `NTP OK: Offset -0.0012 secs|offset=-0.001200s;-60:60;-120:120; bound=0.008000s stratum=2`. */
function singleText(checked: CheckedTarget, outcome: Checked): string {
  const { reading, reason } = checked;
  const head = `NTP ${STATES[pluginState(outcome)][0]}: `;
  const why = reason === undefined ? '' : `, ${plain(reason)}`;
  if (!reading) {
    const cause = plain(reason ?? checked.verdict);
    return `${fitted(`${head}Offset unknown, ${plain(targetName(checked.target))}: ${cause}`, FIRST_LINE)}\n`;
  }
  const { offset, errorBound, stratum } = reading;
  const data = [
    performance('offset', fixed(offset), 's', ...thresholds(outcome.limits)),
    performance('bound', fixed(errorBound), 's'),
    ...(stratum === undefined ? [] : [performance('stratum', String(stratum))]),
  ].join(' ');
  const unsure = findingOfVerdict(checked) === 'right' ? '' : ` (+/- ${formatDuration(errorBound)})`;
  const words = `${head}Offset ${Number(offset.toFixed(6))} secs${unsure}${why}`;
  return `${fitted(words, FIRST_LINE - data.length - 1)}|${data}\n`;
}

/** `NTP CRITICAL: 3 of 412 clocks are off, 2 without answer: gate-3 +12.400 s, …|off=3;;0;0;412 …`. */
function manyText(outcome: Checked): string {
  const { targets, limits } = outcome;
  const bad = worstFirst(targets).filter(
    target => findingOfVerdict(target) !== 'right' || target.severity !== 'ok',
  );
  const data = fleetPerformance(outcome, limits).join(' ');
  const head = `NTP ${STATES[pluginState(outcome)][0]}: ${totalsOf(outcome).replace(/\.$/, '')}`;
  const names = bad.map(shortWords);
  const first = `${joined(head, names, FIRST_LINE - data.length - 1)}|${data}`;
  return `${[first, ...fittingLines(bad.map(longWords), WHOLE - bytes(first))].join('\n')}\n`;
}

function fleetPerformance(outcome: Checked, limits: Limits): readonly string[] {
  const all = String(outcome.targets.length);
  const { off, uncertain, unanswered, unsynchronized } = findingsIn(outcome);
  const sizes = outcome.targets.flatMap(({ reading }) => (reading ? [Math.abs(reading.offset)] : []));
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  // Of a size there is no other range than a limit for both signs.
  const symmetric = (range: OffsetRange) =>
    !range.inside && range.from === -range.to && Number.isFinite(range.to) ? decimals(range.to) : '';
  return [
    performance('off', String(off), '', '', '0', '0', all),
    performance('uncertain', String(uncertain), '', '', '', '0', all),
    performance('unanswered', String(unanswered), '', '', '', '0', all),
    performance('unsynchronized', String(unsynchronized), '', '', '', '0', all),
    ...(sizes.length === 0
      ? []
      : [
          performance(
            'max_offset',
            fixed(largest),
            's',
            symmetric(limits.warning),
            symmetric(limits.critical),
            '0',
          ),
        ]),
  ];
}

/** A value with its unit, and the warning range, the critical range, the least and the most that it can be. */
function performance(label: string, value: string, unit = '', ...rest: readonly string[]): string {
  return [`${label}=${value}${unit}`, ...rest].join(';');
}

function thresholds({ warning, critical }: Limits): readonly string[] {
  return [pluginRange(warning), pluginRange(critical), ''];
}

/** A range in the notation of plugins: outside it is an alert, or inside it after `@`. */
export function pluginRange({ from, to, inside }: OffsetRange): string {
  if (from === -Infinity && to === Infinity && !inside) return '';
  const start = from === -Infinity ? '~' : decimals(from);
  return `${inside ? '@' : ''}${start}:${to === Infinity ? '' : decimals(to)}`;
}

function shortWords({ target, reading, verdict }: CheckedTarget): string {
  return `${plain(targetName(target))} ${reading ? formatOffset(reading.offset) : verdict}`;
}

function longWords(checked: CheckedTarget): string {
  const name = targetName(checked.target);
  const host = targetHost(checked.target);
  const where = name === host ? name : `${name} (${host})`;
  return plain(`${where}: ${findingSentence(checked)}`);
}

/** `head: name, name and 7 more`, in at most `room` bytes. */
function joined(head: string, names: readonly string[], room: number): string {
  if (names.length === 0) return fitted(head, room);
  const more = (rest: number) => (rest === 0 ? '' : ` and ${rest} more`);
  let text = head;
  for (const [i, name] of names.entries()) {
    const next = `${text}${i === 0 ? ': ' : ', '}${name}`;
    if (bytes(`${next}${more(names.length - i - 1)}`) > room)
      return `${text}${i === 0 ? '' : more(names.length - i)}`;
    text = next;
  }
  return text;
}

function fittingLines(lines: readonly string[], room: number): readonly string[] {
  const shown: string[] = [];
  const reserve = '... and 10000000 more'.length;
  let left = room - reserve;
  for (const line of lines) {
    left -= bytes(line) + 1;
    if (left < 0) return [...shown, `... and ${lines.length - shown.length} more`];
    shown.push(line);
  }
  return shown;
}

/** A text without what ends a line or begins performance data. Some monitoring systems show ASCII alone. */
function plain(text: string): string {
  return printable(text).replaceAll('|', ' ').replaceAll('±', '+/-');
}

/** The start of a text that fits into `room` bytes. */
function fitted(text: string, room: number): string {
  if (bytes(text) <= room) return text;
  const characters = [...text];
  while (bytes(characters.join('')) > room - 3) characters.length = Math.floor(characters.length * 0.9);
  return `${characters.join('')}...`;
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** Seconds with six decimals, and never a negative zero. */
function fixed(s: Seconds): string {
  return s.toFixed(6).replace(/^-(0\.0+)$/, '$1');
}

/** A limit without needless digits. */
function decimals(s: Seconds): string {
  return s
    .toFixed(9)
    .replace(/\.?0+$/, '')
    .replace(/^-0$/, '0');
}
