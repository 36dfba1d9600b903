// What a hardware clock shows after it was written → how near to the true time that is, and why it is not nearer.

import { type HardwareWriting, RTC_EXACT } from '../clock/hardware-clock.ts';

/** ", within 0.29 s: this hardware clock keeps its own second"; empty if it is exact or unknown. */
export function precisionText(written: HardwareWriting | undefined): string {
  if (written === undefined || Math.abs(written.offset) <= RTC_EXACT) return '';
  const left = Math.ceil(Math.abs(written.offset) * 100 - 1e-6) / 100;
  const reason = written.keepsSecond
    ? 'this hardware clock keeps its own second'
    : 'it could not be written more exactly';
  return `, within ${left.toFixed(2)} s: ${reason}`;
}
