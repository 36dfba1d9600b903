// The JSON of an earlier check, and a check → since when each target is as it is. Pure: a chain of reports, each made with the
// one before it, carries the instants on.

import type {
  Checked,
  CheckedTarget,
  FleetOutcome,
  Target,
  TargetVerdict,
} from '../../fleet/fleet-outcome.ts';
import { keyOfTarget } from '../../fleet/target-list.ts';
import { formatInstant } from '../../ntp/time.ts';
import { findingOfVerdict, TARGET_VERDICTS, targetHost } from './fleet-order.ts';

/** When a target was first found as it is now: RFC 3339 in UTC. Targets that are right are not in it. */
export type Since = ReadonlyMap<CheckedTarget, string>;

/** What an earlier report says of each target that was not right, by its key. */
export type EarlierFindings = ReadonlyMap<string, EarlierFinding>;

/** What an earlier report says of a target that was not right. */
export interface EarlierFinding extends Pick<Target, 'host' | 'port' | 'sshPort'> {
  readonly verdict: TargetVerdict;
  readonly since: string;
}

/**
 * Since when each target that is not right is so: as an earlier report says, if it has the same finding there, otherwise
 * since this check. Another verdict of the same finding continues it: `off`, then `zone-off`.
 */
export function sinceOf(earlier: EarlierFindings, { started, targets }: Checked): Since {
  const now = formatInstant(started);
  const wrong = targets.filter(target => findingOfVerdict(target) !== 'right');
  return new Map(
    wrong.map(checked => {
      const before = earlier.get(keyOfTarget(checked.target));
      return [
        checked,
        before && findingOfVerdict(before) === findingOfVerdict(checked) && before.since <= now
          ? before.since
          : now,
      ];
    }),
  );
}

/** The findings of an earlier report on targets that this check did not reach: without a reference, or interrupted. */
export function unreachedOf(earlier: EarlierFindings, outcome: FleetOutcome): readonly EarlierFinding[] {
  if (outcome.kind === 'no-reference') return [...earlier.values()];
  if (outcome.kind !== 'interrupted') return [];
  const reached = new Set(outcome.targets.map(({ target }) => keyOfTarget(target)));
  return [...earlier].filter(([key]) => !reached.has(key)).map(([, finding]) => finding);
}

/** Reads the JSON of an earlier `tsntp check`. Throws `SyntaxError`, whose message says what is wrong with it. */
export function readEarlierFindings(text: string): EarlierFindings {
  const report = parsed(text);
  const { command, result, started, targets, unreached = [] } = isObject(report) ? report : {};
  const reached = result === 'no-reference' ? [] : targets;
  if (command !== 'check' || !Array.isArray(reached) || !Array.isArray(unreached))
    throw new SyntaxError('it is not a report of "tsntp check --format json"');
  if (result !== 'no-reference' && !isInstant(started))
    throw new SyntaxError('its "started" is not an instant in UTC');
  return new Map([...unreached, ...reached].flatMap((target: unknown) => entryOf(target, started)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SyntaxError('it is not JSON');
  }
}

function entryOf(entry: unknown, started: unknown): [] | [[string, EarlierFinding]] {
  if (!isObject(entry) || typeof entry.host !== 'string' || typeof entry.port !== 'number')
    throw new SyntaxError('one of its targets has no host and port');
  const { host, port, sshPort, verdict, since } = entry;
  if (!isVerdict(verdict))
    throw new SyntaxError(`its target ${targetHost({ host, port })} has no verdict that is known`);
  const first = isInstant(since) ? since : started;
  if (findingOfVerdict({ verdict }) === 'right' || !isInstant(first)) return [];
  const target = { host, port, ...(typeof sshPort === 'number' && { sshPort }) };
  return [[keyOfTarget(target), { ...target, verdict, since: first }]];
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
