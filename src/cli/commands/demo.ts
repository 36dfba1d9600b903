// `tsntp demo`: the main job against four servers inside this process, on loopback, one of them a second off.
// It needs no network and no privilege, and never touches the clock.

import { withDemoServers } from '../../demo.ts';
import { openMachine } from '../../machine.ts';
import type { ExitCode } from '../../report/exit-code.ts';
import type { Context } from '../process/context.ts';
import { runSync } from './sync.ts';

/** Starts the servers, runs `sync --dry-run` against them, and stops them. */
export async function runDemo(_: unknown, context: Context): Promise<ExitCode> {
  const machine = await openMachine({ mode: 'look', env: context.io.env });
  return withDemoServers(machine, server => {
    context.print('Four servers on this machine, the last of them one second off. Nothing is set.\n\n');
    const rehearsal = { server, format: 'table', verbose: 0, dryRun: true, force: true } as const;
    // Nothing will be set: whether this process could says nothing here.
    return runSync(rehearsal, { ...context, note() {} });
  });
}
