// A security descriptor in its text form (SDDL) → who but the system, its administrators and one user could read or change a
// file. The text has the same words in every language of Windows. Whatever it does not know counts as allowed to others.
// learn.microsoft.com: Security Descriptor String Format, ACE Strings, SID Strings; winnt.h.

/** What others may not do with a file: `write` = change or replace it, `read` = that, or read it. */
export type Forbidden = 'write' | 'read';

/** Whose files are trusted beside the current user's: the system, its administrators, those of its domain, its installer. */
const SYSTEM: readonly string[] = [
  ...['SY', 'S-1-5-18'],
  ...['BA', 'S-1-5-32-544', 'LA', 'DA'],
  'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464',
];
/** The owner has these rights, and is checked by itself. */
const OWNER_RIGHTS: readonly string[] = ['OW', 'S-1-3-4'];

const NAMES: Readonly<Record<string, string>> = {
  WD: 'any user',
  AU: 'Authenticated Users',
  BU: 'Users',
  BG: 'Guests',
  IU: 'INTERACTIVE',
  AN: 'ANONYMOUS LOGON',
  LS: 'LOCAL SERVICE',
  NS: 'NETWORK SERVICE',
};

const GENERIC_ALL = 0x1000_0000;
const GENERIC_READ = 0x8000_0000;
const GENERIC_WRITE = 0x4000_0000;
const RIGHTS: Readonly<Record<string, number>> = {
  ...{ GA: GENERIC_ALL, GR: GENERIC_READ, GW: GENERIC_WRITE, GX: 0x2000_0000 },
  ...{ FA: 0x1f_01ff, FR: 0x12_0089, FW: 0x12_0116, FX: 0x12_00a0 },
  ...{ RC: 0x2_0000, SD: 0x1_0000, WD: 0x4_0000, WO: 0x8_0000 },
  ...{ CC: 0x1, DC: 0x2, LC: 0x4, SW: 0x8, RP: 0x10, WP: 0x20, DT: 0x40, LO: 0x80, CR: 0x100 },
};
const UNKNOWN = 0xffff_ffff;

/**
 * Data, appended data or a new folder, extended attributes, a file of the folder, the attributes, the file itself, its access
 * list, its owner.
 */
const CHANGING =
  (0x2 | 0x4 | 0x10 | 0x40 | 0x100 | 0x1_0000 | 0x4_0000 | 0x8_0000 | GENERIC_WRITE | GENERIC_ALL) >>> 0;
const READING = (CHANGING | 0x1 | GENERIC_READ) >>> 0;

/** The owner, and the access list as its flags and entries: `O:BAD:P(A;;FA;;;SY)`. Absent parts are undefined. */
const DESCRIPTOR = /^(?:O:(S-[\d-]+|[A-Z]{2}))?(?:G:(?:S-[\d-]+|[A-Z]{2}))?(?:D:([A-Z_]*)(.*))?$/s;

/** Who must not own the file; undefined if its owner is trusted. `user` is the identifier (SID) of the current user. */
export function foreignOwner(descriptor: string, user: string): string | undefined {
  const [, owner = ''] = DESCRIPTOR.exec(descriptor) ?? [];
  return [...SYSTEM, user].includes(owner) ? undefined : nameOf(owner);
}

/** The others who can do with the file what they must not, without repetition. */
export function othersWho(forbidden: Forbidden, descriptor: string, user: string): readonly string[] {
  const wanted = forbidden === 'write' ? CHANGING : READING;
  const [, , flags, list = ''] = DESCRIPTOR.exec(descriptor) ?? [];
  // Without a list, all may do everything.
  if (flags === undefined || flags.includes('NO_ACCESS_CONTROL')) return ['any user'];
  const entries = list.match(/\([^()]*\)/g) ?? [];
  if (entries.join('') !== list) return ['an entry that tsntp cannot read'];
  const trusted = [...SYSTEM, ...OWNER_RIGHTS, user];
  const others = entries
    .map(entry => entry.slice(1, -1).split(';'))
    .filter(([type = '', flags = '', rights = '']) => allows(type, flags) && (maskOf(rights) & wanted) !== 0)
    .map(fields => fields[5] ?? '')
    .filter(sid => !trusted.includes(sid));
  return [...new Set(others.map(nameOf))];
}

/** Whether an entry can allow something on the file itself. Denials are not subtracted. */
function allows(type: string, flags: string): boolean {
  const inheritOnly = /^(..)*IO/.test(flags);
  return type !== 'D' && type !== 'OD' && !inheritOnly;
}

function maskOf(rights: string): number {
  if (/^(0x[\da-f]+|\d+)$/i.test(rights)) return Number(rights) >>> 0;
  return (rights.match(/..?/g) ?? []).reduce((mask, word) => (mask | (RIGHTS[word] ?? UNKNOWN)) >>> 0, 0);
}

function nameOf(sid: string): string {
  return NAMES[sid] ?? (sid || 'unknown');
}
