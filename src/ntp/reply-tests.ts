// The tests that a reply must pass, in the order in which they are made: 1 and 2, B, 5, kiss, 3, 6, 7, A, and the plausible
// years. Numbers are chrony's, which took 1 to 7 from RFC 5905 §9.2 and the packet sanity tests of RFC 4330 §5.
// Each test turns what it looks at into the failure, or into undefined.

import { type AuthenticationFailure, checkUnasked, type ReplyCheck } from './auth/authenticator.ts';
import { readTail } from './extension.ts';
import { type Kiss, kissOf } from './kiss.ts';
import { delayOf, type Timestamps } from './offset.ts';
import { HEADER_LENGTH, LEAP_NOT_SYNCHRONIZED, MODE_SERVER, type Packet, resolutionOf } from './packet.ts';
import type { PlausibleTimes } from './plausible.ts';
import { formatRefid } from './refid.ts';
import { LONGEST_TICK } from './region.ts';
import { inferTick } from './tick.ts';
import {
  difference,
  elapsed,
  formatInstant,
  type NtpTimestamp,
  type Reading,
  type Seconds,
  toUnixTime,
} from './time.ts';

/** MAXSTRAT (RFC 5905 §7.2): a stratum of 16 says "not synchronized". */
export const MAXSTRAT = 16;
/** MAXDISP (RFC 5905 §7.2): a root distance of this or more says nothing about the time. */
const MAXDISP: Seconds = 16;
/** The longest round trip that is worth a sample (chrony's test A), unless a greater root distance is allowed. */
const MAX_DELAY: Seconds = 3;
/** The longest time that a server may keep a request (chrony's test A). */
const MAX_SERVER_INTERVAL: Seconds = 4;
/** How far apart two clocks of one device may be: T2 and T3 may come from different ones. */
const CLOCKS_APART: Seconds = 0.001;
/** How much later than T3 a reference time may be: some servers round it, or set their clock while they answer. */
const REFERENCE_AHEAD: Seconds = 1;
/** How far rounding to 2^-32 s and to nanoseconds may move a difference that is exactly on a limit. */
const ROUNDING: Seconds = 2e-9;
/** The versions of NTP whose replies have the header of RFC 5905. */
const VERSIONS = { from: 1, to: 4 } as const;

/** What was sent, and when. */
export interface Request {
  /** 64 random bits in place of a transmit timestamp: the origin timestamp of the reply must repeat them. */
  readonly nonce: NtpTimestamp;
  readonly sent: Reading;
  /** How the reply must be authenticated; without a check, authentication is neither needed nor accepted. */
  readonly check?: ReplyCheck;
}

/** What a reply is held against. */
export interface Expectation {
  /** Requests that have had no reply yet. */
  readonly outstanding: readonly Request[];
  /** Requests that timed out before a reply came. */
  readonly expired: readonly Request[];
  /** Nonces of requests that have had their one reply. */
  readonly closed: readonly NtpTimestamp[];
  /** The precision of our clock. */
  readonly precision: Seconds;
  /** The largest root distance that is believed: a delay may be up to twice this, and 3 s in any case. */
  readonly maxDistance: Seconds;
  readonly plausible: PlausibleTimes;
}

/** The failed test: its number, and a kind for each way to fail. */
export type FailedTest = {
  readonly test: '1' | '2' | '3' | '5' | '6' | '7' | 'A' | 'B' | 'kiss' | 'plausible';
  /** What was wrong, with its value; safe to print. */
  readonly message: string;
  readonly packet?: Packet;
} & (
  | {
      readonly kind:
        | 'too-short'
        | 'duplicate'
        | 'late'
        | 'bogus-origin'
        | 'wrong-mode'
        | 'wrong-version'
        | 'zero-timestamp'
        | 'malformed-tail'
        | AuthenticationFailure['kind']
        | 'not-synchronized'
        | 'bad-precision'
        | 'root-distance'
        | 'reference-in-future'
        | 'bad-delay'
        | 'bad-server-interval'
        | 'implausible-time';
    }
  | { readonly kind: 'kiss'; readonly kiss: Kiss }
);

/** Tests 1 and 2, of a reply that answers no outstanding request: it is late, a duplicate, or not an answer of ours. */
export function failedOrigin(
  packet: Packet,
  received: Reading,
  { expired, closed }: Expectation,
): FailedTest {
  const late = expired.find(({ nonce }) => nonce === packet.origin);
  if (late) {
    const after = elapsed(received.monotonic, late.sent.monotonic).toFixed(3);
    const message = `a reply came ${after} s after its request, too late`;
    return { kind: 'late', test: '1', message, packet };
  }
  if (closed.includes(packet.origin)) {
    return { kind: 'duplicate', test: '1', message: 'a second reply to the same request', packet };
  }
  const message = packet.origin === 0n ? 'origin timestamp is zero' : 'origin timestamp is not what was sent';
  return { kind: 'bogus-origin', test: '2', message, packet };
}

/** Tests B, 5, kiss and 3: whether the reply is a server's, authentic, and a time at all. */
export function testForm(packet: Packet, request: Request, bytes: Uint8Array): FailedTest | undefined {
  return testAuthenticity(packet, request, bytes) ?? testKiss(packet) ?? testTimestampsPresent(packet);
}

/** Tests 6, 7 and A, and the plausible years: whether the time that was measured can be used. */
export function testFitness(
  packet: Packet,
  times: Timestamps,
  expected: Expectation,
): FailedTest | undefined {
  return (
    testSynchronized(packet) ??
    testRoot(packet) ??
    testReference(packet, times) ??
    testIntervals(packet, times, expected) ??
    testPlausible(packet, times, expected.plausible)
  );
}

