// Identifies the current boot of this Windows installation.
// learn.microsoft.com: winreg.h.

import { type Foreign, share } from '../ffi.ts';

/** The boot loader counts the boots of this installation in the registry. */
export function bootCount(foreign: Foreign): string | undefined {
  const HKEY_LOCAL_MACHINE = 0x80000002;
  const RRF_RT_REG_DWORD = 0x10;
  const key = 'SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Memory Management\\PrefetchParameters';
  const getValue = foreign
    .load('advapi32.dll')
    .func(
      'int32 __stdcall RegGetValueW(intptr_t key, str16 path, str16 name, uint32 flags, void *type, void *data, void *size)',
    );
  const data = share(foreign, 8);
  const size = share(foreign, 8);
  size.ints[0] = 4;
  const failed = getValue(
    HKEY_LOCAL_MACHINE,
    key,
    'BootId',
    RRF_RT_REG_DWORD,
    null,
    data.address,
    size.address,
  );
  return failed ? undefined : String(data.ints[0]);
}
