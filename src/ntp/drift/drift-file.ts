// The drift files of ntpd and chronyd ⇄ a correction of the rate. Their signs are opposite: ntpd's number is what the kernel
// is told (positive = the clock is made faster), chronyd's is what is wrong with the clock (positive = it gains).
// ntpd: one number in ppm, "%.6f" (ntp_util.c). chronyd: the frequency and its skew in ppm, "%20.6f %20.6f" (reference.c).

/** A rate from another program's file. */
export interface ImportedRate {
  readonly from: 'ntpd' | 'chronyd';
  /** The correction of the rate in ppm; positive = the clock is made faster. */
  readonly frequency: number;
  /** chronyd's skew: how far the rate may be off, in ppm. */
  readonly skew?: number;
}

/** Thrown for a text that is not a drift file; the message says why. */
export class DriftFileError extends Error {
  override readonly name = 'DriftFileError';
}

/** No program sets a rate beyond this, in ppm; a file that has one was written by accident. */
const MOST = 500;
/** Neither program writes an exponent; a file with one is an old one of OpenNTPD, whose unit is not ppm. */
const DECIMAL = /^[+-]?\d{1,9}(?:\.\d{1,9})?$/;

/** The rate in the text of a drift file; the count of its numbers tells whose file it is. Throws `DriftFileError`. */
export function readDriftFile(text: string): ImportedRate {
  const words = text.trim().split(/[ \t\r\n]+/, 3);
  const [frequency, skew, more] = words.map(word => (DECIMAL.test(word) ? Number(word) : Number.NaN));
  if (more !== undefined || [frequency, skew].some(number => Number.isNaN(number))) {
    throw new DriftFileError(
      "it holds neither one decimal number, as ntpd's drift file does, nor two, as chronyd's does",
    );
  }
  if (!(Math.abs(frequency!) < MOST)) {
    throw new DriftFileError(
      `its frequency of ${frequency} ppm is out of range: it must be between -${MOST} and ${MOST} ppm`,
    );
  }
  if (skew === undefined) return { from: 'ntpd', frequency: frequency! };
  if (skew < 0) throw new DriftFileError(`its skew of ${skew} ppm is out of range: it must be 0 or more`);
  return { from: 'chronyd', frequency: 0 - frequency!, skew };
}

/** The drift file of ntpd for a correction in ppm, within what ntpd reads. */
export function ntpdDriftFile(frequency: number): string {
  const most = MOST - 1e-6;
  return `${fixed(Math.min(Math.max(frequency, -most), most))}\n`;
}

/** The drift file of chronyd for a correction and its standard deviation in ppm. */
export function chronydDriftFile(frequency: number, sigma: number): string {
  return `${fixed(-frequency).padStart(20)} ${fixed(sigma).padStart(20)}\n`;
}

/** Six digits after the point, and no sign before a zero. */
function fixed(value: number): string {
  const text = value.toFixed(6);
  return /^-0\.0+$/.test(text) ? text.slice(1) : text;
}
