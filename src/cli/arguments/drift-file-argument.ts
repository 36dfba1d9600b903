// The file that `drift import` names, or stdin → the rate in it, or what is wrong with it.

import { closeSync, existsSync, fstatSync } from 'node:fs';
import { DriftFileError, type ImportedRate, readDriftFile } from '../../ntp/drift/drift-file.ts';
import { fileProblem } from '../../sources/files.ts';
import { escaped } from '../../sources/server.ts';
import { bytesUpTo, openNamed } from './named-file.ts';
import { UsageError } from './usage-error.ts';

/** Where Debian, Fedora, Arch and the BSDs keep the drift files of chronyd and ntpd. */
const WELL_KNOWN = [
  '/var/lib/chrony/drift',
  '/var/lib/chrony/chrony.drift',
  '/var/lib/ntpsec/ntp.drift',
  '/var/lib/ntp/ntp.drift',
  '/var/lib/ntp/drift',
  '/var/db/ntpd.drift',
];
/** No drift file has more bytes. */
const LARGEST = 4096;

/** Reads the drift file that the command line names; `-` is stdin. Throws `UsageError`. */
export function readDriftArgument(file: string | undefined): ImportedRate {
  if (file === undefined) throw new UsageError(`drift import: name a drift file; ${suggestion()}`);
  const name = file === '-' ? 'stdin' : escaped(file);
  const text = readStart(file, name);
  try {
    return readDriftFile(text);
  } catch (error) {
    if (!(error instanceof DriftFileError)) throw error;
    throw new UsageError(`drift import: ${name} is no drift file of ntpd or chronyd: ${error.message}`);
  }
}

/** Those that this machine has, otherwise all. */
function suggestion(): string {
  const here = WELL_KNOWN.filter(path => existsSync(path));
  return here.length > 0
    ? `this machine has ${here.join(', ')}`
    : `chronyd and ntpd keep theirs at ${WELL_KNOWN.slice(0, 4).join(', ')} and the like`;
}

function readStart(file: string, name: string): string {
  let fd: number | undefined;
  try {
    fd = file === '-' ? 0 : openNamed(file);
    if (fstatSync(fd).isDirectory()) throw new UsageError(`drift import: ${name} is a directory`);
    return textOf(fd, name);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const advice = absent ? `; ${suggestion()}` : '';
    throw new UsageError(`drift import: cannot read ${name}: ${fileProblem(error)}${advice}`);
  } finally {
    if (fd !== undefined && fd !== 0) closeSync(fd);
  }
}

function textOf(fd: number, name: string): string {
  const bytes = bytesUpTo(fd, LARGEST);
  if (!bytes) throw new UsageError(`drift import: ${name} is too large for a drift file`);
  // Not as UTF-8: an encoding error must not turn into characters.
  return bytes.toString('latin1');
}
