// `tsntp sync`: measures, and sets the clock.

import type { ExitCode } from '../../report/exit-code.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import type { Context } from '../process/context.ts';
import { runMeasuring } from './measuring.ts';

/** Asks, sets, reports; with -q it is `query`. */
export function runSync(args: CommandArguments<'sync'>, context: Context): Promise<ExitCode> {
  return runMeasuring(args.query ? 'query' : 'sync', args, context);
}
