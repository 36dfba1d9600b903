// The user of this process, by its identifier (SID), and whether it has the rights of an administrator.
// learn.microsoft.com: processthreadsapi.h, securitybaseapi.h, sddl.h.

import { type Foreign, type Library, share } from '../../clock/ffi.ts';
import { textReader } from './wide-text.ts';

export interface CurrentUser {
  /** `S-1-5-21-…` */
  readonly user: string;
  /** Whether the Administrators are among the enabled groups: not before "Run as administrator". */
  readonly administrator: boolean;
}

const TOKEN_QUERY = 0x08;
const TOKEN_USER = 1;
const BUILTIN_ADMINISTRATORS = 26;
/** TOKEN_USER is the address and the attributes of an identifier of at most 68 bytes, which follows. */
const SIZE = 96;

/** Asks Windows for the user. Throws if it does not say. */
export function currentUser(foreign: Foreign, kernel32: Library, advapi32: Library): CurrentUser {
  const currentProcess = kernel32.func('intptr_t __stdcall GetCurrentProcess()');
  const closeHandle = kernel32.func('int __stdcall CloseHandle(intptr_t handle)');
  const openToken = advapi32.func(
    'int __stdcall OpenProcessToken(intptr_t process, uint32 access, void *token)',
  );
  const inform = advapi32.func(
    'int __stdcall GetTokenInformation(intptr_t token, int kind, void *information, uint32 size, void *needed)',
  );
  const sidText = advapi32.func('int __stdcall ConvertSidToStringSidW(intptr_t sid, void *text)');
  const textAt = textReader(foreign, kernel32);
  const information = share(foreign, SIZE);
  const answer = share(foreign, 8);
  const unknown = () => new Error('Windows does not tell which user this is');

  if (!openToken(currentProcess(), TOKEN_QUERY, answer.address)) throw unknown();
  const token = answer.longs[0]!;
  const informed = inform(token, TOKEN_USER, information.address, SIZE, answer.address);
  closeHandle(token);
  if (!informed || !sidText(information.longs[0]!, answer.address)) throw unknown();
  return { user: textAt(answer.longs[0]!), administrator: isAdministrator(foreign, advapi32) };
}

function isAdministrator(foreign: Foreign, advapi32: Library): boolean {
  const wellKnown = advapi32.func(
    'int __stdcall CreateWellKnownSid(int type, void *domain, void *sid, void *size)',
  );
  const isMember = advapi32.func(
    'int __stdcall CheckTokenMembership(intptr_t token, void *sid, void *member)',
  );
  const [sid, size, member] = [share(foreign, SIZE), share(foreign, 8), share(foreign, 8)];
  size.ints[0] = SIZE;
  const known = wellKnown(BUILTIN_ADMINISTRATORS, null, sid.address, size.address);
  return Boolean(known && isMember(0, sid.address, member.address) && member.ints[0] !== 0);
}
