// Since when a clock is off: chains of reports, each made with the one before it.

import { describe, expect, test } from 'vitest';
import type { CheckedTarget, TargetVerdict } from '../../../src/fleet/fleet-outcome.ts';
import { add } from '../../../src/ntp/time.ts';
import { fleetJson as jsonParts } from '../../../src/report/fleet/fleet-content.ts';
import { readEarlierFindings, sinceOf, unreachedOf } from '../../../src/report/fleet/fleet-since.ts';
import { checked, STARTED, target } from '../../support/fleet.ts';

const fleetJson = (...args: Parameters<typeof jsonParts>) => [...jsonParts(...args)].join('');

const one = (verdict: TargetVerdict): CheckedTarget =>
  target({ verdict, severity: verdict === 'right' ? 'ok' : 'critical' });

/** What the last of a chain of hourly checks says of one target, each with the report before it. */
function sinceAfter(...verdicts: readonly TargetVerdict[]): string | undefined {
  let earlier = '';
  let last: string | undefined;
  for (const [hour, verdict] of verdicts.entries()) {
    const check = checked([one(verdict)], { started: add(STARTED, hour * 3600) });
    const since = earlier === '' ? undefined : sinceOf(readEarlierFindings(earlier), check);
    last = since?.get(check.targets[0]!)?.slice(11, 13);
    earlier = fleetJson(check, { exitCode: 5, ...(since && { since }) });
  }
  return last;
}

describe('a target', () => {
  test.each<[why: string, verdicts: readonly TargetVerdict[], hour: string | undefined]>([
    ['that was right before is off since this check', ['right', 'off'], '08'],
    ['that was off before is off since then', ['off', 'off'], '07'],
    ['stays off over a chain', ['right', 'off', 'off', 'off'], '08'],
    ['whose verdict is another of the same kind goes on', ['off', 'zone-off', 'off'], '07'],
    ['that was right in between begins anew', ['off', 'right', 'off'], '09'],
    ['that gave no answer in between begins anew', ['off', 'no-answer', 'off'], '09'],
    ['that is right has no instant', ['off', 'right'], undefined],
  ])('%s', (_, verdicts, hour) => {
    expect(sinceAfter(...verdicts)).toBe(hour);
  });

  test('that was not in the earlier report is off since this check', () => {
    const earlier = readEarlierFindings(fleetJson(checked([one('off')]), { exitCode: 5 }));
    const other = target({ host: '10.0.0.99', verdict: 'off', severity: 'critical' });
    const now = checked([other], { started: add(STARTED, 3600) });
    expect(sinceOf(earlier, now).get(other)).toBe('2026-11-26T08:00:00.000000000Z');
  });

  test('that an interrupted check did not reach keeps its instant', () => {
    const first = readEarlierFindings(fleetJson(checked([one('off')]), { exitCode: 5 }));
    const cut = checked([], { kind: 'interrupted', started: add(STARTED, 3600) });
    const text = fleetJson(cut, { exitCode: 130, unreached: unreachedOf(first, cut) });
    expect(readEarlierFindings(text)).toEqual(first);
  });

  test('behind the address of another one has its own instant, by its port of ssh', () => {
    const at = (sshPort: number) => {
      const { target: named, ...rest } = one('off');
      return { ...rest, target: { ...named, sshPort } };
    };
    const earlier = readEarlierFindings(fleetJson(checked([at(2201)]), { exitCode: 5 }));
    const [same, other] = [at(2201), at(2202)];
    const since = sinceOf(earlier, checked([same, other], { started: add(STARTED, 3600) }));
    expect(since.get(same)).toBe('2026-11-26T07:00:00.000000000Z');
    expect(since.get(other)).toBe('2026-11-26T08:00:00.000000000Z');
  });

  test('is the same one whatever the case of its name, and with or without the final dot', () => {
    const named = (host: string) => target({ host, verdict: 'off', severity: 'critical' });
    const earlier = readEarlierFindings(fleetJson(checked([named('gate.example')]), { exitCode: 5 }));
    const now = checked([named('Gate.example.')], { started: add(STARTED, 3600) });
    expect([...sinceOf(earlier, now).values()]).toEqual(['2026-11-26T07:00:00.000000000Z']);
  });

  test('cannot be off since the future, if the clock was set back', () => {
    const earlier = readEarlierFindings(fleetJson(checked([one('off')]), { exitCode: 5 }));
    const now = checked([one('off')], { started: add(STARTED, -3600) });
    expect([...sinceOf(earlier, now).values()]).toEqual(['2026-11-26T06:00:00.000000000Z']);
  });
});

test.each([
  ['{', 'it is not JSON'],
  ['{"command":"sync"}', 'it is not a report of "tsntp check --format json"'],
  ['{"command":"check","targets":[]}', 'its "started" is not an instant in UTC'],
  [
    '{"command":"check","started":"2026-11-26T07:00:00.000000000Z","targets":[{}]}',
    'one of its targets has no host and port',
  ],
  [
    '{"command":"check","started":"2026-11-26T07:00:00.000000000Z","targets":[{"host":"a","port":123,"verdict":"x"}]}',
    'its target a has no verdict that is known',
  ],
])('%s is no earlier report', (text, problem) => {
  expect(() => readEarlierFindings(text)).toThrow(new SyntaxError(problem));
});
