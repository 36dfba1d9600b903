// What is known of this machine's clock without asking a server: the kernel, tsntp's memory, other time services, and
// the hardware clock. Read-only, and needs no privilege.
// Sign: a positive offset of the hardware clock = it is ahead of the system's.

import type { Clock, ClockStatus } from './clock/clock.ts';
import { openClock } from './clock/index.ts';
import { peekRtc } from './clock/rtc/device.ts';
import { bootOf, setSinceBoot } from './host/boot.ts';
import { whyHidden } from './host/processes.ts';
import { findTimeServices, type TimeService } from './host/services.ts';
import { type LastSet, readState, type StateReading, stateDirectory } from './host/state.ts';
import { type Environment, windowsFolder } from './machine.ts';
import { difference, formatInstant, type Seconds } from './ntp/time.ts';

export interface Status {
  readonly now: string;
  /** Which adapter read it. */
  readonly clock: string;
  readonly kernel: ClockStatus;
  /** The last correction by tsntp, and whether it was made since the machine came up. Absent: none, or `warnings` say why not. */
  readonly lastSet?: LastSet & { readonly sinceBoot: boolean };
  readonly services: readonly TimeService[];
  /** Why others than these may be at work; absent where all processes can be seen. */
  readonly servicesHidden?: string;
  /** Absent where there is no hardware clock, or where it cannot be read. */
  readonly rtc?: { readonly path: string; readonly offset: Seconds };
  readonly warnings: readonly string[];
}

/** Collects it; never rejects. `directory` is where tsntp's memory is; by default this user's, and root's. */
export async function readStatus(directory: string | undefined, env: Environment): Promise<Status> {
  const clock = await openClock();
  const { state, warning } = newest(directory === undefined ? memories(env) : [directory]);
  const { lastSet } = state;
  const rtc = await compareRtc(clock);
  const servicesHidden = whyHidden();
  return {
    now: formatInstant(clock.now()),
    clock: clock.name,
    kernel: clock.status(),
    ...(lastSet && { lastSet: { ...lastSet, sinceBoot: setSinceBoot(state, bootOf(clock)) } }),
    services: await findTimeServices(process.platform, windowsFolder(env)),
    ...(servicesHidden !== undefined && { servicesHidden }),
    ...(rtc && { rtc }),
    warnings: warning === undefined ? [] : [warning],
  };
}

/** Where this user's tsntp keeps its memory, and where root's does. */
function memories(env: Environment): readonly string[] {
  const users = [process.geteuid?.(), 0].map(uid => stateDirectory(process.platform, env, uid));
  return [...new Set(users.filter(directory => directory !== undefined))];
}

/** The memory of the last correction; without any, why that may not be all. */
function newest(directories: readonly string[]): StateReading {
  const readings = directories.map(readState);
  const set = readings.filter(({ state }) => state.lastSet !== undefined);
  const [latest] = set.sort((a, b) => Date.parse(b.state.lastSet!.time) - Date.parse(a.state.lastSet!.time));
  return latest ?? readings.find(({ warning }) => warning !== undefined) ?? { state: { version: 1 } };
}

async function compareRtc(clock: Clock): Promise<Status['rtc']> {
  try {
    const { path, time, at } = await peekRtc(clock);
    return { path, offset: difference(time, at.time) };
  } catch {
    return undefined;
  }
}
