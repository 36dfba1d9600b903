// `tsntp query` → a measurement and its report. Never touches the clock.

import type { ExitCode } from '../../report/exit-code.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import type { Context } from '../process/context.ts';
import { runMeasuring } from './measuring.ts';

/** Measures and reports. */
export function runQuery(args: CommandArguments<'query'>, context: Context): Promise<ExitCode> {
  return runMeasuring('query', args, context);
}
