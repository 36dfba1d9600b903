// Any text as a key file: the requested keys, or one line that states the place and the problem without showing a key.

import { expect } from 'vitest';
import { KeyFileError, readKeys } from '../../src/ntp/auth/key-file.ts';
import { expectPrintable, fuzz, linesOf } from './fuzz.ts';

/** Long enough not to occur by chance. */
const SECRETS = ['do-not-print-this', '00112233445566778899aabbccddeeff', 'ASCII:do-not-print-this'];
const words = [
  '1',
  '2',
  '65535',
  '0',
  '4294967295',
  '4294967296',
  'M',
  'MD5',
  'SHA1',
  'SHA256',
  'SHA-512',
  'AES128CMAC',
  'AES256',
  'DES',
  'HEX:',
  'ASCII:',
  'HEX:0',
  ...SECRETS,
  '# comment',
  '192.0.2.1',
];

fuzz('keys', linesOf(words), bytes => {
  const text = new TextDecoder().decode(bytes);
  try {
    const wanted = new Set([1, 2]);
    const keys = readKeys(text, 'ntp.keys', wanted);
    expect([...keys.keys()].toSorted()).toEqual([1, 2]);
  } catch (error) {
    expect(error).toBeInstanceOf(KeyFileError);
    const { message } = error as Error;
    expectPrintable(message);
    for (const secret of SECRETS) expect(message).not.toContain(secret);
  }
});
