// A period and the arguments of `sync` → files for this machine's scheduler: printed, installed, or removed. Only files
// that tsntp wrote are replaced or removed. A run that fails leaves everything as it was.

import type { Seconds } from './ntp/time.ts';
import { cron } from './schedule/cron.ts';
import { type Installed, install, isInstalled, uninstall } from './schedule/installation.ts';
import { launchd } from './schedule/launchd.ts';
import { NotSchedulable, type SchedulePlan, type Scheduler, type SchedulerName } from './schedule/plan.ts';
import type { FileChange, ScheduleOutcome, SchedulePorts } from './schedule/schedule-outcome.ts';
import { scheduleWarnings } from './schedule/schedule-warnings.ts';
import { systemd } from './schedule/systemd.ts';
import { taskScheduler } from './schedule/task-scheduler.ts';

export { NotSchedulable } from './schedule/plan.ts';
export type { FileChange, ScheduleOutcome } from './schedule/schedule-outcome.ts';

/** Every scheduler, by its name. */
export const SCHEDULERS: Readonly<Record<SchedulerName, Scheduler>> = {
  systemd,
  cron,
  launchd,
  windows: taskScheduler,
};

export interface ScheduleOptions extends Omit<SchedulePlan, 'minute'> {
  /** `remove` uses nothing of the plan. */
  readonly action: 'print' | 'install' | 'remove';
  /** Seconds between two runs. */
  readonly every: Seconds;
  /** By default the one that runs this machine. */
  readonly scheduler?: SchedulerName;
  /** Shows what would be written or removed, and changes nothing. */
  readonly dryRun?: boolean;
  /** Whether one of the servers is a public pool, which asks for few requests. */
  readonly pool: boolean;
}

/**
 * Prints, installs or removes the files that make this machine run tsntp regularly. `announce` receives the changes before
 * they are made. Throws `NotSchedulable` if the scheduler cannot express the plan.
 */
export async function schedule(
  options: ScheduleOptions,
  ports: SchedulePorts,
  announce: (changes: readonly FileChange[]) => void = () => {},
): Promise<ScheduleOutcome> {
  const { action, dryRun = false } = options;
  const name = schedulerFor(options, ports);
  const scheduler = SCHEDULERS[name];
  const installation = { scheduler, ports, announce, dryRun };
  const outcome = ({ end, files, warnings }: Installed): ScheduleOutcome => ({
    ...end,
    action,
    scheduler: name,
    image: ports.image,
    files,
    warnings,
  });
  if (action === 'remove') return outcome(await uninstall(installation));
  const { minute, unique } = await ports.minute();
  const wanted = scheduler.files({ ...options, minute });
  const warnings = scheduleWarnings({
    ...options,
    ...(await circumstances(name, options, ports)),
    scheduler: name,
    unique,
  });
  if (action === 'install') {
    const installed = await install(wanted, installation);
    return outcome({ ...installed, warnings: [...warnings, ...installed.warnings] });
  }
  const files = wanted.map(({ path, text }) => ({ path, text, change: 'added', diff: [] }) as const);
  return outcome({ end: { kind: 'printed' }, files, warnings });
}

async function circumstances(name: SchedulerName, { program }: ScheduleOptions, ports: SchedulePorts) {
  const { image } = ports;
  return {
    image,
    missing: image ? program.filter(path => !ports.exists(path)) : [],
    services: image ? [] : await ports.otherServices(),
    others: ports.schedulers().filter(other => other !== name && isInstalled(SCHEDULERS[other], ports)),
  };
}

/** Throws `NotSchedulable` if this machine has no such scheduler, which printing does not need. */
function schedulerFor({ scheduler, action }: ScheduleOptions, ports: SchedulePorts): SchedulerName {
  const own = ports.schedulers();
  const chosen = scheduler ?? own[0];
  const names = Object.keys(SCHEDULERS).join(', ');
  if (chosen === undefined)
    throw new NotSchedulable(`this system's scheduler is not known: name one with --as (${names})`);
  if (action === 'print' || own.includes(chosen)) return chosen;
  throw new NotSchedulable(
    `this machine has no ${chosen}: print the files, or write them for another machine with --root DIR`,
  );
}
