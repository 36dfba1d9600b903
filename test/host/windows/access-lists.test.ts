// What is asked of Windows, and in which words. That Windows understands it: test/wine/files.wine.ts, and on Windows
// test/host/trusted-file.test.ts.

import { expect, test } from 'vitest';
import { openAccessLists } from '../../../src/host/windows/access-lists.ts';
import { type Answer, type RecordedLibrary, recordedLibrary } from '../../support/recorded-library.ts';

const USER = 'S-1-5-21-1-2-3-1001';
const PRIVATE = 'O:BAD:P(A;;FA;;;SY)(A;;FA;;;BA)';
const [TOKEN, SID, DESCRIPTOR, FILE] = [0x1cn, 0x2000_0001n, 0x3000_0001n, 0x44n];
const SID_TEXT = 0x2000_0002n;
const DESCRIPTOR_TEXT = 0x3000_0002n;

interface Setting {
  readonly administrator?: boolean;
  readonly descriptor?: string;
  readonly answers?: Readonly<Record<string, Answer>>;
}

/** A Windows with one file, of this descriptor. */
function windows({
  administrator = true,
  descriptor = PRIVATE,
  answers = {},
}: Setting = {}): RecordedLibrary {
  const put =
    (index: number, value: bigint): Answer =>
    args => {
      args[index]!.memory!.setBigUint64(0, value, true);
      return 1;
    };
  const texts = new Map([
    [SID_TEXT, USER],
    [DESCRIPTOR_TEXT, descriptor],
  ]);
  return recordedLibrary({
    GetLastError: () => 5,
    GetCurrentProcess: () => -1,
    CloseHandle: () => 1,
    LocalFree: () => 0,
    OpenProcessToken: put(2, TOKEN),
    GetTokenInformation: put(2, SID),
    ConvertSidToStringSidW: put(1, SID_TEXT),
    CreateWellKnownSid: () => 1,
    CheckTokenMembership: put(2, administrator ? 1n : 0n),
    lstrlenW: ([text]) => texts.get(text!.value as bigint)!.length,
    lstrcpynW: ([to, from]) => {
      const bytes = Buffer.from(texts.get(from!.value as bigint)!, 'utf16le');
      new Uint8Array(to!.memory!.buffer).set(bytes);
      return 0;
    },
    GetNamedSecurityInfoW: args => {
      args[7]!.memory!.setBigUint64(0, DESCRIPTOR, true);
      return 0;
    },
    GetSecurityInfo: args => {
      args[7]!.memory!.setBigUint64(0, DESCRIPTOR, true);
      return 0;
    },
    uv_get_osfhandle: () => FILE,
    ConvertSecurityDescriptorToStringSecurityDescriptorW: put(3, DESCRIPTOR_TEXT),
    ConvertStringSecurityDescriptorToSecurityDescriptorW: put(2, DESCRIPTOR),
    CreateDirectoryW: () => 1,
    CreateFileW: () => FILE,
    ...answers,
  });
}

test.each([
  [true, 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)', 'O:BAD:P(A;;FA;;;SY)(A;;FA;;;BA)'],
  [
    false,
    `D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;${USER})`,
    `D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;${USER})`,
  ],
])('of an administrator (%s), folders and files have lists from birth', (administrator, folder, file) => {
  const library = windows({ administrator });
  const lists = openAccessLists(library);
  expect(lists.administrator).toBe(administrator);
  lists.makeFolder('C:\\ProgramData\\tsntp');
  lists.makeFile('C:\\ProgramData\\tsntp\\new');
  const texts = library.callsOf('ConvertStringSecurityDescriptorToSecurityDescriptorW').map(([text]) => text);
  expect(texts).toEqual([folder, file]);
  const [path, attributes] = library.callsOf('CreateDirectoryW')[0]!;
  expect(path).toBe('C:\\ProgramData\\tsntp');
  // SECURITY_ATTRIBUTES: 24 bytes, the descriptor, and handles that are not inherited.
  const words = [0, 8, 16].map(at => (attributes as DataView).getBigUint64(at, true));
  expect(words).toEqual([24n, DESCRIPTOR, 0n]);
  const [name, access, sharing, , disposition] = library.callsOf('CreateFileW')[0]!;
  const [GENERIC_WRITE, CREATE_NEW] = [0x4000_0000, 1];
  expect([name, access, sharing, disposition]).toEqual([
    'C:\\ProgramData\\tsntp\\new',
    GENERIC_WRITE,
    0,
    CREATE_NEW,
  ]);
});

