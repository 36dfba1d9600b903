// The performance counter of Windows as a clock in nanoseconds: the oscillator of the machine, which no rate affects.
// learn.microsoft.com: profileapi.h.

import { type Foreign, type Library, share } from '../ffi.ts';

const NANOSECONDS = 1_000_000_000n;

/** Opens the counter, whose frequency is fixed at boot. */
export function performanceCounter(foreign: Foreign, kernel32: Library): () => bigint {
  const query = kernel32.func('int __stdcall QueryPerformanceCounter(void *count)');
  const queryFrequency = kernel32.func('int __stdcall QueryPerformanceFrequency(void *frequency)');
  const memory = share(foreign, 8);
  queryFrequency(memory.address);
  const frequency = memory.longs[0]!;
  return () => {
    query(memory.address);
    return (memory.longs[0]! * NANOSECONDS) / frequency;
  };
}
