// The one seam between a clock adapter and the operating system: where its C functions come from. koffi
// fits `Foreign` as it is; the tests hand over a recorded library of the same shape.
// Memory goes to C by address: an `ArrayBuffer` never moves, but lives only as long as something holds it.

import { getSystemErrorMap, getSystemErrorName } from 'node:util';
import type { Seconds } from '../ntp/time.ts';
import { ClockError, type ClockErrorKind } from './clock.ts';

/** A C function; 64-bit results come as a bigint where a number would not be exact. */
// biome-ignore lint/suspicious/noExplicitAny: the declaration given to `func` is what types it
export type CFunction = (...args: readonly any[]) => any;

export interface Library {
  /** The function of a C declaration such as `int settimeofday(void *time, void *zone)`. Throws if there is none. */
  func(declaration: string): CFunction;
}

/** What the adapters use of koffi. */
export interface Foreign {
  /** The library of that file name; null = what the process has loaded, the C library with it. Throws if there is none. */
  load(name: string | null): Library;
  /** The C library's `errno` after the last call. */
  errno(): number;
  address(memory: ArrayBuffer): bigint;
}

/** Memory shared with C, and its address. */
export interface Shared {
  readonly address: bigint;
  readonly bytes: Uint8Array;
  /** In 4-byte and in 8-byte words, in the machine's own byte order. */
  readonly ints: Int32Array;
  readonly longs: BigInt64Array;
}

/** Zeroed memory of `size` bytes, a multiple of 8. */
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

/** The error of a C call that failed at `attempt` ("step the clock"); `permission` says how to be allowed to. */
export function systemError(attempt: string, errno: number, permission: string): ClockError {
  const name = getSystemErrorName(-errno);
  const reason = getSystemErrorMap().get(-errno)?.[1] ?? 'no reason given';
  const kind = KINDS[name] ?? 'failed';
  const advice = kind === 'not-permitted' ? `. ${permission}` : '';
  return new ClockError(kind, `cannot ${attempt}: ${reason} (${name})${advice}`);
}

/** For messages: `+0.250000 s`. */
export function signed(offset: Seconds): string {
  return `${offset < 0 ? '' : '+'}${offset.toFixed(6)} s`;
}

/** Whole units and the rest, which is never negative: −2.25 is −3 and 0.75. That is how C wants a negative time. */
export function split(total: bigint, unit: bigint): { readonly whole: bigint; readonly rest: bigint } {
  const rest = ((total % unit) + unit) % unit;
  return { whole: (total - rest) / unit, rest };
}

/** What `preferred` finds; where the library has no such function, what `otherwise` does. */
export function firstOf<T>(preferred: () => T, otherwise: () => T): T {
  try {
    return preferred();
  } catch {
    return otherwise();
  }
}
