// The servers' answers → which servers to accept, and our clock's offset: filter, select, cluster, combine (RFC 5905
// §10, §11.2), with a verdict for every source.
// Sign: a positive offset = our clock is behind.

import { NtsError } from '../net/nts/session.ts';
import type { Source } from '../net/survey.ts';
import { clusterSurvivors } from '../ntp/cluster.ts';
import { combineSurvivors, type Estimate } from '../ntp/combine.ts';
import { type Estimator, estimatePeer } from '../ntp/filter.ts';
import type { Interval } from '../ntp/overlap.ts';
import type { Rate } from '../ntp/rate.ts';
import { type Sample, slewAdjusted } from '../ntp/sample.ts';
import { selectTruechimers } from '../ntp/select.ts';
import { elapsed, type MonotonicTime, type Seconds } from '../ntp/time.ts';
import type { LimitsFrom, ServerReport, Unsuitable } from './outcome.ts';
import { type Verdict, verdictWithoutSamples } from './verdict.ts';
import { electorateOf, judgeByTrusted, missingRequired, type Peer, votersAmong } from './voters.ts';

export interface AssessmentRules {
  /** Accept no result from fewer truechimers than this. */
  readonly minServers: number;
  /** Reject servers with a greater root distance than this, in seconds. */
  readonly maxDistance: Seconds;
  readonly limitsFrom?: LimitsFrom;
  readonly estimator: Estimator;
  /** The speed of a slew in progress, in seconds per second; positive = forward. */
  readonly slewRate: number;
  /** What is known about the rate at which true time gains on our clock, apart from the slew; nothing by default. */
  readonly rate?: Rate;
}

export type Assessment = { readonly servers: readonly ServerReport[]; readonly intersection?: Interval } & (
  | { readonly kind: 'agreed'; readonly estimate: Estimate }
  | { readonly kind: 'no-suitable-server'; readonly reason: Unsuitable }
);

/** Judges every source and combines the accepted ones, as of `now`. */
export function assess(sources: readonly Source[], rules: AssessmentRules, now: MonotonicTime): Assessment {
  const judged = sources.map(source => judge(source, rules, now));
  const peers = judged.filter((one): one is Peer => !('verdict' in one));
  const selectable = peers.filter(peer => !peer.source.server.noselect);
  // Servers that any host can impersonate may neither outvote nor replace one that must be authenticated.
  const asked = sources.some(({ server, authentication }) => authentication && !server.noselect);
  const { usable, verdicts } = votersAmong(selectable, asked);
  const report = (): readonly ServerReport[] => judged.map(one => reportOf(one, verdicts));
  if (usable.length === 0) {
    return { kind: 'no-suitable-server', reason: whyNone(judged, selectable), servers: report() };
  }

  const electorate = electorateOf(usable);
  const selection = selectTruechimers(electorate);
  if (selection.kind === 'no-majority') {
    return {
      kind: 'no-suitable-server',
      reason: { kind: 'no-majority', usable: electorate.length },
      servers: report(),
    };
  }
  const { intersection, doubtful } = selection;
  const others = judgeByTrusted(usable, electorate, intersection);
  const truechimers = [...selection.truechimers, ...others.agreeing];
  for (const peer of [...selection.falsetickers, ...others.outside])
    verdicts.set(peer, { kind: 'falseticker' });
  for (const peer of others.agreeing) verdicts.set(peer, { kind: 'outlier' });
  const missing = missingRequired(sources, truechimers);
  if (missing) return { kind: 'no-suitable-server', reason: missing, intersection, servers: report() };
  if (truechimers.length < rules.minServers) {
    const from = rules.limitsFrom?.minServers;
    const wanted = { wanted: rules.minServers, ...(from !== undefined && { from }) };
    const reason = { kind: 'too-few', truechimers: truechimers.length, ...wanted } as const;
    return { kind: 'no-suitable-server', reason, intersection, servers: report() };
  }

  const preferred = (peer: Peer) => peer.source.server.prefer ?? false;
  const { survivors, outliers } = clusterSurvivors(selection.truechimers, preferred, doubtful);
  const estimate = combineSurvivors(survivors, selection);
  for (const peer of outliers) verdicts.set(peer, { kind: 'outlier' });
  for (const [i, peer] of survivors.entries()) {
    verdicts.set(peer, { kind: i === 0 ? 'system-peer' : 'survivor', weight: estimate.weights[i]! });
  }
  return { kind: 'agreed', estimate, intersection, servers: report() };
}

/**
 * Kernels apply a slew in shares of one second: how long a slew may continue before it is reported, or after it is
 * reported as over.
 */
const SLEW_GRAIN: Seconds = 1;

type Judged = Peer | { readonly source: Source; readonly verdict: Verdict };

/**
 * An estimate ages while other servers are awaited (RFC 5905 §11.1). One over the limit is unfit (§11.2), if the server
 * or its path is the reason.
 */
function judge(
  source: Source,
  { estimator, maxDistance, limitsFrom, slewRate, rate }: AssessmentRules,
  now: MonotonicTime,
): Judged {
  const ageOf = ({ received }: Sample) => elapsed(now, received.monotonic);
  const samples = (source.burst?.samples ?? []).map(sample => slewAdjusted(sample, slewRate * ageOf(sample)));
  if (samples.length === 0) return { source, verdict: verdictWithoutSamples(source) };
  const estimate = estimatePeer(samples, { estimator, at: now, ...(rate && { rate }) });
  if ('kind' in estimate) return { source, verdict: estimate };
  const slewed = Math.abs(slewRate) * Math.min(ageOf(samples[0]!), SLEW_GRAIN);
  const claimed = estimate.claimedDistance + slewed;
  if (claimed > maxDistance) {
    const from = limitsFrom?.maxDistance;
    const limit = { limit: maxDistance, ...(from !== undefined && { from }) };
    return { source, verdict: { kind: 'too-far', rootDistance: claimed, ...limit } };
  }
  return { ...estimate, rootDistance: estimate.rootDistance + slewed, source };
}

function reportOf(judged: Judged, verdicts: ReadonlyMap<Peer, Verdict>): ServerReport {
  const { server, address, burst, authentication } = judged.source;
  const asked = {
    server,
    ...(address && { address }),
    ...(burst && { burst }),
    ...(authentication && { authentication }),
  };
  if ('verdict' in judged) return { ...asked, verdict: judged.verdict };
  const verdict = verdicts.get(judged) ?? { kind: server.noselect ? 'noselect' : 'undecided' };
  const { source: _, ...estimate } = judged;
  return { ...asked, estimate, verdict };
}

function whyNone(judged: readonly Judged[], selectable: readonly Peer[]): Unsuitable {
  if (selectable.length > 0 || judged.some(({ source }) => source.error instanceof NtsError)) {
    return { kind: 'none-authenticated' };
  }
  const answered = judged.filter(({ source: { burst } }) => burst !== undefined && burst.answered > 0);
  if (answered.length === 0) return { kind: 'none-answered' };
  return { kind: answered.every(one => !('verdict' in one)) ? 'none-selectable' : 'none-passed' };
}
