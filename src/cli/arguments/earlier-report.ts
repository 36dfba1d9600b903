// The file of --since → what an earlier check found.

import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type EarlierFindings, readEarlierFindings } from '../../report/fleet/fleet-since.ts';
import { fileProblem } from '../../sources/files.ts';
import { escaped } from '../../sources/server.ts';
import { bytesUpTo, withNamed } from './named-file.ts';
import { UsageError } from './usage-error.ts';

/** In bytes: the report of a few hundred thousand hosts. */
const LARGEST = 1 << 28;

/** Reads the JSON report of an earlier check. A missing one that `output` is about to make begins a chain. Throws `UsageError`. */
export function readEarlierReport(path: string, output?: string): EarlierFindings {
  if (output !== undefined && resolve(output) === resolve(path) && !existsSync(path)) return new Map();
  const advice = 'give a report that "tsntp check --format json" wrote';
  try {
    return readEarlierFindings(withNamed(path, 0, textOf));
  } catch (error) {
    const problem = error instanceof SyntaxError ? error.message : `cannot be read: ${fileProblem(error)}`;
    throw new UsageError(`--since: ${escaped(path)}: ${problem}; ${advice}`);
  }
}

function textOf(fd: number): string {
  const bytes = bytesUpTo(fd, LARGEST);
  if (!bytes) throw new SyntaxError(`it is larger than ${LARGEST} bytes`);
  return bytes.toString('utf8');
}
