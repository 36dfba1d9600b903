// The events of a run → one line with its progress: the round of requests, and the time left.

import { slewDuration } from '../../clock/clock.ts';
import { REQUEST_INTERVAL } from '../../net/request-interval.ts';
import type { Seconds } from '../../ntp/time.ts';
import { count } from '../../report/labels.ts';
import { formatDuration } from '../../report/quantity.ts';
import type { SyncEvent } from '../../sync.ts';

/** The planned extent of a run, for its progress. */
export interface ProgressPlan {
  readonly servers: number;
  /** The number of requests to each server, which is the number of rounds. */
  readonly samples: number;
  readonly interval: 'auto' | Seconds;
  /** How long to wait for a reply, in seconds. */
  readonly timeout: Seconds;
  /** The limit for the whole run, in seconds. */
  readonly deadline: Seconds;
}

/** The progress of a run. */
export interface Progress {
  /** Records an event of the run. */
  event(event: SyncEvent): void;
  /** `5 servers, round 2 of 4, about 4 s left`, shortened to `width` characters. */
  text(width: number): string;
}

/** Tracks a run that starts now. `now` returns seconds from any origin. */
export function followProgress(plan: ProgressPlan, now: () => Seconds = monotonicSeconds): Progress {
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
          round = Math.min(plan.samples, rounds.get(key)!);
          roundBegan = now();
          return;
        }
        case 'receive':
        case 'timeout':
        case 'unreachable':
          awaited.delete(keyOf(event.address));
          return;
        // The measurement is discarded and starts again.
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
        roundsLeft(plan, round, now() - roundBegan, awaited.size > 0),
        plan.deadline - (now() - began),
      );
      return longestWithin(width, roundTexts(plan, round, left));
    },
  };
}

type Slewing = Extract<SyncEvent, { readonly kind: 'slewing' }>;

function keyOf({ address, port }: { readonly address: string; readonly port: number }): string {
  return `${address} ${port}`;
}

/** The maximum time left: a silent server may delay the last round until the timeout. */
function roundsLeft(
  { samples, interval, timeout }: ProgressPlan,
  round: number,
  sinceItBegan: Seconds,
  isAwaited: boolean,
): Seconds {
  const spacing = interval === 'auto' ? REQUEST_INTERVAL : interval;
  return (samples - round) * spacing + (isAwaited ? timeout : 0) - sinceItBegan;
}

/** The progress of the measurement, from the longest text to the shortest. */
function roundTexts({ servers, samples }: ProgressPlan, round: number, left: Seconds): readonly string[] {
  const counted = count(servers, 'server');
  if (round === 0) return [`${counted}, looking them up`, counted];
  const which = `round ${round} of ${samples}`;
  const time = `about ${Math.max(1, Math.ceil(left))} s left`;
  return [`${counted}, ${which}, ${time}`, `${which}, ${time}`, which];
}

const BAR = 20;

/** The progress of a slew, from the longest text to the shortest. */
function slewTexts({ left, of }: Slewing): readonly string[] {
  const done = Math.round(BAR * (1 - left / of));
  const bar = '█'.repeat(done) + '░'.repeat(BAR - done);
  const remainder = formatDuration(Math.abs(left));
  const time = `about ${Math.ceil(slewDuration(left))} s left`;
  return [`slewing ${bar} ${remainder}, ${time}`, `slewing ${remainder}, ${time}`, `slewing, ${time}`];
}

function longestWithin(width: number, texts: readonly string[]): string {
  return texts.find(({ length }) => length <= width) ?? texts.at(-1)!;
}

function monotonicSeconds(): Seconds {
  return performance.now() / 1000;
}
