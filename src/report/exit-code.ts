// How a run ended → the exit code a script sees. The one place where they are numbered.

import type { Applied } from '../pipeline/apply.ts';
import type { Ending } from '../pipeline/outcome.ts';

/** Exit code, its short meaning, and what a script does about it: for --help, README and man page. */
export const EXIT_CODES: readonly (readonly [code: string, meaning: string, then: string])[] = [
  ['0', 'done: set, within tolerance, or queried', 'go on'],
  ['1', 'a bug in tsntp', 'report it'],
  ['2', 'usage: bad option, bad server, unreadable file', 'fix the command'],
  ['3', 'no suitable server: none answered, none passed the tests, or no majority agrees', 'retry later'],
  ['4', "not permitted, or this platform's clock cannot be set", 'run as root; grant CAP_SYS_TIME'],
  ['5', 'refused: over the panic limit, or over --max-offset', 'a human decides'],
  ['6', 'another time service or another tsntp is running', 'stop it'],
  ['130, 143', 'interrupted', ''],
];

export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 130 | 143;

export const EXIT_BUG = 1;
export const EXIT_USAGE = 2;
export const EXIT_CLOCK = 4;
export const EXIT_BUSY = 6;

/** The exit code of an outcome; `interruptedBy` tells SIGINT (130) from SIGTERM (143). */
export function exitCodeOf(ending: Ending | Applied, interruptedBy: string | undefined): ExitCode {
  switch (ending.kind) {
    case 'queried':
    case 'unchanged':
    case 'would-adjust':
      return 0;
    case 'adjusted':
      return ending.waited === 'interrupted' ? interrupted(interruptedBy) : 0;
    case 'no-suitable-server':
      return 3;
    case 'clock-error':
      return EXIT_CLOCK;
    case 'refused':
      return 5;
    case 'busy':
      return EXIT_BUSY;
    case 'interrupted':
      return interrupted(interruptedBy);
    default:
      return ending satisfies never;
  }
}

function interrupted(by: string | undefined): ExitCode {
  return by === 'SIGTERM' ? 143 : 130;
}
