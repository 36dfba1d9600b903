// tsntp's state files → what the panic limit needs to know about this clock, and what `tsntp status` shows.
// Sign: `offset` is what was added to the clock.

import type { Clock } from '../clock/clock.ts';
import { formatInstant } from '../ntp/time.ts';
import type { DriftMemoryReading, Memory, MemoryReading, Remembered } from '../pipeline/ports.ts';
import { bootOf, explainedSince, setSinceBoot } from './boot.ts';
import { readDriftMemory } from './drift-memory.ts';
import { ownerOf, readFloor } from './floor-file.ts';
import { readState, stateDirectory, writeState } from './state.ts';

const NOTHING: Memory = { setSinceBoot: false, sum: 0, explained: 0 };

/** Reads the memory of this clock in `directory`. An untrusted state file does not lift the panic limit. */
export function recall(clock: Clock, directory: string | undefined): Memory {
  if (directory === undefined) return NOTHING;
  const { state, warning } = readState(directory);
  if (warning !== undefined)
    return {
      ...NOTHING,
      setSinceBoot: true,
      warning: `${warning}. Until then the panic limit holds; -g lifts it`,
    };
  const boot = bootOf(clock);
  if (state.lastSet === undefined || !setSinceBoot(state, boot)) return NOTHING;
  const { sum = 0 } = state.lastSet;
  return { setSinceBoot: true, sum, explained: explainedSince(state.lastSet, boot) };
}

/** Records a correction in `directory`; returns a warning on failure. */
export function remember(
  clock: Clock,
  directory: string | undefined,
  { at, correction, server, errorBound, sum }: Remembered,
): string | undefined {
  if (directory === undefined)
    return 'there is no folder for the state file, so the next run will not know of this correction: name one with --state DIR';
  const { bootId, now: _, ...boot } = bootOf(clock);
  const { kind, offset } = correction;
  const set = { time: formatInstant(at), offset, kind, server, errorBound, sum, ...boot };
  return writeState(directory, { version: 1, lastSet: { ...(bootId !== undefined && { bootId }), ...set } });
}

/**
 * The state directory of the systemd unit that the documents of tsntp 0.1 showed. It has its own name because root does not
 * trust its contents.
 */
export const UNIT_DIRECTORY = '/var/lib/tsntp-timer';

/**
 * All directories where a tsntp on this machine may keep its state: this user's, root's, and that of an older systemd unit.
 */
export function memoryDirectories(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  uid: number | undefined,
): readonly string[] {
  const users = [uid, 0].map(user => stateDirectory(platform, env, user));
  const all = [...users, platform === 'linux' ? UNIT_DIRECTORY : undefined];
  return [...new Set(all.filter(directory => directory !== undefined))];
}

/** Reads the state in each directory for display, also trusting the file of a directory's owner. Never throws. */
export function readMemories(clock: Clock, directories: readonly string[]): readonly MemoryReading[] {
  const boot = bootOf(clock);
  return directories.map(directory => {
    const owner = ownerOf(directory);
    const { state, warning } = readState(directory, owner);
    const { time: floor } = readFloor(directory, owner);
    const { lastSet } = state;
    return {
      directory,
      ...(lastSet && { lastSet: { ...lastSet, sinceBoot: setSinceBoot(state, boot) } }),
      ...(floor !== undefined && { floor: formatInstant(floor) }),
      ...(warning !== undefined && { warning }),
    };
  });
}

/** Reads what each directory remembers of the oscillator, for display, like `readMemories`. Never throws. */
export function readDriftMemories(directories: readonly string[]): readonly DriftMemoryReading[] {
  return directories.map(directory => ({ directory, ...readDriftMemory(directory, ownerOf(directory)) }));
}
