// The last error of a Windows call → a ClockError that states what was tried and what to do.
// learn.microsoft.com: errhandlingapi.h, System Error Codes.

import { ClockError, type ClockErrorKind } from '../clock.ts';
import type { Library } from '../ffi.ts';

/** Throws the attempt's `ClockError`; the code defaults to that of GetLastError. */
export type Fail = (attempt: string, code?: number) => never;

/** Throws the error of GetLastError, which koffi preserves between calls. */
export function failing(kernel32: Library): Fail {
  const getLastError = kernel32.func('uint32 __stdcall GetLastError()');
  const kinds: Readonly<Record<number, ClockErrorKind>> = {
    5: 'not-permitted', // ERROR_ACCESS_DENIED
    50: 'unsupported', // ERROR_NOT_SUPPORTED
    87: 'invalid', // ERROR_INVALID_PARAMETER
    120: 'unsupported', // ERROR_CALL_NOT_IMPLEMENTED
    170: 'busy', // ERROR_BUSY
    1300: 'not-permitted', // ERROR_NOT_ALL_ASSIGNED
    1314: 'not-permitted', // ERROR_PRIVILEGE_NOT_HELD
  };
  return (attempt, code = getLastError()) => {
    const kind = kinds[code] ?? 'failed';
    const advice =
      kind === 'not-permitted'
        ? '. Setting the clock needs the privilege "Change the system time". Run as Administrator'
        : '';
    throw new ClockError(kind, `cannot ${attempt}: Windows error ${code}${advice}`);
  };
}
