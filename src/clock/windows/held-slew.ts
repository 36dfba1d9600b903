// A slew that this process holds: changes the rate until the offset is applied, and restores it in any case.
// Positive = forward.

import { elapsed, type MonotonicTime, type Seconds } from '../../ntp/time.ts';
import type { Slew } from '../clock.ts';
import { type RateControl, slewUnits, withoutSlew } from './clock-rate.ts';

/**
 * Runs the clock fast or slow until `offset` seconds are applied. A timer ends the slew even if `remaining` is never
 * called.
 */
export function holdSlew(
  rate: RateControl,
  offset: Seconds,
  attempt: string,
  monotonic: () => MonotonicTime,
): Slew {
  const { base } = withoutSlew(rate.get(attempt));
  const found = base.disabled ? base.increment : base.adjustment;
  const units = Math.sign(offset) * Number(slewUnits(base.increment));
  const speed = units / Number(base.increment);
  rate.set(attempt, found + BigInt(units), false);
  // Also covers an exit by an uncaught exception.
  process.once('exit', release);
  const started = monotonic();
  let left: Seconds | undefined;
  let timer: NodeJS.Timeout | undefined;

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
    left = rest;
  }
  function settle(): void {
    const rest = remaining();
    if (rest === 0) release();
    // In several steps: setTimeout is limited to 24 days, and includes time asleep, during which no slew continues.
    else timer = setTimeout(settle, Math.min(Math.ceil((rest / speed) * 1000), 60_000));
  }
  settle();
  return { unattended: false, remaining, release };
}
