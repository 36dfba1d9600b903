// The access lists of files on Windows, which has no modes: says who else could read or change a file, and makes files and
// folders that only the system, its administrators, and a user who is no administrator can open.
// learn.microsoft.com: aclapi.h, sddl.h, securitybaseapi.h, fileapi.h.

import { createRequire } from 'node:module';
import { type Foreign, share } from '../../clock/ffi.ts';
import { currentUser } from './current-user.ts';
import { type Forbidden, foreignOwner, othersWho } from './security-descriptor.ts';
import { textReader } from './wide-text.ts';

export interface AccessLists {
  /** Whether this process has the rights of an administrator. */
  readonly administrator: boolean;
  /**
   * What lets others than this user and the system do what is forbidden to them; undefined if nothing does. Of the open
   * file `fd`, if it is given; `path` is then only for the words, and may have become the name of another file.
   */
  problem(path: string, forbidden: Forbidden, fd?: number): AccessProblem | undefined;
  makeFolder(path: string): void;
  /** Makes an empty file, which must not exist. */
  makeFile(path: string): void;
}

/** Why a file is not trusted, in words that follow its name, and the command that ends this. */
export interface AccessProblem {
  readonly what: string;
  readonly remedy: string;
}

let opened: AccessLists | undefined;

/**
 * Opens them ahead, where koffi may be inside a bundle, which a later `accessLists` cannot wait for. Does nothing on other
 * systems, and nothing without koffi: a later `accessLists` says so.
 */
export async function loadAccessLists(): Promise<void> {
  if (process.platform !== 'win32') return;
  try {
    opened ??= openAccessLists(await import('koffi'));
  } catch {
    // It fails again, with its reason, where they are needed.
  }
}

/** The access lists of this Windows. Throws without koffi. */
export function accessLists(): AccessLists {
  opened ??= openAccessLists(createRequire(import.meta.url)('koffi') as Foreign);
  return opened;
}

const SE_FILE_OBJECT = 1;
const OWNER_AND_LIST = 0x1 | 0x4;
const SDDL_REVISION = 1;
const GENERIC_WRITE = 0x4000_0000;
const CREATE_NEW = 1;
const INVALID_HANDLE = -1n;
/** As of node:fs, by which its callers tell errors apart. */
const CODES: Readonly<Record<number, string>> = {
  2: 'ENOENT', // ERROR_FILE_NOT_FOUND
  3: 'ENOENT', // ERROR_PATH_NOT_FOUND
  5: 'EACCES', // ERROR_ACCESS_DENIED
  80: 'EEXIST', // ERROR_FILE_EXISTS
  183: 'EEXIST', // ERROR_ALREADY_EXISTS
};

