// The path of the program → its name in classic lines, for parsers that look for `ntpdate[PID]`.

import { basename } from 'node:path';

/** The programs that a link to tsntp may replace. */
const REPLACED = /^(ntpdate|m?sntp|ntpdig|rdate|ntpclient)(?![a-z])/;

/** The program's name in classic lines: that of a link such as `ntpdate` or `sntp`, otherwise `tsntp`. */
export function programName(path: string | undefined): string {
  const name = basename(path ?? '').replace(/\.[cm]?js$/, '');
  return REPLACED.test(name) ? name : 'tsntp';
}
