// The result of a check → its JSON report, which fleet.schema.json describes, as one object or as a line for each target.
// Durations are numbers of seconds; instants are RFC 3339 strings with nanoseconds. Later releases only add keys.

import type { CheckedTarget, FleetOutcome, OffsetRange, Reference } from '../../fleet/fleet-outcome.ts';
import { formatInstant } from '../../ntp/time.ts';
import { envelopeOf } from '../envelope.ts';
import type { ExitCode } from '../exit-code.ts';
import type {
  FleetReport,
  FleetReportRange,
  FleetReportReference,
  FleetReportTarget,
} from './fleet-report-type.ts';
import type { EarlierFinding, Since } from './fleet-since.ts';
import { totalsOf } from './fleet-words.ts';

/** What a report contains besides the outcome. */
export interface FleetContext {
  readonly exitCode: ExitCode;
  /** Since when the targets are as they are, if an earlier report is known. */
  readonly since?: Since;
  /** What the earlier report says of targets that this check did not reach. */
  readonly unreached?: readonly EarlierFinding[];
}

/** How many targets are written at a time: the report of a long list need not be in memory as a whole. */
const AT_A_TIME = 256;

/** The report as one line of JSON in parts, the last with its line end. */
export function* fleetJson(outcome: FleetOutcome, context: FleetContext): Iterable<string> {
  const text = JSON.stringify(headOf(outcome, context));
  // Within a string, quotation marks have a backslash before them: this occurs once.
  const [before, after] = text.split(NO_TARGETS);
  if (outcome.kind === 'no-reference' || after === undefined) {
    yield `${text}\n`;
    return;
  }
  yield `${before}${NO_TARGETS.slice(0, -1)}`;
  let separator = '';
  for (const lines of targetLines(outcome.targets, context)) {
    yield separator + lines.join(',');
    separator = ',';
  }
  yield `]${after}\n`;
}

/** The report as lines of JSON, in parts: one for each target, then one with everything else. */
export function* fleetNdjson(outcome: FleetOutcome, context: FleetContext): Iterable<string> {
  if (outcome.kind !== 'no-reference')
    for (const lines of targetLines(outcome.targets, context)) yield `${lines.join('\n')}\n`;
  const { targets: _, ...rest } = headOf(outcome, context);
  yield `${JSON.stringify(rest)}\n`;
}

function* targetLines(targets: readonly CheckedTarget[], { since }: FleetContext): Iterable<string[]> {
  for (let i = 0; i < targets.length; i += AT_A_TIME)
    yield targets.slice(i, i + AT_A_TIME).map(target => JSON.stringify(targetContent(target, since)));
}

/** The report as an object. */
export function fleetReportOf(outcome: FleetOutcome, context: FleetContext): FleetReport {
  const head = headOf(outcome, context);
  if (outcome.kind === 'no-reference') return head;
  return { ...head, targets: outcome.targets.map(target => targetContent(target, context.since)) };
}

const NO_TARGETS = '"targets":[]';

/** The report without its targets, but with the place for them. */
function headOf(outcome: FleetOutcome, { exitCode, unreached = [] }: FleetContext): FleetReport {
  const { kind, warnings } = outcome;
  const head = envelopeOf({ command: 'check' as const, exitCode });
  const carried = unreached.length > 0 && { unreached: [...unreached] };
  if (kind === 'no-reference')
    return { ...head, result: kind, message: outcome.reason, ...carried, warnings: [...warnings] };
  const { started, duration, reference, limits, counts, skews } = outcome;
  return {
    ...head,
    result: kind,
    message: totalsOf(outcome),
    started: formatInstant(started),
    duration,
    reference: referenceContent(reference),
    limits: { warning: rangeContent(limits.warning), critical: rangeContent(limits.critical) },
    counts,
    skews: skews.map(({ offset, count, where }) => ({ offset, count, where: [...where] })),
    targets: [],
    ...carried,
    warnings: [...warnings],
  };
}

function referenceContent(reference: Reference): FleetReportReference {
  const { errorBound } = reference;
  switch (reference.kind) {
    case 'servers': {
      const { kind, names, before, after } = reference;
      return { kind, names: [...names], before, after, errorBound };
    }
    case 'local':
      return { kind: reference.kind, errorBound };
    case 'majority':
      return { kind: reference.kind, agreeing: reference.agreeing, offset: reference.offset, errorBound };
    default:
      return reference satisfies never;
  }
}

/** JSON has no infinity: an end that is none is absent. */
function rangeContent({ from, to, inside }: OffsetRange): FleetReportRange {
  return { ...(Number.isFinite(from) && { from }), ...(Number.isFinite(to) && { to }), inside };
}

/** One target of the report. */
export function targetContent(checked: CheckedTarget, since?: Since): FleetReportTarget {
  const { target, verdict, severity, reason, reading } = checked;
  const first = since?.get(checked);
  return {
    host: target.host,
    port: target.port,
    ...(target.user !== undefined && { user: target.user }),
    ...(target.sshPort !== undefined && { sshPort: target.sshPort }),
    ...(target.label !== undefined && { name: target.label }),
    ...(target.group !== undefined && { group: target.group }),
    from: target.from,
    verdict,
    severity,
    ...(reason !== undefined && { reason }),
    ...(first !== undefined && { since: first }),
    ...(reading && readingContent(reading)),
  };
}

function readingContent(reading: NonNullable<CheckedTarget['reading']>): Partial<FleetReportTarget> {
  const {
    via,
    address,
    repliedFrom,
    offset,
    errorBound,
    delay,
    samples,
    stratum,
    leap,
    refid,
    rootDistance,
  } = reading;
  return {
    via,
    address,
    ...(repliedFrom !== undefined && { repliedFrom }),
    offset,
    errorBound,
    delay,
    samples,
    ...(stratum !== undefined && { stratum }),
    ...(leap !== undefined && { leap }),
    ...(refid !== undefined && { refid }),
    ...(rootDistance !== undefined && { rootDistance }),
  };
}
