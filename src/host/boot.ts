// This boot of the machine, and what the state file says of it: whether tsntp has set the clock since, and how far that
// may have drifted.

import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import type { Clock } from '../clock/clock.ts';
import { add, difference, type Seconds, type UnixTime, unixTimeOf } from '../ntp/time.ts';
import type { LastSet } from '../pipeline/ports.ts';
import type { State } from './state.ts';

/** The machine at one moment. */
export interface Boot {
  /** As `Clock.bootId()`. */
  readonly bootId?: string | undefined;
  readonly now: UnixTime;
  /** Since the machine booted, its sleep included. */
  readonly uptime: Seconds;
  /** How much of that it slept, but for a constant: CLOCK_BOOTTIME less CLOCK_MONOTONIC. */
  readonly asleep?: Seconds;
  /** How often it was suspended; absent where the kernel does not count. */
  readonly suspends?: number;
}

/** How fast a clock may drift that no daemon disciplines: the kernel's own limit, in seconds per second. */
const DRIFT = 500e-6;
/** After a suspend the kernel adds the time asleep to the clock, by a hardware clock of whole seconds. */
const SLEEP_ERROR: Seconds = 2;
/** A longer sleep than this is one: the uptime comes in hundredths. */
const ASLEEP: Seconds = 0.1;

/** The current boot, as of now. */
export function bootOf(clock: Pick<Clock, 'bootId' | 'now'>): Boot {
  const up = uptime();
  const suspends = countSuspends();
  return {
    bootId: clock.bootId(),
    now: clock.now(),
    uptime: up,
    asleep: up - Number(process.hrtime.bigint()) / 1e9,
    ...(suspends !== undefined && { suspends }),
  };
}

/**
 * Whether tsntp has set this clock since the machine booted, so that it counts as a good one.
 *
 * Two boot ids settle it. Without them the instants do: the setting lies after the boot, `uptime` ago. One that lies in the
 * future counts as made since: only a machine that has been up for less time than it was then has booted for certain.
 */
export function setSinceBoot({ lastSet }: State, boot: Boot): boolean {
  if (lastSet === undefined) return false;
  if (lastSet.bootId !== undefined && boot.bootId !== undefined) return lastSet.bootId === boot.bootId;
  if (lastSet.uptime !== undefined && boot.uptime < lastSet.uptime) return false;
  return instantOf(lastSet) >= add(boot.now, -boot.uptime);
}

/** How far the clock may be off by now, for no other reason than drift and sleep, if it was set in this boot. */
export function explainedSince(lastSet: LastSet, boot: Boot): Seconds {
  const since =
    lastSet.uptime === undefined ? difference(boot.now, instantOf(lastSet)) : boot.uptime - lastSet.uptime;
  return DRIFT * Math.max(0, since) + SLEEP_ERROR * sleepsSince(lastSet, boot);
}

/** Hibernation is not counted by the kernel, but shows in the time asleep. */
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
