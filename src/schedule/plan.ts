// What a scheduled run is (its period, its minute, its command) and what a scheduler needs for it: files, links, commands.
// Each scheduler has a file of its own in this folder, which turns a plan into its files. All of them are pure.

import type { Seconds } from '../ntp/time.ts';

/** The programs that can run tsntp regularly. */
export type SchedulerName = 'systemd' | 'cron' | 'launchd' | 'windows';

/** What runs, and how often. */
export interface SchedulePlan {
  /** Seconds between two runs. */
  readonly every: Seconds;
  /** The minute of the hour, from 1 to 59, in which this machine queries: differs from machine to machine. */
  readonly minute: number;
  /** The absolute paths of Node and of the script that it runs. */
  readonly program: readonly [node: string, script: string];
  /** The arguments of `sync`: options as `--name=value`, then servers. Without the limit. */
  readonly arguments: readonly string[];
  /** The value of `--max-offset`, which limits every run but the first of a boot; absent without a limit. */
  readonly maxOffset?: string;
}

/** A text file that a scheduler reads. */
export interface ScheduledFile {
  /** The absolute path. On Windows it begins with the variable `%ProgramFiles%`. */
  readonly path: string;
  readonly text: string;
  /** By default UTF-8. */
  readonly encoding?: 'utf16le';
}

/** A symbolic link by which a unit is enabled. */
export interface ScheduledLink {
  readonly path: string;
  readonly target: string;
}

/** A program and its arguments. The path of a scheduled file stands for the file wherever it is. */
export type SchedulerCommand = readonly [program: string, ...args: string[]];

/** One scheduler: how it is told to run tsntp, and to stop. */
export interface Scheduler {
  /** The files of a plan. Throws `NotSchedulable`. */
  files(plan: SchedulePlan): readonly ScheduledFile[];
  /** The paths of all files that `files` may return. */
  readonly paths: readonly string[];
  /** The links that `enable` creates. */
  readonly links: readonly ScheduledLink[];
  /** Further links by which an administrator may have enabled a unit; `disable` removes them, too. */
  readonly optionalLinks: readonly ScheduledLink[];
  /** The commands that let go of an earlier version of the files. Their failure has no effect. */
  readonly release: readonly SchedulerCommand[];
  /** The commands that put the files into effect, after they have been written, and create these links. */
  enable(links: readonly ScheduledLink[]): readonly SchedulerCommand[];
  /** The commands that stop the runs, before the files are removed, and remove these links. */
  disable(links: readonly ScheduledLink[]): readonly SchedulerCommand[];
  /** The commands to run after the files have been removed. */
  readonly forget: readonly SchedulerCommand[];
}

/** A plan that a scheduler cannot express. The message says what is possible. */
export class NotSchedulable extends RangeError {
  override readonly name = 'NotSchedulable';
}

/** The line by which a file of tsntp is recognized: without it, a file is neither replaced nor removed. */
export const MARK = 'Written by "tsntp schedule"; changes here are lost when it runs again.';

/** Whether a file was written by `tsntp schedule`. */
export function isOwnText(text: string): boolean {
  return text.includes(MARK);
}

/** The command of a run: with the limit, or without it for the first run of a boot. `extra` goes before the servers. */
export function syncCommand(
  { program, arguments: given, maxOffset }: SchedulePlan,
  { limited, extra = [] }: { readonly limited: boolean; readonly extra?: readonly string[] },
): readonly string[] {
  const limit = limited && maxOffset !== undefined ? [`--max-offset=${maxOffset}`] : [];
  const missing = extra.filter(option => !given.includes(option));
  return [...program, 'sync', ...limit, ...missing, ...given];
}

/** The command that restores the last known time: for boards without a hardware clock. */
export function floorCommand({ program, arguments: given }: SchedulePlan): readonly string[] {
  return [...program, 'rtc', 'floor', ...given.filter(argument => argument.startsWith('--state='))];
}

/** A period as tsntp reads it: `1h`, `90m`, `100s`. */
export function periodText(every: Seconds): string {
  const [unit, seconds] = (
    [
      ['d', 86_400],
      ['h', 3600],
      ['m', 60],
      ['s', 1],
    ] as const
  ).find(([, one]) => every % one === 0) ?? ['s', 1];
  return `${every / seconds}${unit}`;
}
