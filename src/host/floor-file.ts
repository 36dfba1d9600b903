// The floor of the clock, kept as the file `floor` beside the state: one line with an instant, RFC 3339 in UTC ⇄ UnixTime. A
// file that is not one, or that another user could have written, is a warning and never an exception: the clock is set
// anyway.

import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { floorAfter } from '../ntp/clock-floor.ts';
import { formatInstant, type UnixTime, unixTimeOf } from '../ntp/time.ts';
import type { FloorReading, FloorStore } from '../pipeline/ports.ts';
import { checkDirectory, codeOf, prepareDirectory, readOwn, replaceOwn } from './trusted-file.ts';

const FILE = 'floor';
/** A valid file has 31 bytes. */
const LARGEST = 1024;

/**
 * The floor of this machine. It is written to `directory`; the latest one in `directory` and `others` counts. A file in `others` may
 * belong to the owner of its directory: the user of a unit, which may set this clock anyway.
 */
export function floorStore(directory: string | undefined, others: readonly string[]): FloorStore {
  return {
    recall() {
      const own = directory === undefined ? [] : [readFloor(directory)];
      return latestOf([...own, ...others.map(other => readFloor(other, ownerOf(other)))]);
    },
    remember(measured) {
      if (directory === undefined) return undefined;
      return writeFloor(directory, floorAfter(measured, readFloor(directory).time));
    },
  };
}

/**
 * Reads the floor in `directory`. Never throws; no file yet is no floor, without a warning. `trusted` is an additional user
 * whose file is accepted.
 */
export function readFloor(directory: string, trusted?: number): FloorReading {
  const path = join(directory, FILE);
  try {
    checkDirectory(directory, trusted);
    return { time: parse(path, trusted), path, warnings: [] };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { warnings: [] };
    return { warnings: [`cannot read the floor of this clock, the last measured time: ${text(error)}`] };
  }
}

/** The user who owns a directory; undefined if there is none. */
export function ownerOf(directory: string): number | undefined {
  try {
    return lstatSync(directory).uid;
  } catch {
    return undefined;
  }
}

/** Replaces the floor in `directory` atomically. Never throws; returns a warning on failure. */
function writeFloor(directory: string, floor: UnixTime): string | undefined {
  try {
    prepareDirectory(directory);
    replaceOwn(join(directory, FILE), `${formatInstant(floor)}\n`);
    return undefined;
  } catch (error) {
    return `cannot keep the floor of this clock, from which a machine without a hardware clock starts: ${text(error)}`;
  }
}

function parse(path: string, trusted: number | undefined): UnixTime {
  const line = new TextDecoder().decode(readOwn(path, LARGEST, trusted)).trimEnd();
  const [, seconds, fraction = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(line) ?? [];
  const milliseconds = Date.parse(`${seconds}Z`);
  if (Number.isNaN(milliseconds))
    throw new Error(`${path} is not an instant such as 2026-11-21T00:00:00Z: remove it`);
  return unixTimeOf(BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0')));
}

function latestOf(readings: readonly FloorReading[]): FloorReading {
  const [latest] = readings
    .filter(({ time }) => time !== undefined)
    .toSorted((a, b) => (b.time! > a.time! ? 1 : -1));
  return { ...latest, warnings: readings.flatMap(({ warnings }) => warnings) };
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
