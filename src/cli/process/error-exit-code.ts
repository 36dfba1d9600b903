// An error that ends a command → the exit code of the process.

import { ClockError } from '../../clock/clock.ts';
import { EXIT_BUG, EXIT_CLOCK, EXIT_USAGE, type ExitCode } from '../../report/exit-code.ts';
import { UsageError } from '../arguments/usage-error.ts';

/** The exit code for an error: of the clock, of the user, or a bug. */
export function exitCodeOfError(error: unknown): ExitCode {
  if (error instanceof ClockError) return EXIT_CLOCK;
  return error instanceof UsageError ? EXIT_USAGE : EXIT_BUG;
}
