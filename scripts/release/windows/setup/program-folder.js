// A folder with the program → its copy, in place of an older one, which may be running: Windows lets a file in use be
// renamed, but not replaced. The new files are complete before the first old one is touched, and a failure puts the old
// ones back.

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { EXIT_FOREIGN, EXIT_REFUSED, Failure } from './failure.js';

const STAGE = '.new-';
const DISCARDED = '.old-';

/** Copies the program from `source` to `target`. Throws `Failure`, and then has changed nothing. @param {string} source @param {string} target */
export function replaceProgram(source, target) {
  if (existsSync(target)) {
    if (realpathSync(source) === realpathSync(target)) return;
    refuseForeign(target);
  }
  mkdirSync(target, { recursive: true });
  removeLeftovers(target);
  // In the target itself, from where the files inherit who may write them.
  const stage = join(target, `${STAGE}${process.pid}`);
  const discarded = join(target, `${DISCARDED}${process.pid}`);
  try {
    cpSync(source, stage, { recursive: true });
    swap(stage, discarded, target);
  } catch (error) {
    throw new Failure(`${target} cannot be written: ${error.message}; it is as before`, EXIT_REFUSED);
  } finally {
    removeLeftovers(target);
    removeEmptyFolders(target);
  }
}

/** Removes the program, but for files in use, and `kept`. @param {string} target @param {readonly string[]} kept */
export function removeProgram(target, kept) {
  if (!existsSync(target)) return;
  for (const name of filesOf(target)) if (!kept.includes(name)) removeUnlessUsed(join(target, name));
  removeEmptyFolders(target);
}

/** Throws `Failure` if the folder has files, but no program of ours. @param {string} target */
export function refuseForeign(target) {
  if (readdirSync(target).length > 0 && !existsSync(join(target, 'lib/tsntp')))
    throw new Failure(
      `${target} has files of another origin: move them to another folder, or remove them`,
      EXIT_FOREIGN,
    );
}

/** Moves the files of `target` to `discarded`, and those of `stage` to `target`; all or none. @param {string} stage @param {string} discarded @param {string} target */
function swap(stage, discarded, target) {
  const old = filesOf(target).filter(name => !name.startsWith(STAGE) && !name.startsWith(DISCARDED));
  const moves = [
    ...old.map((name, i) => [join(target, name), join(discarded, String(i))]),
    ...filesOf(stage).map(name => [join(stage, name), join(target, name)]),
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

/** The files below a folder. @param {string} folder @returns {readonly string[]} */
function filesOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter(entry => !entry.isDirectory())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

/** What an earlier run left, because it was in use, may be removed by now. @param {string} target */
function removeLeftovers(target) {
  for (const name of readdirSync(target))
    if (name.startsWith(STAGE) || name.startsWith(DISCARDED)) {
      for (const file of filesOf(join(target, name))) removeUnlessUsed(join(target, name, file));
    }
}

/** @param {string} path */
function removeUnlessUsed(path) {
  try {
    rmSync(path, { force: true });
  } catch {
    // It is in use.
  }
}

/** Removes the folders without files, the innermost first. @param {string} folder */
function removeEmptyFolders(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) removeEmptyFolders(join(folder, entry.name));
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
