// A call of `check` in the library → a check of many clocks with this machine's network, or with the ports of the caller.

import { type CheckEvent, type CheckPorts, check as checkWith } from '../check.ts';
import type {
  CheckedTarget,
  FleetOutcome,
  Limits,
  OffsetRange,
  Target,
  Via,
} from '../fleet/fleet-outcome.ts';
import { areSwapped, limitsOf } from '../fleet/limits.ts';
import type { FailOn } from '../fleet/tally.ts';
import { targetOf, withoutRepetitions } from '../fleet/target-list.ts';
import { openMachine } from '../machine.ts';
import type { Seconds } from '../ntp/time.ts';
import { defaultLimits } from '../options/default-limits.ts';
import { given, type Optional } from '../options/given.ts';
import { readOffsetRange } from '../options/offset-range.ts';
import { OPTIONS } from '../options/option-table.ts';
import { checkValue, checkValues, oneOf, type Range, row, wholeNumber } from '../options/ranges.ts';
import { readViaOrder } from '../options/via-order.ts';
import type { ReferenceChoice } from '../pipeline/check-reference.ts';
import { withListener } from '../pipeline/listening.ts';
import { NTP_PORT } from '../sources/server.ts';
import { defaults } from '../sync.ts';
import { aFunction, anObject, nonEmpty, OWN, PORTS } from './options.ts';
import { type Servers, serversOf } from './servers.ts';

/** A clock to check as an object, for everything that a string cannot express. Only `host` is required. */
export interface TargetSpec {
  /** A host name, an IPv4 address, or an IPv6 address without brackets, with its zone if it has one. */
  readonly host: string;
  /** The UDP port of NTP; 123 by default. */
  readonly port?: number | undefined;
  /** What reports call it. */
  readonly label?: string | undefined;
  /** The group that it belongs to. */
  readonly group?: string | undefined;
}

/** The clocks to check: `host`, `host:port` or `[v6]:port` as a string, a `TargetSpec`, or an array of both. */
export type Targets = string | TargetSpec | readonly (string | TargetSpec)[];

/** The options of `check`. All are optional; `undefined` is the same as absent. Durations are in seconds. */
export interface FleetOptions {
  /**
   * What to compare with: servers, which are surveyed before and after; `'local'`, this machine's clock, which its kernel must
   * call synchronized; or `'majority'`, the default: at least five targets must answer, and more than half must agree.
   */
  readonly reference?: Servers | 'local' | 'majority' | undefined;
  /** A clock is off if it is surely wrong by more than this, in seconds, or outside of a range: `'-0.1:0.5'`. 0.1 by default. */
  readonly warn?: Seconds | string | undefined;
  /** From which size or range on that is critical; 1 by default. */
  readonly critical?: Seconds | string | undefined;
  /** What ends the check as `some-unknown` if no target is off: nothing with `'off'`, `'unreachable'` targets, the default, or also `'uncertain'` ones. */
  readonly failOn?: FailOn | undefined;
  /**
   * The means to read a target's clock, tried in this order until one answers: NTP, the header Date of HTTP, or `date` by ssh.
   * `['ntp']` by default.
   */
  readonly via?: Via | readonly Via[] | undefined;
  /** How long to wait for a target, in seconds, and fifteen times as long by HTTP or ssh; 1 by default. */
  readonly timeout?: Seconds | undefined;
  /** Requests per second to targets beyond this machine; 5000 by default. */
  readonly rate?: number | undefined;
  /** Uses only IPv4 (4) or only IPv6 (6). */
  readonly family?: 4 | 6 | undefined;
  /** The local IP address to send from. */
  readonly source?: string | undefined;
  /** Aborts the check, which resolves as `interrupted` with the targets so far. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Called with each target as soon as there is a verdict on it; the second survey of the reference may still change its offset
   * slightly. If it throws, or returns a promise that rejects, the check ends and its promise rejects with that error.
   */
  readonly onTarget?: ((checked: CheckedTarget) => void) | undefined;
  /** Replaces this machine's clock, network, resolver and so on, for tests. */
  readonly ports?: Optional<CheckPorts> | undefined;
}

/**
 * Compares many clocks with a reference, and says which of them are wrong, by how much, and how surely. Sets nothing and needs no
 * privilege. Targets that do not answer and an abort are part of the `FleetOutcome`.
 *
 * Rejects with `ServerSyntaxError` for an invalid host, `RangeError` for an argument out of range, `ClockError` for a clock
 * that stands still, and with any error that `onTarget` throws.
 */
