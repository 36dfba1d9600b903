// "Asking 4 servers" on a terminal's stderr, once a run takes longer than a second. It is redrawn only when
// something has happened, so that no timer of its own runs while timestamps are taken.

import { slewDuration } from '../../clock/clock.ts';
import type { Seconds } from '../../ntp/time.ts';
import { formatDuration } from '../../report/quantity.ts';
import type { SyncEvent } from '../../sync.ts';
import type { Output, Terminal } from './terminal.ts';

export interface Spinner {
  /** Shows what has happened. */
  event(event: SyncEvent): void;
  /** Takes the line away. */
  stop(): void;
}

/** A run that is over by then shows nothing. */
const PATIENCE_MS = 1000;

/** A spinner that does nothing: for pipes, files, dumb terminals, and beside a trace. */
export const noSpinner: Spinner = { event() {}, stop() {} };

/** Shows on `output`, of which `terminal` must say that it is interactive. */
export function startSpinner(servers: number, output: Output, terminal: Terminal): Spinner {
  if (!terminal.interactive) return noSpinner;
  const progress = { sent: 0, received: 0 };
  let text = '';
  let stopped = false;
  let spinner: import('ora').Ora | undefined;
  const timer = setTimeout(async () => {
    const { default: ora } = await import('ora');
    if (stopped) return;
    spinner = ora({
      text,
      stream: output as NodeJS.WriteStream,
      discardStdin: false,
      interval: 250,
    }).start();
  }, PATIENCE_MS);
  return {
    event(event) {
      if (event.kind === 'transmit') progress.sent += 1;
      if (event.kind === 'receive' && event.result.kind === 'sample') progress.received += 1;
      text =
        event.kind === 'slewing'
          ? slewingText(event.left, event.of)
          : `asking ${servers} ${servers === 1 ? 'server' : 'servers'}: ${progress.received}/${progress.sent} replies`;
      if (spinner) spinner.text = text;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      spinner?.stop();
    },
  };
}

const BAR = 20;

/** How far a slew is, and how long it still takes. */
function slewingText(left: Seconds, of: Seconds): string {
  const done = Math.round(BAR * (1 - left / of));
  const bar = '█'.repeat(done) + '░'.repeat(BAR - done);
  return `slewing ${bar} ${formatDuration(Math.abs(left))} left, ${Math.ceil(slewDuration(left))} s to go`;
}
