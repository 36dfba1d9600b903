// The events of a run → a progress line on a terminal, once the run takes longer than a second. Only ora's timer draws
// the line, four times a second: an event only updates counters, so that nothing is written while timestamps are taken.

import type { SyncEvent } from '../../sync.ts';
import { withAsciiSigns } from './ascii-signs.ts';
import { followProgress, type ProgressPlan } from './progress.ts';
import type { Output, Terminal } from './terminal.ts';

/** A progress line. */
export interface Spinner {
  /** Records an event of the run. */
  event(event: SyncEvent): void;
  /** Removes the line. */
  stop(): void;
}

/** A shorter run shows no spinner. */
const SHOWN_AFTER_MS = 1000;
const REDRAW_INTERVAL_MS = 250;
/** The columns of the moving character, the space after it, and the last column, where a terminal may wrap. */
const MARGIN = 3;

/** A spinner that shows nothing: for pipes, files, dumb terminals, and runs with a trace. */
export const noSpinner: Spinner = { event() {}, stop() {} };

/** Starts a spinner on `output`, or none unless `terminal` is interactive. */
export function startSpinner(plan: ProgressPlan, output: Output, terminal: Terminal): Spinner {
  if (!terminal.interactive) return noSpinner;
  const progress = followProgress(plan);
  return { event: progress.event, ...startProgressLine(progress.text, output, terminal) };
}

/**
 * Starts a progress line on `output`, or none unless `terminal` is interactive. `textOf` is asked for its text, of at most
 * `width` characters, each time the line is drawn.
 */
export function startProgressLine(
  textOf: (width: number) => string,
  output: Output,
  { interactive, colors, width = Infinity, blocks }: Terminal,
): Pick<Spinner, 'stop'> {
  if (!interactive) return noSpinner;
  let stopped = false;
  let spinner: import('ora').Ora | undefined;
  const timer = setTimeout(async () => {
    const { default: ora } = await import('ora');
    if (stopped) return;
    const started = ora({
      // ora calls this on each redraw, before it reads the text.
      prefixText: () => {
        const text = textOf(width - MARGIN);
        started.text = blocks ? text : withAsciiSigns(text);
        return '';
      },
      stream: output as NodeJS.WriteStream,
      color: colors > 0 ? 'cyan' : false,
      discardStdin: false,
      interval: REDRAW_INTERVAL_MS,
    });
    spinner = started.start();
  }, SHOWN_AFTER_MS);
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      spinner?.stop();
    },
  };
}
