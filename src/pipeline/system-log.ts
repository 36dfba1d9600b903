// The machine's system log as a port: what an entry contains, and how it is written. machine.ts implements it; the
// texts come from report/log-entries.ts.

/** How grave an entry is: the levels LOG_ERR, LOG_WARNING, LOG_NOTICE and LOG_INFO of syslog(3). */
export type LogSeverity = 'error' | 'warning' | 'notice' | 'info';

/** The names of the facts of an entry, as the journal shows them. */
export type LogFieldName =
  /** The result of the run, as in the JSON report: `adjusted`. */
  | 'TSNTP_RESULT'
  /** How the clock was corrected, or would be: `step` or `slew`. */
  | 'TSNTP_KIND'
  /** How far this clock was behind, in seconds with nine decimals. */
  | 'TSNTP_OFFSET'
  /** The correction that was made, in seconds with nine decimals: positive = forward. */
  | 'TSNTP_CORRECTION'
  /** The true offset lies within TSNTP_OFFSET ± this, in seconds with nine decimals. */
  | 'TSNTP_BOUND'
  /** The correction of the clock's rate that was set, in ppm with six decimals: positive = faster. */
  | 'TSNTP_FREQUENCY'
  /** The server that the entry is about: the address of the system peer, or a server that was not believed. */
  | 'TSNTP_SERVER'
  /** Why that server was not believed, as in the JSON report: `falseticker`. */
  | 'TSNTP_VERDICT'
  /** What the clock showed before and after a step, at the same moment: RFC 3339 in UTC with nanoseconds. */
  | 'TSNTP_BEFORE'
  | 'TSNTP_AFTER'
  /** TSNTP_AFTER in microseconds since 1970, as in systemd's own entries. */
  | 'REALTIME';

/** One entry of the system log. */
export interface LogEntry {
  readonly severity: LogSeverity;
  readonly message: string;
  /** Something that log readers look for: a step of the clock, or its first correction since boot. */
  readonly event?: 'clock-stepped' | 'first-synchronized';
  readonly fields?: Readonly<Partial<Record<LogFieldName, string>>>;
}

/** The program that writes to a log. */
export interface LogWriter {
  /** `tsntp`, or the name of the link that it was started by. */
  readonly program: string;
  readonly pid: number;
}

/** The system log of this machine. */
export interface SystemLog {
  /** Throws the reason if the log does not take the entry. Control characters are escaped. */
  write(entry: LogEntry): void;
  close(): void;
}
