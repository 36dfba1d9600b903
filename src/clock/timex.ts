// struct timex, the kernel's NTP variables ⇄ an object. One layout serves 64-bit Linux, the 64-bit-time system call of
// 32-bit Linux (__kernel_timex, 208 bytes), and, up to `status`, macOS (136 bytes). linux/timex.h, sys/timex.h; RFC
// 5905 §11.3 for the meaning of the variables. Positive offset = forward.

import { ClockError, type ClockStatus, type Quality } from './clock.ts';
import type { Foreign } from './ffi.ts';
import { share } from './ffi.ts';

/** Mode bits, ADJ_* on Linux and MOD_* on macOS: what a call changes. */
export const OFFSET = 0x0001;
export const FREQUENCY = 0x0002;
export const MAXERROR = 0x0004;
export const ESTERROR = 0x0008;
export const STATUS = 0x0010;
/**
 * The fraction in `time` is in nanoseconds; from then on the kernel reports nanoseconds, until a call sets MICRO. Linux
 * only.
 */
export const NANO = 0x2000;
export const MICRO = 0x1000;
/** The length of a tick. Linux only. */
export const TICK = 0x4000;

/** The kernel uses nanoseconds. */
export const STA_NANO = 0x2000;

/** The kernel considers its clock unsynchronized. */
const STA_UNSYNC = 0x0040;

const SIZE = 208;
/** Member indices in 8-byte words; `seconds` and `fraction` form `time`. */
const LONGS = { offset: 1, freq: 2, maxerror: 3, esterror: 4, seconds: 9, fraction: 10, tick: 11 } as const;
/** Member indices in 4-byte words of the two `int` members. */
const INTS = { modes: 0, status: 10 } as const;

type Long = keyof typeof LONGS;
export type Timex = { readonly [member in Long]: bigint } & { readonly status: number };
/** Makes one call. `attempt` describes it in errors; `request` is what it changes. */
export type TimexCall = (attempt: string, request: TimexRequest) => Timex;
export type TimexRequest = { readonly modes: number; readonly status?: number } & {
  readonly [member in Long]?: bigint;
};

/** Wraps `call`, which throws on failure: passes a zeroed struct with the request, and returns the kernel's answer. */
export function timexCaller(foreign: Foreign, call: (address: bigint, attempt: string) => void): TimexCall {
  const memory = share(foreign, SIZE);
  return (attempt, request) => {
    memory.bytes.fill(0);
    memory.ints[INTS.modes] = request.modes;
    memory.ints[INTS.status] = request.status ?? 0;
    for (const [member, index] of longs) memory.longs[index] = request[member] ?? 0n;
    call(memory.address, attempt);
    const answer = Object.fromEntries(longs.map(([member, index]) => [member, memory.longs[index]!]));
    return { ...(answer as Record<Long, bigint>), status: memory.ints[INTS.status]! };
  };
}

const longs = Object.entries(LONGS) as readonly (readonly [Long, number])[];

/**
 * Returns the state of the clock from `read`, or nothing if a sandbox forbids reading it (systemd's ProtectClock):
 * measuring must work without permission.
 */
export function statusUnlessForbidden(read: () => ClockStatus): ClockStatus {
  try {
    return read();
  } catch (error) {
    if (error instanceof ClockError) return {};
    throw error;
  }
}

/** Converts the kernel's answer to the state of the clock. */
export function statusOf(timex: Timex): ClockStatus {
  return {
    synchronized: (timex.status & STA_UNSYNC) === 0,
    maxError: Number(timex.maxerror) / 1e6,
    estimatedError: Number(timex.esterror) / 1e6,
    // Parts per million with a 16-bit fraction.
    frequency: Number(timex.freq) / 65536,
  };
}

/**
 * The request that clears STA_UNSYNC and keeps every other status bit of `current`, including those of leap seconds.
 */
export function synchronizedRequest(current: Timex, quality: Quality): TimexRequest {
  return {
    modes: STATUS | MAXERROR | ESTERROR,
    status: current.status & ~STA_UNSYNC,
    // Rounded up: an error bound must not shrink.
    maxerror: BigInt(Math.ceil(quality.maxError * 1e6)),
    esterror: BigInt(Math.ceil(quality.estimatedError * 1e6)),
  };
}
