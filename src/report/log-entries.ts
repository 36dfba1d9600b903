// An outcome → the entries of the system log: ntpdate's words and levels, both times of a step, the reason of a failure,
// and each server that was not believed.
// Sign: a positive offset = our clock was behind; a positive correction moved it forward.

import type { Estimate } from '../ntp/combine.ts';
import { rateOf } from '../ntp/drift/kernel-rate.ts';
import { add, formatInstant, type Seconds } from '../ntp/time.ts';
import type { Findings, Outcome } from '../pipeline/outcome.ts';
import type { LogEntry, LogSeverity } from '../pipeline/system-log.ts';
import { driftNotes, driftWarnings, expectationNotes, isKnown } from './drift-findings.ts';
import { count } from './labels.ts';
import { explanationOf, ntpdateResult, ntpdateServers, systemPeerOf } from './ntpdate-words.ts';
import { formatOffset } from './quantity.ts';
import { unbelievedServers } from './unbelieved-servers.ts';

/** What the log receives of an outcome. */
export interface LogSelection {
  /** Whether each server has an entry: with `query` or -q. */
  readonly listServers: boolean;
  /** Leaves out the result of a run that failed at nothing. */
  readonly quiet: boolean;
  /** Adds what became of the rate of the clock. */
  readonly verbose: boolean;
  /** The most entries about single servers: a pool of thousands may not flood the log. */
  readonly rows: number;
}

/** The entries of a run, in the order in which they are written. */
export function logEntries(outcome: Outcome, selection: LogSelection): readonly LogEntry[] {
  const { listServers, quiet, verbose, rows } = selection;
  const servers = listServers ? ntpdateServers(outcome).map(message => entry('info', message)) : [];
  const warnings = [...outcome.warnings, ...driftWarnings(outcome)];
  const notes = verbose ? [...driftNotes(outcome), ...expectationNotes(outcome)] : [];
  return [
    ...(quiet ? [] : [...limited(servers, rows), ...resultEntries(outcome)]),
    ...limited(unbelievedEntries(outcome), rows),
    ...warnings.map(warning => entry('warning', `warning: ${warning}`)),
    ...notes.map(note => entry('info', note)),
  ];
}

function entry(severity: LogSeverity, message: string): LogEntry {
  return { severity, message };
}

function limited(entries: readonly LogEntry[], rows: number): readonly LogEntry[] {
  if (entries.length <= rows) return entries;
  const rest = entry(entries[0]!.severity, `… and ${count(entries.length - rows, 'more server')}`);
  return [...entries.slice(0, rows), rest];
}

/** The result in ntpdate's words, then what they lack: the times of a step, the reason of a failure. */
function resultEntries(outcome: Outcome): readonly LogEntry[] {
  const severity = severityOf(outcome);
  const fields = fieldsOf(outcome);
  const event = eventOf(outcome);
  const reason = explanationOf(outcome);
  return [
    { severity, message: ntpdateResult(outcome), ...(event && { event }), fields },
    ...timesEntries(outcome),
    ...(reason === undefined ? [] : [{ severity: explainedAs(outcome, severity), message: reason, fields }]),
  ];
}

/** ntpdate reports a correction with LOG_NOTICE, whether it steps or slews, and everything else with LOG_ERR. */
function severityOf({ kind }: Outcome): LogSeverity {
  switch (kind) {
    case 'adjusted':
    case 'queried':
    case 'unchanged':
      return 'notice';
    case 'would-adjust':
      return 'info';
    case 'interrupted':
      return 'warning';
    case 'refused':
    case 'busy':
    case 'clock-error':
    case 'no-suitable-server':
      return 'error';
    default:
      return kind satisfies never;
  }
}

/** An interrupted wait is worse than the correction that it waited for. */
function explainedAs({ kind }: Outcome, severity: LogSeverity): LogSeverity {
  return kind === 'adjusted' ? 'warning' : severity;
}

function eventOf(outcome: Outcome): LogEntry['event'] {
  if (outcome.kind !== 'adjusted' && outcome.kind !== 'unchanged') return undefined;
  if (outcome.kind === 'adjusted' && outcome.decision.kind === 'step') return 'clock-stepped';
  const { setSinceBoot, synchronized } = outcome.clockTrust ?? {};
  return setSinceBoot === false && synchronized === false ? 'first-synchronized' : undefined;
}

/** An entry of its own: log filters expect that ntpdate's line ends with `sec`. */
function timesEntries(outcome: Outcome): readonly LogEntry[] {
  const step = stepOf(outcome);
  if (!step) return [];
  const { size, before, after } = step;
  const message = `the clock was stepped by ${formatOffset(size)}: from ${before} to ${after}`;
  return [{ severity: 'notice', message, fields: { TSNTP_BEFORE: before, TSNTP_AFTER: after } }];
}

function fieldsOf(outcome: Outcome): NonNullable<LogEntry['fields']> {
  const decision = 'decision' in outcome ? outcome.decision : undefined;
  const corrects = decision?.kind === 'step' || decision?.kind === 'slew';
  return {
    TSNTP_RESULT: outcome.kind,
    ...('estimate' in outcome && measurementOf(outcome)),
    ...(corrects && { TSNTP_KIND: decision.kind }),
    ...(corrects && outcome.kind === 'adjusted' && { TSNTP_CORRECTION: nineDecimals(decision.offset) }),
    ...driftFieldsOf(outcome),
    ...timesOf(outcome),
  };
}

function driftFieldsOf({ kind, drift }: Outcome): LogEntry['fields'] {
  if (!drift || kind === 'would-adjust') return undefined;
  const { set, gate, expectedError } = drift;
  return {
    ...(set && { TSNTP_FREQUENCY: rateOf(set).toFixed(6) }),
    ...(gate && { TSNTP_GATE: gate.kind }),
    ...(isKnown(drift) && { TSNTP_EXPECTED_ERROR: nineDecimals(expectedError) }),
  };
}

function measurementOf(outcome: Findings & { readonly estimate: Estimate }): LogEntry['fields'] {
  const { offset, rootDistance } = outcome.estimate;
  return {
    TSNTP_OFFSET: nineDecimals(offset),
    TSNTP_BOUND: nineDecimals(rootDistance),
    TSNTP_SERVER: systemPeerOf(outcome),
  };
}

function timesOf(outcome: Outcome): LogEntry['fields'] {
  const step = stepOf(outcome);
  return step && { TSNTP_BEFORE: step.before, TSNTP_AFTER: step.after, REALTIME: step.microseconds };
}

/** A step that was made: what the clock showed right after it, and would have shown at that moment without it. */
function stepOf(outcome: Outcome) {
  if (outcome.kind !== 'adjusted' || outcome.decision.kind !== 'step') return undefined;
  const { at, decision } = outcome;
  return {
    size: decision.offset,
    before: formatInstant(add(at, -decision.offset)),
    after: formatInstant(at),
    microseconds: String(at / 1000n),
  };
}

function nineDecimals(seconds: Seconds): string {
  return seconds.toFixed(9);
}

function unbelievedEntries(outcome: Outcome): readonly LogEntry[] {
  return unbelievedServers(outcome).map(({ title, reason, verdict }) => ({
    severity: 'warning',
    message: `${title}: ${reason}`,
    fields: { TSNTP_SERVER: title, TSNTP_VERDICT: verdict },
  }));
}
