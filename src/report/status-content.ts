// A status → the content of its JSON report. Later releases only add keys.

import { formatInstant } from '../ntp/time.ts';
import type { Status } from '../status.ts';
import { driftStateContent } from './drift-content.ts';

/** The content of the JSON report. Durations are in seconds, instants in RFC 3339. Unknown values are absent. */
export function statusContent({ kind, now, kernel, drift, ...known }: Status): object {
  return { result: kind, now: formatInstant(now), ...known, drift: driftStateContent(drift), ...kernel };
}
