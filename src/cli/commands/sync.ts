// `tsntp sync` → a measurement, at most one correction of the clock, and the report.

import type { ExitCode } from '../../report/exit-code.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import type { Context } from '../process/context.ts';
import { modeOf, runMeasuring } from './measuring.ts';

/** Measures, sets the clock, and reports. With -q, runs `query` instead. --metrics is of runs that set the clock. */
export async function runSync(args: CommandArguments<'sync'>, context: Context): Promise<ExitCode> {
  const purpose = args.query ? 'query' : 'sync';
  if (args.metrics === undefined || modeOf(purpose, args) !== 'set')
    return runMeasuring(purpose, args, context);
  const { keepMetrics } = await import('../process/metrics-file.ts');
  return keepMetrics(args.metrics, context, tell => runMeasuring(purpose, args, context, tell));
}
