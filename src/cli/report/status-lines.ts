// A status → lines of names and values, with the values aligned.

import { slewDuration } from '../../clock/clock.ts';
import { formatInstant } from '../../ntp/time.ts';
import { formatDuration, formatOffset, toSecond } from '../../report/quantity.ts';
import type { Status } from '../../status.ts';
import type { Display } from '../process/terminal.ts';
import { alignedLines, type NamedValue } from './aligned-lines.ts';
import { driftRows } from './drift-lines.ts';

/** The text of a status: `name: value` lines, with line ends. `display` is what the stream can show. */
export function statusLines(status: Status, display: Display = PLAIN): string {
  return alignedLines(rowsOf(status, display));
}

const PLAIN: Display = { blocks: false, width: undefined };

function rowsOf(status: Status, display: Display): readonly NamedValue[] {
  const { now, localTime, kernel, rtc, clock } = status;
  const { maxError, estimatedError, frequency, slewRemaining } = kernel;
  return [
    ['clock', `${formatInstant(now)} (${clock})`],
    ['local time', localTime.replace('T', ' ').replace(/(?=[+-]\d\d:\d\d$)/, ' ')],
    ['synchronized', synchronizedText(status)],
    ['error bound', errorText(maxError, '± ')],
    ['likely error', errorText(estimatedError, '')],
    ['slew left', slewRemaining === undefined ? undefined : slewText(slewRemaining)],
    [
      'frequency',
      frequency === undefined ? undefined : `${frequency >= 0 ? '+' : ''}${frequency.toFixed(3)} ppm`,
    ],
    ...driftRows(status.drift, display),
    ['last set', lastSetText(status)],
    ['floor', floorText(status)],
    ['other programs', servicesText(status)],
    ['hardware clock', rtc ? `${formatOffset(rtc.offset)} from the system clock (${rtc.path})` : 'none'],
  ];
}

/** Where Linux stops counting an error (NTP_PHASE_LIMIT), in seconds: the error of a clock that was never set. */
const UNKNOWN_ERROR = 16;

function errorText(error: number | undefined, sign: string): string | undefined {
  if (error === undefined) return undefined;
  return error < UNKNOWN_ERROR
    ? `${sign}${formatDuration(error)}`
    : `unknown (the kernel's maximum, ${UNKNOWN_ERROR} s)`;
}

/** Includes the start time if only tsntp sets the clock. */
function synchronizedText({ kind, lastSet, services, servicesHidden }: Status): string {
  if (kind === 'unknown') return 'unknown on this platform';
  if (kind === 'unsynchronized') return 'no';
  const alone = services.length === 0 && servicesHidden === undefined;
  return lastSet?.sinceBoot && alone ? `yes, since ${toSecond(lastSet.time)}` : 'yes';
}

function servicesText({ services, servicesHidden }: Status): string {
  if (services.length > 0) return services.map(({ name }) => name).join(', ');
  return servicesHidden === undefined ? 'none' : `unknown: ${servicesHidden}`;
}

/** The last measured time, with advice if the clock is before it. */
function floorText({ floor, now }: Status): string | undefined {
  if (floor === undefined) return undefined;
  const isBefore = formatInstant(now) < floor;
  return `${toSecond(floor)}${isBefore ? '; this clock is earlier: see "tsntp rtc floor"' : ''}`;
}

function slewText(left: number): string {
  if (left === 0) return 'none';
  return `${formatOffset(left)}, for ${Math.ceil(slewDuration(left))} s`;
}

function lastSetText({ lastSet, noRecordIn }: Status): string {
  if (!lastSet) return noRecordIn.length === 0 ? 'unknown' : `no record in ${noRecordIn.join(', ')}`;
  const { time, kind, offset, server, errorBound, sinceBoot } = lastSet;
  const when = sinceBoot ? '' : ', before this boot';
  const how = `${kind} of ${formatOffset(offset)} to ${server} (± ${formatDuration(errorBound)})`;
  return `${toSecond(time)}${when}: ${how}`;
}
