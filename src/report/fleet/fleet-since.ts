// The JSON of an earlier check, and a check → since when each target is as it is. Pure: a chain of reports, each made with the
// one before it, carries the instants on.

import type { Checked, CheckedTarget, Target, TargetVerdict } from '../../fleet/fleet-outcome.ts';
import { formatInstant } from '../../ntp/time.ts';
import { type Finding, findingOfVerdict, TARGET_VERDICTS, targetHost } from './fleet-order.ts';

/** When a target was first found as it is now: RFC 3339 in UTC. Targets that are right are not in it. */
export type Since = ReadonlyMap<CheckedTarget, string>;

/** What an earlier report says of each target that was not right, by its key. */
export type EarlierFindings = ReadonlyMap<string, { readonly finding: Finding; readonly since: string }>;

/**
 * Since when each target that is not right is so: as an earlier report says, if it has the same finding there, otherwise
 * since this check. Another verdict of the same finding continues it: `off`, then `zone-off`.
 */
export function sinceOf(earlier: EarlierFindings, { started, targets }: Checked): Since {
  const now = formatInstant(started);
  const wrong = targets.filter(target => findingOfVerdict(target) !== 'right');
  return new Map(
    wrong.map(checked => {
      const before = earlier.get(keyOf(checked.target));
      return [
        checked,
        before?.finding === findingOfVerdict(checked) && before.since <= now ? before.since : now,
      ];
    }),
  );
}

/** Reads the JSON of an earlier `tsntp check`. Throws `SyntaxError`, whose message says what is wrong with it. */
export function readEarlierFindings(text: string): EarlierFindings {
  const report = parsed(text);
  if (!isObject(report) || report.command !== 'check' || !Array.isArray(report.targets))
    throw new SyntaxError('it is not a report of "tsntp check --format json"');
  const { started } = report;
  if (!isInstant(started)) throw new SyntaxError('its "started" is not an instant in UTC');
  return new Map(report.targets.flatMap((target: unknown) => entryOf(target, started)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError('it is not JSON');
  }
}

function entryOf(target: unknown, started: string): [] | [[string, { finding: Finding; since: string }]] {
  if (!isObject(target) || typeof target.host !== 'string' || typeof target.port !== 'number')
    throw new SyntaxError('one of its targets has no host and port');
  const { host, port, sshPort, verdict, since } = target;
  if (!isVerdict(verdict))
    throw new SyntaxError(`its target ${targetHost({ host, port })} has no verdict that is known`);
  const finding = findingOfVerdict({ verdict });
  if (finding === 'right') return [];
  const login = typeof sshPort === 'number' ? { sshPort } : {};
  return [[keyOf({ host, port, ...login }), { finding, since: isInstant(since) ? since : started }]];
}

/** Several machines behind one address differ by their ports of ssh. */
function keyOf({ host, port, sshPort }: Pick<Target, 'host' | 'port' | 'sshPort'>): string {
  return `${host.toLowerCase()} ${port} ${sshPort ?? ''}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isVerdict(value: unknown): value is TargetVerdict {
  return (TARGET_VERDICTS as readonly unknown[]).includes(value);
}

/** With nine digits of the second, as reports have it: such instants sort as text. */
function isInstant(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}
