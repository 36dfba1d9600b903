// Ends what a stopped time service leaves running in the Linux kernel: an offset that the phase-locked loop is still
// applying (timesyncd), or a pulse per second that the kernel follows (ntpd). Either would add to a slew and bend a rate.
// adjtimex(2); kernel/time/ntp.c; RFC 5905 §11.3 for the loop.

import { NANO, OFFSET, STA_NANO, STATUS, type TimexCall } from './timex.ts';

const STA_PLL = 0x0001;
export const STA_PPSFREQ = 0x0002;
export const STA_PPSTIME = 0x0004;
const STA_FLL = 0x0008;
const STA_FREQHOLD = 0x0080;
/**
 * The status bits by which the kernel steers the clock, or is kept from it. Leap seconds and STA_UNSYNC are not among
 * them.
 */
const STEERING = STA_PLL | STA_PPSFREQ | STA_PPSTIME | STA_FLL | STA_FREQHOLD;

/**
 * Ends the leftover steering but keeps the learned frequency. Changes nothing if there is none. Throws `ClockError`
 * with the description `attempt`.
 */
export function endLeftover(adjust: TimexCall, attempt: string): void {
  const { offset, status } = adjust(attempt, { modes: 0 });
  if (offset === 0n && (status & STEERING) === 0) return;
  // The kernel accepts an offset only while the loop is on. An offset of 0 changes no frequency, and a held frequency
  // cannot change.
  const held = status | STA_PLL | STA_FREQHOLD;
  adjust(attempt, { modes: STATUS | OFFSET, status: held, offset: 0n });
  // Turning the loop off also resets the unit to microseconds, which other programs may not expect.
  const unit = (status & STA_NANO) === 0 ? 0 : NANO;
  adjust(attempt, { modes: STATUS | unit, status: status & ~STEERING });
}
