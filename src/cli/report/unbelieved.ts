// An outcome → a line for each named server that was not believed, for stderr, so that cron's mail reports a failing
// server while the others still form a majority.

import type { Outcome } from '../../pipeline/outcome.ts';
import { unbelievedServers } from '../../report/unbelieved-servers.ts';
import { ROWS } from './row-selection.ts';

/**
 * A line for each named server without a believed address: its name and the reason. A failed run lists every server. Of
 * many servers, lists the first and counts the others, unless `verbose`.
 */
export function unbelievedLines(outcome: Outcome, verbose: boolean): readonly string[] {
  const lines = unbelievedServers(outcome).map(({ title, reason }) => `${title}: ${reason}`);
  if (verbose || lines.length <= ROWS) return lines;
  return [...lines.slice(0, ROWS), `… and ${lines.length - ROWS} more (-v shows all)`];
}
