// A command and its exit code → the members that every JSON report starts with.

import { VERSION } from '../release.ts';

/** The members of a report that differ between commands. */
export interface EnvelopeHead {
  /** `sync`, `status`, `rtc read`, …; absent if the command line is invalid. */
  readonly command?: string;
  /** The exit code of the process. */
  readonly exitCode: number;
}

/** A report as a line of JSON: the format version, the release, the command and its exit code, then `content`. */
export function envelopeText(head: EnvelopeHead, content: object): string {
  return `${JSON.stringify({ ...envelopeOf(head), ...content })}\n`;
}

/** The first members of a report. */
export function envelopeOf<Head extends EnvelopeHead>(head: Head): Head & { version: 1; tsntp: string } {
  return { version: 1, tsntp: VERSION, ...head };
}
