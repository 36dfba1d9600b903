// The options of the library as programs give them → checked: undefined is "not given", anything else must be in its range.

import type { Keys } from '../net/authentication.ts';
import type { NtsTrust } from '../net/nts/open.ts';
import type { Seconds } from '../ntp/time.ts';
import type { Optional } from '../options/given.ts';
import { checkRanges, checkValue, checkValues, oneOf, type Range, type Ranges } from '../options/ranges.ts';
import type { Ports, SyncEvent, SyncOptions } from '../sync.ts';

/**
 * The options of `query`, `sync` and `measureOffset`. Each may be left out, or be undefined, which means the same. Durations are
 * seconds. A value out of its range, or an option that does not exist, is a `RangeError` that names both.
 */
export interface Options {
  /** Requests to each server, from 1 to 16; 4 by default. They are sent one after the other (RFC 5905 §7.2, iburst). */
  readonly samples?: number | undefined;
  /** Seconds to wait for one reply; 2 by default. `Infinity` waits until the deadline. */
  readonly timeout?: Seconds | undefined;
  /** Seconds for the whole measurement; 15 by default. What has come by then is used. `Infinity` sets no deadline. */
  readonly deadline?: Seconds | undefined;
  /** Seconds between two requests to one server; `'auto'`, the default, asks a near server sooner again than a far one. */
  readonly interval?: 'auto' | Seconds | undefined;
  /** How many servers must agree before they are believed; 1 by default. */
  readonly minServers?: number | undefined;
  /** Seconds: a server whose root distance is greater is not believed (MAXDIST, RFC 5905 §11.2.1); 1.5 by default. */
  readonly maxDistance?: Seconds | undefined;
  /** The version of NTP in requests, from 1 to 4; 4 by default. NTS needs version 4. */
  readonly version?: 1 | 2 | 3 | 4 | undefined;
  /** Asks servers over IPv4 or over IPv6 only; by default over whichever the system prefers. */
  readonly family?: 4 | 6 | undefined;
  /** The IP address of this machine that requests are sent from; by default the system chooses. */
  readonly source?: string | undefined;
  /** Of `sync`: whether a correction is a step or a slew; by default `stepThreshold` decides. */
  readonly method?: 'by-threshold' | 'step' | 'slew' | undefined;
  /** Of `sync`, in seconds: a correction of this size or more is a step (STEPT, RFC 5905 §11.3); 0.128 by default. */
  readonly stepThreshold?: Seconds | undefined;
  /** Seconds: an offset of a greater size is refused (`refused`), also by `query`. No limit by default. */
  readonly maxOffset?: Seconds | undefined;
  /** Believes servers whatever time they tell, and lifts the panic limit of 1000 s (PANICT, RFC 5905 §11.3). */
  readonly allowAnyOffset?: boolean | undefined;
  /** Of `sync`: sets the clock although another time service does; another run of tsntp still prevents it. */
  readonly force?: boolean | undefined;
  /** Of `sync`: stays until a slew is finished. */
  readonly wait?: boolean | undefined;
  /** Of `sync`: writes the hardware clock, too. */
  readonly rtc?: boolean | undefined;
  /**
   * Of `sync`: measures and decides, and touches nothing. The outcome is `would-adjust` in place of `adjusted`, and `busy` where
   * another program sets this clock.
   */
  readonly dryRun?: boolean | undefined;
  /** The symmetric keys that servers name: the path of a key file (ntp.keys, chrony.keys), or a Map by their numbers. */
  readonly keys?: string | Keys | undefined;
  /** Requires NTS (RFC 8915) of every server. The port of a server that is named by a string is then that of its key exchange. */
  readonly nts?: boolean | undefined;
  /** Which authorities are trusted for NTS; by default those of the system, with the dates of certificates. */
  readonly ntsTrust?: NtsTrust | undefined;
  /** Stops the run: it resolves with an outcome of kind `interrupted`, with what was measured, and the clock untouched. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called with each packet, test and decision as it happens. If it throws, or returns a promise that rejects meanwhile, the run
   * ends, and its promise rejects with that error.
   */
  readonly onEvent?: ((event: SyncEvent) => void) | undefined;
  /** The folder of the state file and the lock; by default as the platform has it. */
  readonly stateDirectory?: string | undefined;
  /** Used in place of this machine's clock, network, resolver and so on: for tests and simulations. */
  readonly ports?: Optional<Ports> | undefined;
}

/** Throws `RangeError` for the first option that does not exist or is out of its range. */
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

/** Allows a text that is not empty, which `text` describes. */
export function someText(text: string): Range {
  return { has: value => typeof value === 'string' && value !== '', text };
}

export const yesOrNo: Range = oneOf(true, false);

const keyMap: Range = {
  has: value =>
    value instanceof Map && [...value].every(([id, key]) => typeof id === 'number' && key?.id === id),
  text: 'the path of a key file, or a Map of symmetric keys by their numbers',
};

/** Those that the command has in another form, or not at all. */
export const OWN: Readonly<Record<Exclude<keyof Options, keyof SyncOptions> | 'keys', Range>> = {
  dryRun: yesOrNo,
  keys: { has: value => keyMap.has(value) || someText('').has(value), text: keyMap.text },
  nts: yesOrNo,
  ntsTrust: { ...anObject, text: 'an object with ca, system or ignoreDates' },
  signal: { has: value => value instanceof AbortSignal, text: 'an AbortSignal' },
  onEvent: aFunction,
  stateDirectory: someText('the path of a folder'),
  ports: anObject,
};

/** The fields of `NtsTrust`, and of a server's `authorities`. */
export const AUTHORITIES: Ranges = {
  ca: someText('certificates as PEM text'),
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
