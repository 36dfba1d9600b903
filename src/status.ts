// What is known of this machine's clock without asking a server: the kernel's word, tsntp's memory, other time services, and
// the hardware clock → a status. Sets nothing, and needs no privilege.
// Sign: a positive offset of the hardware clock = it is ahead of the system's.

import { type Clock, ClockError, type ClockStatus } from './clock/clock.ts';
import type { HardwareReading } from './clock/hardware-clock.ts';
import { difference, type Seconds, type UnixTime } from './ntp/time.ts';
import type { TimeService } from './pipeline/outcome.ts';
import type { MemoryReading } from './pipeline/ports.ts';

/** The programs that keep this clock. */
export interface TimeServices {
  readonly services: readonly TimeService[];
  /** Why others than these may be at work; absent where all processes can be seen. */
  readonly hidden?: string;
}

/** What `status` looks at. */
export interface StatusPorts {
  readonly clock: Clock;
  /** What each folder where a tsntp may keep its memory holds. */
  readonly memories: () => readonly MemoryReading[];
  readonly timeServices: () => Promise<TimeServices>;
  /** An instant to the second in local time, RFC 3339 with the zone's offset. */
  readonly localTime: (at: UnixTime) => Promise<string>;
  /** What the first hardware clock shows. Rejects with `ClockError` where there is none, or where it cannot be read. */
  readonly peekRtc: () => Promise<HardwareReading & { readonly path: string }>;
}

/** What is known of the clock, whatever the kernel says of it. */
interface Known {
  /** What the clock shows. */
  readonly now: UnixTime;
  /** The same to the second in local time: RFC 3339 with the zone's offset. */
  readonly localTime: string;
  /** The adapter that read the clock: `linux`, `darwin`, `windows` or `read-only`. */
  readonly clock: string;
  readonly kernel: ClockStatus;
  /** The last correction by tsntp, and whether it was made since the machine came up. Absent: none, or `warnings` say why not. */
  readonly lastSet?: NonNullable<MemoryReading['lastSet']>;
  /** The folders that hold no correction. */
  readonly noRecordIn: readonly string[];
  readonly services: readonly TimeService[];
  /** Why others than these may be at work; absent where all processes can be seen. */
  readonly servicesHidden?: string;
  /** Absent where there is no hardware clock, or where it cannot be read. */
  readonly rtc?: { readonly path: string; readonly offset: Seconds };
  readonly warnings: readonly string[];
}

/** Whether the kernel calls this clock synchronized, and what else is known of it. */
export type Status = Known &
  (
    | { readonly kind: 'synchronized' }
    | { readonly kind: 'unsynchronized' }
    /** This platform keeps no such state, or does not tell. */
    | { readonly kind: 'unknown' }
  );

/** Looks at the clock of `machine`. */
export async function status(machine: StatusPorts): Promise<Status> {
  const { clock } = machine;
  const memories = machine.memories();
  const lastSet = newestOf(memories);
  const rtc = await compareRtc(machine);
  const { services, hidden } = await machine.timeServices();
  const [now, kernel] = [clock.now(), clock.status()];
  const warnings = memories.map(({ warning }) => warning).filter(warning => warning !== undefined);
  return {
    kind: kindOf(kernel),
    now,
    localTime: await machine.localTime(now),
    clock: clock.name,
    kernel,
    ...(lastSet && { lastSet }),
    noRecordIn: memories.filter(holdsNone).map(({ directory }) => directory),
    services,
    ...(hidden !== undefined && { servicesHidden: hidden }),
    ...(rtc && { rtc }),
    // A known correction is told without the folders that may not be read: root's, for other users.
    warnings: lastSet ? [] : warnings,
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
