// `tsntp sync`: measures, and sets the clock.

import type { ExitCode } from '../../report/exit-code.ts';
import type { MeasuringArguments, SettingArguments } from '../arguments/sync-arguments.ts';
import type { Context } from '../process/context.ts';
import { runMeasuring } from './measuring.ts';

/** Asks, sets, reports; with -q it is `query`. */
export function runSync(args: MeasuringArguments & SettingArguments, context: Context): Promise<ExitCode> {
  return runMeasuring(args.query ? 'query' : 'sync', args, context);
}
