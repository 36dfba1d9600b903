// A slew that this process holds: changes the rate until the offset is applied, and restores it in any case.
// Positive = forward.

import { elapsed, type MonotonicTime, type Seconds } from '../../ntp/time.ts';
import type { Slew } from '../clock.ts';
import { type ClockRate, type RateControl, slewUnits } from './clock-rate.ts';
import { type SlewNote, withoutSlew } from './slew-note.ts';

export interface HeldSlew extends Slew {
  /** Changes the rate below the slew, which holds after it; false if the slew has ended. */
  rebase(base: ClockRate, attempt: string): boolean;
}

/**
 * Runs the clock fast or slow until `offset` seconds are applied. A timer ends the slew even if `remaining` is never
 * called.
 */
export function holdSlew(
  rate: RateControl,
  note: SlewNote,
  offset: Seconds,
  attempt: string,
  monotonic: () => MonotonicTime,
): HeldSlew {
  let { base } = withoutSlew(rate.get(attempt), note);
  const units = Math.sign(offset) * Number(slewUnits(base.increment));
  const speed = units / Number(base.increment);
  apply(base, attempt);
  // Also covers an exit by an uncaught exception.
  process.once('exit', release);
  const started = monotonic();
  let left: Seconds | undefined;
  let timer: NodeJS.Timeout | undefined;

  function apply(to: ClockRate, attempt: string): void {
    const slewing = (to.disabled ? to.increment : to.adjustment) + BigInt(units);
    const before = note.read();
    note.write({ slewing, base: to });
    try {
      rate.set(attempt, slewing, false);
    } catch (error) {
      // The former rate holds, and its note must.
      if (before) note.write(before);
      else note.clear();
      throw error;
    }
  }
  function rebase(to: ClockRate, attempt: string): boolean {
    if (left !== undefined) return false;
    apply(to, attempt);
    base = to;
    return true;
  }
  function remaining(): Seconds {
    if (left !== undefined) return left;
    const rest = offset - speed * elapsed(monotonic(), started);
    return Math.sign(rest) === Math.sign(offset) ? rest : 0;
  }
  function release(): void {
    if (left !== undefined) return;
    const rest = remaining();
    clearTimeout(timer);
    process.off('exit', release);
    rate.set('give the clock its rate back', base.adjustment, base.disabled);
    note.clear();
    left = rest;
  }
  function settle(): void {
    const rest = remaining();
    if (rest === 0) release();
    // In several steps: setTimeout is limited to 24 days, and includes time asleep, during which no slew continues.
    else timer = setTimeout(settle, Math.min(Math.ceil((rest / speed) * 1000), 60_000));
  }
  settle();
  return { unattended: false, remaining, release, rebase };
}
