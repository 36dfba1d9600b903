// The result of a check of many clocks: the types from which every writer and the exit code are made. Closed unions:
// each `switch` over them ends with `satisfies never`.
// Sign: a positive offset = the target's clock is ahead of the reference (target − reference).

import type { Seconds, UnixTime } from '../ntp/time.ts';

/** How a target's clock can be read. */
export type Via = 'ntp' | 'http' | 'ssh';

/** One clock to check, as it was named. */
export interface Target {
  /** A name, an IPv4 address, or an IPv6 address without brackets, including its zone. */
  readonly host: string;
  /** The UDP port of NTP; if another means is the first of `via`, its port, and 123 means that none was named. */
  readonly port: number;
  /** The user to log in as by ssh, instead of the one that ssh's configuration says. */
  readonly user?: string;
  /** The port of ssh, likewise. */
  readonly sshPort?: number;
  /** What a list calls it: the comment of its line, or the column `name`; absent if it has none. */
  readonly label?: string;
  /** The group that a list puts it in: the column `group`, or the last heading `[group]`. */
  readonly group?: string;
  /** The origin: `command line`, or `FILE:LINE`. */
  readonly from: string;
}

/** The verdict on a target: first those of a known offset, then those without one. */
export type TargetVerdict =
  /** |offset| + bound is within the limits. */
  | 'right'
  /** |offset| − bound is over a limit. */
  | 'off'
  /** Neither can be said. */
  | 'uncertain'
  /** Its offset may be right, but it says itself that it is not synchronized (leap 3, or stratum 0 or 16). */
  | 'unsynchronized'
  /** Off by about a multiple of 15 minutes, as from a wrong time zone. */
  | 'zone-off'
  /** Off by an era: 1970, 1980, 2036, or a multiple of 1024 weeks. */
  | 'era-off'
  /** It sent the same transmit time twice. */
  | 'frozen'
  | 'no-answer'
  | 'unknown-name'
  /** A kiss-o'-death (RFC 5905 §7.4). */
  | 'rate-limited'
  /** The port is closed (ICMP), or ssh or HTTP refused. */
  | 'refused';

/** Whether a target needs attention, from best to worst as monitoring counts: a critical one is over `critical`. */
export type Severity = 'ok' | 'warning' | 'critical' | 'unknown';

/** A target with what was found. */
export interface CheckedTarget {
  readonly target: Target;
  readonly verdict: TargetVerdict;
  readonly severity: Severity;
  /** The verdict in words, for a report: `an hour behind: its time zone?`. */
  readonly reason?: string;
  /** Absent if nothing was measured. */
  readonly reading?: TargetReading;
}

/** What was measured of a target. */
export interface TargetReading {
  readonly via: Via;
  /** The IP address that was asked. By ssh: the one that the host says it was reached at, or the host as it was named. */
  readonly address: string;
  /** The address that the reply came from, if another one. */
  readonly repliedFrom?: string;
  /** Target minus reference, in seconds. */
  readonly offset: Seconds;
  /** The true difference is within `offset` ± this: half of the round trip, the precision, and the reference's own bound. */
  readonly errorBound: Seconds;
  /** The round trip, in seconds. */
  readonly delay: Seconds;
  /** The number of replies that were used. */
  readonly samples: number;
  /** Of NTP: its stratum, leap indicator, reference id as text, and root distance in seconds. */
  readonly stratum?: number;
  readonly leap?: 0 | 1 | 2 | 3;
  readonly refid?: string;
  readonly rootDistance?: Seconds;
}

/** What the targets were compared with. */
export type Reference =
  | {
      readonly kind: 'servers';
      readonly names: readonly string[];
      /** The correction that this machine's clock needs, at the start and at the end, in seconds: positive if it is behind. */
      readonly before: Seconds;
      readonly after: Seconds;
      readonly errorBound: Seconds;
    }
  /** This machine's clock, which its kernel calls synchronized. */
  | { readonly kind: 'local'; readonly errorBound: Seconds }
  /** What the majority of the targets themselves agrees on. */
  | {
      readonly kind: 'majority';
      readonly agreeing: number;
      readonly offset: Seconds;
      readonly errorBound: Seconds;
    };

/** Targets that are off by the same amount. */
export interface SkewGroup {
  /** The median of their offsets, in seconds. */
  readonly offset: Seconds;
  readonly count: number;
  /** Where they are: the networks or groups that hold all of them, as text: `10.1.0.0/24`, `gates`. */
  readonly where: readonly string[];
}

/** A range of offsets, target − reference, in seconds. An offset outside `from`…`to` is over the limit; with `inside`, one within it is. */
export interface OffsetRange {
  readonly from: Seconds;
  readonly to: Seconds;
  readonly inside: boolean;
}

/** The limits of a check. */
export interface Limits {
  readonly warning: OffsetRange;
  readonly critical: OffsetRange;
}

/** The result of `check`. */
export type FleetOutcome =
  | Checked
  /** Nothing to compare with. `reason` says why and what to do. */
  | { readonly kind: 'no-reference'; readonly reason: string; readonly warnings: readonly string[] };

/**
 * How a check ended: `some-off` if a target is off; `some-unknown` if none is, but the time of some is not known, as far as
 * `--fail-on` says; `interrupted` with part of the targets.
 */
export type CheckEnd = 'all-right' | 'some-off' | 'some-unknown' | 'interrupted';

/** Targets with their verdicts, in the order in which they were named. */
export interface Checked {
  readonly kind: CheckEnd;
  readonly started: UnixTime;
  /** How long it took, in seconds. */
  readonly duration: Seconds;
  readonly limits: Limits;
  readonly reference: Reference;
  readonly targets: readonly CheckedTarget[];
  readonly skews: readonly SkewGroup[];
  /** The number of targets of each verdict that occurs. */
  readonly counts: Readonly<Partial<Record<TargetVerdict, number>>>;
  readonly warnings: readonly string[];
}
