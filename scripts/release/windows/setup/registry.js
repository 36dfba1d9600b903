// The values of HKEY_LOCAL_MACHINE that the installer reads and writes: whole and in Unicode, which the output of reg.exe
// is not. learn.microsoft.com: winreg.h.

import koffi from 'koffi';

const HKEY_LOCAL_MACHINE = 0x80000002;
export const REG_SZ = 1;
export const REG_EXPAND_SZ = 2;
const REG_DWORD = 4;
/** RRF_RT_REG_SZ, RRF_RT_REG_EXPAND_SZ, and RRF_NOEXPAND. */
const TEXT_AS_IT_IS = 0x02 | 0x04 | 0x1000_0000;
const ERROR_SUCCESS = 0;
const ERROR_FILE_NOT_FOUND = 2;

const advapi32 = koffi.load('advapi32.dll');
const getValue = advapi32.func(
  'int32 __stdcall RegGetValueW(intptr_t key, str16 path, str16 name, uint32 flags, void *type, void *data, void *size)',
);
const setValue = advapi32.func(
  'int32 __stdcall RegSetKeyValueW(intptr_t key, str16 path, str16 name, uint32 type, void *data, uint32 size)',
);
const deleteTree = advapi32.func('int32 __stdcall RegDeleteTreeW(intptr_t key, str16 path)');

/**
 * A text with its type, REG_SZ or REG_EXPAND_SZ, and its variables unexpanded; undefined if there is none.
 * @param {string} path @param {string} name
 */
export function readText(path, name) {
  const type = Buffer.alloc(4);
  const size = Buffer.alloc(4);
  const read = data => getValue(HKEY_LOCAL_MACHINE, path, name, TEXT_AS_IT_IS, type, data, size);
  const failed = read(null);
  if (failed === ERROR_FILE_NOT_FOUND) return undefined;
  check(failed, path, name);
  const data = Buffer.alloc(size.readUInt32LE());
  check(read(data), path, name);
  const text = data.toString('utf16le', 0, size.readUInt32LE()).replace(/\0+$/, '');
  return { type: type.readUInt32LE(), text };
}

/** Writes a text, and the key if there is none. @param {string} path @param {string} name @param {number} type @param {string} text */
export function writeText(path, name, type, text) {
  write(path, name, type, Buffer.from(`${text}\0`, 'utf16le'));
}

/** Writes a number of 32 bits, and the key if there is none. @param {string} path @param {string} name @param {number} number */
export function writeNumber(path, name, number) {
  const data = Buffer.alloc(4);
  data.writeUInt32LE(number);
  write(path, name, REG_DWORD, data);
}

/** Removes a key with all that is in it, if it exists. @param {string} path */
export function removeKey(path) {
  const failed = deleteTree(HKEY_LOCAL_MACHINE, path);
  if (failed !== ERROR_FILE_NOT_FOUND) check(failed, path, '');
}

/** @param {string} path @param {string} name @param {number} type @param {Buffer} data */
function write(path, name, type, data) {
  check(setValue(HKEY_LOCAL_MACHINE, path, name, type, data, data.length), path, name);
}

/** @param {number} failed @param {string} path @param {string} name */
function check(failed, path, name) {
  if (failed !== ERROR_SUCCESS) throw new Error(`HKLM\\${path}\\${name}: Windows error ${failed}`);
}
