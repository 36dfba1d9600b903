// How `schedule` ends, and the machine as it uses it: interfaces. host/scheduler-host.ts implements the ports.

import type { ScheduledFile, ScheduledLink, SchedulerCommand, SchedulerName } from './plan.ts';

/** What is at the path of a file. */
export type Existing =
  | { readonly kind: 'absent' }
  | { readonly kind: 'file'; readonly text: string }
  /** A link, a folder, or a file that cannot be read. */
  | { readonly kind: 'other' };

/** The files could not be written or removed. Nothing has changed. */
export class SchedulerFileError extends Error {
  override readonly name = 'SchedulerFileError';
}

/** Another program that sets this clock, and the command that stops it for good. */
export interface OtherService {
  readonly name: string;
  readonly stop: string;
}

/** The machine, or the root of an image, as `schedule` uses it. */
export interface SchedulePorts {
  /** The schedulers that this machine may have; all of them for an image. The first one runs it. */
  schedulers(): readonly SchedulerName[];
  /** Whether the files are for an image: then they take effect when it boots. */
  readonly image: boolean;
  /** The minute of the hour, from 1 to 59, that follows from this machine's identity, and whether no other machine has that identity. */
  minute(): Promise<{ readonly minute: number; readonly unique: boolean }>;
  exists(path: string): boolean;
  read(path: string): Existing;
  isLinked(link: ScheduledLink): boolean;
  /** Writes all files and links, or none. Throws `SchedulerFileError`. */
  write(files: readonly ScheduledFile[], links: readonly ScheduledLink[]): void;
  /** Removes those files and links that exist. Throws `SchedulerFileError`. */
  remove(paths: readonly string[], links: readonly ScheduledLink[]): void;
  /** Runs a command; resolves with why it failed. */
  run(command: SchedulerCommand): Promise<string | undefined>;
  otherServices(): Promise<readonly OtherService[]>;
}

/** One file, and how it differs from what is there. */
export interface FileChange {
  readonly path: string;
  /** What the file holds; of a removed one, what it held. */
  readonly text: string;
  readonly change: 'added' | 'changed' | 'removed' | 'unchanged';
  /** The lines that differ, each after `+`, `-` or a space. */
  readonly diff: readonly string[];
}

/** What happened to the files. */
export type ScheduleEnd =
  | {
      readonly kind:
        | 'printed'
        | 'installed'
        | 'would-install'
        | 'removed'
        | 'would-remove'
        /** Everything is there already; or for a removal, nothing is. */
        | 'unchanged';
    }
  /** There is something of that name that tsntp did not write. */
  | { readonly kind: 'foreign'; readonly path: string }
  | { readonly kind: 'not-written'; readonly message: string }
  /** A command of the scheduler failed; the files are as they were. */
  | { readonly kind: 'not-enabled'; readonly message: string };

/** How `schedule` ended. */
export type ScheduleOutcome = ScheduleEnd & {
  readonly action: 'print' | 'install' | 'remove';
  readonly scheduler: SchedulerName;
  readonly image: boolean;
  readonly files: readonly FileChange[];
  readonly warnings: readonly string[];
};
