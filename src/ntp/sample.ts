// One reply, tested and turned into a sample: T1..T4 → offset, delay, dispersion (RFC 5905 §8), or into a
// Rejection that names the test that failed. Tests are numbered as in chrony, which took 1 to 7 from
// RFC 5905 §9.2 and the packet sanity tests of RFC 4330 §5.
// Sign: a positive offset = the server is ahead = add it to our clock.

import { type AuthenticationFailure, checkUnasked, type ReplyCheck } from './auth/authenticator.ts';
import { readTail } from './extension.ts';
import {
  decodePacket,
  HEADER_LENGTH,
  LEAP_NOT_SYNCHRONISED,
  MODE_SERVER,
  type Packet,
  resolutionOf,
} from './packet.ts';
import { formatRefid, type Kiss, kissOf } from './refid.ts';
import { inferTick } from './tick.ts';
import {
  add,
  difference,
  elapsed,
  formatInstant,
  type NtpTimestamp,
  type Reading,
  type Seconds,
  toUnixTime,
  type UnixTime,
} from './time.ts';

/** PHI, the largest rate at which a clock is taken to wander (RFC 5905 §7.2). */
export const PHI = 15e-6;
/** MAXSTRAT (RFC 5905 §7.2): a stratum of 16 says "not synchronised". */
export const MAXSTRAT = 16;
/** MAXDISP (RFC 5905 §7.2): no clock is known worse than this. */
export const MAXDISP: Seconds = 16;
/** Longest round trip that is worth a sample (chrony's test A), unless a greater root distance is allowed. */
const MAX_DELAY: Seconds = 3;
/** Longest time a server may keep a request (chrony's test A). */
const MAX_SERVER_INTERVAL: Seconds = 4;
/** T2 and T3 may come from two clocks of one device, so far apart. */
const CLOCKS_APART: Seconds = 0.001;
/** A reference time may be so much later than T3: servers round it, or set their clock while they answer. */
const REFERENCE_AHEAD: Seconds = 1;
/** What rounding to 2^-32 s and to nanoseconds may make of a difference that is right on a limit. */
const ROUNDING: Seconds = 2e-9;
/** The versions of NTP whose replies have the header of RFC 5905. */
const VERSIONS = { from: 1, to: 4 } as const;

/** What was sent, and when. */
export interface Request {
  /** 64 random bits in the place of a transmit timestamp: what the reply's origin must repeat. */
  readonly nonce: NtpTimestamp;
  readonly sent: Reading;
  /** What authentication the reply must have; without it, none is needed, and none is taken. */
  readonly check?: ReplyCheck;
}

/** One exchange that passed every test. */
export interface Sample {
  readonly kind: 'sample';
  readonly t1: UnixTime;
  readonly t2: UnixTime;
  readonly t3: UnixTime;
  readonly t4: UnixTime;
  /** θ = ((T2−T1) + (T3−T4)) / 2 */
  readonly offset: Seconds;
  /** δ = (T4−T1) − (T3−T2), at least our precision. */
  readonly delay: Seconds;
  /** ε = both precisions + PHI·(T4−T1) */
  readonly dispersion: Seconds;
  readonly packet: Packet;
  readonly received: Reading;
}

/** The failed test: its number, and a kind for each way to fail. */
export type Rejection = {
  readonly test: '1' | '2' | '3' | '5' | '6' | '7' | 'A' | 'B' | 'kiss' | 'plausible';
  /** What was wrong, with its value; safe to print. */
  readonly message: string;
  readonly packet?: Packet;
  /** What the reply would have said: where all was there to measure with, and something else was wrong. */
  readonly measured?: Sample;
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
        | 'not-synchronised'
        | 'bad-precision'
        | 'root-distance'
        | 'reference-in-future'
        | 'bad-delay'
        | 'bad-server-interval'
        | 'implausible-time';
    }
  | { readonly kind: 'kiss'; readonly kiss: Kiss }
);

export type RejectionKind = Rejection['kind'];

