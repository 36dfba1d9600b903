// Whether this process may change the machine. learn.microsoft.com: CheckTokenMembership. In a process that is not
// elevated, the group of administrators is there only to deny.

import koffi from 'koffi';
import { EXIT_REFUSED, Failure } from './failure.js';

const WIN_BUILTIN_ADMINISTRATORS_SID = 26;
/** SECURITY_MAX_SID_SIZE, in bytes. */
const SID_SIZE = 68;

/** Throws `Failure` unless this process is elevated. */
export function requireAdministrator() {
  if (!isAdministrator())
    throw new Failure(
      'this takes an elevated prompt: start cmd with "Run as administrator"; nothing was changed',
      EXIT_REFUSED,
    );
}

function isAdministrator() {
  const advapi32 = koffi.load('advapi32.dll');
  const createSid = advapi32.func(
    'int32 __stdcall CreateWellKnownSid(int32 type, void *domain, void *sid, void *size)',
  );
  const isMember = advapi32.func(
    'int32 __stdcall CheckTokenMembership(intptr_t token, void *sid, void *member)',
  );
  const sid = Buffer.alloc(SID_SIZE);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(SID_SIZE);
  const member = Buffer.alloc(4);
  if (!createSid(WIN_BUILTIN_ADMINISTRATORS_SID, null, sid, size)) return false;
  return Boolean(isMember(0, sid, member)) && member.readUInt32LE() !== 0;
}
