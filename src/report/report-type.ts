// The shape of a report, out of report.schema.json: change that, and run "npm run report-type".

/**
 * What `tsntp sync` and `tsntp query` print with --format json: one object on one line, in every outcome. Durations are numbers of seconds; instants are RFC 3339 in UTC with nine digits of the second. A positive offset = the server is ahead = this clock is behind.
 */
export interface Report {
  /**
   * The version of this format.
   */
  readonly version: 1;
  /**
   * The release that wrote the report.
   */
  readonly tsntp: string;
  readonly command?: 'sync' | 'query';
  /**
   * How the run ended.
   */
  readonly result:
    | 'queried'
    | 'unchanged'
    | 'adjusted'
    | 'would-adjust'
    | 'refused'
    | 'busy'
    | 'clock-error'
    | 'no-suitable-server'
    | 'interrupted'
    | 'error';
  readonly exitCode: 0 | 1 | 2 | 3 | 4 | 5 | 6 | 130 | 143;
  /**
   * The result in a sentence.
   */
  readonly message: string;
  readonly started?: string;
  readonly finished?: string;
  /**
   * The correction that this clock needs.
   */
  readonly offset?: number;
  /**
   * The true offset is within offset ± errorBound.
   */
  readonly errorBound?: number;
  readonly jitter?: number;
  /**
   * Where the most intervals overlap: the intersection of all believed servers, if there is one.
   */
  readonly intersection?: {
    readonly low: number;
    readonly high: number;
  };
  readonly decision?: ReportDecision;
  /**
   * What was known about this clock when its correction was decided.
   */
  readonly clockTrust?: {
    /**
     * Whether tsntp has set it since boot; also true if that is unknown.
     */
    readonly setSinceBoot: boolean;
    /**
     * Whether the kernel considers it synchronized.
     */
    readonly synchronized: boolean;
    /**
     * Whether it showed a time before the release of this tsntp.
     */
    readonly beforeRelease: boolean;
    /**
     * The sum of the corrections since boot, including this one, less what drift explains; the panic limit also applies to it.
     */
    readonly sum: number;
    /**
     * What the hardware clock agrees with; absent if there is none or it was not consulted.
     */
    readonly witness?: 'servers' | 'clock' | 'neither';
  };
  /**
   * The correction that was made or started.
   */
  readonly done?: {
    readonly kind: 'slew' | 'step';
    /**
     * Without what is likely noise of the measured offset.
     */
    readonly offset: number;
    /**
     * The time on the clock right after.
     */
    readonly at: string;
    /**
     * The remainder of a slew when the report was written.
     */
    readonly slewLeft?: number;
    /**
     * How the wait for a slew ended.
     */
    readonly waited?: 'finished' | 'interrupted';
  };
  /**
   * What the run found out about the rate of this clock; absent unless the clock was corrected, or would be by a dry run. Rates are corrections in parts per million (ppm): positive makes the clock faster.
   */
  readonly drift?: {
    /**
     * The correction that fits the time until the next run best.
     */
    readonly frequency: number;
    /**
     * The standard deviation of frequency.
     */
    readonly sigma: number;
    /**
     * How the rate wanders, in ppm per square root of an hour.
     */
    readonly wander: number;
    /**
     * How many runs it rests on.
     */
    readonly runs: number;
    /**
     * Why the rate was left alone; absent if it was set.
     */
    readonly gate?:
      | 'another-service'
      | 'other-boot'
      | 'other-clocksource'
      | 'raw-went-backwards'
      | 'suspended'
      | 'set-by-another'
      | 'unlike-raw'
      | 'jumped'
      | 'too-early'
      | 'unsure';
    /**
     * The gate in words.
     */
    readonly reason?: string;
    /**
     * The likely error (RMS) of the clock between this run and the next, in seconds.
     */
    readonly expectedError: number;
    /**
     * The rate that was set, or would be by a dry run.
     */
    readonly set?: {
      /**
       * In ppm, as in adjtimex(2).
       */
      readonly frequency: number;
      /**
       * In microseconds per hundredth of a second: each more than 10,000 makes the clock 100 ppm faster.
       */
      readonly tick: number;
    };
  };
  /**
   * With --rtc: the hardware clock was written, or need not be because the system keeps it itself (Windows).
   */
  readonly rtc?: 'written' | 'kept-by-system';
  /**
   * With --rtc: what the hardware clock showed after it was written; absent if it was not read back.
   */
  readonly rtcWritten?: {
    /**
     * How far it was ahead of the true time, in seconds.
     */
    readonly offset: number;
    /**
     * Whether it can only be set to the nearest second, because its second changes when it always did.
     */
    readonly keepsSecond: boolean;
  };
  readonly reason?:
    | 'none-answered'
    | 'none-passed'
    | 'none-selectable'
    | 'none-authenticated'
    | 'no-majority'
    | 'required-missing'
    | 'too-few'
    | 'clock-unsteady';
  readonly error?: {
    readonly kind: 'not-permitted' | 'unsupported' | 'invalid' | 'busy' | 'failed';
    readonly message: string;
  };
  /**
   * Other programs that set this clock.
   */
  readonly competitors?: {
    readonly name: string;
    readonly pid?: number;
    /**
     * The command that stops it.
     */
    readonly stop?: string;
  }[];
  /**
   * The file or variable that names the servers, if the command line does not.
   */
  readonly serversFrom?: string;
  readonly servers?: readonly ReportServer[];
  readonly warnings?: readonly string[];
}
/**
 * The `decision` of a report.
 */
