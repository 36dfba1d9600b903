// What may stand on a command line, for the properties of the formats: anything but control characters.

import fc from 'fast-check';
import type { SchedulePlan } from '../../src/schedule/plan.ts';

/** One word: often with characters that some format gives a meaning to. */
export const word: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'%$"\'`;&|<>(){}[]*?~#!^=- \u00e9\u6642'),
      fc.stringMatching(/^[a-z0-9./:]$/),
      fc.constantFrom('%n', '%%', '$HOME', '$(x)', '&amp;', ']]>', '--', '\\', '\\"', '\\\\'),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map(parts => parts.join(''));

/** A plan whose command has these words at its end. */
export function planWith(words: readonly string[], more: Partial<SchedulePlan> = {}): SchedulePlan {
  return { every: 3600, minute: 23, program: ['/usr/bin/node', '/opt/tsntp.js'], arguments: words, ...more };
}

/** The words before those of the plan. */
export const LEADING: readonly string[] = ['/usr/bin/node', '/opt/tsntp.js', 'sync'];
