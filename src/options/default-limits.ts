// The option table → the limits of a check that gives none.

import type { Limits } from '../fleet/fleet-outcome.ts';
import { readOffsetRange } from './offset-range.ts';
import { OPTIONS } from './option-table.ts';

/** The default limits of a check. */
export function defaultLimits(): Limits {
  return {
    warning: readOffsetRange(OPTIONS.warn.default)!,
    critical: readOffsetRange(OPTIONS.critical.default)!,
  };
}