export interface ReportDecision {
  readonly kind: 'none' | 'slew' | 'step' | 'refuse';
  readonly offset?: number;
  readonly limit?: number;
  /**
   * The limit that refused the correction.
   */
  readonly by?: 'max-offset' | 'panic';
}
/**
 * One server: an address that was queried, or the reason why none was.
 */
export interface ReportServer {
  /**
   * The name as listed.
   */
  readonly name: string;
  readonly address?: string;
  readonly port: number;
  readonly family?: 4 | 6;
  /**
   * Where it was listed.
   */
  readonly from: string;
  readonly verdict:
    | 'system-peer'
    | 'survivor'
    | 'outlier'
    | 'falseticker'
    | 'undecided'
    | 'noselect'
    | 'unauthenticated'
    | 'duplicate'
    | 'dropped'
    | 'kissed'
    | 'inconsistent'
    | 'too-far'
    | 'no-reply'
    | 'unreachable'
    | 'not-resolved'
    | 'no-keys';
  readonly tally: '*' | '+' | '-' | 'x' | '?' | ' ';
  /**
   * Its share in the combined offset.
   */
  readonly weight?: number;
  /**
   * Why it was not used.
   */
  readonly reason?: string;
  /**
   * Whether its samples are authenticated.
   */
  readonly authenticated: boolean;
  readonly authentication?: ReportAuthentication;
  readonly version?: number;
  readonly leap?: number;
  readonly stratum?: number;
  readonly refid?: string;
  /**
   * The binary logarithm of seconds.
   */
  readonly precision?: number;
  readonly offset?: number;
  readonly delay?: number;
  readonly dispersion?: number;
  readonly jitter?: number;
  readonly rootDelay?: number;
  readonly rootDispersion?: number;
  readonly rootDistance?: number;
  readonly sent: number;
  readonly answered: number;
  readonly rejected: number;
  readonly samples: readonly ReportSample[];
  readonly rejections: readonly ReportRejection[];
}
/**
 * The configured authentication.
 */
export interface ReportAuthentication {
  readonly method: 'key' | 'nts';
  readonly keyId?: number;
  readonly keyType?: 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'aes128-cmac' | 'aes256-cmac';
  /**
   * The NTS key exchange of this run; absent if the cookies of an earlier one were used.
   */
  readonly keyExchange?: {
    readonly address: string;
    readonly duration: number;
    readonly cookies: number;
    readonly certificate: {
      readonly subject: string;
      readonly issuer: string;
      readonly names: readonly string[];
      readonly validFrom: string;
      readonly validUntil: string;
      readonly datesIgnored: boolean;
    };
  };
}
/**
 * The `sample` of a report.
 */
export interface ReportSample {
  readonly t1: string;
  readonly t2: string;
  readonly t3: string;
  readonly t4: string;
  readonly offset: number;
  readonly delay: number;
  readonly dispersion: number;
}
/**
 * A reply that failed a test. At most 16 for each server are kept; `rejected` counts all.
 */
export interface ReportRejection {
  readonly test: '1' | '2' | '3' | '5' | '6' | '7' | 'A' | 'B' | 'kiss' | 'plausible';
  readonly kind:
    | 'too-short'
    | 'duplicate'
    | 'late'
    | 'bogus-origin'
    | 'wrong-mode'
    | 'wrong-version'
    | 'zero-timestamp'
    | 'malformed-tail'
    | 'crypto-nak'
    | 'unasked-mac'
    | 'absent-mac'
    | 'wrong-key-id'
    | 'wrong-digest'
    | 'absent-nts'
    | 'wrong-unique-id'
    | 'false-nts'
    | 'nts-nak'
    | 'not-synchronized'
    | 'bad-precision'
    | 'root-distance'
    | 'reference-in-future'
    | 'bad-delay'
    | 'bad-server-interval'
    | 'implausible-time'
    | 'kiss';
  readonly message: string;
  /**
   * The offset of the rejected reply, if it could be measured.
   */
  readonly offset?: number;
  readonly delay?: number;
}
