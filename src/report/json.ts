// An outcome → one JSON object of version 1, which report.schema.json describes. Durations are numbers of seconds;
// instants are RFC 3339 strings with nanoseconds. Later releases only add keys.

import type { Authentication } from '../net/authentication.ts';
import type { KeyExchange } from '../net/nts/session.ts';
import type { Address } from '../net/transport.ts';
import type { ClockTrust } from '../ntp/clock-trust.ts';
import type { Estimate } from '../ntp/combine.ts';
import type { Decision } from '../ntp/decide.ts';
import { formatRefid } from '../ntp/refid.ts';
import type { Rejection, Sample } from '../ntp/sample.ts';
import { formatInstant } from '../ntp/time.ts';
import type { Competitor, DriftFindings, Outcome, ServerReport } from '../pipeline/outcome.ts';
import { driftWarnings } from './drift-findings.ts';
import { explainDriftGate } from './drift-gate.ts';
import { envelopeOf } from './envelope.ts';
import type { ExitCode } from './exit-code.ts';
import { authenticationOf, packetOf, tallyOf } from './labels.ts';
import { reasonOf } from './reason.ts';
import type {
  Report,
  ReportAuthentication,
  ReportDecision,
  ReportRejection,
  ReportSample,
  ReportServer,
} from './report-type.ts';
import { summaryOf } from './summary.ts';

/** What a report contains besides the outcome. */
export interface JsonContext {
  readonly command: 'sync' | 'query';
  readonly exitCode: ExitCode;
  /** The file or variable that names the servers; absent if the command line does. */
  readonly serversFrom?: string;
}

/** The report as one line of JSON, with its line end. */
export function jsonText(outcome: Outcome, context: JsonContext): string {
  return `${JSON.stringify(reportOf(outcome, context))}\n`;
}

/** The report as an object. */
export function reportOf(outcome: Outcome, context: JsonContext): Report {
  const { command, exitCode } = context;
  return {
    ...envelopeOf({ command, exitCode }),
    result: outcome.kind,
    message: summaryOf(outcome),
    started: formatInstant(outcome.started),
    finished: formatInstant(outcome.finished),
    ...('estimate' in outcome && estimateOf(outcome.estimate)),
    ...(outcome.intersection && { intersection: outcome.intersection }),
    ...('decision' in outcome && { decision: decisionOf(outcome.decision) }),
    ...(outcome.clockTrust && { clockTrust: clockTrustOf(outcome.clockTrust) }),
    ...(outcome.kind === 'adjusted' && {
      done: {
        kind: outcome.decision.kind,
        offset: outcome.decision.offset,
        at: formatInstant(outcome.at),
        ...(outcome.slew && { slewLeft: outcome.slew.remaining() }),
        ...(outcome.waited && { waited: outcome.waited }),
      },
    }),
    ...(outcome.drift && { drift: driftOf(outcome.drift) }),
    ...('rtc' in outcome && { rtc: outcome.rtc }),
    ...('rtcWritten' in outcome && { rtcWritten: outcome.rtcWritten }),
    ...(outcome.kind === 'no-suitable-server' && { reason: outcome.reason.kind }),
    ...(outcome.kind === 'clock-error' && {
      error: { kind: outcome.error.kind, message: outcome.error.message },
    }),
    ...(outcome.kind === 'busy' && { competitors: outcome.competitors.map(competitorOf) }),
    ...(context.serversFrom !== undefined && { serversFrom: context.serversFrom }),
    servers: outcome.servers.map(report => serverOf(report, outcome)),
    warnings: [...outcome.warnings, ...driftWarnings(outcome)],
  };
}

function estimateOf({
  offset,
  jitter,
  rootDistance,
}: Estimate): Pick<Report, 'offset' | 'errorBound' | 'jitter'> {
  return { offset, errorBound: rootDistance, jitter };
}

