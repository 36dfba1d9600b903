// A status as the content of its JSON report. Keys are only ever added.

import { formatInstant } from '../ntp/time.ts';
import type { Status } from '../status.ts';

/** Durations are seconds, instants RFC 3339; what the platform does not tell is absent. */
export function statusContent({ kind, now, kernel, ...known }: Status): object {
  return { result: kind, now: formatInstant(now), ...known, ...kernel };
}
