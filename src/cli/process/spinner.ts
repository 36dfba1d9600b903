// A run's progress on a terminal's stderr, once it takes longer than a second. ora alone redraws it, four times a second:
// an event only counts, so that nothing is written while timestamps are taken.

import type { SyncEvent } from '../../sync.ts';
import { type Course, followProgress } from './progress.ts';
import type { Output, Terminal } from './terminal.ts';

export interface Spinner {
  /** Takes note of what has happened. */
  event(event: SyncEvent): void;
  /** Takes the line away. */
  stop(): void;
}

/** A run that is over by then shows nothing. */
const PATIENCE_MS = 1000;
const REDRAWN_EVERY_MS = 250;
/** What the moving character and the space behind it take, and the last column, where a terminal may wrap. */
const MARGIN = 3;

/** A spinner that does nothing: for pipes, files, dumb terminals, and beside a trace. */
export const noSpinner: Spinner = { event() {}, stop() {} };

/** Shows on `output`, of which `terminal` must say that it is interactive. */
export function startSpinner(course: Course, output: Output, terminal: Terminal): Spinner {
  const { interactive, colors, width = Infinity } = terminal;
  if (!interactive) return noSpinner;
  const progress = followProgress(course);
  let stopped = false;
  let spinner: import('ora').Ora | undefined;
  const timer = setTimeout(async () => {
    const { default: ora } = await import('ora');
    if (stopped) return;
    const started = ora({
      // Asked for by each redrawing, before the text.
      prefixText: () => {
        started.text = progress.text(width - MARGIN);
        return '';
      },
      stream: output as NodeJS.WriteStream,
      color: colors > 0 ? 'cyan' : false,
      discardStdin: false,
      interval: REDRAWN_EVERY_MS,
    });
    spinner = started.start();
  }, PATIENCE_MS);
  return {
    event: progress.event,
    stop() {
      stopped = true;
      clearTimeout(timer);
      spinner?.stop();
    },
  };
}
