// The panic memory: what tsntp last did to this clock, kept as state.json in a directory of its own, so that
// a correction over the panic threshold (RFC 5905 §11.3) is allowed once a boot and not at every run.
// Bytes of the file → State. What is no State, or could have been written by another user, is a warning, never an
// exception: a broken file must not keep a clock from being set, and does not switch the limit off.
// Sign: `offset` is what was added to the clock.

import { join, posix, win32 } from 'node:path';
import type { LastSet } from '../pipeline/ports.ts';
import { checkDirectory, codeOf, prepareDirectory, readOwn, replaceOwn } from './trusted-file.ts';

/** The contents of the state file. Later versions only add members; those that are not known here are dropped. */
export interface State {
  readonly version: 1;
  /** Absent until tsntp has set this clock. */
  readonly lastSet?: LastSet;
}

export interface StateReading {
  readonly state: State;
  /** Why the file that is there was passed over. */
  readonly warning?: string;
}

const EMPTY: State = { version: 1 };
const FILE = 'state.json';
/** A true state file has some 300 bytes. */
const LARGEST = 65_536;

/** The directory that keeps tsntp's memory for this user, or undefined where there is no place for one. */
export function stateDirectory(
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
  uid: number | undefined,
): string | undefined {
  if (platform === 'win32') return env.ProgramData ? win32.join(env.ProgramData, 'tsntp') : undefined;
  if (uid === 0) return platform === 'darwin' ? '/var/db/tsntp' : '/var/lib/tsntp';
  // The XDG base directory specification: a path that is not absolute is to be ignored.
  if (env.XDG_STATE_HOME?.startsWith('/')) return posix.join(env.XDG_STATE_HOME, 'tsntp');
  return env.HOME?.startsWith('/') ? posix.join(env.HOME, '.local/state/tsntp') : undefined;
}

/**
 * What is remembered in `directory`. Never throws; no file yet is an empty memory without a warning. `trusted` is a user whose
 * file is believed beside ours and root's: only for one that is shown and decides nothing.
 */
export function readState(directory: string, trusted?: number): StateReading {
  try {
    checkDirectory(directory, trusted);
    return { state: parse(join(directory, FILE), trusted) };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { state: EMPTY };
    return { state: EMPTY, warning: `cannot tell whether tsntp has set this clock before: ${text(error)}` };
  }
}

/** Puts `state` in place of what `directory` remembers, whole or not at all. Never throws; returns a warning if it could not. */
export function writeState(directory: string, state: State): string | undefined {
  try {
    prepareDirectory(directory);
    replaceOwn(join(directory, FILE), `${JSON.stringify(state, null, 2)}\n`);
    return undefined;
  } catch (error) {
    return `cannot remember that tsntp has set this clock: ${text(error)}`;
  }
}

function parse(path: string, trusted: number | undefined): State {
  const bytes = readOwn(path, LARGEST, trusted);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // The parser's own message quotes the file, control characters and all.
    throw new Error(`${path} is not JSON: remove it`);
  }
  if (!isRecord(value) || value.version !== 1) {
    throw new Error(`${path} is not a state file of version 1: remove it`);
  }
  if (value.lastSet === undefined) return EMPTY;
  if (!isLastSet(value.lastSet)) throw new Error(`${path} has a "lastSet" that is malformed: remove it`);
  return { version: 1, lastSet: knownMembers(value.lastSet) };
}

function knownMembers({ time, offset, kind, server, errorBound, ...rest }: LastSet): LastSet {
  const { bootId, sum, uptime, asleep, suspends } = rest;
  return {
    ...(bootId !== undefined && { bootId }),
    ...{ time, offset, kind, server, errorBound },
    ...(sum !== undefined && { sum }),
    ...(uptime !== undefined && { uptime }),
    ...(asleep !== undefined && { asleep }),
    ...(suspends !== undefined && { suspends }),
  };
}

function isLastSet(value: unknown): value is LastSet {
  return (
    isRecord(value) &&
    (value.bootId === undefined || isPlainText(value.bootId)) &&
    typeof value.time === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(value.time) &&
    !Number.isNaN(Date.parse(value.time)) &&
    isNumber(value.offset) &&
    (value.kind === 'step' || value.kind === 'slew') &&
    isPlainText(value.server) &&
    isNumber(value.errorBound) &&
    value.errorBound >= 0 &&
    [value.sum, value.uptime, value.asleep, value.suspends].every(
      each => each === undefined || isNumber(each),
    )
  );
}

/** JSON reads 1e999 as infinity. */
function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/** It will be printed: no escape sequences, no second line. */
function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/\p{C}/u.test(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
