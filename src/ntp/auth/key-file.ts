// The text of ntp.keys or chrony.keys → the requested keys. A line is `ID TYPE KEY`, or `ID KEY` for MD5, as in chrony.
// As in ntpd, a key of up to 20 characters is ASCII and a longer one is hexadecimal; as in chronyd, a prefix of
// `ASCII:` or `HEX:` states the encoding. No message ever contains a key.

import type { KeyType, SymmetricKey } from './key.ts';

/** A key file that cannot be read. The message states the line, the problem, and the allowed values. */
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
/** Key lengths of the ciphers in bytes; a hash accepts any length. */
const LENGTHS: Partial<Readonly<Record<KeyType, number>>> = { 'aes128-cmac': 16, 'aes256-cmac': 32 };
const ASCII_LENGTH = 20;
const MAX_ID = 0xffff_ffff;

/**
 * Returns the keys of the file called `name` whose ids are in `wanted`. Other lines may use unknown key types. Throws
 * `KeyFileError` for an unreadable line, and for an id that is missing or appears twice.
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
    if (keys.has(id)) throw new KeyFileError(`${where}: key ${id} appears twice in this file`);
    keys.set(id, keyOf(id, words.slice(1), where));
  }
  const missing = [...wanted].find(id => !keys.has(id));
  if (missing !== undefined) throw new KeyFileError(`${name} has no key ${missing}`);
  return keys;
}

/** Returns undefined for a number that is not a key id: no caller can ask for that line. */
function idOf(word: string, where: string): number | undefined {
  const id = Number(word);
  if (/^\d+$/.test(word)) return id >= 1 && id <= MAX_ID ? id : undefined;
  throw new KeyFileError(
    `${where}: a line must begin with a key number from 1 to ${MAX_ID}; expected "ID TYPE KEY"`,
  );
}

function keyOf(id: number, words: readonly string[], where: string): SymmetricKey {
  // In ntp.keys, a list of allowed addresses may follow the key. It applies to servers only.
  const [first = '', second] = words;
  const named = TYPES.get(first.toUpperCase().replaceAll('-', ''));
  if (first === '' || (named && second === undefined)) {
    throw new KeyFileError(`${where}: key ${id} has no secret; expected "ID TYPE KEY"`);
  }
  const type = second === undefined ? 'md5' : named;
  if (type === undefined) {
    const allowed = 'use MD5, SHA1, SHA256, SHA384, SHA512, AES128CMAC or AES256CMAC';
    throw new KeyFileError(`${where}: unknown type of key ${id}; ${allowed}`);
  }
  const secret = secretOf(second ?? first, id, where);
  const length = LENGTHS[type];
  if (length === undefined || secret.length === length) return { id, type, secret };
  throw new KeyFileError(
    `${where}: key ${id} has ${secret.length} bytes; a key for ${type} must have ${length} (${2 * length} hexadecimal digits)`,
  );
}

function secretOf(text: string, id: number, where: string): Uint8Array {
  const [, prefix = '', rest = ''] = /^(HEX:|ASCII:)?(.*)$/s.exec(text) ?? [];
  const hexadecimal = prefix === 'HEX:' || (prefix === '' && rest.length > ASCII_LENGTH);
  if (!hexadecimal) {
    if (/^[\x21-\x7e]+$/.test(rest)) return new TextEncoder().encode(rest);
    throw new KeyFileError(`${where}: key ${id} must consist of printable ASCII characters`);
  }
  if (/^([\da-f]{2})+$/i.test(rest))
    return Uint8Array.from(rest.match(/../g)!, byte => Number.parseInt(byte, 16));
  const why = prefix === '' ? `is longer than ${ASCII_LENGTH} characters, so it ` : '';
  throw new KeyFileError(
    `${where}: key ${id} ${why}must be an even number of hexadecimal digits; to use text, write ASCII: before it`,
  );
}
