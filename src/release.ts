// The version of this tsntp and its release date. A clock that shows an earlier time is wrong.

import { type UnixTime, unixTimeOf } from './ntp/time.ts';

/** The version, as in package.json. */
export const VERSION = '0.1.0';

/** The release date, as in CHANGELOG.md: 2026-11-21. */
export const RELEASED: UnixTime = unixTimeOf(BigInt(Date.UTC(2026, 10, 21)) * 1_000_000n);
