// The path of a key file → its text, unless others than its owner could have read or written it.

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { KeyFileError } from '../ntp/auth/key-file.ts';
import { fileProblem } from '../sources/files.ts';
import { escaped } from '../sources/server.ts';
import { type AccessLists, type AccessProblem, accessLists } from './windows/access-lists.ts';

/**
 * The text of a file that only its owner and, where its mode allows it, its group can read; on Windows, where `lists`
 * tells who can. Throws `KeyFileError`; `advice` ends the message where the file cannot be opened.
 */
export function readSecret(
  file: string,
  advice: string,
  platform: string = process.platform,
  lists: () => AccessLists = accessLists,
): string {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    throw new KeyFileError(`cannot read the keys in ${escaped(file)}: ${fileProblem(error)}; ${advice}`);
  }
  try {
    const { mode, uid } = fstatSync(fd);
    const us = process.geteuid?.();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG)
      throw new KeyFileError(`${escaped(file)} is not a regular file`);
    if (us !== undefined && uid !== us && uid !== 0) {
      throw new KeyFileError(`${escaped(file)} belongs to user ${uid}, not to ${us} or root: chown it`);
    }
    // The distributions' services read theirs by their group: 0640.
    if (us !== undefined && (mode & 0o027) !== 0) {
      const octal = (mode & 0o7777).toString(8).padStart(4, '0');
      throw new KeyFileError(
        `${escaped(file)} has secret keys and is open to others (mode ${octal}): chmod 600 it`,
      );
    }
    if (platform === 'win32') checkAccess(file, fd, lists);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}

/** On Windows, which has no modes. A file of which nothing is known is refused. */
function checkAccess(file: string, fd: number, lists: () => AccessLists): void {
  let problem: AccessProblem | undefined;
  try {
    problem = lists().problem(file, 'read', fd);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new KeyFileError(
      `${escaped(file)} has secret keys, and its access list cannot be read: ${why}; this takes koffi (npm install --include=optional) and the right to read that list`,
    );
  }
  if (problem !== undefined)
    throw new KeyFileError(`${escaped(file)} has secret keys and ${problem.what}: run ${problem.remedy}`);
}
