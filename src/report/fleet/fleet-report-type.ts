// The shape of a report, out of fleet.schema.json: change that, and run "npm run report-type".

/**
 * What `tsntp check` prints with --format json: one object on one line, in every outcome. With --format ndjson, each target is a line of its own, and the last line is the same object without them. Durations are numbers of seconds; instants are RFC 3339 in UTC with nine digits of the second. A positive offset = the target's clock is ahead of the reference.
 */
export interface FleetReport {
  /**
   * The version of this format.
   */
  readonly version: 1;
  /**
   * The release that wrote the report.
   */
  readonly tsntp: string;
  readonly command?: 'check';
  /**
   * How the check ended. `some-off`: a target is off; `some-unknown`: none is, but the time of some is not known, as far as `--fail-on` says; `interrupted`: `targets` are part of those that were named.
   */
  readonly result: 'all-right' | 'some-off' | 'some-unknown' | 'interrupted' | 'no-reference' | 'error';
  readonly exitCode: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 130 | 143;
  /**
   * The result in a sentence.
   */
  readonly message: string;
  readonly started?: string;
  /**
   * How long the check took.
   */
  readonly duration?: number;
  readonly reference?: FleetReportReference;
  /**
   * The limits that the severities follow from.
   */
  readonly limits?: {
    readonly warning: FleetReportRange;
    readonly critical: FleetReportRange;
  };
  /**
   * The number of targets of each verdict that occurs.
   */
  readonly counts?: {
    readonly [k: string]: number;
  };
  readonly skews?: readonly FleetReportSkew[];
  readonly targets?: readonly FleetReportTarget[];
  /**
   * What the report of `--since` says of targets that this check did not reach, without a reference or interrupted: the next `--since` reads it.
   */
  readonly unreached?: readonly FleetReportUnreached[];
  readonly warnings?: readonly string[];
}
/**
 * What the targets were compared with.
 */
export interface FleetReportReference {
  /**
   * Servers that were named, the clock of this machine, or what most of the targets agree on.
   */
  readonly kind: 'servers' | 'local' | 'majority';
  /**
   * The servers.
   */
  readonly names?: readonly string[];
  /**
   * The correction that the clock of this machine needs, by the servers, before the check: positive if it is behind.
   */
  readonly before?: number;
  /**
   * The same after the check.
   */
  readonly after?: number;
  /**
   * How many targets agree.
   */
  readonly agreeing?: number;
  /**
   * What they agree on, minus the clock of this machine.
   */
  readonly offset?: number;
  /**
   * The true time is within this of the reference.
   */
  readonly errorBound: number;
}
/**
 * A range of the signed offset. An offset outside it is over the limit, or inside it if `inside`.
 */
export interface FleetReportRange {
  /**
   * Absent if there is no lower end.
   */
  readonly from?: number;
  /**
   * Absent if there is no upper end.
   */
  readonly to?: number;
  readonly inside: boolean;
}
/**
 * Targets that are off by the same amount.
 */
export interface FleetReportSkew {
  /**
   * The median of their offsets.
   */
  readonly offset: number;
  readonly count: number;
  /**
   * The networks or groups that hold all of them.
   */
  readonly where: readonly string[];
}
/**
 * One clock, and what was found.
 */
export interface FleetReportTarget {
  /**
   * As it was named.
   */
  readonly host: string;
  readonly port: number;
  /**
   * The user of ssh, if one was named.
   */
  readonly user?: string;
  /**
   * The port of ssh, if an inventory names one.
   */
  readonly sshPort?: number;
  /**
   * What its list calls it.
   */
  readonly name?: string;
  /**
   * The group that its list puts it in.
   */
  readonly group?: string;
  /**
   * The origin: `command line`, or `FILE:LINE`.
   */
  readonly from: string;
  readonly verdict:
    | 'right'
    | 'off'
    | 'uncertain'
    | 'unsynchronized'
    | 'zone-off'
    | 'era-off'
    | 'frozen'
    | 'no-answer'
    | 'unknown-name'
    | 'rate-limited'
    | 'refused';
  /**
   * As monitoring counts.
   */
  readonly severity: 'ok' | 'warning' | 'critical' | 'unknown';
  /**
   * The verdict in words.
   */
  readonly reason?: string;
  /**
   * With --since: when it was first found so, in an unbroken chain of reports; absent if it is right.
   */
  readonly since?: string;
  /**
   * How its clock was read. Absent, with all that follow, if it was not.
   */
  readonly via?: 'ntp' | 'http' | 'ssh';
  /**
   * The IP address that was asked.
   */
  readonly address?: string;
  /**
   * The address that replied, if another one.
   */
  readonly repliedFrom?: string;
  /**
   * Its clock minus the reference.
   */
  readonly offset?: number;
  /**
   * The true difference is within offset ± errorBound.
   */
  readonly errorBound?: number;
  /**
   * The round trip.
   */
  readonly delay?: number;
  /**
   * How many replies were used.
   */
  readonly samples?: number;
  readonly stratum?: number;
  readonly leap?: 0 | 1 | 2 | 3;
  /**
   * The reference id, as text.
   */
  readonly refid?: string;
  /**
   * What it says of its own distance from true time.
   */
  readonly rootDistance?: number;
}
/**
 * A clock that was not right in an earlier report.
 */
export interface FleetReportUnreached {
  readonly host: string;
  readonly port: number;
  readonly sshPort?: number;
  readonly verdict:
    | 'right'
    | 'off'
    | 'uncertain'
    | 'unsynchronized'
    | 'zone-off'
    | 'era-off'
    | 'frozen'
    | 'no-answer'
    | 'unknown-name'
    | 'rate-limited'
    | 'refused';
  readonly since: string;
}