/** Opens the access lists through `foreign`. */
export function openAccessLists(foreign: Foreign): AccessLists {
  const [kernel32, advapi32] = [foreign.load('kernel32.dll'), foreign.load('advapi32.dll')];
  const lastError = kernel32.func('uint32 __stdcall GetLastError()');
  const free = kernel32.func('intptr_t __stdcall LocalFree(intptr_t memory)');
  const closeHandle = kernel32.func('int __stdcall CloseHandle(intptr_t handle)');
  const getSecurity = advapi32.func(
    'uint32 __stdcall GetNamedSecurityInfoW(str16 name, int type, uint32 parts, void *owner, void *group, void *list, void *audit, void *descriptor)',
  );
  const getOpenSecurity = advapi32.func(
    'uint32 __stdcall GetSecurityInfo(intptr_t handle, int type, uint32 parts, void *owner, void *group, void *list, void *audit, void *descriptor)',
  );
  const toText = advapi32.func(
    'int __stdcall ConvertSecurityDescriptorToStringSecurityDescriptorW(intptr_t descriptor, uint32 revision, uint32 parts, void *text, void *length)',
  );
  const toDescriptor = advapi32.func(
    'int __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 text, uint32 revision, void *descriptor, void *size)',
  );
  const createDirectory = kernel32.func('int __stdcall CreateDirectoryW(str16 path, void *attributes)');
  const createFile = kernel32.func(
    'intptr_t __stdcall CreateFileW(str16 path, uint32 access, uint32 sharing, void *attributes, uint32 disposition, uint32 flags, intptr_t template)',
  );
  const textAt = textReader(foreign, kernel32);
  const { user, administrator } = currentUser(foreign, kernel32, advapi32);
  const pointer = share(foreign, 8);

  function fail(attempt: string, code: number = lastError()): never {
    const error = new Error(
      `cannot ${attempt}: Windows error ${code}${code === 5 ? ' (access denied)' : ''}`,
    );
    throw Object.assign(error, { code: CODES[code] });
  }
  /** Calls `make` with SECURITY_ATTRIBUTES: their size, the descriptor, and whether handles are inherited. */
  function withAttributes(inheritance: string, make: (attributes: bigint) => void): void {
    if (!toDescriptor(protection(inheritance), SDDL_REVISION, pointer.address, null))
      fail('make an access list');
    const descriptor = pointer.longs[0]!;
    const attributes = share(foreign, 24);
    attributes.longs.set([24n, descriptor, 0n]);
    try {
      make(attributes.address);
    } finally {
      free(descriptor);
    }
  }
  /** No entry is inherited; an administrator's files belong to all administrators. */
  function protection(inheritance: string): string {
    const entry = (sid: string) => `(A;${inheritance};FA;;;${sid})`;
    const [owner, own] = administrator ? ['O:BA', ''] : ['', entry(user)];
    return `${owner}D:P${entry('SY')}${entry('BA')}${own}`;
  }
  /** Asks Node for the handle: docs.libuv.org, "File system operations". Closing is left to node:fs. */
  function handleOf(fd: number): bigint {
    return BigInt(foreign.load(null).func('intptr_t uv_get_osfhandle(int fd)')(fd));
  }
  function descriptorOf(path: string, fd: number | undefined): string {
    const parts = OWNER_AND_LIST;
    const rest = [SE_FILE_OBJECT, parts, null, null, null, null, pointer.address] as const;
    const failed = fd === undefined ? getSecurity(path, ...rest) : getOpenSecurity(handleOf(fd), ...rest);
    if (failed) fail(`read the access list of ${path}`, failed);
    const descriptor = pointer.longs[0]!;
    try {
      if (!toText(descriptor, SDDL_REVISION, parts, pointer.address, null))
        fail(`read the access list of ${path}`);
      return textAt(pointer.longs[0]!);
    } finally {
      free(descriptor);
    }
  }
  return {
    administrator,
    problem(path, forbidden, fd) {
      const descriptor = descriptorOf(path, fd);
      const owner = foreignOwner(descriptor, user);
      if (owner !== undefined)
        return { what: `belongs to ${owner}`, remedy: `icacls "${path}" /setowner *S-1-5-32-544` };
      const others = othersWho(forbidden, descriptor, user);
      if (others.length === 0) return undefined;
      const trusted = ['S-1-5-18', 'S-1-5-32-544', ...(administrator ? [] : [user])];
      const grants = trusted.map(sid => `*${sid}:F`).join(' ');
      return {
        what: `can be ${forbidden === 'read' ? 'read' : 'written'} by ${others.join(', ')}`,
        remedy: `icacls "${path}" /reset, then icacls "${path}" /inheritance:r /grant ${grants}`,
      };
    },
    makeFolder: path =>
      withAttributes('OICI', attributes => {
        if (!createDirectory(path, attributes)) fail(`create ${path}`);
      }),
    makeFile: path =>
      withAttributes('', attributes => {
        const handle = BigInt(createFile(path, GENERIC_WRITE, 0, attributes, CREATE_NEW, 0, 0));
        if (handle === INVALID_HANDLE) fail(`create ${path}`);
        closeHandle(handle);
      }),
  };
}
