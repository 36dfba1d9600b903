// "100ms", "-0.1:0.5", "~:1", "@1:2" → the range of offsets that is allowed. Ranges are those of monitoring plugins (Monitoring
// Plugins Development Guidelines, "Threshold and Ranges"), with units; a number alone is a size, as in check_ntp_time.

import type { OffsetRange } from '../fleet/fleet-outcome.ts';
import type { Seconds } from '../ntp/time.ts';
import { parseDuration } from './duration.ts';

/** Reads a limit of an offset; undefined if it is none. */
export function readOffsetRange(text: string): OffsetRange | undefined {
  const [, at = '', range = ''] = /^(@?)(.*)$/s.exec(text.trim()) ?? [];
  const inside = at === '@';
  const [start = '', end, ...rest] = range.split(':');
  if (rest.length > 0) return undefined;
  if (end === undefined) {
    const size = parseDuration(start);
    return size === undefined || size < 0 ? undefined : { from: -size, to: size, inside };
  }
  const from = endOf(start, '~', 0, -Infinity);
  const to = endOf(end, '', Infinity, Infinity);
  return from === undefined || to === undefined || from > to ? undefined : { from, to, inside };
}

/** One end of a range: `unbounded` where the text is `infinite`, `absent` where it is empty. */
function endOf(text: string, infinite: string, absent: Seconds, unbounded: Seconds): Seconds | undefined {
  if (text === '') return absent;
  return text === infinite ? unbounded : parseDuration(text);
}
