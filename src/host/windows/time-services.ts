// The service manager and the registry of Windows → the time services that set this clock. Asks for numbers and names, which
// are the same in every language of Windows; the output of sc.exe is not.
// learn.microsoft.com: winsvc.h, winreg.h; Windows Time Service Tools and Settings.

import { type Foreign, share } from '../../clock/ffi.ts';
import type { TimeService } from '../../pipeline/outcome.ts';

const SC_MANAGER_CONNECT = 1;
const SERVICE_QUERY_STATUS = 4;
const SERVICE_STOPPED = 1;
const SERVICE_STOP_PENDING = 3;
const HKEY_LOCAL_MACHINE = 0x80000002;
const RRF_RT_REG_SZ = 2;

/** Where the Windows Time service finds the kind of its sources; a group policy comes before its own setting. */
const TYPES: readonly string[] = [
  'SOFTWARE\\Policies\\Microsoft\\W32Time\\Parameters',
  'SYSTEM\\CurrentControlSet\\Services\\W32Time\\Parameters',
];
const DOMAIN =
  'this machine belongs to a domain, whose members must not differ by more than 5 minutes from its controllers';

/** Lists the time services that run and set the clock. Throws without the functions of Windows. */
export function windowsTimeServices(foreign: Foreign): readonly TimeService[] {
  const found: TimeService[] = [];
  if (runs(foreign, 'w32time')) {
    const type = typeOf(foreign)?.toLowerCase();
    const w32time = { name: 'w32time', stop: 'net stop w32time' };
    if (type === 'nt5ds' || type === 'allsync') found.push({ ...w32time, note: DOMAIN });
    else if (type !== 'nosync') found.push(w32time);
  }
  // The service of the reference ntpd, ports/winnt of its source.
  if (runs(foreign, 'NTP')) found.push({ name: 'ntpd', stop: 'net stop NTP' });
  return found;
}

/** Whether a service exists and is not stopped; SERVICE_STATUS begins with its type and its state. */
function runs(foreign: Foreign, name: string): boolean {
  const advapi32 = foreign.load('advapi32.dll');
  const openManager = advapi32.func(
    'intptr_t __stdcall OpenSCManagerW(str16 machine, str16 database, uint32 access)',
  );
  const openService = advapi32.func(
    'intptr_t __stdcall OpenServiceW(intptr_t manager, str16 name, uint32 access)',
  );
  const query = advapi32.func('int __stdcall QueryServiceStatus(intptr_t service, void *status)');
  const close = advapi32.func('int __stdcall CloseServiceHandle(intptr_t handle)');
  const status = share(foreign, 32);

  const manager = openManager(null, null, SC_MANAGER_CONNECT);
  if (!manager) return false;
  const service = openService(manager, name, SERVICE_QUERY_STATUS);
  const known = service && query(service, status.address);
  if (service) close(service);
  close(manager);
  return Boolean(known) && ![SERVICE_STOPPED, SERVICE_STOP_PENDING].includes(status.ints[1]!);
}

/** The `Type` of the Windows Time service: `NTP`, `NT5DS` (the domain), `AllSync` (both) or `NoSync`. */
function typeOf(foreign: Foreign): string | undefined {
  const getValue = foreign
    .load('advapi32.dll')
    .func(
      'int32 __stdcall RegGetValueW(intptr_t key, str16 path, str16 name, uint32 flags, void *type, void *data, void *size)',
    );
  const [data, size] = [share(foreign, 64), share(foreign, 8)];
  for (const path of TYPES) {
    size.ints[0] = 64;
    const memory = [data.address, size.address] as const;
    if (getValue(HKEY_LOCAL_MACHINE, path, 'Type', RRF_RT_REG_SZ, null, ...memory) === 0)
      return new TextDecoder('utf-16le').decode(data.bytes.subarray(0, size.ints[0])).replace(/\0.*$/s, '');
  }
  return undefined;
}
