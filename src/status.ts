// The state of this machine's clock, without querying a server: the kernel's state, tsntp's memory, other time
// services, and the hardware clock → a status. Sets nothing and needs no privilege.
// Sign: a positive offset of the hardware clock = it is ahead of the system's.

import { type Clock, ClockError, type ClockStatus } from './clock/clock.ts';
import type { HardwareReading } from './clock/hardware-clock.ts';
import { difference, type Seconds, type UnixTime } from './ntp/time.ts';
import { type DriftStatePorts, type MachineDrift, readDrift } from './pipeline/machine-drift.ts';
import type { TimeService } from './pipeline/outcome.ts';
import type { MemoryReading } from './pipeline/ports.ts';

/** The programs that control this clock. */
export interface TimeServices {
  readonly services: readonly TimeService[];
  /** Why other programs may have been missed; absent if all processes are visible. */
  readonly hidden?: string;
}

/** What `status` reads. */
export interface StatusPorts extends DriftStatePorts {
  readonly clock: Clock;
  /** The state in each directory where a tsntp may keep it. */
  readonly memories: () => readonly MemoryReading[];
  readonly timeServices: () => Promise<TimeServices>;
  /** Formats an instant in local time to the second, RFC 3339 with the zone's offset. */
  readonly localTime: (at: UnixTime) => Promise<string>;
  /** Reads the first hardware clock. Rejects with `ClockError` if there is none or it cannot be read. */
  readonly peekRtc: () => Promise<HardwareReading & { readonly path: string }>;
}

/** The state of the clock, whether synchronized or not. */
interface Known {
  /** The time on the clock. */
  readonly now: UnixTime;
  /** The same in local time to the second: RFC 3339 with the zone's offset. */
  readonly localTime: string;
  /** The adapter that read the clock: `linux`, `darwin`, `windows`, or `read-only`. */
  readonly clock: string;
  readonly kernel: ClockStatus;
  /**
   * The last correction by tsntp, and whether it was made since boot. Absent if there is none, or if `warnings` state
   * why it is unknown.
   */
  readonly lastSet?: NonNullable<MemoryReading['lastSet']>;
  /** The floor of the clock, the last measured time: RFC 3339 in UTC. Absent if none is known. */
  readonly floor?: string;
  /** The directories without a record. */
  readonly noRecordIn: readonly string[];
  readonly services: readonly TimeService[];
  /** Why other programs may have been missed; absent if all processes are visible. */
  readonly servicesHidden?: string;
  /** Absent if there is no hardware clock or it cannot be read. */
  readonly rtc?: { readonly path: string; readonly offset: Seconds };
  /** What is known of the rate of this clock. */
  readonly drift: Omit<MachineDrift, 'warnings'>;
  readonly warnings: readonly string[];
}

/** Whether the kernel considers this clock synchronized, and its further state. */
export type Status = Known &
  (
    | { readonly kind: 'synchronized' }
    | { readonly kind: 'unsynchronized' }
    /** This platform keeps no such state, or does not report it. */
    | { readonly kind: 'unknown' }
  );

/** Reads the state of the clock of `machine`. */
export async function status(machine: StatusPorts): Promise<Status> {
  const { clock } = machine;
  const memories = machine.memories();
  const lastSet = newestOf(memories);
  const floor = memories
    .flatMap(each => each.floor ?? [])
    .sort()
    .at(-1);
  const rtc = await compareRtc(machine);
  const { services, hidden } = await machine.timeServices();
  const [now, kernel] = [clock.now(), clock.status()];
  const warnings = memories.map(({ warning }) => warning).filter(warning => warning !== undefined);
  const { warnings: driftWarnings, ...drift } = readDrift(machine);
  return {
    kind: kindOf(kernel),
    now,
    localTime: await machine.localTime(now),
    clock: clock.name,
    kernel,
    ...(lastSet && { lastSet }),
    ...(floor !== undefined && { floor }),
    noRecordIn: memories.filter(holdsNone).map(({ directory }) => directory),
    services,
    ...(hidden !== undefined && { servicesHidden: hidden }),
    ...(rtc && { rtc }),
    drift,
    // If a correction is known, unreadable directories are not reported: root's, for other users.
    warnings: lastSet ? driftWarnings : [...warnings, ...driftWarnings],
  };
}

function kindOf({ synchronized }: ClockStatus): Status['kind'] {
  if (synchronized === undefined) return 'unknown';
  return synchronized ? 'synchronized' : 'unsynchronized';
}

function holdsNone({ lastSet, warning }: MemoryReading): boolean {
  return lastSet === undefined && warning === undefined;
}

function newestOf(memories: readonly MemoryReading[]): MemoryReading['lastSet'] {
  return memories
    .flatMap(({ lastSet }) => lastSet ?? [])
    .toSorted((a, b) => Date.parse(b.time) - Date.parse(a.time))[0];
}

async function compareRtc({ peekRtc }: StatusPorts): Promise<Status['rtc']> {
  try {
    const { path, time, at } = await peekRtc();
    return { path, offset: difference(time, at.time) };
  } catch (error) {
    if (error instanceof ClockError) return undefined;
    throw error;
  }
}