/** Tests B and 5: what a packet says counts only after both. */
function testAuthenticity(packet: Packet, request: Request, bytes: Uint8Array): FailedTest | undefined {
  if (packet.mode !== MODE_SERVER) {
    return { kind: 'wrong-mode', test: 'B', message: `mode ${packet.mode}, a server's is 4`, packet };
  }
  if (packet.version < VERSIONS.from || packet.version > VERSIONS.to) {
    const message = `version ${packet.version}, allowed is ${VERSIONS.from} to ${VERSIONS.to}`;
    return { kind: 'wrong-version', test: 'B', message, packet };
  }
  const tail = readTail(bytes);
  if (tail.kind === 'malformed') {
    const message = `${bytes.length - HEADER_LENGTH} bytes after the header are no extension fields`;
    return { kind: 'malformed-tail', test: 'B', message, packet };
  }
  const { check = checkUnasked } = request;
  const failure = check({ bytes, packet, tail });
  return failure && { ...failure, test: '5', packet };
}

function testKiss(packet: Packet): FailedTest | undefined {
  const kiss = kissOf(packet);
  return kiss && { kind: 'kiss', test: 'kiss', kiss, message: `kiss code ${kiss.code}`, packet };
}

function testTimestampsPresent(packet: Packet): FailedTest | undefined {
  if (packet.receive !== 0n && packet.transmit !== 0n) return undefined;
  const which = packet.receive === 0n ? 'receive' : 'transmit';
  return { kind: 'zero-timestamp', test: '3', message: `${which} timestamp is zero`, packet };
}

function testSynchronized(packet: Packet): FailedTest | undefined {
  const { leap, stratum } = packet;
  if (stratum > 0 && stratum < MAXSTRAT && leap !== LEAP_NOT_SYNCHRONIZED) return undefined;
  const says = [`stratum ${stratum}`, `leap ${leap}`, formatRefid(packet.refid, stratum)]
    .filter(part => part !== '')
    .join(', ');
  const message =
    stratum > 0 && stratum < MAXSTRAT
      ? `leap not in sync (${says})`
      : `strata too high (not synchronized yet: ${says})`;
  return { kind: 'not-synchronized', test: '6', message, packet };
}

function testRoot(packet: Packet): FailedTest | undefined {
  if (packet.precision > 0) {
    const message = `precision 2^${packet.precision} s, allowed is up to 2^0`;
    return { kind: 'bad-precision', test: '7', message, packet };
  }
  const distance = packet.rootDelay / 2 + packet.rootDispersion;
  if (distance >= MAXDISP) {
    const message = `root distance ${distance.toFixed(3)} s, allowed is under ${MAXDISP} s`;
    return { kind: 'root-distance', test: '7', message, packet };
  }
  return undefined;
}

function testReference(packet: Packet, { t3 }: Timestamps): FailedTest | undefined {
  if (packet.reference === 0n) return undefined;
  const ahead = difference(toUnixTime(packet.reference, t3), t3);
  if (ahead <= REFERENCE_AHEAD + ROUNDING) return undefined;
  const message = `reference time is ${ahead.toFixed(3)} s after transmit time, allowed is up to ${REFERENCE_AHEAD} s`;
  return { kind: 'reference-in-future', test: '7', message, packet };
}

/**
 * Test A: how long the server kept the request, and δ. Each may be negative by as much as the stamps are uncertain: δ by
 * the longest tick, as one reply does not always show it. A burst does, or its bound grows by what stays unexplained.
 */
function testIntervals(
  packet: Packet,
  times: Timestamps,
  { precision, maxDistance }: Expectation,
): FailedTest | undefined {
  const precisions = precision + resolutionOf(packet);
  const kept = difference(times.t3, times.t2);
  const delay = delayOf(times);
  const before = Math.max(precisions, CLOCKS_APART, kept < 0 ? tickOf(times) : 0);
  if (kept < -(before + ROUNDING) || kept > MAX_SERVER_INTERVAL) {
    const message = `server kept the request ${kept.toFixed(6)} s, allowed is ${(-before).toFixed(3)} to ${MAX_SERVER_INTERVAL} s`;
    return { kind: 'bad-server-interval', test: 'A', message, packet };
  }
  const maxDelay = Math.max(MAX_DELAY, 2 * maxDistance);
  if (delay < -(precisions + LONGEST_TICK) || delay > maxDelay) {
    const message = `delay ${delay.toFixed(6)} s, allowed is ${delay < 0 ? -LONGEST_TICK : 0} to ${maxDelay} s`;
    return { kind: 'bad-delay', test: 'A', message, packet };
  }
  return undefined;
}

/** The tick of the server's clock, as far as the two stamps of one reply reveal it. */
function tickOf({ t1, t2, t3, t4 }: Timestamps): Seconds {
  return Math.max(inferTick([t2], [t1], 0).longest, inferTick([t3], [t4], 0).longest);
}

function testPlausible(
  packet: Packet,
  { t3 }: Timestamps,
  plausible: PlausibleTimes,
): FailedTest | undefined {
  if (plausible.allowAny || (t3 >= plausible.from && t3 <= plausible.until)) return undefined;
  const message = `implausible time ${formatInstant(t3)}, expected ${formatInstant(plausible.from)} or up to 20 years later`;
  return { kind: 'implausible-time', test: 'plausible', message, packet };
}
