// A C library that does nothing but write down what it is asked, for the adapters of systems that the tests do
// not run on. It is koffi as far as an adapter sees it: functions by declaration, memory by address.

import type { Foreign } from '../../src/clock/ffi.ts';

export interface RecordedCall {
  readonly name: string;
  /** As handed over; where an argument was an address, a copy of the memory as it was at the call. */
  readonly args: readonly unknown[];
}

/** What a function does: it may fill the memory behind an address, and its result is the call's. */
export type Answer = (args: readonly Argument[]) => number | bigint | undefined;

/** An argument: `memory` where it is an address. */
export interface Argument {
  readonly value: unknown;
  readonly memory?: DataView;
}

export interface RecordedLibrary extends Foreign {
  readonly calls: readonly RecordedCall[];
  /** The arguments of every call of one function. */
  callsOf(name: string): readonly (readonly unknown[])[];
  /** What `errno()` says from now on. */
  fail(errno: number): -1;
}

/**
 * Has the functions of `answers` and no others, whatever library they are looked for in; those of `homes` only in the
 * library that it names.
 */
export function recordedLibrary(
  answers: Readonly<Record<string, Answer>>,
  homes: Readonly<Record<string, string>> = {},
): RecordedLibrary {
  const calls: RecordedCall[] = [];
  const memories = new Map<bigint, ArrayBuffer>();
  let errno = 0;

  function argumentOf(value: unknown): Argument {
    const memory = typeof value === 'bigint' ? memories.get(value) : undefined;
    return memory ? { value, memory: new DataView(memory) } : { value };
  }
  function find(library: string | null, declaration: string) {
    const name = /(\w+)\s*\(/.exec(declaration)?.[1] ?? '';
    const answer = (homes[name] ?? library) === library ? answers[name] : undefined;
    if (!answer) throw new Error(`Cannot find function '${name}' in shared library`);
    return (...values: readonly unknown[]) => {
      const args = values.map(argumentOf);
      calls.push({
        name,
        args: args.map(({ value, memory }) => (memory ? new DataView(memory.buffer.slice(0)) : value)),
      });
      return answer(args);
    };
  }
  return {
    calls,
    callsOf: name => calls.filter(call => call.name === name).map(call => call.args),
    fail(code) {
      errno = code;
      return -1;
    },
    load: library => ({ func: declaration => find(library, declaration) }),
    errno: () => errno,
    address(memory) {
      const address = BigInt(memories.size + 1) << 12n;
      memories.set(address, memory);
      return address;
    },
  };
}

/** Fills struct timespec, or struct timeval, with two 8-byte numbers. */
export function fillTime(argument: Argument | undefined, seconds: bigint, fraction: bigint): void {
  argument?.memory?.setBigInt64(0, seconds, true);
  argument?.memory?.setBigInt64(8, fraction, true);
}
