// The kernel's generator of random numbers → bytes that no other host can guess. On Linux they come from getrandom(2):
// node:crypto, whose own generator is seeded by it, takes 5 ms to load.

import { randomBytes } from 'node:crypto';
import type { Foreign } from '../clock/ffi.ts';

/** Returns that many random bytes, fit for nonces and keys. */
export type RandomSource = (length: number) => Uint8Array;

/** Loads the kernel's generator, or node:crypto's on systems other than Linux and where koffi does not load. */
export async function loadRandom(): Promise<RandomSource> {
  if (process.platform !== 'linux') return randomBytes;
  try {
    const { default: koffi } = await import('koffi');
    return kernelRandom(koffi);
  } catch {
    return randomBytes;
  }
}

/** The generator of a Linux kernel, which waits until the kernel has been seeded. Throws if the C library lacks it. */
export function kernelRandom(foreign: Foreign): RandomSource {
  const getrandom = foreign.load(null).func('long getrandom(void *bytes, size_t length, unsigned int flags)');
  return length => {
    const bytes = new Uint8Array(length);
    // A signal can end a call early.
    for (let filled = 0; filled < length; ) {
      const more = Number(getrandom(bytes.subarray(filled), length - filled, 0));
      if (more <= 0) return randomBytes(length);
      filled += more;
    }
    return bytes;
  };
}
