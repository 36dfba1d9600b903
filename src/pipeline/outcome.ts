// The result of a run: the types from which reports and exit codes are made. Closed unions: each `switch` over them
// ends with `satisfies never`, so that a new kind cannot be forgotten.

import type { ClockError, Slew } from '../clock/clock.ts';
import type { HardwareWriting } from '../clock/hardware-clock.ts';
import type { Authentication } from '../net/authentication.ts';
import type { Burst } from '../net/burst.ts';
import type { Address } from '../net/transport.ts';
import type { ClockTrust } from '../ntp/clock-trust.ts';
import type { Estimate } from '../ntp/combine.ts';
import type { Decision } from '../ntp/decide.ts';
import type { DriftGate } from '../ntp/drift/closed-gate.ts';
import type { KernelRate } from '../ntp/drift/kernel-rate.ts';
import type { PeerEstimate } from '../ntp/filter.ts';
import type { Interval } from '../ntp/overlap.ts';
import type { Seconds, UnixTime } from '../ntp/time.ts';
import type { Server } from '../sources/server.ts';
import type { Verdict } from './verdict.ts';

/** One server of a run: its configuration, its replies, and the verdict on it. */
export interface ServerReport {
  readonly server: Server;
  readonly address?: Address;
  readonly burst?: Burst;
  readonly estimate?: PeerEstimate;
  /** How its samples were authenticated; absent if nothing was configured. */
  readonly authentication?: Authentication;
  readonly verdict: Verdict;
}

/** A program that controls this machine's clock. */
export interface TimeService {
  readonly name: string;
  readonly pid?: number;
  /** The command that stops it. */
  readonly stop: string;
  /** What to know before it is stopped. */
  readonly note?: string;
}

/** Another program that sets this clock. */
export type Competitor =
  | ({ readonly kind: 'service' } & TimeService)
  | { readonly kind: 'tsntp'; readonly pid?: number };

/** The origins of a run's limits as text; absent for limits that a caller of the library set. */
export interface LimitsFrom {
  readonly minServers?: string;
  readonly maxDistance?: string;
  readonly maxOffset?: string;
}

/** Why no server was suitable, so that nothing is known of the offset. */
export type Unsuitable =
  | { readonly kind: 'none-answered' }
  | { readonly kind: 'none-passed' }
  /** All measured servers are marked `noselect`. */
  | { readonly kind: 'none-selectable' }
  /** Some servers must be authenticated, and none of them was usable; the others may not be trusted alone. */
  | { readonly kind: 'none-authenticated' }
  | { readonly kind: 'no-majority'; readonly usable: number }
  /** None of the servers that the list marks `require` was accepted. */
  | { readonly kind: 'required-missing'; readonly required: readonly string[] }
  | {
      readonly kind: 'too-few';
      readonly truechimers: number;
      readonly wanted: number;
      /** The origin of the limit, if a list set it. */
      readonly from?: string;
    }
  /** Our clock was changed during every measurement. */
  | { readonly kind: 'clock-unsteady'; readonly attempts: number };

/** What a run has found out about the rate of the clock. Rates are corrections in ppm: positive = the clock is made faster. */
export interface DriftFindings {
  /** The correction that fits the time until the next run best. */
  readonly frequency: number;
  /** The standard deviation of `frequency`. */
  readonly sigma: number;
  /** How the rate wanders, in ppm/√h. */
  readonly wander: number;
  /** How many runs it rests on. */
  readonly runs: number;
  /** Why the rate was left alone; absent if it was set. */
  readonly gate?: DriftGate;
  /** The last run had another reason, or none. */
  readonly gateIsNew?: true;
  /** The likely error (RMS) of the clock between this run and the next, in seconds. */
  readonly expectedError: Seconds;
  /** The rate that was set, or would be by a dry run. */
  readonly set?: KernelRate;
}

/** The members that every outcome has, however the run ended. */
export interface Findings {
  readonly started: UnixTime;
  readonly finished: UnixTime;
  readonly servers: readonly ServerReport[];
  /** Where the most intervals overlap. If all accepted servers overlap, this is their intersection. */
  readonly intersection?: Interval;
  /** What was known about our clock when its correction was decided; absent without a decision. */
  readonly clockTrust?: ClockTrust;
  /** What was found out about the rate of our clock; absent unless the clock was corrected, or would be by a dry run. */
  readonly drift?: DriftFindings;
  readonly warnings: readonly string[];
}

/** A correction of the clock, in seconds: a step or a slew (RFC 5905 §11.3). */
export type Correction = Extract<Decision, { kind: 'slew' | 'step' }>;

/** With `rtc`: that the hardware clock was written, and what it showed then; or that the system (Windows) does it itself. */
export interface RtcWritten {
  readonly rtc?: 'written' | 'kept-by-system';
  /** Absent if it was not read back. */
  readonly rtcWritten?: HardwareWriting;
}

/** How a run ended. All but the last two kinds have an estimate. */
export type Ending =
  | { readonly kind: 'queried'; readonly estimate: Estimate }
  | ({ readonly kind: 'unchanged'; readonly estimate: Estimate } & RtcWritten)
  | ({
      readonly kind: 'adjusted';
      readonly estimate: Estimate;
      readonly decision: Correction;
      /** The time on the clock right after the correction was made or started. */
      readonly at: UnixTime;
      /** The slew in progress. */
      readonly slew?: Slew;
      /** Whether the slew was awaited to its end. */
      readonly waited?: 'finished' | 'interrupted';
    } & RtcWritten)
  | { readonly kind: 'would-adjust'; readonly estimate: Estimate; readonly decision: Correction }
  | {
      readonly kind: 'refused';
      readonly estimate: Estimate;
      readonly decision: Extract<Decision, { kind: 'refuse' }>;
      /** The origin of the limit `maxOffset`, if the command line, a variable or a file set it. */
      readonly from?: string;
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

/** The result of a run: its findings, and how it ended. */
export type Outcome = Findings & Ending;

/** How `query` can end. It never touches the clock, and `refused` says only that the offset is over `maxOffset`. */
export type QueryOutcome = { readonly command: 'query' } & Extract<
  Outcome,
  { readonly kind: 'queried' | 'refused' | 'no-suitable-server' | 'interrupted' }
>;

/** How `sync` can end. `would-adjust` occurs only in a dry run. */
export type SyncOutcome = { readonly command: 'sync' } & Exclude<Outcome, { readonly kind: 'queried' }>;
