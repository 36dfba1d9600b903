// This boot of the machine and the state file → whether tsntp has set the clock since boot, and how far it may have
// drifted.

import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Clock } from '../clock/clock.ts';
import { add, difference, type Seconds, type UnixTime, unixTimeOf } from '../ntp/time.ts';
import type { LastSet } from '../pipeline/ports.ts';
import type { State } from './state.ts';

/** The machine at one moment. */
export interface Boot {
  /** The result of `Clock.bootId()`. */
  readonly bootId?: string | undefined;
  readonly now: UnixTime;
  /** Seconds since boot, including sleep. */
  readonly uptime: Seconds;
  /** Seconds spent asleep, up to a constant: CLOCK_BOOTTIME less CLOCK_MONOTONIC. */
  readonly asleep?: Seconds;
  /** The number of suspends; absent if the kernel does not count them. */
  readonly suspends?: number;
}

/** The maximum drift of an undisciplined clock: the kernel's own limit, in seconds per second. */
const DRIFT = 500e-6;
/** After a suspend, the kernel adds the time asleep to the clock, from a hardware clock of whole seconds. */
const SLEEP_ERROR: Seconds = 2;
/** A shorter time asleep is a rounding error: the uptime has a resolution of hundredths. */
const ASLEEP: Seconds = 0.1;

/** How long this machine has slept, up to a constant, in seconds: CLOCK_BOOTTIME less CLOCK_MONOTONIC. */
export function secondsAsleep(): Seconds {
  return uptime() - Number(process.hrtime.bigint()) / 1e9;
}

/** The current boot as of now. */
export function bootOf(clock: Pick<Clock, 'bootId' | 'now'>): Boot {
  const up = uptime();
  const suspends = countSuspends();
  return {
    bootId: clock.bootId(),
    now: clock.now(),
    uptime: up,
    asleep: secondsAsleep(),
    ...(suspends !== undefined && { suspends }),
  };
}

/**
 * Whether tsntp has set this clock since boot, which makes it trustworthy.
 *
 * Two boot ids decide if both are known. Otherwise the instants do: the clock must have been set after the boot,
 * `uptime` ago. A time in the future counts as since boot: only an uptime shorter than the recorded one proves a reboot.
 */
export function setSinceBoot({ lastSet }: State, boot: Boot): boolean {
  if (lastSet === undefined) return false;
  if (lastSet.bootId !== undefined && boot.bootId !== undefined) return lastSet.bootId === boot.bootId;
  if (lastSet.uptime !== undefined && boot.uptime < lastSet.uptime) return false;
  return instantOf(lastSet) >= add(boot.now, -boot.uptime);
}

/** How far drift and sleep may have moved the clock since it was set in this boot, in seconds. */
export function explainedSince(lastSet: LastSet, boot: Boot): Seconds {
  const since =
    lastSet.uptime === undefined ? difference(boot.now, instantOf(lastSet)) : boot.uptime - lastSet.uptime;
  return DRIFT * Math.max(0, since) + SLEEP_ERROR * sleepsSince(lastSet, boot);
}

/** The number of sleeps since then. The kernel does not count hibernation, but the time asleep shows it. */
function sleepsSince({ asleep, suspends }: LastSet, boot: Boot): number {
  const slept = asleep !== undefined && boot.asleep !== undefined && boot.asleep - asleep > ASLEEP;
  const counted = suspends !== undefined && boot.suspends !== undefined ? boot.suspends - suspends : 0;
  return Math.max(slept ? 1 : 0, counted);
}

function instantOf({ time }: LastSet): UnixTime {
  return unixTimeOf(BigInt(Date.parse(time)) * 1_000_000n);
}

function countSuspends(): number | undefined {
  try {
    const text = readFileSync('/sys/power/suspend_stats/success', 'utf8').trim();
    return /^\d+$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}
