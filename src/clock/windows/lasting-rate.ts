// The rate of the Windows clock that no slew makes: as a correction in ppm, and set to last until the next boot.
// learn.microsoft.com: sysinfoapi.h. Positive = the clock is made faster.

import type { KernelRate } from '../../ntp/drift/kernel-rate.ts';
import { MOST_BY_FREQUENCY } from '../../ntp/drift/rate-bounds.ts';
import { ClockError, type RateState } from '../clock.ts';
import { signedRate } from '../ffi.ts';
import type { ClockRate, RateControl } from './clock-rate.ts';
import type { HeldSlew } from './held-slew.ts';
import { type SlewNote, withoutSlew } from './slew-note.ts';

/** Windows has no tick to change; this stands for none. */
const TICK = 10_000;

/** Converts a rate without a slew; nothing but the program that set it steers it. */
export function lastingRateOf(base: ClockRate): RateState {
  const unit = 1e6 / Number(base.increment);
  return { rate: { frequency: Number(unitsOf(base)) * unit, tick: TICK }, unit, loops: [] };
}

/**
 * Sets the rate, below a slew that `held` may hold. `attempt` describes it in errors. Throws `ClockError`; the former
 * rate then holds.
 */
export function setLastingRate(
  control: RateControl,
  note: SlewNote,
  rate: KernelRate,
  held: HeldSlew | undefined,
  attempt: string,
): void {
  const before = withoutSlew(control.get(attempt), note).base;
  const units = BigInt(Math.round(limited(rate, attempt) * (Number(before.increment) / 1e6)));
  // Without a correction, Windows' own mechanisms are on, as after a boot.
  const wanted = { ...before, adjustment: before.increment + units, disabled: units === 0n };
  change(wanted);
  const found = withoutSlew(control.get(attempt), note).base;
  if (unitsOf(found) === units) return;
  change(before);
  throw new ClockError(
    'failed',
    `cannot ${attempt}: Windows made it ${signedRate(lastingRateOf(found).rate)}`,
  );

  function change(to: ClockRate): void {
    if (held?.rebase(to, attempt)) return;
    control.set(attempt, to.adjustment, to.disabled);
    note.clear();
  }
}

function limited({ frequency, tick }: KernelRate, attempt: string): number {
  if (tick === TICK && Math.abs(frequency) <= MOST_BY_FREQUENCY + 1) return frequency;
  throw new ClockError(
    'invalid',
    `cannot ${attempt}: on Windows the rate may be ±${MOST_BY_FREQUENCY} ppm, without a tick`,
  );
}

function unitsOf({ adjustment, increment, disabled }: ClockRate): bigint {
  return disabled ? 0n : adjustment - increment;
}
