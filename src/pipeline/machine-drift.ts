// The memory of the oscillator in each directory, and the kernel's rate → what is known of the rate of this machine's clock,
// for reports.

import { type Clock, ClockError, type RateState } from '../clock/clock.ts';
import { EMPTY_DRIFT_MEMORY, type Oscillator } from '../ntp/drift/drift-record.ts';
import { type DriftState, driftStateOf } from '../ntp/drift/drift-state.ts';
import type { DriftMemoryReading } from './ports.ts';

/** What reading the state of the rate uses of a machine. */
export interface DriftStatePorts {
  readonly clock: Clock;
  /** What each directory where a tsntp may keep its state remembers of the oscillator. */
  readonly driftMemories: () => readonly DriftMemoryReading[];
  /** Identifies the oscillator that runs at present. */
  readonly oscillator: () => Oscillator;
}

/** What is known of the rate of this machine's clock, and where it is remembered. */
export interface MachineDrift extends DriftState {
  /** The directory of the memory; absent if nothing is remembered. */
  readonly directory?: string;
  /** The directories without a memory. */
  readonly noMemoryIn: readonly string[];
  /** The directories whose memory this user may not read, where nothing else is known; absent if there are none. */
  readonly unreadable?: readonly string[];
  readonly warnings: readonly string[];
}

/** Reads what is known of the rate of the clock. Sets nothing and needs no privilege. */
export function readDrift(machine: DriftStatePorts): MachineDrift {
  const readings = machine.driftMemories();
  const [newest] = readings.filter(isUsed).toSorted(byAge);
  const forbidden = readings.filter(one => one.forbidden).map(one => one.directory);
  const warnings = readings
    .filter(one => !one.forbidden)
    .map(({ warning }) => warning)
    .filter(warning => warning !== undefined);
  const kernel = kernelRateState(machine.clock)?.rate;
  return {
    ...driftStateOf({
      memory: newest?.memory ?? EMPTY_DRIFT_MEMORY,
      oscillator: machine.oscillator(),
      ...(kernel && { kernel }),
    }),
    ...(newest && { directory: newest.directory }),
    noMemoryIn: readings.filter(one => !isUsed(one) && one.warning === undefined).map(one => one.directory),
    ...(newest === undefined && forbidden.length > 0 && { unreadable: forbidden }),
    // If something is known, unreadable directories are not reported: root's, for other users.
    warnings: newest ? [] : warnings,
  };
}

/** How the kernel corrects the rate of a clock; undefined if this platform does not tell, or a sandbox hides it. */
export function kernelRateState(clock: Clock): RateState | undefined {
  try {
    return clock.rate?.();
  } catch (error) {
    if (error instanceof ClockError) return undefined;
    throw error;
  }
}

function isUsed({ memory }: DriftMemoryReading): boolean {
  return memory.samples.length > 0 || memory.boots.length > 0;
}

/** The one with the newest sample first. */
function byAge(a: DriftMemoryReading, b: DriftMemoryReading): number {
  const [x, y] = [a, b].map(({ memory }) => memory.samples.at(-1)?.true ?? 0n);
  return x! < y! ? 1 : x! > y! ? -1 : 0;
}
