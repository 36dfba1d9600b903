// What tsntp remembers of the oscillator, kept as drift.json beside the state: bytes of the file ⇄ DriftMemory. A file of its
// own, because an older tsntp drops the members of state.json that it does not know. What is no such memory, or could
// have been written by another user, is a warning, never an exception: then the phase alone is corrected.

import { join } from 'node:path';
import type { EarlierBoot } from '../ntp/drift/boots.ts';
import {
  type DriftMemory,
  type DriftReading,
  EMPTY_DRIFT_MEMORY,
  MOST_BOOTS,
  MOST_SAMPLES,
  type Oscillator,
  type RateSetting,
} from '../ntp/drift/drift-record.ts';
import type { DriftSample } from '../ntp/drift/drift-sample.ts';
import { unixTimeOf } from '../ntp/time.ts';
import { closedGateOf, storedRateOf } from './stored-gate.ts';
import {
  isCorrection,
  isName,
  isNumber,
  isOptional,
  isRate,
  isRecord,
  isSpan,
  nanosecondsOf,
} from './stored-values.ts';
import { checkDirectory, codeOf, prepareDirectory, readOwn, replaceOwn } from './trusted-file.ts';

const FILE = 'drift.json';
const LARGEST = 65_536;

/**
 * What is remembered in `directory`. Never throws; no file yet is an empty memory without a warning. `trusted` is an
 * additional user whose file is accepted; use it only for display, not to decide.
 */
export function readDriftMemory(directory: string, trusted?: number): DriftReading {
  try {
    checkDirectory(directory, trusted);
    return { memory: parse(join(directory, FILE), trusted) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { memory: EMPTY_DRIFT_MEMORY };
    return {
      memory: EMPTY_DRIFT_MEMORY,
      ...(codeOf(error) === 'EACCES' && { forbidden: true }),
      warning: `cannot tell how this clock drifts, so that its rate is learned anew: ${text(error)}`,
    };
  }
}

/** Puts `memory` in place of what `directory` remembers, whole or not at all. Never throws; returns a warning if it could not. */
export function writeDriftMemory(directory: string, memory: DriftMemory): string | undefined {
  try {
    prepareDirectory(directory);
    const path = join(directory, FILE);
    if (isNewer(path))
      return `${path} was written by a newer tsntp, and is left as it is: remove it, or use that one`;
    replaceOwn(path, encode(memory));
    return undefined;
  } catch (error) {
    const advice = ['EACCES', 'EPERM'].includes(codeOf(error) ?? '') ? '; run as root' : '';
    return `cannot remember how this clock drifts: ${text(error)}${advice}`;
  }
}

/** Whether the file has a later version than this program knows. */
function isNewer(path: string): boolean {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(readOwn(path, LARGEST)));
    return isRecord(value) && typeof value.version === 'number' && value.version > 1;
  } catch {
    return false;
  }
}

/** A sample a line. Of more than fits, the oldest go; one that would spoil the file for its reader goes as well. */
function encode(memory: DriftMemory): string {
  const boots = memory.boots.slice(-MOST_BOOTS);
  const samples = memory.samples.slice(-MOST_SAMPLES).map(sample => {
    return { ...sample, raw: `${sample.raw}`, true: `${sample.true}` };
  });
  const lines = samples.filter(sample => sampleOf(sample)).map(sample => JSON.stringify(sample));
  const [before, after] = JSON.stringify({ ...memory, boots, samples: [] }).split('"samples":[]');
  for (;;) {
    const file = `${before}"samples":[\n${lines.join(',\n')}\n]${after}\n`;
    if (lines.length === 0 || Buffer.byteLength(file) <= LARGEST) return file;
    lines.shift();
  }
}

function parse(path: string, trusted: number | undefined): DriftMemory {
  const bytes = readOwn(path, LARGEST, trusted);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The parser's own message quotes the file, control characters and all.
    throw new Error(`${path} is not JSON: remove it`);
  }
  if (!isRecord(value) || value.version !== 1) {
    throw new Error(`${path} is not a drift file of version 1: remove it`);
  }
  const member = <T>(name: string, decode: (value: unknown) => T | undefined): T => {
    const decoded = decode(value[name]);
    if (decoded === undefined) throw new Error(`${path} has a malformed "${name}": remove it`);
    return decoded;
  };
  return {
    version: 1,
    oscillator: member('oscillator', oscillatorOf),
    ...(value.found !== undefined && { found: member('found', storedRateOf) }),
    ...(value.set !== undefined && { set: member('set', settingOf) }),
    ...(value.gate !== undefined && { gate: member('gate', closedGateOf) }),
    boots: member('boots', boots => listOf(boots, MOST_BOOTS, bootOf)),
    samples: member('samples', samples => listOf(samples, MOST_SAMPLES, sampleOf)),
  };
}

function oscillatorOf(value: unknown): Oscillator | undefined {
  if (!isRecord(value)) return undefined;
  const { bootId, clocksource } = value;
  if (!isOptional(bootId, isName) || !isOptional(clocksource, isName)) return undefined;
  return { ...(bootId !== undefined && { bootId }), ...(clocksource !== undefined && { clocksource }) };
}

function settingOf(value: unknown): RateSetting | undefined {
  const rate = storedRateOf(value);
  const at = isRecord(value) ? value.at : undefined;
  const isInstant =
    typeof at === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(at) &&
    !Number.isNaN(Date.parse(at));
  if (!rate || !isInstant) return undefined;
  if (!isRecord(value) || value.before === undefined) return { ...rate, at };
  const before = storedRateOf(value.before);
  return before && { ...rate, at, before };
}

function bootOf(value: unknown): EarlierBoot | undefined {
  if (!isRecord(value)) return undefined;
  const { frequency, sigma, runs, clocksource } = value;
  if (!isNumber(frequency, -100_000, 100_000) || !isNumber(sigma, 0, 100_000)) return undefined;
  if (!isNumber(runs, 0, MOST_SAMPLES) || !Number.isInteger(runs)) return undefined;
  if (!isOptional(clocksource, isName)) return undefined;
  return { frequency, sigma, runs, ...(clocksource !== undefined && { clocksource }) };
}

function sampleOf(value: unknown): DriftSample | undefined {
  if (!isRecord(value)) return undefined;
  const { jitter, delay, distance, peer, asleep, offset, frequency } = value;
  const [raw, time] = [nanosecondsOf(value.raw), nanosecondsOf(value.true)];
  if (raw === undefined || time === undefined || !isName(peer)) return undefined;
  if (!isSpan(jitter) || !isSpan(delay) || !isSpan(distance) || !isOptional(asleep, isSpan)) return undefined;
  if (!isOptional(offset, isCorrection) || !isOptional(frequency, isRate)) return undefined;
  return {
    ...{ raw, true: unixTimeOf(time), jitter, delay, distance, peer },
    ...(asleep !== undefined && { asleep }),
    ...(offset !== undefined && { offset }),
    ...(frequency !== undefined && { frequency }),
  };
}

/** Undefined where one of them is malformed, or there are too many. */
function listOf<T>(
  value: unknown,
  most: number,
  decode: (value: unknown) => T | undefined,
): readonly T[] | undefined {
  if (!Array.isArray(value) || value.length > most) return undefined;
  const decoded = value.map(decode).filter(one => one !== undefined);
  return decoded.length === value.length ? decoded : undefined;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