/** What a reply is held against. */
export interface Expectation {
  /** Requests that have had no reply yet. */
  readonly outstanding: readonly Request[];
  /** Requests whose time was over before a reply came. */
  readonly expired: readonly Request[];
  /** Nonces that wait for nothing more: their one reply has come. */
  readonly closed: readonly NtpTimestamp[];
  /** Our clock's. */
  readonly precision: Seconds;
  /** A delay may be up to twice the root distance that is believed, 3 s at least. */
  readonly maxDistance: Seconds;
  readonly plausible: PlausibleTimes;
}

/** The years in which a server may be: from this program's release to twenty years on (see `plausibleTimes`). */
export interface PlausibleTimes {
  readonly from: UnixTime;
  readonly until: UnixTime;
  /** Take any other time, too. */
  readonly allowAny: boolean;
}

const PLAUSIBLE_SPAN: Seconds = 20 * 365.25 * 86_400;

/** A server's time is plausible from `release` to twenty years after it. */
export function plausibleTimes(release: UnixTime, allowAny: boolean): PlausibleTimes {
  return { from: release, until: add(release, PLAUSIBLE_SPAN), allowAny };
}

/** The request that a reply answers, when its origin says so. */
export function requestOf(reply: Uint8Array, outstanding: readonly Request[]): Request | undefined {
  const origin = decodePacket(reply)?.origin;
  return outstanding.find(request => request.nonce === origin);
}

/** A sample as it would be if our clock had already shown `gain` more then: what a slew has moved it by since. */
export function broughtForward(sample: Sample, gain: Seconds): Sample {
  const { t1, t4, offset } = sample;
  return { ...sample, t1: add(t1, gain), t4: add(t4, gain), offset: offset - gain };
}

/** Tests a reply and makes a sample of it. Never throws, whatever the bytes are. */
export function examineReply(
  bytes: Uint8Array,
  received: Reading,
  expected: Expectation,
): Sample | Rejection {
  const packet = decodePacket(bytes);
  if (!packet) {
    return {
      kind: 'too-short',
      test: 'B',
      message: `${bytes.length} bytes, a header has ${HEADER_LENGTH}`,
    };
  }
  const request = requestOf(bytes, expected.outstanding);
  if (!request) return strayReply(packet, received, expected);
  const refused =
    testFormAndAuthenticity(packet, request, bytes) ?? testKiss(packet) ?? testTimestampsPresent(packet);
  if (refused) return refused;
  const sample = measure(packet, request, received, expected);
  const unfit = testSynchronised(packet) ?? testRoot(packet) ?? testTimes(sample, expected);
  return unfit ? { ...unfit, measured: sample } : sample;
}

/** Tests 1 and 2: one reply to each request, in time, and only to what was asked. */
function strayReply(packet: Packet, received: Reading, { expired, closed }: Expectation): Rejection {
  const late = expired.find(({ nonce }) => nonce === packet.origin);
  if (late) {
    const after = elapsed(received.monotonic, late.sent.monotonic).toFixed(3);
    return {
      kind: 'late',
      test: '1',
      message: `a reply came ${after} s after its request, too late`,
      packet,
    };
  }
  if (closed.includes(packet.origin)) {
    return { kind: 'duplicate', test: '1', message: 'a second reply to the same request', packet };
  }
  const message = packet.origin === 0n ? 'origin timestamp is zero' : 'origin timestamp is not what was sent';
  return { kind: 'bogus-origin', test: '2', message, packet };
}

