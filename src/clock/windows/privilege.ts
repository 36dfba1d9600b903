// Enables the right to set the clock, which a Windows process must do explicitly.
// learn.microsoft.com: securitybaseapi.h, winnt.h.

import { type Foreign, type Library, share } from '../ffi.ts';
import type { Fail } from './windows-error.ts';

/** Enables SeSystemtimePrivilege, which is disabled even in an administrator's process. */
export function systemtimePrivilege(
  foreign: Foreign,
  kernel32: Library,
  fail: Fail,
): (attempt: string) => void {
  const advapi32 = foreign.load('advapi32.dll');
  const getCurrentProcess = kernel32.func('intptr_t __stdcall GetCurrentProcess()');
  const closeHandle = kernel32.func('int __stdcall CloseHandle(intptr_t handle)');
  const getLastError = kernel32.func('uint32 __stdcall GetLastError()');
  const openToken = advapi32.func(
    'int __stdcall OpenProcessToken(intptr_t process, uint32 access, void *token)',
  );
  const lookUp = advapi32.func('int __stdcall LookupPrivilegeValueW(str16 system, str16 name, void *luid)');
  const adjust = advapi32.func(
    'int __stdcall AdjustTokenPrivileges(intptr_t token, int disableAll, void *state, uint32 size, void *old, void *oldSize)',
  );
  const TOKEN_ADJUST_PRIVILEGES = 0x20;
  const TOKEN_QUERY = 0x08;
  const SE_PRIVILEGE_ENABLED = 2;
  const ERROR_NOT_ALL_ASSIGNED = 1300;

  return attempt => {
    const token = share(foreign, 8);
    const luid = share(foreign, 8);
    // TOKEN_PRIVILEGES: a count, then an 8-byte LUID and the attributes of each privilege.
    const state = share(foreign, 16);
    if (!lookUp(null, 'SeSystemtimePrivilege', luid.address)) fail(attempt);
    if (!openToken(getCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, token.address)) fail(attempt);
    state.ints.set([1, luid.ints[0]!, luid.ints[1]!, SE_PRIVILEGE_ENABLED]);
    const handle = token.longs[0]!;
    const adjusted = adjust(handle, 0, state.address, 0, null, null);
    // The call succeeds even if it granted nothing.
    const code = getLastError();
    closeHandle(handle);
    if (!adjusted || code === ERROR_NOT_ALL_ASSIGNED) fail(attempt, code);
  };
}
