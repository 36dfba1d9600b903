// Which tsntp this is, and when it was released: no clock that shows an earlier time can be right.

import { type UnixTime, unixTimeOf } from './ntp/time.ts';

export const VERSION = '0.1.0';

/** 2026-11-21, as in CHANGELOG.md. */
export const RELEASED: UnixTime = unixTimeOf(BigInt(Date.UTC(2026, 10, 21)) * 1_000_000n);
