// The user of this process, as far as the places of files depend on it.

import { accessLists } from './windows/access-lists.ts';

/** The effective user id: 0 is root, and on Windows any administrator; undefined for any other user there. */
export function effectiveUser(): number | undefined {
  if (process.platform !== 'win32') return process.geteuid?.();
  try {
    return accessLists().administrator ? 0 : undefined;
  } catch {
    // Without koffi nothing can be set, so that it does not matter.
    return undefined;
  }
}
