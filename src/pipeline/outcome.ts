// What a run came to: the nouns that reports and exit codes are made from. Closed unions: each `switch` over them
// ends with `satisfies never`, so that a new kind cannot be forgotten.

import type { ClockError, Slew } from '../clock/clock.ts';
import type { Authentication } from '../net/authentication.ts';
import type { Burst } from '../net/burst.ts';
import type { ResolveErrorKind } from '../net/resolve.ts';
import type { Address } from '../net/transport.ts';
import type { ClockTrust } from '../ntp/clock-trust.ts';
import type { Estimate } from '../ntp/combine.ts';
import type { Decision } from '../ntp/decide.ts';
import type { PeerEstimate } from '../ntp/filter.ts';
import type { Kiss } from '../ntp/kiss.ts';
import type { Interval } from '../ntp/overlap.ts';
import type { Rejection } from '../ntp/sample.ts';
import type { Seconds, UnixTime } from '../ntp/time.ts';
import type { Server } from '../sources/server.ts';

/**
 * What became of one server. The first four are of servers with a vote (RFC 5905 §11.2); the rest have none, or gave
 * no usable time.
 */
export type Verdict =
  | { readonly kind: 'system-peer'; readonly weight: number }
  | { readonly kind: 'survivor'; readonly weight: number }
  | { readonly kind: 'outlier' }
  | { readonly kind: 'falseticker' }
  /** Measured only: others are authenticated, and this one is not. */
  | { readonly kind: 'unauthenticated' }
  /** Another server of the list has the vote of this name or of all its addresses; where known, which one. */
  | { readonly kind: 'duplicate'; readonly of?: string }
  /** Usable, but no majority was found, or too few servers were left. */
  | { readonly kind: 'undecided' }
  /** Measured, but its list says `noselect`. */
  | { readonly kind: 'noselect' }
  /** It answered, and no answer passed the tests. */
  | { readonly kind: 'dropped'; readonly rejection: Rejection }
  | { readonly kind: 'kissed'; readonly kiss: Kiss }
  /** Its samples contradict each other by so much: a clock was moved while we asked. */
  | { readonly kind: 'inconsistent'; readonly by: Seconds }
  /** Its root distance is over the limit: its time says too little. */
  | {
      readonly kind: 'too-far';
      readonly rootDistance: Seconds;
      readonly limit: Seconds;
      /** What set the limit, where a list did. */
      readonly from?: string;
    }
  | { readonly kind: 'no-reply' }
  | { readonly kind: 'unreachable'; readonly message: string }
  | { readonly kind: 'not-resolved'; readonly cause: ResolveErrorKind; readonly message: string }
  /** There was no exchange of keys for NTS. */
  | { readonly kind: 'no-keys'; readonly message: string };

/** One server of a run: what was asked, what it said, and what became of it. */
export interface ServerReport {
  readonly server: Server;
  readonly address?: Address;
  readonly burst?: Burst;
  readonly estimate?: PeerEstimate;
  /** What its samples were authenticated with; absent where nothing was asked for. */
  readonly authentication?: Authentication;
  readonly verdict: Verdict;
}

/** A program that keeps the clock of this machine. */
export interface TimeService {
  readonly name: string;
  readonly pid?: number;
  /** The command that stops it. */
  readonly stop: string;
}

/** Another program that sets this clock. */
export type Competitor =
  | ({ readonly kind: 'service' } & TimeService)
  | { readonly kind: 'tsntp'; readonly pid?: number };

/** What set the limits of a run, in words: only of those that a list set. */
export interface LimitsFrom {
  readonly minServers?: string;
  readonly maxDistance?: string;
}

/** Why no server was suitable, so that nothing is known of the offset. */
export type Unsuitable =
  | { readonly kind: 'none-answered' }
  | { readonly kind: 'none-passed' }
  /** All that could be measured are marked `noselect`. */
  | { readonly kind: 'none-selectable' }
  /** Some were to be authenticated, and none of those could be used: the others are not to be trusted alone. */
  | { readonly kind: 'none-authenticated' }
  | { readonly kind: 'no-majority'; readonly usable: number }
  /** None of the servers that the list calls `require` is believed. */
  | { readonly kind: 'required-missing'; readonly required: readonly string[] }
  | {
      readonly kind: 'too-few';
      readonly truechimers: number;
      readonly wanted: number;
      /** What set the limit, where a list did. */
      readonly from?: string;
    }
  /** This clock was moved during every measurement. */
  | { readonly kind: 'clock-unsteady'; readonly attempts: number };

/** What every outcome has, however the run ended: what each server said, and when. */
export interface Findings {
  readonly started: UnixTime;
  readonly finished: UnixTime;
  readonly servers: readonly ServerReport[];
  /** Where the most intervals overlap: those of all believed servers, if there is such a place. */
  readonly intersection?: Interval;
  /** What was known of this clock when its correction was decided on; absent where none was. */
  readonly clockTrust?: ClockTrust;
  readonly warnings: readonly string[];
}

/** A correction of the clock, in seconds: a step or a slew (RFC 5905 §11.3). */
export type Correction = Extract<Decision, { kind: 'slew' | 'step' }>;

/** How a run ended. All but the last two have an estimate. */
export type Ending =
  | { readonly kind: 'queried'; readonly estimate: Estimate }
  | { readonly kind: 'unchanged'; readonly estimate: Estimate; readonly rtc?: 'written' }
  | {
      readonly kind: 'adjusted';
      readonly estimate: Estimate;
      readonly decision: Correction;
      /** What the clock showed right after the correction was made or begun. */
      readonly at: UnixTime;
      /** The slew under way. */
      readonly slew?: Slew;
      /** Whether the slew was waited for to its end. */
      readonly waited?: 'finished' | 'interrupted';
      readonly rtc?: 'written';
    }
  | { readonly kind: 'would-adjust'; readonly estimate: Estimate; readonly decision: Correction }
  | {
      readonly kind: 'refused';
      readonly estimate: Estimate;
      readonly decision: Extract<Decision, { kind: 'refuse' }>;
    }
  | {
      readonly kind: 'busy';
      readonly estimate: Estimate;
      readonly decision: Decision;
      readonly competitors: readonly Competitor[];
    }
  | {
      readonly kind: 'clock-error';
      readonly estimate: Estimate;
      readonly decision: Correction;
      readonly error: ClockError;
    }
  | { readonly kind: 'no-suitable-server'; readonly reason: Unsuitable }
  | { readonly kind: 'interrupted' };

/** What a run came to: what was measured, and how the run ended. */
export type Outcome = Findings & Ending;

/** How `query` can end. It never touches the clock, and `refused` says only that the offset is over `maxOffset`. */
export type QueryOutcome = { readonly command: 'query' } & Extract<
  Outcome,
  { readonly kind: 'queried' | 'refused' | 'no-suitable-server' | 'interrupted' }
>;

/** How `sync` can end. `would-adjust` comes of a dry run only. */
export type SyncOutcome = { readonly command: 'sync' } & Exclude<Outcome, { readonly kind: 'queried' }>;
