// A text that Windows has allocated for its caller → a string. learn.microsoft.com: winbase.h.

import { type Foreign, type Library, share } from '../../clock/ffi.ts';

/** Returns what reads the text at an address, and frees it. */
export function textReader(foreign: Foreign, kernel32: Library): (address: bigint) => string {
  const length = kernel32.func('int __stdcall lstrlenW(intptr_t text)');
  const copy = kernel32.func('intptr_t __stdcall lstrcpynW(void *to, intptr_t from, int size)');
  const free = kernel32.func('intptr_t __stdcall LocalFree(intptr_t memory)');
  return address => {
    const letters: number = length(address);
    const memory = share(foreign, 8 * Math.ceil((letters + 1) / 4));
    copy(memory.address, address, letters + 1);
    free(address);
    return new TextDecoder('utf-16le').decode(memory.bytes.subarray(0, 2 * letters));
  };
}