/** Tests B and 5: nothing else that a packet says is looked at before these. */
function testFormAndAuthenticity(packet: Packet, request: Request, bytes: Uint8Array): Rejection | undefined {
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

function testKiss(packet: Packet): Rejection | undefined {
  const kiss = kissOf(packet);
  return kiss && { kind: 'kiss', test: 'kiss', kiss, message: `kiss code ${kiss.code}`, packet };
}

function testTimestampsPresent(packet: Packet): Rejection | undefined {
  if (packet.receive !== 0n && packet.transmit !== 0n) return undefined;
  const which = packet.receive === 0n ? 'receive' : 'transmit';
  return { kind: 'zero-timestamp', test: '3', message: `${which} timestamp is zero`, packet };
}

function testSynchronised(packet: Packet): Rejection | undefined {
  const { leap, stratum } = packet;
  if (stratum > 0 && stratum < MAXSTRAT && leap !== LEAP_NOT_SYNCHRONISED) return undefined;
  const says = [`stratum ${stratum}`, `leap ${leap}`, formatRefid(packet.refid, stratum)]
    .filter(part => part !== '')
    .join(', ');
  const message =
    stratum > 0 && stratum < MAXSTRAT
      ? `leap not in sync (${says})`
      : `strata too high (not synchronised yet: ${says})`;
  return { kind: 'not-synchronised', test: '6', message, packet };
}

function testRoot(packet: Packet): Rejection | undefined {
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

function measure(packet: Packet, request: Request, received: Reading, expected: Expectation): Sample {
  const { precision, plausible } = expected;
  const t1 = request.sent.time;
  const t4 = received.time;
  const t2 = toUnixTime(packet.receive, pivotOf(t4, plausible));
  const t3 = toUnixTime(packet.transmit, t2);
  const forward = difference(t2, t1);
  const backward = difference(t4, t3);
  return {
    kind: 'sample',
    t1,
    t2,
    t3,
    t4,
    offset: (forward - backward) / 2,
    delay: Math.max(difference(t4, t1) - difference(t3, t2), precision),
    dispersion: resolutionOf(packet) + precision + PHI * elapsed(received.monotonic, request.sent.monotonic),
    packet,
    received,
  };
}

/**
 * Where to look for a server's era: at the later of our clock and the release (a board that boots in 1970), but not
 * at a clock that is implausible itself (a board that boots in 2099).
 */
function pivotOf(clock: UnixTime, plausible: PlausibleTimes): UnixTime {
  return clock > plausible.from && clock < plausible.until ? clock : plausible.from;
}

/** The tick of the server's clock, as far as the two stamps of one reply reveal it. */
function tickOf({ t1, t2, t3, t4 }: Sample): Seconds {
  return Math.max(inferTick([t2], [t1], 0), inferTick([t3], [t4], 0));
}

/** The rest of test 7, test A, and the plausible years. */
function testTimes(sample: Sample, expected: Expectation): Rejection | undefined {
  return (
    testReference(sample) ?? testIntervals(sample, expected) ?? testPlausible(sample, expected.plausible)
  );
}

function testReference({ t3, packet }: Sample): Rejection | undefined {
  if (packet.reference === 0n) return undefined;
  const ahead = difference(toUnixTime(packet.reference, t3), t3);
  if (ahead <= REFERENCE_AHEAD + ROUNDING) return undefined;
  const message = `reference time is ${ahead.toFixed(3)} s after transmit time, allowed is up to ${REFERENCE_AHEAD} s`;
  return { kind: 'reference-in-future', test: '7', message, packet };
}

/** How long the server kept the request, and how long the two ways took; either may be negative by what stamps are worth. */
function testIntervals(sample: Sample, { precision, maxDistance }: Expectation): Rejection | undefined {
  const { t1, t2, t3, t4, packet } = sample;
  const precisions = precision + resolutionOf(packet);
  const kept = difference(t3, t2);
  const delay = difference(t4, t1) - kept;
  const tick = kept < 0 || delay < 0 ? tickOf(sample) : 0;
  const before = Math.max(precisions, CLOCKS_APART, tick);
  if (kept < -(before + ROUNDING) || kept > MAX_SERVER_INTERVAL) {
    const message = `server kept the request ${kept.toFixed(6)} s, allowed is ${(-before).toFixed(3)} to ${MAX_SERVER_INTERVAL} s`;
    return { kind: 'bad-server-interval', test: 'A', message, packet };
  }
  const maxDelay = Math.max(MAX_DELAY, 2 * maxDistance);
  if (delay < -(precisions + tick) || delay > maxDelay) {
    const message = `delay ${delay.toFixed(6)} s, allowed is 0 to ${maxDelay} s`;
    return { kind: 'bad-delay', test: 'A', message, packet };
  }
  return undefined;
}

function testPlausible({ t3, packet }: Sample, plausible: PlausibleTimes): Rejection | undefined {
  if (plausible.allowAny || (t3 >= plausible.from && t3 <= plausible.until)) return undefined;
  const message = `implausible time ${formatInstant(t3)}, expected ${formatInstant(plausible.from)} or up to 20 years later`;
  return { kind: 'implausible-time', test: 'plausible', message, packet };
}