test('whatever Windows has handed out is given back', () => {
  const library = windows();
  const lists = openAccessLists(library);
  lists.makeFile('f');
  lists.problem('f', 'read');
  expect(library.callsOf('CloseHandle')).toEqual([[TOKEN], [FILE]]);
  const freed = library.callsOf('LocalFree').map(([memory]) => memory);
  expect(freed).toEqual([SID_TEXT, DESCRIPTOR, DESCRIPTOR_TEXT, DESCRIPTOR]);
});

test.each([
  [183, 'EEXIST'],
  [80, 'EEXIST'],
  [3, 'ENOENT'],
  [5, 'EACCES'],
  [1307, undefined],
])('error %d of Windows has the code %s, as in node:fs', (error, code) => {
  const answers = { CreateDirectoryW: () => 0, CreateFileW: () => -1, GetLastError: () => error };
  const lists = openAccessLists(windows({ answers }));
  for (const make of [lists.makeFolder, lists.makeFile])
    expect(() => make('f')).toThrow(
      expect.objectContaining({
        code,
        message: expect.stringContaining(`cannot create f: Windows error ${error}`),
      }),
    );
});

test('a file that no other user can open has no problem', () => {
  const library = windows();
  expect(openAccessLists(library).problem('f', 'read')).toBeUndefined();
  const [SE_FILE_OBJECT, OWNER_AND_LIST] = [1, 5];
  expect(library.callsOf('GetNamedSecurityInfoW')[0]!.slice(0, 3)).toEqual([
    'f',
    SE_FILE_OBJECT,
    OWNER_AND_LIST,
  ]);
});

test('of an open file, its handle is asked, and not what its name has become', () => {
  const library = windows({ descriptor: 'O:BAD:(A;;FR;;;BU)' });
  const problem = openAccessLists(library).problem('f', 'read', 5);
  expect(problem?.what).toBe('can be read by Users');
  expect(library.callsOf('uv_get_osfhandle')).toEqual([[5]]);
  expect(library.callsOf('GetSecurityInfo')[0]![0]).toBe(FILE);
  expect(library.callsOf('GetNamedSecurityInfoW')).toEqual([]);
});

test.each([
  [
    'O:BAD:(A;;FR;;;BU)',
    'read',
    'can be read by Users',
    /^icacls "f" \/reset, then icacls "f" \/inheritance:r/,
  ],
  ['O:BAD:(A;;FW;;;WD)', 'write', 'can be written by any user', /\/grant \*S-1-5-18:F \*S-1-5-32-544:F$/],
  ['O:S-1-5-21-1-2-3-9D:P', 'write', 'belongs to S-1-5-21-1-2-3-9', /^icacls "f" \/setowner \*S-1-5-32-544$/],
] as const)(
  'a file of %s, not to be %s, is told with a command that helps',
  (descriptor, forbidden, what, remedy) => {
    const problem = openAccessLists(windows({ descriptor })).problem('f', forbidden);
    expect(problem).toEqual({ what, remedy: expect.stringMatching(remedy) });
  },
);

test('a user who is no administrator is among those that the command leaves', () => {
  const lists = openAccessLists(windows({ administrator: false, descriptor: 'O:BAD:(A;;FR;;;BU)' }));
  expect(lists.problem('f', 'read')?.remedy).toMatch(`*${USER}:F`);
});

test.each([undefined, 5])(
  'a list that Windows does not give is an error, and the file is not taken for a good one',
  fd => {
    const denied = () => 5;
    const lists = openAccessLists(
      windows({ answers: { GetNamedSecurityInfoW: denied, GetSecurityInfo: denied } }),
    );
    expect(() => lists.problem('f', 'write', fd)).toThrow(
      expect.objectContaining({ code: 'EACCES', message: expect.stringContaining('(access denied)') }),
    );
  },
);

test('a Windows that does not tell the user is an error', () => {
  expect(() => openAccessLists(windows({ answers: { GetTokenInformation: () => 0 } }))).toThrow(/which user/);
  expect(() => openAccessLists(windows({ answers: { OpenProcessToken: () => 0 } }))).toThrow(/which user/);
});
