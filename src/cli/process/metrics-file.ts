// A run of `sync` → the file of --metrics, whole or not at all, also after a failure: a collector reads it at any moment.

import { constants, fstatSync } from 'node:fs';
import type { ExitCode } from '../../report/exit-code.ts';
import { syncMetrics } from '../../report/sync-metrics.ts';
import type { Outcome } from '../../sync.ts';
import { bytesUpTo, withNamed } from '../arguments/named-file.ts';
import { UsageError } from '../arguments/usage-error.ts';
import type { Context } from './context.ts';
import { exitCodeOfError } from './error-exit-code.ts';
import { replaceFile } from './replace-file.ts';

/** Collectors run as another user, and a scheduled run may have a strict umask. */
const FOR_EVERY_USER = 0o644;
/** In bytes: many times what tsntp writes. */
const LARGEST = 1 << 16;

/**
 * Runs `run`, which tells its outcome, and writes the file however it ends. That the file cannot be written is a warning:
 * the exit code says what became of the clock. Throws `UsageError` for what can be no file.
 */
export async function keepMetrics(
  path: string,
  context: Context,
  run: (tell: (outcome: Outcome) => void) => Promise<ExitCode>,
): Promise<ExitCode> {
  if (path === '' || path === '-')
    throw new UsageError(`--metrics: "${path}" is no file; name one, or give --format prometheus for stdout`);
  if (!path.endsWith('.prom'))
    throw new UsageError(`--metrics: "${path}" does not end in .prom; the node exporter reads no other file`);
  let outcome: Outcome | undefined;
  try {
    const exitCode = await run(told => {
      outcome = told;
    });
    write(path, outcome, exitCode, context);
    return exitCode;
  } catch (error) {
    write(path, outcome, exitCodeOfError(error), context);
    throw error;
  }
}

function write(path: string, outcome: Outcome | undefined, exitCode: ExitCode, context: Context): void {
  try {
    const now = Date.now() / 1000;
    const text = syncMetrics(outcome, { exitCode, now, before: textBefore(path) });
    replaceFile('--metrics', path, text, FOR_EVERY_USER);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    context.note(`warning: ${error.message}`);
  }
}

/** What a run before has left there. Nothing, if it is not a file of its own: `replaceFile` says so. */
function textBefore(path: string): string | undefined {
  try {
    return withNamed(path, constants.O_NOFOLLOW ?? 0, fd =>
      fstatSync(fd).isFile() ? bytesUpTo(fd, LARGEST)?.toString('utf8') : undefined,
    );
  } catch {
    return undefined;
  }
}
