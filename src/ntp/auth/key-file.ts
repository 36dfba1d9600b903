// The text of ntp.keys or chrony.keys → the keys that are wanted. A line is `ID TYPE KEY` or, as chrony also
// takes it, `ID KEY` with MD5. A key is ASCII up to 20 characters and hexadecimal beyond, as ntpd reads it, or says
// what it is with `ASCII:` or `HEX:`, as chronyd reads it. No message ever shows a key.

import type { KeyType, SymmetricKey } from './key.ts';

/** A key file that cannot be read. The message says where, what is wrong and what is allowed. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';
}

const TYPES: ReadonlyMap<string, KeyType> = new Map(
  Object.entries({
    M: 'md5',
    MD5: 'md5',
    SHA: 'sha1',
    SHA1: 'sha1',
    SHA256: 'sha256',
    SHA384: 'sha384',
    SHA512: 'sha512',
    AES: 'aes128-cmac',
    AES128: 'aes128-cmac',
    AES128CMAC: 'aes128-cmac',
    AES256: 'aes256-cmac',
    AES256CMAC: 'aes256-cmac',
  }),
);
/** The ciphers' key lengths; a hash takes a key of any. */
const LENGTHS: Partial<Readonly<Record<KeyType, number>>> = { 'aes128-cmac': 16, 'aes256-cmac': 32 };
const ASCII_LENGTH = 20;
const MAX_ID = 0xffff_ffff;

/**
 * The keys of the file called `name` whose ids are `wanted`; lines of other keys may be of types that are not known
 * here. Throws `KeyFileError` for a line that cannot be read, and for an id that is not in the file, or twice.
 */
export function readKeys(
  text: string,
  name: string,
  wanted: ReadonlySet<number>,
): ReadonlyMap<number, SymmetricKey> {
  const keys = new Map<number, SymmetricKey>();
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    const words = line
      .replace(/^\s*[!;%].*|(^|\s)#.*/s, '')
      .trim()
      .split(/\s+/);
    if (words[0] === '') continue;
    const where = `${name}:${index + 1}`;
    const id = idOf(words[0]!, where);
    if (id === undefined || !wanted.has(id)) continue;
    if (keys.has(id)) throw new KeyFileError(`${where}: key ${id} stands in this file twice`);
    keys.set(id, keyOf(id, words.slice(1), where));
  }
  const missing = [...wanted].find(id => !keys.has(id));
  if (missing !== undefined) throw new KeyFileError(`${name} has no key ${missing}`);
  return keys;
}

/** Undefined for a number that is no key's: nothing can want that line. */
function idOf(word: string, where: string): number | undefined {
  const id = Number(word);
  if (/^\d+$/.test(word)) return id >= 1 && id <= MAX_ID ? id : undefined;
  throw new KeyFileError(
    `${where}: a line begins with the number of a key, from 1 to ${MAX_ID}; expected "ID TYPE KEY"`,
  );
}

function keyOf(id: number, words: readonly string[], where: string): SymmetricKey {
  // What follows a key in ntp.keys are the addresses that may use it: the servers' concern.
  const [first = '', second] = words;
  const named = TYPES.get(first.toUpperCase().replaceAll('-', ''));
  if (first === '' || (named && second === undefined)) {
    throw new KeyFileError(`${where}: key ${id} has no key; expected "ID TYPE KEY"`);
  }
  const type = second === undefined ? 'md5' : named;
  if (type === undefined) {
    const allowed = 'give MD5, SHA1, SHA256, SHA384, SHA512, AES128CMAC or AES256CMAC';
    throw new KeyFileError(`${where}: the type of key ${id} is not known; ${allowed}`);
  }
  const secret = secretOf(second ?? first, id, where);
  const length = LENGTHS[type];
  if (length === undefined || secret.length === length) return { id, type, secret };
  throw new KeyFileError(
    `${where}: key ${id} has ${secret.length} bytes, a key for ${type} has ${length} (${2 * length} hexadecimal digits)`,
  );
}

function secretOf(text: string, id: number, where: string): Uint8Array {
  const [, prefix = '', rest = ''] = /^(HEX:|ASCII:)?(.*)$/s.exec(text) ?? [];
  const hexadecimal = prefix === 'HEX:' || (prefix === '' && rest.length > ASCII_LENGTH);
  if (!hexadecimal) {
    if (/^[\x21-\x7e]+$/.test(rest)) return new TextEncoder().encode(rest);
    throw new KeyFileError(`${where}: key ${id} is to be printable ASCII characters`);
  }
  if (/^([\da-f]{2})+$/i.test(rest))
    return Uint8Array.from(rest.match(/../g)!, byte => Number.parseInt(byte, 16));
  const what = prefix === '' ? `over ${ASCII_LENGTH} characters and so ` : '';
  throw new KeyFileError(
    `${where}: key ${id} is ${what}to be an even number of hexadecimal digits; write ASCII: in front of one that is text`,
  );
}
