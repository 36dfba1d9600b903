// The panic memory: the bytes of state.json ⇄ State, tsntp's last correction of this clock. It allows a correction
// above the panic threshold (RFC 5905 §11.3) once per boot instead of on every run. An invalid file, or one that
// another user could have written, yields a warning and never an exception: a broken file must neither prevent setting
// the clock nor lift the limit.
// Sign: `offset` is what was added to the clock.

import { join, posix, win32 } from 'node:path';
import type { LastSet } from '../pipeline/ports.ts';
import { checkDirectory, codeOf, prepareDirectory, readOwn, replaceOwn } from './trusted-file.ts';

/** The contents of the state file. Later versions only add members; unknown ones are dropped. */
export interface State {
  readonly version: 1;
  /** Absent until tsntp has set this clock. */
  readonly lastSet?: LastSet;
}

export interface StateReading {
  readonly state: State;
  /** Why an existing file was ignored. */
  readonly warning?: string;
}

const EMPTY: State = { version: 1 };
const FILE = 'state.json';
/** A valid state file has about 300 bytes. */
const LARGEST = 65_536;

/**
 * The directory for this user's state, or undefined if there is no place for one. User 0 is root, and on Windows any
 * administrator.
 */
export function stateDirectory(
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
  uid: number | undefined,
): string | undefined {
  if (platform === 'win32') {
    const folder = uid === 0 ? env.ProgramData : env.LOCALAPPDATA;
    return folder ? win32.join(folder, 'tsntp') : undefined;
  }
  if (uid === 0) return platform === 'darwin' ? '/var/db/tsntp' : '/var/lib/tsntp';
  // The XDG base directory specification requires ignoring relative paths.
  if (env.XDG_STATE_HOME?.startsWith('/')) return posix.join(env.XDG_STATE_HOME, 'tsntp');
  return env.HOME?.startsWith('/') ? posix.join(env.HOME, '.local/state/tsntp') : undefined;
}

/**
 * Reads the state in `directory`. Never throws; a missing file yields an empty state without a warning. `trusted` is an
 * additional user whose file is accepted; use it only to display the state, not to decide.
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

/** Replaces the state in `directory` atomically. Never throws; returns a warning on failure. */
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
    // The parser's own message quotes the file, including control characters.
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

/** JSON parses 1e999 as infinity. */
function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

/** The text will be printed: no escape sequences and no line breaks. */
function isPlainText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !/\p{C}/u.test(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
