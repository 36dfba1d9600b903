// A clock that can be read but not set, with Node alone, for platforms without an adapter or without koffi. Date.now()
// rounds down to the millisecond, which would bias every offset by half a millisecond. hrtime is therefore anchored to
// the instants at which Date.now() changes. It reads no oscillator, because no rate can be set.

import { monotonicTimeOf, type Seconds, type UnixTime, unixTimeOf } from '../ntp/time.ts';
import { type Clock, ClockError, standstill } from './clock.ts';
import { patience } from './patience.ts';
import { measurePrecision } from './precision.ts';

const MILLISECOND = 1_000_000n;
/** Date.now() may lag by one millisecond; a difference over two means that the clock was set. */
const STEPPED = 2n * MILLISECOND;
/** The longest wait for the next millisecond, in seconds. */
const LONGEST_TICK: Seconds = 1.5;

/**
 * Opens the read-only clock. `why` completes the message of the `ClockError` that `step` and `slew` throw. Throws
 * `ClockError` if the clock stands still.
 */
export function readOnly(why: string): Clock {
  let anchor = anchorOf();
  function now(): UnixTime {
    const time = anchor + process.hrtime.bigint();
    const behind = BigInt(Date.now()) * MILLISECOND - time;
    if (behind < STEPPED && behind > -STEPPED) return unixTimeOf(time);
    anchor = anchorOf();
    return unixTimeOf(anchor + process.hrtime.bigint());
  }
  const monotonic = () => monotonicTimeOf(process.hrtime.bigint());
  function refuse(): never {
    throw new ClockError('unsupported', `the clock cannot be set: ${why}`);
  }
  return {
    name: 'read-only',
    precision: measurePrecision(now),
    sets: false,
    now,
    monotonic,
    read: () => ({ time: now(), monotonic: monotonic() }),
    step: refuse,
    slew: refuse,
    declareSynchronized: refuse,
    status: () => ({}),
    bootId: () => undefined,
  };
}

/**
 * The wall time at the zero of hrtime: the largest of three measurements, because an interruption can only make it
 * smaller.
 */
function anchorOf(): bigint {
  let anchor = atTurn();
  for (const other of [atTurn(), atTurn()]) if (other > anchor) anchor = other;
  return anchor;
}

function atTurn(): bigint {
  const more = patience(LONGEST_TICK);
  const before = Date.now();
  let turned = before;
  while (turned === before) {
    if (!more()) throw standstill();
    turned = Date.now();
  }
  return BigInt(turned) * MILLISECOND - process.hrtime.bigint();
}
