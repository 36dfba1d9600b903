// The files of a scheduler, and what is on the machine → files written and put into effect, or taken back. Nothing stays
// half done: if the scheduler refuses the files, they are as before.

import { lineDiff } from './line-diff.ts';
import {
  isOwnText,
  type ScheduledFile,
  type ScheduledLink,
  type Scheduler,
  type SchedulerCommand,
} from './plan.ts';
import {
  type Existing,
  type FileChange,
  type ScheduleEnd,
  type SchedulePorts,
  SchedulerFileError,
} from './schedule-outcome.ts';

/** What to change, where, and how. */
export interface Installation {
  readonly scheduler: Scheduler;
  readonly ports: SchedulePorts;
  /** Shows the changes before they are made. */
  readonly announce: (changes: readonly FileChange[]) => void;
  /** Ends before anything is changed. */
  readonly dryRun: boolean;
}

/** How it ended, with the changes that were made or would be. */
export interface Installed {
  readonly end: ScheduleEnd;
  readonly files: readonly FileChange[];
  readonly warnings: readonly string[];
}

/** Whether a scheduler has files of tsntp, or runs those that a package contains. */
export function isInstalled({ paths, links }: Scheduler, ports: SchedulePorts): boolean {
  return paths.some(path => isOwn(ports.read(path))) || links.some(link => ports.isLinked(link));
}

/** Writes the files and puts them into effect. */
export async function install(
  wanted: readonly ScheduledFile[],
  { scheduler, ports, announce, dryRun }: Installation,
): Promise<Installed> {
  const existing = new Map(wanted.map(({ path }) => [path, ports.read(path)]));
  const files = wanted.map(file => changeOf(file, existing.get(file.path)!));
  const end = (one: ScheduleEnd): Installed => ({ end: one, files, warnings: [] });
  const foreign = foreignPath(existing);
  if (foreign !== undefined) return end({ kind: 'foreign', path: foreign });
  const links = scheduler.links.filter(link => ports.isLinked(link));
  const linked = links.length === scheduler.links.length;
  const ran = isInstalled(scheduler, ports);
  if (linked && files.every(({ change }) => change === 'unchanged')) return end({ kind: 'unchanged' });
  announce(files);
  if (dryRun) return end({ kind: 'would-install' });
  const failure = attempt(() => ports.write(wanted, ports.image ? scheduler.links : []));
  if (failure !== undefined) return end({ kind: 'not-written', message: failure });
  if (ports.image) return end({ kind: 'installed' });
  await runAll(scheduler.release, ports);
  const refusal = await runUntilFailure(scheduler.enable(scheduler.links), ports);
  if (refusal === undefined) return end({ kind: 'installed' });
  await takeBack(wanted, existing, { ran, links }, { scheduler, ports });
  return end({ kind: 'not-enabled', message: refusal });
}

/** Stops the runs, and removes the files. */
export async function uninstall({ scheduler, ports, announce, dryRun }: Installation): Promise<Installed> {
  const existing = new Map(scheduler.paths.map(path => [path, ports.read(path)]));
  const files = [...existing].flatMap(([path, one]) =>
    one.kind === 'file' ? [removalOf(path, one.text)] : [],
  );
  const end = (one: ScheduleEnd, warnings: readonly string[] = []): Installed => ({
    end: one,
    files,
    warnings,
  });
  const foreign = foreignPath(existing);
  if (foreign !== undefined) return end({ kind: 'foreign', path: foreign });
  const links = [...scheduler.links, ...scheduler.optionalLinks].filter(link => ports.isLinked(link));
  if (files.length === 0 && links.length === 0) return end({ kind: 'unchanged' });
  announce(files);
  if (dryRun) return end({ kind: 'would-remove' });
  const warnings = ports.image
    ? []
    : await runAll(scheduler.disable([...scheduler.links, ...scheduler.optionalLinks]), ports);
  const failure = attempt(() => ports.remove(scheduler.paths, links));
  if (failure !== undefined) return end({ kind: 'not-written', message: failure }, warnings);
  if (!ports.image) await runAll(scheduler.forget, ports);
  return end({ kind: 'removed' }, warnings);
}

/** Restores the files and links that were there, and removes the others; `ran` tells whether there were scheduled runs. */
async function takeBack(
  wanted: readonly ScheduledFile[],
  existing: ReadonlyMap<string, Existing>,
  { ran, links }: { readonly ran: boolean; readonly links: readonly ScheduledLink[] },
  { scheduler, ports }: Pick<Installation, 'scheduler' | 'ports'>,
): Promise<void> {
  const earlier = wanted.flatMap(file => {
    const one = existing.get(file.path)!;
    return one.kind === 'file' ? [{ ...file, text: one.text }] : [];
  });
  const added = scheduler.links.filter(link => !links.includes(link));
  if (!ran || added.length > 0) await runAll(scheduler.disable(added), ports);
  attempt(() => ports.write(earlier, []));
  attempt(() =>
    ports.remove(
      wanted.map(({ path }) => path).filter(path => existing.get(path)!.kind === 'absent'),
      [],
    ),
  );
  await runAll(ran ? scheduler.enable(links) : scheduler.forget, ports);
}

function isOwn(existing: Existing): boolean {
  return existing.kind === 'file' && isOwnText(existing.text);
}

function foreignPath(existing: ReadonlyMap<string, Existing>): string | undefined {
  return [...existing].find(([, one]) => one.kind !== 'absent' && !isOwn(one))?.[0];
}

function changeOf({ path, text }: ScheduledFile, existing: Existing): FileChange {
  const before = existing.kind === 'file' ? existing.text : '';
  const change = existing.kind === 'absent' ? 'added' : before === text ? 'unchanged' : 'changed';
  return { path, text, change, diff: change === 'unchanged' ? [] : lineDiff(before, text) };
}

function removalOf(path: string, text: string): FileChange {
  return { path, text, change: 'removed', diff: lineDiff(text, '') };
}

/** Returns why the change of files failed. */
function attempt(change: () => void): string | undefined {
  try {
    change();
    return undefined;
  } catch (error) {
    if (error instanceof SchedulerFileError) return error.message;
    throw error;
  }
}

async function runUntilFailure(
  commands: readonly SchedulerCommand[],
  ports: SchedulePorts,
): Promise<string | undefined> {
  for (const command of commands) {
    const failure = await ports.run(command);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** Runs all commands; resolves with why some failed. */
async function runAll(
  commands: readonly SchedulerCommand[],
  ports: SchedulePorts,
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const command of commands) {
    const failure = await ports.run(command);
    if (failure !== undefined) failures.push(failure);
  }
  return failures;
}
