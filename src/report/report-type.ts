// The shape of a report, out of report.schema.json: change that, and run "npm run report-type".

/**
 * What `tsntp sync` and `tsntp query` print with --format json: one object on one line, in every outcome. Durations are numbers of seconds; instants are RFC 3339 in UTC with nine digits of the second. A positive offset = the server is ahead = this clock is behind.
 */
export interface Report {
  /**
   * Of this format.
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
   * The result in a sentence, for people.
   */
  readonly message: string;
  readonly started?: string;
  readonly finished?: string;
  /**
   * What must be added to this clock.
   */
  readonly offset?: number;
  /**
   * The truth lies within offset ± errorBound.
   */
  readonly errorBound?: number;
  readonly jitter?: number;
  /**
   * Where most intervals overlap: those of all believed servers, if there is such a place.
   */
  readonly intersection?: {
    readonly low: number;
    readonly high: number;
  };
  readonly decision?: ReportDecision;
  /**
   * What was known of this clock when the correction was decided on.
   */
  readonly clockTrust?: {
    /**
     * tsntp has set it since the machine came up, or cannot tell.
     */
    readonly setSinceBoot: boolean;
    /**
     * The kernel calls it synchronized.
     */
    readonly synchronized: boolean;
    /**
     * It showed a time before the release of this tsntp.
     */
    readonly beforeRelease: boolean;
    /**
     * What the corrections since boot come to with this one, beyond what drift explains; the panic limit holds for it, too.
     */
    readonly sum: number;
    /**
     * Which side the hardware clock is on; absent where there is none, or no need to ask.
     */
    readonly witness?: 'servers' | 'clock' | 'neither';
  };
  /**
   * The correction that was made or begun.
   */
  readonly done?: {
    readonly kind: 'slew' | 'step';
    readonly offset: number;
    /**
     * What the clock showed right after.
     */
    readonly at: string;
    /**
     * What was left of a slew when the report was written.
     */
    readonly slewLeft?: number;
    /**
     * With --wait: how the waiting ended.
     */
    readonly waited?: 'finished' | 'interrupted';
  };
  /**
   * With --rtc: the hardware clock was written.
   */
  readonly rtc?: 'written';
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
   * Who else sets this clock.
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
   * The file or variable that named the servers, when the command line did not.
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
   * Which limit refused.
   */
  readonly by?: 'max-offset' | 'panic';
}
/**
 * One vote: an address that was asked, or the reason why a server came to none.
 */
export interface ReportServer {
  /**
   * As it was named.
   */
  readonly name: string;
  readonly address?: string;
  readonly port: number;
  readonly family?: 4 | 6;
  /**
   * Where it was named.
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
   * Its share of the combined offset.
   */
  readonly weight?: number;
  /**
   * Why it was not used.
   */
  readonly reason?: string;
  /**
   * Whether its samples are proven to be its own.
   */
  readonly authenticated: boolean;
  readonly authentication?: ReportAuthentication;
  readonly version?: number;
  readonly leap?: number;
  readonly stratum?: number;
  readonly refid?: string;
  /**
   * Log2 of seconds.
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
 * How it was to be authenticated.
 */
export interface ReportAuthentication {
  readonly method: 'key' | 'nts';
  readonly keyId?: number;
  readonly keyType?: 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512' | 'aes128-cmac' | 'aes256-cmac';
  /**
   * The NTS key exchange of this run; absent where an earlier one was still good.
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
   * What it would have said, where that could be measured.
   */
  readonly offset?: number;
  readonly delay?: number;
}
