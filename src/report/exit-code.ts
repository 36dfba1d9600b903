// An outcome → the exit code of the process. The only place that numbers the exit codes.

import type { DriftOutcome } from '../drift.ts';
import type { FleetOutcome } from '../fleet/fleet-outcome.ts';
import type { FloorOutcome } from '../floor.ts';
import type { Outcome } from '../pipeline/outcome.ts';
import type { RtcOutcome } from '../rtc.ts';
import type { ScheduleOutcome } from '../schedule/schedule-outcome.ts';
import type { Status } from '../status.ts';
import type { WaitOutcome } from '../wait.ts';

/** Each exit code, its meaning, and what to do, for --help, the README and the manual page. */
export const EXIT_CODES: readonly (readonly [code: string, meaning: string, action: string])[] = [
  [
    '0',
    'done: set, within tolerance, or queried; status: synchronized; wait: good; check: all right',
    'go on',
  ],
  ['1', 'a bug in tsntp', 'report it'],
  ['2', 'usage: bad option, bad server, unreadable file', 'fix the command'],
  [
    '3',
    'no suitable server: none answered, none passed the tests, or no majority agrees; status: not synchronized; wait: not good in time; drift: no rate is known; rtc floor: none known; check: a host does not answer, or no reference',
    'retry later',
  ],
  [
    '4',
    "not permitted, or this platform's clock cannot be set; schedule: not put into effect; drift: not remembered",
    'run as root; grant CAP_SYS_TIME',
  ],
  [
    '5',
    'refused: over the panic limit, or over --max-offset; rtc floor: implausible; schedule: a file of another origin; check: a clock is off',
    'a human decides',
  ],
  ['6', 'another time service or another tsntp is running', 'stop it'],
  ['7', 'done, but the result could not be written to stdout (a full disk)', 'make room'],
  ['130, 143', 'interrupted', ''],
];

/** The exit codes of outcomes, which reports contain. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 130 | 143;

export const EXIT_DONE = 0;
export const EXIT_BUG = 1;
export const EXIT_USAGE = 2;
export const EXIT_UNSYNCHRONIZED = 3;
export const EXIT_CLOCK = 4;
export const EXIT_REFUSED = 5;
export const EXIT_BUSY = 6;
/** The exit code of a successful run whose result could not be written. No report contains it. */
export const EXIT_LOST = 7;

/** The members of an outcome that determine the exit code. */
type Ended = Pick<
  Outcome | RtcOutcome | FloorOutcome | DriftOutcome | FleetOutcome | ScheduleOutcome | Status | WaitOutcome,
  'kind'
> & {
  readonly waited?: 'finished' | 'interrupted';
};

/** The exit code of an outcome. After an interruption, 143 if `interruptedBy` is SIGTERM, otherwise 130. */
export function exitCodeOf({ kind, waited }: Ended, interruptedBy: string | undefined): ExitCode {
  switch (kind) {
    case 'queried':
    case 'all-right':
    case 'unchanged':
    case 'would-adjust':
    case 'shown':
    case 'written':
    case 'would-write':
    case 'exported':
    case 'reset':
    case 'would-reset':
    case 'nothing-to-forget':
    case 'imported':
    case 'would-import':
    case 'good':
    case 'above-floor':
    case 'vouched':
    case 'synchronized':
    case 'printed':
    case 'installed':
    case 'would-install':
    case 'removed':
    case 'would-remove':
      return EXIT_DONE;
    case 'adjusted':
      return waited === 'interrupted' ? interrupted(interruptedBy) : EXIT_DONE;
    case 'no-suitable-server':
    case 'no-floor':
    case 'timed-out':
    case 'unsynchronized':
    case 'unknown':
    case 'nothing-known':
    case 'some-unknown':
      return EXIT_UNSYNCHRONIZED;
    case 'no-reference':
      return interruptedBy === undefined ? EXIT_UNSYNCHRONIZED : interrupted(interruptedBy);
    case 'clock-error':
    case 'not-written':
    case 'not-enabled':
    case 'not-remembered':
      return EXIT_CLOCK;
    case 'some-off':
    case 'foreign':
    case 'refused':
    case 'implausible-floor':
      return EXIT_REFUSED;
    case 'busy':
      return EXIT_BUSY;
    case 'interrupted':
      return interrupted(interruptedBy);
    default:
      return kind satisfies never;
  }
}

function interrupted(by: string | undefined): ExitCode {
  return by === 'SIGTERM' ? 143 : 130;
}
