// The machine's PATH: a list of folders in one value of the registry, to which one is added, or from which it is removed.
// Everything else stays as it is, to the character: other entries, variables in them, the type of the value. setx would
// cut it after 1024 characters and expand the variables.

import koffi from 'koffi';
import { REG_EXPAND_SZ, readText, writeText } from './registry.js';

const KEY = 'SYSTEM\\CurrentControlSet\\Control\\Session Manager\\Environment';
const NAME = 'Path';

/** Adds a folder to the machine's PATH, unless it is there. @param {string} folder */
export function addToPath(folder) {
  change(entries => (entries.some(isSame(folder)) ? entries : [...entries, folder]));
}

/** Removes a folder from the machine's PATH. @param {string} folder */
export function removeFromPath(folder) {
  change(entries => entries.filter(entry => !isSame(folder)(entry)));
}

/** @param {(entries: readonly string[]) => readonly string[]} edit */
function change(edit) {
  const { type, text } = readText(KEY, NAME) ?? { type: REG_EXPAND_SZ, text: '' };
  const edited = edit(text === '' ? [] : text.split(';')).join(';');
  if (edited === text) return;
  writeText(KEY, NAME, type, edited);
  announce();
}

/** @param {string} folder @returns {(entry: string) => boolean} */
function isSame(folder) {
  const plain = name =>
    name
      .replace(/^"(.*)"$/, '$1')
      .replace(/\\+$/, '')
      .toLowerCase();
  return entry => plain(entry) === plain(folder);
}

/** Tells the programs that run, so that the prompts they open from now on have the new PATH. */
function announce() {
  const HWND_BROADCAST = 0xffff;
  const WM_SETTINGCHANGE = 0x1a;
  const SMTO_ABORTIFHUNG = 2;
  const send = koffi
    .load('user32.dll')
    .func(
      'intptr_t __stdcall SendMessageTimeoutW(intptr_t window, uint32 message, uintptr_t w, str16 l, uint32 flags, uint32 milliseconds, void *result)',
    );
  send(HWND_BROADCAST, WM_SETTINGCHANGE, 0, 'Environment', SMTO_ABORTIFHUNG, 1000, null);
}
