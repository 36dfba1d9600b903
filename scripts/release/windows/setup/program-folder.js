// A folder with the program → its copy, in place of an older one, which may be running: Windows lets a file in use be
// renamed, but not replaced. The new files are complete before the first old one is touched, and a failure puts the old
// ones back. Only what is the program's own is copied, replaced or removed: other files in the folder stay as they are.

import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT_FOREIGN, EXIT_REFUSED, Failure } from './failure.js';

/** The files of the program, and the folders of which all files are the program's. */
const OWN = ['bin/tsntp.cmd', 'lib/tsntp', 'share/doc/tsntp', 'install.cmd', 'uninstall.cmd'];
/** The folders that may also have other files, the innermost first. */
const SHARED = ['bin', 'lib', 'share/doc', 'share', ''];
/** What every copy of the program has. */
const PROGRAM = 'lib/tsntp';

const STAGE = '.new-';
const DISCARDED = '.old-';
/** The folders that a replacement makes in the program's folder, by the number of its process. */
const TEMPORARY = /^\.(new|old)-\d+$/;

/** Copies the program from `source` to `target`. Throws `Failure`, and then has changed nothing. @param {string} source @param {string} target */
export function replaceProgram(source, target) {
  if (existsSync(target)) {
    if (realpathSync(source) === realpathSync(target)) return;
    refuseForeign(target);
  }
  mkdirSync(target, { recursive: true });
  removeFiles(target, temporary(target));
  // In the target itself, from where the files inherit who may write them.
  const stage = join(target, `${STAGE}${process.pid}`);
  const discarded = join(target, `${DISCARDED}${process.pid}`);
  try {
    for (const name of OWN) cpSync(join(source, name), join(stage, name), { recursive: true });
    swap(stage, discarded, target);
  } catch (error) {
    throw new Failure(`${target} cannot be written: ${error.message}; it is as before`, EXIT_REFUSED);
  } finally {
    removeFiles(target, temporary(target));
    removeEmptyFolders(target);
  }
}

/**
 * Removes the program, but for `kept`, of the names in `OWN`. Throws `Failure` if files of it are in use.
 * @param {string} target @param {readonly string[]} kept
 */
export function removeProgram(target, kept) {
  if (!existsSync(target)) return;
  const own = existsSync(join(target, PROGRAM)) ? OWN.filter(name => !kept.includes(name)) : [];
  const all = [...own, ...temporary(target)];
  removeFiles(target, all);
  removeEmptyFolders(target);
  const [left] = filesOf(target, all);
  if (left !== undefined)
    throw new Failure(
      `a run of tsntp, or another program, is using "${join(target, left)}": repeat this when it has ended`,
      EXIT_REFUSED,
    );
}

/** Throws `Failure` if the folder has files, but not this program. @param {string} target */
function refuseForeign(target) {
  const foreign = readdirSync(target).filter(name => !TEMPORARY.test(name));
  if (foreign.length > 0 && !existsSync(join(target, PROGRAM)))
    throw new Failure(
      `${target} has files of another origin: move them to another folder, or remove them`,
      EXIT_FOREIGN,
    );
}

/** Moves the program in `target` to `discarded`, and the one in `stage` to `target`; all files or none. @param {string} stage @param {string} discarded @param {string} target */
function swap(stage, discarded, target) {
  const moves = [
    ...filesOf(target, OWN).map((name, i) => [join(target, name), join(discarded, String(i))]),
    ...filesOf(stage, OWN).map(name => [join(stage, name), join(target, name)]),
  ];
  const done = [];
  try {
    for (const move of moves) {
      mkdirSync(dirname(move[1]), { recursive: true });
      renameSync(move[0], move[1]);
      done.push(move);
    }
  } catch (error) {
    for (const [from, to] of done.reverse()) renameSync(to, from);
    throw error;
  }
}

/** What an earlier replacement left because it was in use, and what this one makes. @param {string} target */
function temporary(target) {
  return readdirSync(target).filter(name => TEMPORARY.test(name));
}

/** The files among `names`, and those below its folders. @param {string} folder @param {readonly string[]} names @returns {readonly string[]} */
function filesOf(folder, names) {
  return names.flatMap(name => {
    const state = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (state === undefined) return [];
    if (!state.isDirectory()) return [name];
    return filesOf(
      folder,
      readdirSync(join(folder, name)).map(entry => join(name, entry)),
    );
  });
}

/** Removes files, unless they are in use. @param {string} folder @param {readonly string[]} names as of `filesOf` */
function removeFiles(folder, names) {
  for (const name of filesOf(folder, names)) {
    try {
      rmSync(join(folder, name), { force: true });
    } catch {
      // It is in use.
    }
  }
}

/** Removes what has no files of the program's folders. @param {string} target */
function removeEmptyFolders(target) {
  for (const name of [...OWN, ...temporary(target)]) removeEmptyTree(join(target, name));
  for (const name of SHARED) removeIfEmpty(join(target, name));
}

/** @param {string} folder */
function removeEmptyTree(folder) {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const name of readdirSync(folder)) removeEmptyTree(join(folder, name));
  removeIfEmpty(folder);
}

/** @param {string} folder */
function removeIfEmpty(folder) {
  try {
    rmdirSync(folder);
  } catch {
    // It has files, or is in use: a prompt may be in it.
  }
}
