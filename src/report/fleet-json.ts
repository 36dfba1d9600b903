// The outcome of a check → its JSON report.

import type { FleetOutcome } from '../fleet/fleet-outcome.ts';
import { formatInstant } from '../ntp/time.ts';
import { envelopeText } from './envelope.ts';

/** The report as a line of JSON. Durations are in seconds; an infinite end of a range is null. */
export function fleetText(outcome: FleetOutcome, exitCode: number): string {
  const { kind: result, ...rest } = outcome;
  const started = 'started' in outcome && { started: formatInstant(outcome.started) };
  return envelopeText({ command: 'check', exitCode }, { result, ...rest, ...started });
}
