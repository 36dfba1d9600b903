// The events of a check → a progress bar on a terminal, once the check takes longer than a second.

import type { CheckEvent } from '../../check.ts';
import { startProgressLine } from './spinner.ts';
import type { Output, Terminal } from './terminal.ts';

/** The width of the bar in characters. */
const BAR = 20;

/** The progress of a check. */
export interface FleetProgress {
  event(event: CheckEvent): void;
  /** Removes the bar. */
  stop(): void;
}

/** Starts the bar on `output`, or none unless `terminal` is interactive. */
export function startFleetProgress(hosts: number, output: Output, terminal: Terminal): FleetProgress {
  let seen: FleetCount = { heard: 0, concluded: 0 };
  const line = startProgressLine(width => fleetProgressText(hosts, seen, width), output, terminal);
  return {
    stop: line.stop,
    event(event) {
      if (event.kind === 'progress') seen = event;
    },
  };
}

/** How many hosts were asked to the end once, and how many of them need not be asked again. */
export interface FleetCount {
  readonly heard: number;
  readonly concluded: number;
}

/** `checking ████░░ 9500 of 10000 hosts`, then how many are asked again, shortened to `width` characters. */
export function fleetProgressText(hosts: number, { heard, concluded }: FleetCount, width: number): string {
  const again = heard >= hosts && concluded < hosts;
  const share = hosts === 0 ? 1 : (again ? concluded : heard) / hosts;
  const done = Math.round(BAR * share);
  const bar = '█'.repeat(done) + '░'.repeat(BAR - done);
  const texts = again
    ? [
        `asking ${hosts - concluded} of ${hosts} hosts again ${bar}`,
        `asking ${hosts - concluded} hosts again`,
      ]
    : [`checking ${hosts} hosts ${bar} ${heard}`, `checking hosts, ${heard} of ${hosts}`];
  return texts.find(({ length }) => length <= width) ?? texts.at(-1)!.slice(0, Math.max(0, width));
}