function decisionOf(decision: Decision): ReportDecision {
  switch (decision.kind) {
    case 'none':
      return { kind: 'none' };
    case 'slew':
    case 'step':
      return { kind: decision.kind, offset: decision.offset };
    case 'refuse':
      return { kind: 'refuse', offset: decision.offset, limit: decision.limit, by: decision.by };
    default:
      return decision satisfies never;
  }
}

function clockTrustOf({
  setSinceBoot,
  synchronized,
  beforeRelease,
  sum,
  witness,
}: ClockTrust): NonNullable<Report['clockTrust']> {
  return { setSinceBoot, synchronized, beforeRelease, sum, ...(witness && { witness }) };
}

function driftOf(findings: DriftFindings): NonNullable<Report['drift']> {
  const { frequency, sigma, wander, runs, gate, expectedError, set } = findings;
  return {
    ...{ frequency, sigma, wander, runs },
    ...(gate && { gate: gate.kind, reason: explainDriftGate(gate) }),
    expectedError,
    ...(set && { set: { frequency: set.frequency, tick: set.tick } }),
  };
}

function competitorOf(competitor: Competitor): NonNullable<Report['competitors']>[number] {
  const pid = competitor.pid === undefined ? {} : { pid: competitor.pid };
  return competitor.kind === 'tsntp'
    ? { name: 'tsntp', ...pid }
    : { name: competitor.name, ...pid, stop: competitor.stop };
}

function serverOf(report: ServerReport, outcome: Outcome): ReportServer {
  const { server, address, burst, estimate, authentication, verdict } = report;
  const packet = packetOf(report);
  const reason = reasonOf(report, outcome);
  return {
    name: server.host,
    ...(address ? addressOf(address) : { port: server.port }),
    from: server.from,
    verdict: verdict.kind,
    tally: tallyOf(verdict),
    ...('weight' in verdict && { weight: verdict.weight }),
    ...(reason !== '' && { reason }),
    authenticated: authenticationOf(report) !== '',
    ...(authentication && { authentication: authenticationReportOf(authentication) }),
    ...(packet && {
      version: packet.version,
      leap: packet.leap,
      stratum: packet.stratum,
      refid: formatRefid(packet.refid, packet.stratum),
      precision: packet.precision,
    }),
    ...(estimate && {
      offset: estimate.offset,
      delay: estimate.delay,
      dispersion: estimate.dispersion,
      jitter: estimate.jitter,
      rootDelay: estimate.rootDelay,
      rootDispersion: estimate.rootDispersion,
      rootDistance: estimate.rootDistance,
    }),
    sent: burst?.sent ?? 0,
    answered: burst?.answered ?? 0,
    rejected: burst?.rejected ?? 0,
    samples: (burst?.samples ?? []).map(sampleOf),
    rejections: (burst?.rejections ?? []).map(rejectionOf),
  };
}

function addressOf({ address, port, family }: Address): Pick<ReportServer, 'address' | 'port' | 'family'> {
  return { address, port, family };
}

/** The configured authentication of a server. */
function authenticationReportOf(authentication: Authentication): ReportAuthentication {
  if (authentication.kind === 'key') {
    return { method: 'key', keyId: authentication.id, keyType: authentication.type };
  }
  const { exchange } = authentication;
  return { method: 'nts', ...(exchange && { keyExchange: exchangeOf(exchange) }) };
}

function exchangeOf({
  address,
  duration,
  certificate,
  session,
}: KeyExchange): NonNullable<ReportAuthentication['keyExchange']> {
  return { address, duration, cookies: session.cookies.length, certificate };
}

function sampleOf({ t1, t2, t3, t4, offset, delay, dispersion }: Sample): ReportSample {
  return {
    t1: formatInstant(t1),
    t2: formatInstant(t2),
    t3: formatInstant(t3),
    t4: formatInstant(t4),
    offset,
    delay,
    dispersion,
  };
}

function rejectionOf({ test, kind, message, measured }: Rejection): ReportRejection {
  return { test, kind, message, ...(measured && { offset: measured.offset, delay: measured.delay }) };
}
