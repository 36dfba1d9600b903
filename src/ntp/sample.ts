// One reply → a sample of the server's clock, or a Rejection that names the failed test.
// Sign: a positive offset = the server is ahead = add it to our clock.

import { delayOf, dispersionOf, offsetOf, type Timestamps } from './offset.ts';
import { decodePacket, HEADER_LENGTH, type Packet, resolutionOf } from './packet.ts';
import { eraPivot } from './plausible.ts';
import {
  type Expectation,
  type FailedTest,
  failedOrigin,
  type Request,
  testFitness,
  testForm,
} from './reply-tests.ts';
import { add, elapsed, type Reading, type Seconds, toUnixTime } from './time.ts';

/** One exchange with a server that passed every test (RFC 5905 §8). Durations are seconds. */
export interface Sample extends Timestamps {
  readonly kind: 'sample';
  /** θ in seconds (see `offsetOf`). */
  readonly offset: Seconds;
  /** δ in seconds (see `delayOf`), at least our precision. */
  readonly delay: Seconds;
  /** ε in seconds (see `dispersionOf`). */
  readonly dispersion: Seconds;
  readonly packet: Packet;
  readonly received: Reading;
}

/** A reply that failed a test, and which test that was (RFC 5905 §8, §9.2). */
export type Rejection = FailedTest & {
  /** The sample the reply would have given; present if it could be measured but was unfit. */
  readonly measured?: Sample;
};

export type RejectionKind = Rejection['kind'];

/** Finds the request that a reply's origin timestamp matches. */
export function requestOf(reply: Uint8Array, outstanding: readonly Request[]): Request | undefined {
  const origin = decodePacket(reply)?.origin;
  return outstanding.find(request => request.nonce === origin);
}

/**
 * Adjusts a sample as if our clock had already been `gain` seconds ahead at that time; `gain` is how far a slew has
 * moved it since.
 */
export function slewAdjusted(sample: Sample, gain: Seconds): Sample {
  const { t1, t4, offset } = sample;
  return { ...sample, t1: add(t1, gain), t4: add(t4, gain), offset: offset - gain };
}

/** Tests a reply and turns it into a sample. Never throws, for any input bytes. */
export function examineReply(
  bytes: Uint8Array,
  received: Reading,
  expected: Expectation,
): Sample | Rejection {
  const packet = decodePacket(bytes);
  if (!packet) {
    const message = `not an NTP reply: ${bytes.length} bytes, where NTP has at least ${HEADER_LENGTH}`;
    return { kind: 'too-short', test: 'B', message };
  }
  const request = requestOf(bytes, expected.outstanding);
  if (!request) return failedOrigin(packet, received, expected);
  const refused = testForm(packet, request, bytes);
  if (refused) return refused;
  const sample = measure(packet, request.sent, received, expected);
  const unfit = testFitness(packet, sample, expected);
  return unfit ? { ...unfit, measured: sample } : sample;
}

function measure(packet: Packet, sent: Reading, received: Reading, expected: Expectation): Sample {
  const { precision, plausible } = expected;
  const t4 = received.time;
  const t2 = toUnixTime(packet.receive, eraPivot(t4, plausible));
  const times = { t1: sent.time, t2, t3: toUnixTime(packet.transmit, t2), t4 };
  const duration = elapsed(received.monotonic, sent.monotonic);
  return {
    kind: 'sample',
    ...times,
    offset: offsetOf(times),
    delay: Math.max(delayOf(times), precision),
    dispersion: dispersionOf(resolutionOf(packet), precision, duration),
    packet,
    received,
  };
}
