// The options of a call of the library → `RangeError` unless every value is allowed. `undefined` is not given.

import type { Keys } from '../net/authentication.ts';
import type { NtsTrust } from '../net/nts/open.ts';
import type { Seconds } from '../ntp/time.ts';
import type { Optional } from '../options/given.ts';
import { checkRanges, checkValue, checkValues, oneOf, type Range, type Ranges } from '../options/ranges.ts';
import type { Ports, SyncEvent, SyncOptions } from '../sync.ts';

/**
 * The options of `query`, `sync` and `measureOffset`. All are optional; `undefined` is the same as absent. Durations are in
 * seconds. A value out of range, or an option that does not exist, is a `RangeError` that names the option and the value.
 */
export interface Options {
  /** The number of requests to each server, from 1 to 16; 4 by default. They are sent one by one (RFC 5905 §7.2, iburst). */
  readonly samples?: number | undefined;
  /** How long to wait for a reply, in seconds; 2 by default. At most 3600, or `Infinity`, which waits until the deadline. */
  readonly timeout?: Seconds | undefined;
  /** The time limit of the whole measurement, in seconds; 15 by default. Uses the replies so far. `Infinity` is no limit. */
  readonly deadline?: Seconds | undefined;
  /** The interval between two requests to a server, in seconds; `'auto'`, the default, is shorter for nearby servers. */
  readonly interval?: 'auto' | Seconds | undefined;
  /** The minimum number of servers that must agree; 1 by default. */
  readonly minServers?: number | undefined;
  /** Rejects servers with a greater root distance than this, in seconds (MAXDIST, RFC 5905 §11.2.1); 1.5 by default. */
  readonly maxDistance?: Seconds | undefined;
  /** The NTP version of requests, from 1 to 4; 4 by default. NTS needs version 4. */
  readonly version?: 1 | 2 | 3 | 4 | undefined;
  /** Uses only IPv4 (4) or only IPv6 (6); by default whichever the system prefers. */
  readonly family?: 4 | 6 | undefined;
  /** The local IP address to send from; by default the system chooses. */
  readonly source?: string | undefined;
  /** `sync` only: whether to step or slew the clock; by default `stepThreshold` decides. */
  readonly method?: 'by-threshold' | 'step' | 'slew' | undefined;
  /** `sync` only: steps the clock for offsets of at least this size, in seconds (STEPT, RFC 5905 §11.3); 0.128 by default. */
  readonly stepThreshold?: Seconds | undefined;
  /** Refuses a larger offset, in seconds: the outcome is `refused`, also of `query`. No limit by default. */
  readonly maxOffset?: Seconds | undefined;
  /** Accepts any time from servers, and lifts the panic limit of 1000 s (PANICT, RFC 5905 §11.3). */
  readonly allowAnyOffset?: boolean | undefined;
  /** `sync` only: sets the clock even if another time service sets it. Another run of tsntp still prevents that. */
  readonly force?: boolean | undefined;
  /** `sync` only: resolves only when a slew is finished. */
  readonly wait?: boolean | undefined;
  /** `sync` only: also writes the hardware clock. */
  readonly rtc?: boolean | undefined;
  /**
   * `sync` only: learns how this clock drifts and sets its rate from the second run on, where the platform allows it; true
   * by default. With `false`, the rate is left alone and nothing is remembered of it.
   */
  readonly drift?: boolean | undefined;
  /** `sync` only: sets rates beyond 500 ppm too, with the tick of the kernel. */
  readonly allowTick?: boolean | undefined;
  /** `sync` only: sets the rate even if another program has changed it. */
  readonly forceFrequency?: boolean | undefined;
  /**
   * `sync` only: measures and decides, but changes nothing. The outcome is `would-adjust` instead of `adjusted`, and still
   * `busy` if another program sets the clock.
   */
  readonly dryRun?: boolean | undefined;
  /** The symmetric keys that servers refer to: the path of a key file (ntp.keys, chrony.keys), or a Map by key id. */
  readonly keys?: string | Keys | undefined;
  /** Requires NTS (RFC 8915) for every server. In `'host:port'`, the port is then that of the key exchange. */
  readonly nts?: boolean | undefined;
  /** The trusted authorities for NTS; by default those of the system. */
  readonly ntsTrust?: NtsTrust | undefined;
  /** Aborts the run, which resolves with an `interrupted` outcome that has the measurements so far. The clock is untouched. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called with each packet, test and decision as it happens. If it throws, or returns a promise that rejects during the
   * run, the run ends and its promise rejects with that error.
   */
  readonly onEvent?: ((event: SyncEvent) => void) | undefined;
  /** The directory of the state file and the lock; by default the platform's. */
  readonly stateDirectory?: string | undefined;
  /** Replaces this machine's clock, network, resolver and so on, for tests and simulations. */
  readonly ports?: Optional<Ports> | undefined;
}

/** Throws `RangeError` for the first option that does not exist or is out of range. */
export function checkOptions(options: Options): void {
  checkValue('options', options, anObject);
  checkRanges(options, OWN);
  if (options.ntsTrust !== undefined) checkValues(options.ntsTrust, TRUST, 'field', 'ntsTrust.');
  if (options.ports !== undefined) checkValues(options.ports, PORTS, 'port', 'ports.');
}

export const anObject: Range = {
  has: value => typeof value === 'object' && value !== null && !Array.isArray(value),
  text: 'an object',
};
export const aFunction: Range = { has: value => typeof value === 'function', text: 'a function' };

/** The range of non-empty strings; `text` describes them in messages. */
export function nonEmpty(text: string): Range {
  return { has: value => typeof value === 'string' && value !== '', text };
}

/** The range of `true` and `false`. */
export const yesOrNo: Range = oneOf(true, false);

const keyMap: Range = {
  has: value =>
    value instanceof Map && [...value].every(([id, key]) => typeof id === 'number' && key?.id === id),
  text: 'the path of a key file, or a Map of symmetric keys by key id',
};

/** The options that the command lacks or has in another form. */
export const OWN: Readonly<Record<Exclude<keyof Options, keyof SyncOptions> | 'keys', Range>> = {
  dryRun: yesOrNo,
  keys: { has: value => keyMap.has(value) || nonEmpty('').has(value), text: keyMap.text },
  nts: yesOrNo,
  ntsTrust: { ...anObject, text: 'an object with ca, system or ignoreDates' },
  signal: { has: value => value instanceof AbortSignal, text: 'an AbortSignal' },
  onEvent: aFunction,
  stateDirectory: nonEmpty('the path of a directory'),
  ports: anObject,
};

/** The fields of a server's `authorities`, which `NtsTrust` also has. */
export const AUTHORITIES: Ranges = {
  ca: nonEmpty('certificates as PEM text'),
  system: yesOrNo,
};

const TRUST: Ranges = { ...AUTHORITIES, ignoreDates: yesOrNo };

export const PORTS: Readonly<Record<keyof Ports, Range>> = {
  clock: anObject,
  transport: anObject,
  resolve: aFunction,
  nts: anObject,
  timer: anObject,
  random: aFunction,
  host: anObject,
  release: { has: value => typeof value === 'bigint', text: 'nanoseconds since 1970 as a bigint' },
  emit: aFunction,
  signal: OWN.signal,
};
