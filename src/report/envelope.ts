// What every JSON report of the command begins with, whatever it reports.

import { VERSION } from '../release.ts';

export interface EnvelopeHead {
  /** `sync`, `status`, `rtc read`, …; absent where the command line could not be read. */
  readonly command?: string;
  /** How the process ends. */
  readonly exitCode: number;
}

/** A report as a line of JSON: the version of its form, the program, the command and its exit code, then `content`. */
export function envelopeText(head: EnvelopeHead, content: object): string {
  return `${JSON.stringify({ ...envelopeOf(head), ...content })}\n`;
}

/** What a report begins with. */
export function envelopeOf<Head extends EnvelopeHead>(head: Head): Head & { version: 1; tsntp: string } {
  return { version: 1, tsntp: VERSION, ...head };
}
