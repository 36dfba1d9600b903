// `tsntp demo` → the report of a dry run against four servers inside this process, one of which is wrong by a second.
// Uses only the loopback interface, needs no privilege, and never touches the clock.

import { withDemoServers } from '../../demo.ts';
import { openMachine } from '../../machine.ts';
import type { ExitCode } from '../../report/exit-code.ts';
import type { CommandArguments } from '../arguments/command-arguments.ts';
import type { Context } from '../process/context.ts';
import { wrap } from '../report/wrap.ts';
import { runSync } from './sync.ts';

const INTRODUCTION =
  'Four servers on this machine, the last of which is wrong by one second. Nothing is set.';

/** Starts the demo servers, runs `sync --dry-run` against them, and stops them. */
export async function runDemo(args: CommandArguments<'demo'>, context: Context): Promise<ExitCode> {
  const machine = await openMachine({ mode: 'look', env: context.io.env });
  return withDemoServers(machine, server => {
    const format = args.format === 'json' ? 'json' : 'table';
    if (format === 'table') context.print(`${wrap(INTRODUCTION, context.io.stdout.columns).join('\n')}\n\n`);
    const rehearsal = { server, format, verbose: 0, dryRun: true, force: true } as const;
    // Without notes: a demo need not warn that this process may not set the clock.
    return runSync(rehearsal, { ...context, note() {} });
  });
}
