// `tsntp query`: measures, reports, and never touches the clock.

import type { ExitCode } from '../../report/exit-code.ts';
import type { MeasuringArguments } from '../arguments/sync-arguments.ts';
import type { Context } from '../process/context.ts';
import { runMeasuring } from './measuring.ts';

/** Asks and reports. */
export function runQuery(args: MeasuringArguments, context: Context): Promise<ExitCode> {
  return runMeasuring('query', args, context);
}
