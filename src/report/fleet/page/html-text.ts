// Values → text of an HTML page.

import { formatDuration, formatOffset } from '../../quantity.ts';
import { printable } from '../printable.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text of any origin as the content of an element, or of an attribute in quotes. */
export function html(text: string): string {
  return printable(text)
    .replace(/[&<>"']/g, character => ENTITIES[character]!)
    .replaceAll('± ', '±\u00a0');
}

const [DAY, YEAR] = [86_400, 31_557_600] as const;

/** An offset with a true minus sign, in days or years if it is that large: `+12.40 ms`, `−3600.0 s`, `−56.9 years`. */
export function pageOffset(s: number): string {
  const sign = s < 0 ? '−' : '+';
  const size = Math.abs(s);
  if (size >= YEAR) return `${sign}${(size / YEAR).toFixed(1)} years`;
  if (size >= 2 * DAY) return `${sign}${(size / DAY).toFixed(1)} days`;
  return withMinus(formatOffset(s));
}

/** A duration, which is never negative. */
export function pageDuration(s: number): string {
  return formatDuration(Math.abs(s));
}

/** The same text with true minus signs before its numbers. */
export function withMinus(text: string): string {
  return text.replace(/(?<![\w.])-(?=\d)/g, '−');
}

/** A coordinate to a tenth of a pixel. */
export function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