export async function check(targets: Targets, options: FleetOptions = {}): Promise<FleetOutcome> {
  checkValue('options', options, anObject);
  checkValues(options, FLEET, 'option');
  if (options.ports !== undefined) checkValues(options.ports, FLEET_PORTS, 'port', 'ports.');
  const { signal, onTarget, ports = {}, family, source } = options;
  const path = given({ family, source });
  const { targets: distinct, warnings } = withoutRepetitions(targetsOf(targets));
  const plan = {
    targets: distinct,
    reference: referenceOf(options.reference ?? 'majority', path),
    limits: limitsGiven(options),
    failOn: options.failOn ?? OPTIONS.failOn.default,
    via: readViaOrder(String(options.via ?? OPTIONS.via.default))!,
    rate: options.rate ?? OPTIONS.rate.default,
    timeout: options.timeout ?? OPTIONS.checkTimeout.default,
    version: OPTIONS.ntpVersion.default,
    ...path,
  };
  const real = await openMachine({ mode: 'look', env: process.env, ...given({ signal }) });
  const emit = (event: CheckEvent) =>
    event.kind === 'target-checked' ? onTarget?.(event.checked) : undefined;
  const machine: CheckPorts = { ...real, emit, ...given(ports) };
  const outcome = await withListener(machine, own => checkWith(plan, own));
  return { ...outcome, warnings: [...warnings, ...outcome.warnings] };
}

function targetsOf(targets: Targets): readonly Target[] {
  const alone = !Array.isArray(targets);
  const list: readonly (string | TargetSpec)[] = Array.isArray(targets) ? targets : [targets];
  checkValue('targets', list, { has: () => list.length > 0, text: TARGET.text });
  return list.map((named, index) => {
    const where = alone ? 'targets' : `targets[${index}]`;
    checkValue(where, named, TARGET);
    if (typeof named === 'string') return targetOf(named, 'argument');
    checkValues(named, FIELDS, 'field', `${where}.`);
    const { host, port = NTP_PORT, label, group } = named;
    checkValue(`${where}.host`, host, FIELDS.host);
    return {
      ...targetOf(host.includes(':') ? `[${host}]` : host, 'argument'),
      port,
      ...given({ label, group }),
    };
  });
}

function referenceOf(
  reference: NonNullable<FleetOptions['reference']>,
  path: { readonly family?: 4 | 6; readonly source?: string },
): ReferenceChoice {
  if (reference === 'local' || reference === 'majority') return { kind: reference };
  return { kind: 'servers', survey: { ...defaults, ...path, servers: serversOf(reference, false) } };
}

function limitsGiven({ warn, critical }: FleetOptions): Limits {
  const ranges = { ...rangeGiven('warning', warn), ...rangeGiven('critical', critical) };
  if (areSwapped(ranges))
    throw new RangeError(`critical: ${critical} is below warn, ${warn}: give it the larger limit`);
  return limitsOf(ranges, defaultLimits());
}

function rangeGiven(
  name: keyof Limits,
  limit: Seconds | string | undefined,
): { [K in keyof Limits]?: OffsetRange } {
  return limit === undefined ? {} : { [name]: readOffsetRange(String(limit))! };
}

const TARGET: Range = {
  has: value => typeof value === 'string' || anObject.has(value),
  text: 'a host such as "10.0.0.5", an object with a host, or a non-empty array of these',
};

const text: Range = { has: value => typeof value === 'string', text: 'a string' };

const FIELDS: Readonly<Record<keyof TargetSpec, Range>> = {
  host: nonEmpty('a host name or an IP address, without brackets and without a port'),
  port: wholeNumber(1, 65_535),
  label: text,
  group: text,
};

const limit: Range = {
  has: value =>
    typeof value === 'number'
      ? value >= 0 && value <= 1e10
      : typeof value === 'string' && readOffsetRange(value) !== undefined,
  text: 'a size in seconds, or a range as text: "-0.1:0.5"',
};

const FLEET: Readonly<Record<keyof FleetOptions, Range>> = {
  reference: {
    has: value => typeof value === 'string' || (typeof value === 'object' && value !== null),
    text: 'servers, "local" or "majority"',
  },
  warn: limit,
  critical: limit,
  failOn: oneOf('off', 'unreachable', 'uncertain'),
  via: {
    has: value => readViaOrder(String(value)) !== undefined,
    text: '"ntp", "http" or "ssh", or an array of these',
  },
  timeout: row('checkTimeout'),
  rate: row('rate'),
  family: oneOf(4, 6),
  source: row('source'),
  signal: OWN.signal,
  onTarget: aFunction,
  ports: anObject,
};

const FLEET_PORTS: Readonly<Record<keyof CheckPorts, Range>> = {
  clock: PORTS.clock,
  transport: PORTS.transport,
  resolve: PORTS.resolve,
  nts: PORTS.nts,
  timer: PORTS.timer,
  random: PORTS.random,
  release: PORTS.release,
  emit: PORTS.emit,
  signal: PORTS.signal,
  openUnconnected: aFunction,
  readers: { has: value => Array.isArray(value), text: 'an array' },
};
