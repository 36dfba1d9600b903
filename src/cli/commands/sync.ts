// `tsntp sync` → a measurement, at most one correction of the clock, and the report.

import type { ExitCode } from '../../report/exit-code.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import type { Context } from '../process/context.ts';
import { runMeasuring } from './measuring.ts';

/** Measures, sets the clock, and reports. With -q, runs `query` instead. */
export function runSync(args: CommandArguments<'sync'>, context: Context): Promise<ExitCode> {
  return runMeasuring(args.query ? 'query' : 'sync', args, context);
}
