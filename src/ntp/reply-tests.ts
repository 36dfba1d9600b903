// The tests that a reply must pass, in order: 1 and 2, B, 5, kiss, 3, 6, 7, A, and the plausible years. The numbers are
// chrony's; it took 1 to 7 from RFC 5905 §9.2 and the packet sanity tests of RFC 4330 §5. Each test returns the
// failure, or undefined.

import { type AuthenticationFailure, checkUnauthenticated, type ReplyCheck } from './auth/authenticator.ts';
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

/** MAXSTRAT (RFC 5905 §7.2): stratum 16 means "not synchronized". */
export const MAXSTRAT = 16;
/** MAXDISP (RFC 5905 §7.2): at or above this root distance, a reply carries no information about the time. */
const MAXDISP: Seconds = 16;
/** The longest usable round trip (chrony's test A), unless a greater root distance is allowed. */
const MAX_DELAY: Seconds = 3;
/** The longest time a server may take to answer (chrony's test A). */
const MAX_SERVER_INTERVAL: Seconds = 4;
/** The largest difference between two clocks of one device: T2 and T3 may come from different clocks. */
const CLOCKS_APART: Seconds = 0.001;
/** How much later than T3 a reference time may be: some servers round it, or set their clock while they answer. */
const REFERENCE_AHEAD: Seconds = 1;
/** How far rounding to 2^-32 s and to nanoseconds can move a difference that is exactly at a limit. */
const ROUNDING: Seconds = 2e-9;
/** The NTP versions whose replies have the header of RFC 5905. */
const VERSIONS = { from: 1, to: 4 } as const;

/** A request and the time it was sent. */
export interface Request {
  /** 64 random bits in place of a transmit timestamp; the reply's origin timestamp must repeat them. */
  readonly nonce: NtpTimestamp;
  readonly sent: Reading;
  /** Checks the reply's authentication. Without a check, authentication is neither required nor accepted. */
  readonly check?: ReplyCheck;
}

/** What a reply is tested against. */
export interface Expectation {
  /** Requests without a reply so far. */
  readonly outstanding: readonly Request[];
  /** Requests that timed out. */
  readonly expired: readonly Request[];
  /** Nonces of requests that were already answered. */
  readonly closed: readonly NtpTimestamp[];
  /** The precision of our clock. */
  readonly precision: Seconds;
  /** The largest acceptable root distance. A delay may be up to twice this, and always up to 3 s. */
  readonly maxDistance: Seconds;
  readonly plausible: PlausibleTimes;
}

/** A failed test: its number, and a kind for each way to fail. */
export type FailedTest = {
  readonly test: '1' | '2' | '3' | '5' | '6' | '7' | 'A' | 'B' | 'kiss' | 'plausible';
  /** What was wrong, including the value; safe to print. */
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

/** Tests 1 and 2, for a reply that matches no outstanding request: it is late, a duplicate, or bogus. */
export function failedOrigin(
  packet: Packet,
  received: Reading,
  { expired, closed }: Expectation,
): FailedTest {
  const late = expired.find(({ nonce }) => nonce === packet.origin);
  if (late) {
    const after = elapsed(received.monotonic, late.sent.monotonic).toFixed(3);
    const message = `a reply arrived ${after} s after its request, too late`;
    return { kind: 'late', test: '1', message, packet };
  }
  if (closed.includes(packet.origin)) {
    return { kind: 'duplicate', test: '1', message: 'a second reply to the same request', packet };
  }
  const message =
    packet.origin === 0n ? 'origin timestamp is zero' : 'origin timestamp does not match the request';
  return { kind: 'bogus-origin', test: '2', message, packet };
}

/** Tests B, 5, kiss, and 3: the packet is a server's reply, is authentic, and contains a time. */
export function testForm(packet: Packet, request: Request, bytes: Uint8Array): FailedTest | undefined {
  return testAuthenticity(packet, request, bytes) ?? testKiss(packet) ?? testTimestampsPresent(packet);
}

/** Tests 6, 7, and A, and the plausible years: the measured time is usable. */
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

/** Tests B and 5. No content of the packet is used before both pass. */
function testAuthenticity(packet: Packet, request: Request, bytes: Uint8Array): FailedTest | undefined {
  if (packet.mode !== MODE_SERVER) {
    return { kind: 'wrong-mode', test: 'B', message: `mode ${packet.mode}, a server must use 4`, packet };
  }
  if (packet.version < VERSIONS.from || packet.version > VERSIONS.to) {
    const message = `version ${packet.version}, allowed is ${VERSIONS.from} to ${VERSIONS.to}`;
    return { kind: 'wrong-version', test: 'B', message, packet };
  }
  const tail = readTail(bytes);
  if (tail.kind === 'malformed') {
    const message = `${bytes.length - HEADER_LENGTH} bytes after the header are not valid extension fields`;
    return { kind: 'malformed-tail', test: 'B', message, packet };
  }
  const { check = checkUnauthenticated } = request;
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
 * Test A: how long the server took to answer, and δ. Each may be negative within the uncertainty of the timestamps. For
 * δ that is the longest tick, which one reply does not always reveal; a burst reveals it, or widens its bound by the
 * unexplained rest.
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
    const message = `server took ${kept.toFixed(6)} s to answer, allowed is ${(-before).toFixed(3)} to ${MAX_SERVER_INTERVAL} s`;
    return { kind: 'bad-server-interval', test: 'A', message, packet };
  }
  const maxDelay = Math.max(MAX_DELAY, 2 * maxDistance);
  if (delay < -(precisions + LONGEST_TICK) || delay > maxDelay) {
    const message = `delay ${delay.toFixed(6)} s, allowed is ${delay < 0 ? -LONGEST_TICK : 0} to ${maxDelay} s`;
    return { kind: 'bad-delay', test: 'A', message, packet };
  }
  return undefined;
}

/** The tick of the server's clock, as far as the two timestamps of one reply reveal it. */
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
