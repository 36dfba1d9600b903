import { describe, expect, test } from 'vitest';
import { foreignOwner, othersWho } from '../../../src/host/windows/security-descriptor.ts';

const USER = 'S-1-5-21-1004336348-1177238915-682003330-1001';
const OTHER = 'S-1-5-21-1004336348-1177238915-682003330-1002';
const OWN = 'O:BAD:PAI(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)';
/** As in %ProgramData% of Windows 11, where every user may make files. */
const PROGRAM_DATA =
  'O:BAD:AI(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)(A;CIID;DCLCRPCR;;;BU)';
/** As in a user's profile. */
const PROFILE = `O:${USER}G:${USER}D:(A;ID;FA;;;SY)(A;ID;FA;;;BA)(A;ID;FA;;;${USER})`;

describe('the owner of a file', () => {
  test.each([
    [OWN, undefined],
    ['O:SYD:P', undefined],
    ['O:S-1-5-32-544D:P', undefined],
    [PROFILE, undefined],
    [`O:${OTHER}G:DUD:P`, OTHER],
    ['O:BUD:P', 'Users'],
    ['D:P', 'unknown'],
    ['', 'unknown'],
    ['nonsense', 'unknown'],
  ])('in %s, unless it is trusted, is %s', (descriptor, owner) => {
    expect(foreignOwner(descriptor, USER)).toBe(owner);
  });
});

describe('who else', () => {
  test.each<[string, string, readonly string[], readonly string[]]>([
    ['a folder of tsntp', OWN, [], []],
    ['a file of a profile', PROFILE, [], []],
    ['a folder of %ProgramData%', PROGRAM_DATA, ['Users'], ['Users']],
    ['a file to read', 'O:BAD:(A;;FR;;;WD)(A;;FA;;;BA)', [], ['any user']],
    ['a file to execute', 'O:BAD:(A;;FX;;;BU)', [], []],
    ['a file to write', 'O:BAD:(A;;FW;;;AU)', ['Authenticated Users'], ['Authenticated Users']],
    ['another user', `O:BAD:(A;;0x1301bf;;;${OTHER})`, [OTHER], [OTHER]],
    ['who may change the list', 'O:BAD:(A;;WD;;;BU)', ['Users'], ['Users']],
    ['who may take the file', 'O:BAD:(A;;WO;;;BU)', ['Users'], ['Users']],
    ['who may delete it', 'O:BAD:(A;;SD;;;BU)', ['Users'], ['Users']],
    ['a generic right', 'O:BAD:(A;;GR;;;BU)', [], ['Users']],
    ['all generic rights', 'O:BAD:(A;;GA;;;BU)', ['Users'], ['Users']],
    ['two entries of one', 'O:BAD:(A;;FW;;;BU)(A;;FR;;;BU)', ['Users'], ['Users']],
    ['the owner', 'O:BAD:(A;;FA;;;OW)', [], []],
    ['what only files in it inherit', 'O:BAD:(A;OICIIO;FA;;;WD)', [], []],
    ['a flag whose letters meet as IO', 'O:BAD:(A;CIOI;FA;;;WD)', ['any user'], ['any user']],
    ['a denial', 'O:BAD:(D;;FA;;;WD)(A;;FA;;;SY)', [], []],
    ['an entry for a kind of object', 'O:BAD:(OA;;FA;;;WD)', ['any user'], ['any user']],
    [
      'an entry with a condition',
      'O:BAD:(XA;;FA;;;WD;(@User.x == 1))',
      ['an entry that tsntp cannot read'],
      ['an entry that tsntp cannot read'],
    ],
    ['rights that are unknown', 'O:BAD:(A;;ZZ;;;BU)', ['Users'], ['Users']],
    ['an empty list', 'O:BAD:P', [], []],
    ['no list', 'O:BA', ['any user'], ['any user']],
    ['a null list', 'O:BAD:NO_ACCESS_CONTROL', ['any user'], ['any user']],
    ['no descriptor', 'nonsense', ['any user'], ['any user']],
  ])('%s: %s', (_, descriptor, writers, readers) => {
    expect(othersWho('write', descriptor, USER)).toEqual(writers);
    expect(othersWho('read', descriptor, USER)).toEqual(readers);
  });
});
