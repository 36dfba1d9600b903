// The outcome of a check and a format → the text of the report and the exit code.

import type { Checked, FleetOutcome } from '../../fleet/fleet-outcome.ts';
import type { CheckFormat } from '../../options/parsed.ts';
import type { ExitCode } from '../../report/exit-code.ts';
import { fleetJson, fleetNdjson } from '../../report/fleet/fleet-content.ts';
import type { EarlierFinding, Since } from '../../report/fleet/fleet-since.ts';
import type { Terminal } from '../process/terminal.ts';

/** What a report of a check contains besides the outcome, and how to show it. */
export interface FleetFormatContext {
  readonly exitCode: ExitCode;
  readonly terminal: Pick<Terminal, 'colors' | 'width'>;
  /** Whether a table lists every clock. */
  readonly all: boolean;
  /** Since when the targets are as they are, if an earlier report is known. */
  readonly since?: Since;
  /** What the earlier report says of targets that this check did not reach. */
  readonly unreached?: readonly EarlierFinding[];
}

/** A report, absent if the format has nothing to say of this outcome, and the exit code of the process. */
export interface FleetText {
  /** In parts, so that a long one need not be in memory as a whole; never a bare string, whose parts are its characters. */
  readonly parts?: Iterable<string>;
  readonly exitCode: ExitCode;
}

type FleetWriter = (
  checked: Checked,
  context: FleetFormatContext,
) => Iterable<string> | Promise<readonly string[]>;

const WRITERS: Readonly<Record<Exclude<CheckFormat, 'plugin'>, FleetWriter>> = {
  json: fleetJson,
  ndjson: fleetNdjson,
  async table(checked, context) {
    const { fleetTable } = await import('./fleet-table.ts');
    return [fleetTable(checked, context)];
  },
  async csv(checked, { since }) {
    const { fleetCsv } = await import('../../report/fleet/fleet-csv.ts');
    return [fleetCsv(checked, since)];
  },
  async prometheus(checked) {
    const { fleetPrometheus } = await import('../../report/fleet/fleet-prometheus.ts');
    return [fleetPrometheus(checked)];
  },
  async html(checked, { since }) {
    const { fleetPage } = await import('../../report/fleet/page/fleet-page.ts');
    return [fleetPage(checked, since)];
  },
};

/** Writes the report. Only the format of monitoring plugins has exit codes of its own. */
export async function fleetFormat(
  format: CheckFormat,
  outcome: FleetOutcome,
  context: FleetFormatContext,
): Promise<FleetText> {
  if (format === 'plugin') {
    const { pluginExitCode, pluginText } = await import('../../report/fleet/fleet-plugin.ts');
    return { parts: [pluginText(outcome)], exitCode: pluginExitCode(outcome) };
  }
  const { exitCode } = context;
  if (outcome.kind !== 'no-reference') return { parts: await WRITERS[format](outcome, context), exitCode };
  if (format === 'json' || format === 'ndjson') return { parts: fleetJson(outcome, context), exitCode };
  // The values of the last check would pass for those of this one.
  return format === 'prometheus' ? { parts: [''], exitCode } : { exitCode };
}
