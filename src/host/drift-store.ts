// This machine's oscillator and the drift.json of one directory → the port that runs and `tsntp drift` learn through.

import { readFileSync } from 'node:fs';
import type { Clock } from '../clock/clock.ts';
import type { Oscillator } from '../ntp/drift/drift-record.ts';
import type { DriftStore } from '../pipeline/ports.ts';
import { bootOf } from './boot.ts';
import { readDriftMemory, writeDriftMemory } from './drift-memory.ts';

const CLOCKSOURCE = '/sys/devices/system/clocksource/clocksource0/current_clocksource';

/** The oscillator of this machine, with its memory in `directory`. With `keeps: false`, nothing is ever written. */
export function driftStore(
  clock: Pick<Clock, 'bootId' | 'now'>,
  directory: string,
  { keeps }: { readonly keeps: boolean },
): DriftStore {
  return {
    oscillator: () => oscillatorOf(clock),
    asleep() {
      const { asleep } = bootOf(clock);
      // The uptime is coarser than the clock that it is compared with.
      return asleep === undefined ? undefined : Math.max(asleep, 0);
    },
    recall: () => readDriftMemory(directory),
    remember: memory => (keeps ? writeDriftMemory(directory, memory) : undefined),
  };
}

function oscillatorOf(clock: Pick<Clock, 'bootId'>): Oscillator {
  const [bootId, clocksource] = [clock.bootId(), readClocksource()];
  return { ...(bootId !== undefined && { bootId }), ...(clocksource !== undefined && { clocksource }) };
}

/** The kernel's name for what drives its clocks; only Linux tells. */
function readClocksource(): string | undefined {
  try {
    const name = readFileSync(CLOCKSOURCE, 'utf8').trim();
    return name === '' ? undefined : name;
  } catch {
    return undefined;
  }
}
