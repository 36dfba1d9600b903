// The name that the program was called by, for parsers that look for `ntpdate[PID]`.

import { basename } from 'node:path';

/** The programs whose lines `classic` has: a link of such a name stands in for one of them. */
const FORERUNNERS = /^(ntpdate|m?sntp|ntpdig|rdate|ntpclient)(?![a-z])/;

/** The name of a link such as `ntpdate` or `sntp`, of which this is the path; `tsntp` for any other. */
export function programName(path: string | undefined): string {
  const name = basename(path ?? '').replace(/\.[cm]?js$/, '');
  return FORERUNNERS.test(name) ? name : 'tsntp';
}
