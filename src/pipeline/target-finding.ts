// The replies of one target → its reading by this machine's clock, or why there is none.
// Sign: a positive offset = the target's clock is ahead of this machine's.

import type { OwnReading, Unread } from '../fleet/target-reading.ts';
import type { Swept } from '../net/asked-host.ts';
import type { Burst } from '../net/burst.ts';
import type { Address } from '../net/transport.ts';
import { estimatePeer } from '../ntp/filter.ts';
import { delayOf } from '../ntp/offset.ts';
import { resolutionOf } from '../ntp/packet.ts';
import { formatRefid } from '../ntp/refid.ts';
import { LONGEST_TICK } from '../ntp/region.ts';
import { type Rejection, type Sample, slewAdjusted } from '../ntp/sample.ts';
import { inferTick, mayBeCoarse } from '../ntp/tick.ts';
import { difference, elapsed, type Reading, type Seconds, type UnixTime } from '../ntp/time.ts';

/** What is known of one target so far. */
export interface TargetFinding {
  /** The address that was asked; absent if its name has none. */
  readonly address?: Address;
  readonly repliedFrom?: string;
  /** In the order of their arrival. */
  readonly samples: readonly Sample[];
  /** Why there are none. */
  readonly unread?: Unread;
  readonly frozen?: true;
}

/** Failed tests of replies that show a clock all the same: one that is not synchronized, or that is far off. */
const MEASURED_ALL_THE_SAME: ReadonlySet<Rejection['kind']> = new Set([
  'not-synchronized',
  'root-distance',
  'reference-in-future',
  'bad-precision',
  'implausible-time',
]);
/** The longest time between T2 and T3 of a usable reply (chrony's test A). */
const MAX_SERVER_INTERVAL: Seconds = 4;
/** A jump of the clock against the monotonic one, in seconds; larger than the effect of reading one after the other. */
const STEP_NOTICED: Seconds = 0.001;

/** What a target's first answer says. */
export function findingOf(swept: Swept): TargetFinding {
  const { address } = swept;
  switch (swept.kind) {
    case 'answered': {
      const { result, repliedFrom } = swept;
      const elsewhere = repliedFrom !== undefined && { repliedFrom };
      const sample = sampleIn(result);
      if (sample) return { address, ...elsewhere, samples: [sample] };
      return { address, ...elsewhere, samples: [], unread: unreadOf(result as Rejection) };
    }
    case 'silent':
      return { address, samples: [], unread: { kind: 'no-answer' } };
    case 'unreachable':
      return { samples: [], unread: { kind: 'no-answer', reason: swept.error.message } };
    default:
      return swept satisfies never;
  }
}

/** A finding with the replies of a burst. Failures count only if nothing is known yet. */
export function findingAfter(finding: TargetFinding, burst: Burst): TargetFinding {
  const measured = burst.rejections.flatMap(rejection => sampleIn(rejection) ?? []);
  const added = [...burst.samples, ...measured].toSorted((a, b) =>
    Number(a.received.monotonic - b.received.monotonic),
  );
  const { unread, ...rest } = finding;
  const samples = [...finding.samples, ...added];
  if (samples.length > 0) return { ...rest, samples };
  const [rejection] = burst.rejections;
  if (rejection) return { ...rest, samples, unread: unreadOf(rejection) };
  if (burst.error?.kind === 'connection-refused')
    return { ...rest, samples, unread: { kind: 'refused', reason: 'no NTP server listens there' } };
  return finding;
}

/**
 * The reading, on a clock that runs on from `anchor` without steps: a step of this machine's clock during the check drops
 * out.
 */
export function readingOf(finding: TargetFinding, anchor: Reading): OwnReading | Unread {
  const { address, repliedFrom, samples, unread, frozen } = finding;
  const last = samples.at(-1);
  if (!last || !address) return unread ?? { kind: 'no-answer' };
  const measured = measuredBy(frozen ? samples.slice(0, 1) : samples, anchor);
  if ('kind' in measured) return measured;
  const { stratum, leap, refid, rootDelay, rootDispersion } = last.packet;
  return {
    kind: 'read',
    via: 'ntp',
    address: address.address,
    ...(repliedFrom !== undefined && { repliedFrom }),
    ...measured,
    samples: samples.length,
    stratum,
    leap,
    refid: formatRefid(refid, stratum),
    rootDistance: rootDelay / 2 + rootDispersion,
    at: last.received.monotonic,
    ...(frozen && { frozen }),
  };
}

type Measured = Pick<OwnReading, 'offset' | 'errorBound' | 'delay'>;

function measuredBy(samples: readonly Sample[], anchor: Reading): Measured | Unread {
  const anchored = samples.map(sample => onAnchoredClock(sample, anchor));
  const [only] = anchored;
  if (anchored.length === 1) return { offset: only!.offset, errorBound: boundOf(only!), delay: only!.delay };
  const estimate = estimatePeer(anchored);
  if ('kind' in estimate) {
    const reason = `its replies contradict each other by ${estimate.by.toFixed(3)} s: was its clock set meanwhile?`;
    return { kind: 'unusable', reason };
  }
  const { offset, delay, rootDistance, rootDelay, rootDispersion } = estimate;
  return { offset, delay, errorBound: rootDistance - rootDelay / 2 - rootDispersion };
}

/** The true offset is within this of the sample's: half of the round trip, the precisions, and the tick of the target's clock. */
function boundOf(sample: Sample): Seconds {
  const { t1, t2, t3, t4, delay, dispersion, packet } = sample;
  const longest = Math.max(tickOf(t2, t1), tickOf(t3, t4));
  const coarse = Math.max(0, longest - resolutionOf(packet));
  return delay / 2 + dispersion + coarse + Math.max(0, -delayOf(sample));
}

function tickOf(stamp: UnixTime, ours: UnixTime): Seconds {
  return mayBeCoarse(stamp) ? inferTick([stamp], [ours], 0).longest : 0;
}

function onAnchoredClock(sample: Sample, anchor: Reading): Sample {
  const { time, monotonic } = sample.received;
  const stepped = difference(time, anchor.time) - elapsed(monotonic, anchor.monotonic);
  return Math.abs(stepped) > STEP_NOTICED ? slewAdjusted(sample, -stepped) : sample;
}

function sampleIn(result: Sample | Rejection): Sample | undefined {
  const sample = result.kind === 'sample' ? result : result.measured;
  if (!sample || (result.kind !== 'sample' && !MEASURED_ALL_THE_SAME.has(result.kind))) return undefined;
  const kept = difference(sample.t3, sample.t2);
  const consistent = Math.abs(kept) <= MAX_SERVER_INTERVAL && delayOf(sample) > -LONGEST_TICK;
  return consistent ? sample : undefined;
}

function unreadOf(rejection: Rejection): Unread {
  if (rejection.kind === 'kiss') return { kind: 'rate-limited', reason: `kiss code ${rejection.kiss.code}` };
  return { kind: 'unusable', reason: `its reply cannot be used: ${rejection.message}` };
}
