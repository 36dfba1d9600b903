// The only interface between the clock adapters and the operating system's C functions. koffi satisfies `Foreign`
// directly; tests pass a recorded library of the same shape. Memory is passed to C by address: an `ArrayBuffer` never
// moves, but must stay referenced.

import { getSystemErrorMap, getSystemErrorName } from 'node:util';
import { type KernelRate, rateOf } from '../ntp/drift/kernel-rate.ts';
import type { Seconds } from '../ntp/time.ts';
import { ClockError, type ClockErrorKind } from './clock.ts';

/** A C function. A 64-bit result is a bigint where a number would not be exact. */
// biome-ignore lint/suspicious/noExplicitAny: the declaration given to `func` is what types it
export type CFunction = (...args: readonly any[]) => any;

export interface Library {
  /**
   * Returns the function of a C declaration such as `int settimeofday(void *time, void *zone)`. Throws if it does not
   * exist.
   */
  func(declaration: string): CFunction;
}

/** The parts of koffi that the adapters use. */
export interface Foreign {
  /**
   * Loads a library by file name; null = the libraries already in the process, including the C library. Throws if there
   * is none.
   */
  load(name: string | null): Library;
  /** The C library's `errno` after the last call. */
  errno(): number;
  address(memory: ArrayBuffer): bigint;
}

/** Memory shared with C and its address. */
export interface Shared {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  /** The memory as 4-byte and 8-byte words in host byte order. */
  readonly ints: Int32Array;
  readonly longs: BigInt64Array;
}

/** Allocates zeroed memory of `size` bytes, which must be a multiple of 8. */
export function share(foreign: Foreign, size: number): Shared {
  const memory = new ArrayBuffer(size);
  return {
    address: foreign.address(memory),
    bytes: new Uint8Array(memory),
    ints: new Int32Array(memory),
    longs: new BigInt64Array(memory),
  };
}

const KINDS: Readonly<Record<string, ClockErrorKind>> = {
  EPERM: 'not-permitted',
  EACCES: 'not-permitted',
  EROFS: 'not-permitted',
  EINVAL: 'invalid',
  ERANGE: 'invalid',
  ENOSYS: 'unsupported',
  EOPNOTSUPP: 'unsupported',
  ENOTTY: 'unsupported',
  EBUSY: 'busy',
};

/**
 * The error of a failed C call. `attempt` describes it ("step the clock"); `permission` explains how to gain
 * permission.
 */
export function systemError(attempt: string, errno: number, permission: string): ClockError {
  const name = getSystemErrorName(-errno);
  const reason = getSystemErrorMap().get(-errno)?.[1] ?? 'no reason given';
  const kind = KINDS[name] ?? 'failed';
  const advice = kind === 'not-permitted' ? `. ${permission}` : '';
  return new ClockError(kind, `cannot ${attempt}: ${reason} (${name})${advice}`);
}

/** Formats an offset for messages: `+0.250000 s`. */
export function signed(offset: Seconds): string {
  return `${offset < 0 ? '' : '+'}${offset.toFixed(6)} s`;
}

/** Formats a correction of the rate for messages: `+37.412 ppm`. */
export function signedRate(rate: KernelRate): string {
  const ppm = rateOf(rate);
  return `${ppm < 0 ? '' : '+'}${ppm.toFixed(3)} ppm`;
}

/** Splits into whole units and a non-negative rest, as C expects for negative times: −2.25 is −3 and 0.75. */
export function split(total: bigint, unit: bigint): { readonly whole: bigint; readonly rest: bigint } {
  const rest = ((total % unit) + unit) % unit;
  return { whole: (total - rest) / unit, rest };
}

/** Returns the result of `preferred`, or of `otherwise` if the library lacks the function. */
export function firstOf<T>(preferred: () => T, otherwise: () => T): T {
  try {
    return preferred();
  } catch {
    return otherwise();
  }
}
