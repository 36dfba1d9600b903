// `tsntp demo`: the main job against four servers inside this process, on loopback, one of them a second off.
// With --format json the report is JSON. It needs no network and no privilege, and never touches the clock.

import { withDemoServers } from '../../demo.ts';
import { openMachine } from '../../machine.ts';
import type { ExitCode } from '../../report/exit-code.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import type { Context } from '../process/context.ts';
import { runSync } from './sync.ts';

/** Starts the servers, runs `sync --dry-run` against them, and stops them. */
export async function runDemo(args: CommandArguments<'demo'>, context: Context): Promise<ExitCode> {
  const machine = await openMachine({ mode: 'look', env: context.io.env });
  return withDemoServers(machine, server => {
    const format = args.format === 'json' ? 'json' : 'table';
    if (format === 'table')
      context.print('Four servers on this machine, the last of them one second off. Nothing is set.\n\n');
    const rehearsal = { server, format, verbose: 0, dryRun: true, force: true } as const;
    // Nothing will be set: whether this process could says nothing here.
    return runSync(rehearsal, { ...context, note() {} });
  });
}
