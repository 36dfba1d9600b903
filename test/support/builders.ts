// Packets, exchanges, samples and candidates for tests. Every field of a packet has a value of its own, so that two
// fields that are mixed up show; a test names only what it is about.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Combinable } from '../../src/ntp/combine.ts';
import { encodePacket, type Packet } from '../../src/ntp/packet.ts';
import { type PlausibleTimes, plausibleTimes } from '../../src/ntp/plausible.ts';
import type { Expectation, Request } from '../../src/ntp/reply-tests.ts';
import { examineReply, type Rejection, type Sample } from '../../src/ntp/sample.ts';
import {
  add,
  monotonicTimeOf,
  type NtpTimestamp,
  nanoseconds,
  ntpTimestampOf,
  type Reading,
  type Seconds,
  toNtpTimestamp,
  toUnixTime,
  type UnixTime,
  unixTimeOf,
} from '../../src/ntp/time.ts';

/** The instant of an RFC 3339 text in UTC, with up to nine digits of the second. */
export function instant(text: string): UnixTime {
  const [, second, fraction = ''] = /^(.*:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text) ?? [];
  if (second === undefined) throw new RangeError(`no instant in UTC: ${text}`);
  return unixTimeOf(BigInt(Date.parse(`${second}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0')));
}

export const RELEASE: UnixTime = instant('2026-01-01T00:00:00Z');
export const NOW: UnixTime = instant('2026-11-21T12:10:23.000000001Z');
export const NONCE: NtpTimestamp = ntpTimestampOf(0x9e37_79b9_7f4a_7c15n);
/** Of our clock. */
export const PRECISION: Seconds = 1e-7;

/** A packet as a good server of stratum 2 sends it. */
export function packetWith(changes: Partial<Packet> = {}): Packet {
  return {
    leap: 1,
    version: 4,
    mode: 4,
    stratum: 2,
    poll: 6,
    precision: -23,
    rootDelay: 0x0000_0345 / 0x1_0000,
    rootDispersion: 0x0000_0678 / 0x1_0000,
    refid: 0xc0_00_02_01,
    reference: toNtpTimestamp(add(NOW, -77)),
    origin: NONCE,
    receive: toNtpTimestamp(add(NOW, 0.25)),
    transmit: toNtpTimestamp(add(NOW, 0.5)),
    ...changes,
  };
}

/** How one exchange goes: when, between which clocks, over which path. */
export interface Course {
  /** T1, by our clock. */
  readonly t1: UnixTime;
  /** How far the server is ahead of us. */
  readonly offset: Seconds;
  readonly forward: Seconds;
  readonly backward: Seconds;
  /** How long the server keeps the request. */
  readonly kept: Seconds;
  /** The server's clock shows multiples of this; 0 for any time. */
  readonly tick: Seconds;
  /** Whether T3 is cut to them as well as T2. */
  readonly cutsBoth: boolean;
  readonly version: number;
}

export interface Exchange {
  readonly request: Request;
  readonly bytes: Uint8Array;
  readonly received: Reading;
}

/** One exchange over a path of known delays; `changes` are made to the packet that comes back. */
export function exchange(course: Partial<Course> = {}, changes: Partial<Packet> = {}): Exchange {
  const { t1 = NOW, offset = 0, forward = 0.01, backward = 0.01, kept = 0.001, version = 4 } = course;
  const { tick = 0, cutsBoth = true } = course;
  const came = add(t1, offset + forward);
  const left = add(came, kept);
  const [t2, t3] = [cut(came, tick), cutsBoth ? cut(left, tick) : left];
  const packet = packetWith({
    version,
    reference: toNtpTimestamp(add(t3, -100)),
    receive: toNtpTimestamp(t2),
    transmit: toNtpTimestamp(t3),
    ...changes,
  });
  return {
    request: { nonce: NONCE, sent: readingAt(t1) },
    bytes: encodePacket(packet),
    received: readingAt(add(t1, forward + kept + backward)),
  };
}

/** The same exchange with this behind the header of the reply. */
export function withTail(one: Exchange, tail: Iterable<number>): Exchange {
  return { ...one, bytes: Uint8Array.from([...one.bytes, ...tail]) };
}

function cut(time: UnixTime, tick: Seconds): UnixTime {
  return tick === 0 ? time : unixTimeOf(time - (time % nanoseconds(tick)));
}

/** What a clock with this tick, which begins so long after a second does, shows at a time; over the wire and back. */
export function ticked(time: UnixTime, tick: Seconds, phase: Seconds = 0): UnixTime {
  const second = 1_000_000_000n;
  const since = Number(time % (1000n * second)) - phase * 1e9;
  const shown = Math.floor(since / (tick * 1e9)) * tick * 1e9 + phase * 1e9;
  const cut = unixTimeOf(time - (time % (1000n * second)) + BigInt(Math.round(shown)));
  return toUnixTime(toNtpTimestamp(cut), time);
}

/** Both clocks at an instant of ours; the monotonic one began at an odd time. */
export function readingAt(time: UnixTime): Reading {
  return { time, monotonic: monotonicTimeOf(time - NOW + 987_654_321n) };
}

/** What the tests of a reply say of an exchange. */
export function examine(
  { bytes, received, request }: Exchange,
  expected: Partial<Expectation> = {},
): Sample | Rejection {
  const defaults: Expectation = {
    outstanding: [request],
    expired: [],
    closed: [],
    precision: PRECISION,
    maxDistance: 1.5,
    plausible: plausible(),
  };
  return examineReply(bytes, received, { ...defaults, ...expected });
}

export function plausible(allowAny = false): PlausibleTimes {
  return plausibleTimes(RELEASE, allowAny);
}

/** The sample of an exchange that must pass all tests. */
export function sampleOf(course: Partial<Course> = {}, changes: Partial<Packet> = {}): Sample {
  const sample = examine(exchange(course, changes), { plausible: plausible(true) });
  if (sample.kind !== 'sample') throw new Error(`no sample: ${sample.message}`);
  return sample;
}

/** A server as selection, cluster and combination see it. */
export function candidate(
  offset: Seconds,
  rootDistance: Seconds,
  rest: Partial<Combinable> = {},
): Combinable {
  return { stratum: 2, jitter: 1e-6, delay: 0, rootDelay: 0, ...rest, offset, rootDistance };
}

/** Servers of which more than half are honest: the truth lies in their intervals. The others say anything at all. */
export interface Electorate {
  readonly truth: Seconds;
  readonly candidates: readonly Combinable[];
  readonly honest: readonly Combinable[];
}

/** Electorates of 1 to 13 servers, in any order. */
export function electorates(): fc.Arbitrary<Electorate> {
  const seconds = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  const jitter = seconds(1e-7, 0.1);
  const stratum = fc.integer({ min: 1, max: 15 });
  const delay = seconds(0, 3);
  // The error's share stays a hair under 1: at 1 itself, rounding alone may put the truth outside.
  const honest = fc.record({
    share: seconds(-0.999, 0.999),
    rootDistance: seconds(1e-6, 2),
    jitter,
    stratum,
    delays: fc.tuple(seconds(0, 1), seconds(0, 1)),
  });
  const liar = fc.record({
    offset: seconds(-5, 5),
    rootDistance: seconds(1e-6, 5),
    jitter,
    stratum,
    delay,
    rootDelay: delay,
  });
  return fc
    .record({
      truth: seconds(-5, 5),
      honest: fc.array(honest, { minLength: 1, maxLength: 7 }),
      liars: fc.array(liar, { maxLength: 6 }),
      order: fc.infiniteStream(fc.nat()),
    })
    .map(({ truth, honest, liars, order }) => {
      const truthful = honest.map(({ share, delays: [delay, rootDelay], ...rest }) => ({
        ...rest,
        // A root distance holds half of both.
        delay: delay * rest.rootDistance,
        rootDelay: rootDelay * rest.rootDistance,
        offset: truth + share * rest.rootDistance,
      }));
      const all = [...truthful, ...liars.slice(0, honest.length - 1)];
      const ranked = all.map(one => ({ one, rank: order.next().value as number }));
      const candidates = ranked.toSorted((a, b) => a.rank - b.rank).map(({ one }) => one);
      return { truth, candidates, honest: candidates.filter(one => truthful.includes(one)) };
    });
}

/** The bytes in a file of captured/: hexadecimal, with `#` comments. */
export function captured(name: string): Uint8Array {
  const text = readFileSync(new URL(`captured/${name}.txt`, import.meta.url), 'utf8');
  return Uint8Array.from(Buffer.from(text.replace(/#.*|\s/g, ''), 'hex'));
}
