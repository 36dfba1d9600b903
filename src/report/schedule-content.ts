// The outcome of `schedule` → the files as they are printed, the changes of an installation, one sentence, and the content of
// the JSON report.

import type { FileChange, ScheduleOutcome } from '../schedule/schedule-outcome.ts';
import { SCHEDULERS } from '../schedule.ts';

/** The files, each under a comment with its path. */
export function printedFiles(files: readonly FileChange[]): string {
  return files.map(({ path, text }) => `${heading(path)}\n${text.replaceAll('\r\n', '\n')}`).join('\n');
}

/** In the comment of the file's own format. */
function heading(path: string): string {
  return /\.(xml|plist)$/.test(path) ? `<!-- ${path} -->` : `# ${path}`;
}

/** The changes, as `diff -u` shows them; unchanged files are left out. */
export function changedFiles(files: readonly FileChange[]): string {
  return files
    .filter(({ change }) => change !== 'unchanged')
    .map(({ path, change, diff }) => {
      const before = change === 'added' ? '/dev/null' : path;
      const after = change === 'removed' ? '/dev/null' : path;
      return [`--- ${before}`, `+++ ${after}`, ...diff].map(line => `${line}\n`).join('');
    })
    .join('');
}

/** What happened, and what to do next; undefined for printed files, which speak for themselves. */
export function explainSchedule(outcome: ScheduleOutcome): string | undefined {
  const { scheduler, image, action } = outcome;
  const where = image ? `${scheduler}, in the image` : scheduler;
  switch (outcome.kind) {
    case 'printed':
      return undefined;
    case 'unchanged':
      return action === 'remove'
        ? `unchanged: there is no scheduled run (${where})`
        : `unchanged: the scheduled run is installed (${where})`;
    case 'would-install':
      return `would be installed (${where}); nothing was written`;
    case 'would-remove':
      return `would be removed (${where}); nothing was changed`;
    case 'installed':
      return `installed (${where})${advice(outcome)}`;
    case 'removed':
      return `removed (${where})`;
    case 'foreign':
      return `${outcome.path} was not written by tsntp, and is left alone: remove or rename it, then try again`;
    case 'not-written':
      return outcome.message;
    case 'not-enabled':
      return `${outcome.message}\nnothing was changed`;
    default:
      return outcome satisfies never;
  }
}

function advice({ scheduler, image }: ScheduleOutcome): string {
  if (scheduler !== 'systemd' || image) return '';
  return '\nTo let what is ordered after time-sync.target wait for a right clock: systemctl enable tsntp-wait.service';
}

/** The content of the JSON report. Later releases only add keys. */
export function scheduleContent(outcome: ScheduleOutcome): object {
  const { kind, scheduler, files, warnings } = outcome;
  const message = explainSchedule(outcome);
  return {
    result: kind,
    scheduler,
    ...(message !== undefined && { message }),
    files: files.map(({ path, change, text }) => ({ path, change, text })),
    commands: outcome.image ? [] : commandsOf(outcome),
    warnings,
  };
}

/** The commands that put the files into effect, or take them out of it. */
function commandsOf({ scheduler, action }: ScheduleOutcome): readonly (readonly string[])[] {
  const { links, optionalLinks, enable, disable, forget } = SCHEDULERS[scheduler];
  return action === 'remove' ? [...disable([...links, ...optionalLinks]), ...forget] : enable(links);
}
