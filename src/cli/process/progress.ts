// What happens in a run → one line that says how far it is: which round of requests, and how long it may still take.

import { slewDuration } from '../../clock/clock.ts';
import { REQUEST_INTERVAL } from '../../net/request-interval.ts';
import type { Seconds } from '../../ntp/time.ts';
import { count } from '../../report/labels.ts';
import { formatDuration } from '../../report/quantity.ts';
import type { SyncEvent } from '../../sync.ts';

/** What a run is about to do. */
export interface Course {
  readonly servers: number;
  /** Requests to each server, and so the rounds. */
  readonly samples: number;
  readonly interval: 'auto' | Seconds;
  /** How long one reply is waited for. */
  readonly timeout: Seconds;
  readonly deadline: Seconds;
}

export interface Progress {
  /** Takes note of what has happened. */
  event(event: SyncEvent): void;
  /** `5 servers, round 2 of 4, about 4 s left`, or less where that is wider than `width`. */
  text(width: number): string;
}

/** Follows a run that begins now; `now` counts seconds. */
export function followProgress(course: Course, now: () => Seconds = monotonicSeconds): Progress {
  const began = now();
  const rounds = new Map<string, number>();
  const awaited = new Set<string>();
  let round = 0;
  let roundBegan = began;
  let slewing: Slewing | undefined;
  return {
    event(event) {
      switch (event.kind) {
        case 'transmit': {
          const key = keyOf(event.address);
          rounds.set(key, (rounds.get(key) ?? 0) + 1);
          awaited.add(key);
          if (rounds.get(key)! <= round) return;
          round = Math.min(course.samples, rounds.get(key)!);
          roundBegan = now();
          return;
        }
        case 'receive':
        case 'timeout':
        case 'unreachable':
          awaited.delete(keyOf(event.address));
          return;
        // What was measured is thrown away, and all begins anew.
        case 'clock-stepped':
        case 'slew-changed':
          rounds.clear();
          awaited.clear();
          round = 0;
          return;
        case 'slewing':
          slewing = event;
      }
    },
    text(width) {
      if (slewing) return longestWithin(width, slewTexts(slewing));
      const left = Math.min(
        roundsLeft(course, round, now() - roundBegan, awaited.size > 0),
        course.deadline - (now() - began),
      );
      return longestWithin(width, roundTexts(course, round, left));
    },
  };
}

type Slewing = Extract<SyncEvent, { readonly kind: 'slewing' }>;

function keyOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address} ${port}`;
}

/** At most: a server that is silent may hold up the last round until its timeout. */
function roundsLeft(
  { samples, interval, timeout }: Course,
  round: number,
  sinceItBegan: Seconds,
  isAwaited: boolean,
): Seconds {
  const spacing = interval === 'auto' ? REQUEST_INTERVAL : interval;
  return (samples - round) * spacing + (isAwaited ? timeout : 0) - sinceItBegan;
}

/** From the longest to the shortest. */
function roundTexts({ servers, samples }: Course, round: number, left: Seconds): readonly string[] {
  const who = count(servers, 'server');
  if (round === 0) return [`${who}, looking them up`, who];
  const which = `round ${round} of ${samples}`;
  const time = `about ${Math.max(1, Math.ceil(left))} s left`;
  return [`${who}, ${which}, ${time}`, `${which}, ${time}`, which];
}

const BAR = 20;

/** How far a slew is, and how long it still takes; from the longest to the shortest. */
function slewTexts({ left, of }: Slewing): readonly string[] {
  const done = Math.round(BAR * (1 - left / of));
  const bar = '█'.repeat(done) + '░'.repeat(BAR - done);
  const rest = formatDuration(Math.abs(left));
  const time = `about ${Math.ceil(slewDuration(left))} s left`;
  return [`slewing ${bar} ${rest}, ${time}`, `slewing ${rest}, ${time}`, `slewing, ${time}`];
}

function longestWithin(width: number, texts: readonly string[]): string {
  return texts.find(({ length }) => length <= width) ?? texts.at(-1)!;
}

function monotonicSeconds(): Seconds {
  return performance.now() / 1000;
}
