// `rtc floor` in the simulated world: a clock that starts before the last measured time continues from there, and what a
// later sync may do to it.

import { describe, expect, test } from 'vitest';
import { dryRun } from '../src/clock/dry-run.ts';
import { type FloorOptions, type FloorOutcome, type FloorPorts, restoreFloor } from '../src/floor.ts';
import { add, difference } from '../src/ntp/time.ts';
import type { Competitor } from '../src/pipeline/outcome.ts';
import { exitCodeOf } from '../src/report/exit-code.ts';
import { explainFloor, floorContent } from '../src/report/floor-content.ts';
import { ended } from './support/runs.ts';
import { BEGINNING, RELEASE, type World, type WorldSetup, world } from './support/world.ts';

const YEAR = 365.25 * 86_400;
/** An hour before the true time. */
const FLOOR = add(BEGINNING, -3600);
/** Boots in 1970. */
const WITHOUT_RTC: WorldSetup = { behind: 56 * YEAR, floor: FLOOR };

async function restored(
  there: World,
  options: FloorOptions = {},
  ports: Partial<FloorPorts> = {},
): Promise<FloorOutcome> {
  const outcome = await there.run(restoreFloor(options, { ...there.ports(), ...ports }));
  expect(there.unfinished()).toBe(0);
  return outcome;
}

const SERVICE: Competitor = { kind: 'service', name: 'chronyd', pid: 7, stop: 'systemctl stop chronyd' };

describe('a clock before the floor', () => {
  test('is stepped to it', async () => {
    const w = world(WITHOUT_RTC);
    const outcome = await restored(w);
    expect(outcome).toMatchObject({ kind: 'adjusted', decision: { kind: 'step' }, warnings: [] });
    expect(exitCodeOf(outcome, undefined)).toBe(0);
    expect(w.clock.behind()).toBeCloseTo(3600, 0);
    expect(explainFloor(outcome)).toMatch(
      /^this clock shows 1970-11-\S+Z, \d+\.\d s \(56\.0 years\) before the floor 2026-11-20T23:00:00Z \(\/state\/floor\); the clock has been set to it\. It is not synchronized: /,
    );
    expect(floorContent(outcome)).toMatchObject({
      result: 'adjusted',
      floor: '2026-11-20T23:00:00.271828183Z',
      path: '/state/floor',
      offset: expect.closeTo(56 * YEAR - 3600, 0),
    });
  });

  test('is neither marked as synchronized nor remembered as set, so that a sync may correct any error', async () => {
    const w = world({ ...WITHOUT_RTC, floor: add(BEGINNING, -YEAR / 2), servers: { '10.0.0.1': {} } });
    await restored(w);
    expect(w.clock.calls.map(({ kind }) => kind)).toEqual(['step']);
    expect(w.remembered).toEqual([]);
    const { clockTrust, decision } = ended('adjusted', await w.sync());
    expect(decision).toMatchObject({ kind: 'step', offset: expect.closeTo(YEAR / 2, 0) });
    expect(clockTrust).toEqual({ setSinceBoot: false, synchronized: false, beforeRelease: false, sum: 0 });
  });

  test('does not count in the sum of the corrections', async () => {
    const w = world({ ...WITHOUT_RTC, servers: { '10.0.0.1': {} } });
    await restored(w);
    await w.sync();
    expect(w.remembered).toMatchObject([{ sum: 0 }]);
  });

  test('with a hardware clock that is in 1970, too: the hardware clock is not asked', async () => {
    const w = world({ ...WITHOUT_RTC, hardwareOffset: -56 * YEAR, servers: { '10.0.0.1': {} } });
    const outcome = await restored(w);
    expect(outcome.kind).toBe('adjusted');
    expect(outcome).not.toHaveProperty('clockTrust.witness');
    expect(ended('adjusted', await w.sync()).clockTrust).not.toHaveProperty('witness');
  });

  test('in a dry run would be set', async () => {
    const w = world(WITHOUT_RTC);
    const outcome = await restored(w, {}, { clock: dryRun(w.clock) });
    expect(outcome.kind).toBe('would-adjust');
    expect(exitCodeOf(outcome, undefined)).toBe(0);
    expect(explainFloor(outcome)).toMatch(/; the clock would be set to it$/);
    expect(w.clock.behind()).toBeCloseTo(56 * YEAR, 0);
  });

  test('without the right to set it: exit 4', async () => {
    const outcome = await restored(world({ ...WITHOUT_RTC, refusesWith: 'not-permitted' }));
    expect(outcome.kind).toBe('clock-error');
    expect(exitCodeOf(outcome, undefined)).toBe(4);
    expect(floorContent(outcome)).toMatchObject({ error: { kind: 'not-permitted' } });
  });

  test('beside another time service: exit 6, unless forced', async () => {
    const setup = { ...WITHOUT_RTC, competitors: [SERVICE] };
    const w = world(setup);
    const outcome = await restored(w);
    expect(exitCodeOf(outcome, undefined)).toBe(6);
    expect(explainFloor(outcome)).toMatch(/; chronyd \(pid 7\) sets this clock: stop it with /);
    expect(w.clock.calls).toEqual([]);
    expect((await restored(world(setup), { force: true })).kind).toBe('adjusted');
  });

  test('while another tsntp runs: exit 6, even if forced', async () => {
    const w = world({ ...WITHOUT_RTC, competitors: [{ kind: 'tsntp', pid: 8 }] });
    const outcome = await restored(w, { force: true });
    expect(exitCodeOf(outcome, undefined)).toBe(6);
    expect(explainFloor(outcome)).toBe('another tsntp (pid 8) is running: wait until it ends');
    expect(w.clock.calls).toEqual([]);
  });

  test('over maxOffset: refused, exit 5', async () => {
    const w = world(WITHOUT_RTC);
    const outcome = await restored(w, { maxOffset: 60, limitsFrom: { maxOffset: '/etc/tsntp.conf:2' } });
    expect(exitCodeOf(outcome, undefined)).toBe(5);
    expect(explainFloor(outcome)).toContain('over the max-offset of 60 s (/etc/tsntp.conf:2)');
    expect(w.clock.calls).toEqual([]);
  });

  test('after an interrupt is left alone', async () => {
    const w = world(WITHOUT_RTC);
    const outcome = await restored(w, {}, { signal: AbortSignal.abort() });
    expect(exitCodeOf(outcome, 'SIGTERM')).toBe(143);
    expect(w.clock.calls).toEqual([]);
  });
});

describe('a clock before the floor that was set since boot, so that the floor is wrong', () => {
  test.each([
    ['by tsntp', { setSinceBoot: true }, /but tsntp has set it since boot, which counts more/],
    ['by another program', { synchronized: true }, /but the kernel considers it synchronized/],
  ])('%s: is left alone, exit 0', async (_, setup, words) => {
    const w = world({ ...setup, floor: add(BEGINNING, 500) });
    const outcome = await restored(w);
    expect(exitCodeOf(outcome, undefined)).toBe(0);
    expect(explainFloor(outcome)).toMatch(words);
    expect(w.clock.calls).toEqual([]);
    const forced = await restored(world({ ...setup, floor: add(BEGINNING, 500) }), { allowAnyOffset: true });
    expect(forced.kind).toBe('adjusted');
  });

  test('unless it shows a time before the release', async () => {
    const w = world({ ...WITHOUT_RTC, setSinceBoot: true });
    expect((await restored(w)).kind).toBe('adjusted');
  });

  test('an unreadable memory is no proof: over the panic limit it is refused', async () => {
    const w = world({ floor: add(BEGINNING, 5000) });
    const host = {
      ...w.ports().host,
      recall: () => ({ setSinceBoot: true, sum: 0, explained: 0, warning: 'cannot tell' }),
    };
    const outcome = await restored(w, {}, { host });
    expect(outcome).toMatchObject({ kind: 'refused', warnings: ['cannot tell'] });
    expect(w.clock.calls).toEqual([]);
  });
});

test('rtc floor leaves a clock after the floor alone: exit 0', async () => {
  const w = world({ floor: FLOOR, competitors: [SERVICE] });
  const outcome = await restored(w);
  expect(exitCodeOf(outcome, undefined)).toBe(0);
  expect(explainFloor(outcome)).toMatch(
    /^this clock shows \S+, 3600\.0 s \(1\.0 h\) after the floor 2026-11-20T23:00:00Z \(\/state\/floor\); nothing to do$/,
  );
  expect(w.clock.calls).toEqual([]);
});

test('rtc floor without a floor: exit 3, and how to get one', async () => {
  const w = world({ behind: YEAR });
  const outcome = await restored(w);
  expect(exitCodeOf(outcome, undefined)).toBe(3);
  expect(explainFloor(outcome)).toMatch(/^no floor is known yet: the next "tsntp sync"/);
  expect(floorContent(outcome)).toMatchObject({ result: 'no-floor', warnings: [] });
  const unreadable = { recall: () => ({ warnings: ['cannot tell'] }), remember: () => undefined };
  const { warnings } = await restored(w, {}, { host: { ...w.ports().host, floor: unreadable } });
  expect(warnings).toEqual(['cannot tell']);
});

test('a floor more than 20 years after the release is refused, exit 5, and accepted with allowAnyOffset', async () => {
  const setup = { ...WITHOUT_RTC, floor: add(RELEASE, 21 * YEAR) };
  const w = world(setup);
  const outcome = await restored(w);
  expect(exitCodeOf(outcome, undefined)).toBe(5);
  expect(explainFloor(outcome)).toMatch(
    /more than 20 years after this tsntp was released.*Remove the file, or use -g/,
  );
  expect(w.clock.calls).toEqual([]);
  expect((await restored(world(setup), { allowAnyOffset: true })).kind).toBe('adjusted');
});

describe('a sync', () => {
  const server = { '10.0.0.1': {} };

  test.each([
    ['that steps', { behind: 5 }],
    ['that slews', { behind: 0.05 }],
    ['that slews backward', { behind: -0.05 }],
  ])('%s keeps the measured time less its error bound as the floor', async (_, setup) => {
    const w = world({ ...setup, servers: server });
    const { estimate } = ended('adjusted', await w.sync());
    const truth = add(BEGINNING, w.now());
    expect(difference(truth, w.floor()!)).toBeCloseTo(estimate.rootDistance, 3);
    expect(w.floor()! <= truth).toBe(true);
  });

  test.each([
    ['that is refused', { behind: 5000, setSinceBoot: true }],
    ['that finds another service', { behind: 5, competitors: [SERVICE] }],
    ['that finds no server', { behind: 5, servers: { '10.0.0.1': { fault: 'silent' as const } } }],
  ])('%s keeps none', async (_, setup) => {
    const w = world({ servers: server, ...setup });
    await w.sync();
    expect(w.floor()).toBeUndefined();
  });

  test('in a dry run, and a query, keep none', async () => {
    const w = world({ behind: 5, servers: server });
    await w.sync({}, { clock: dryRun(w.clock) });
    await w.query();
    expect(w.floor()).toBeUndefined();
  });

  test('a floor that cannot be kept is a warning', async () => {
    const w = world({ behind: 5, servers: server, floorWarning: 'cannot keep it' });
    expect(ended('adjusted', await w.sync()).warnings).toEqual(['cannot keep it']);
  });

  test('that repairs a clock set by a liar years ahead lowers the floor', async () => {
    const w = world({ servers: { '10.0.0.1': { offset: 9 * YEAR }, '10.0.0.2': {} } });
    const [liar, honest] = w.options().servers;
    await w.sync({ servers: [liar!] });
    expect(w.floor()! > add(BEGINNING, 8 * YEAR)).toBe(true);
    expect((await w.sync({ servers: [honest!] })).kind).toBe('refused');
    expect(w.floor()! > add(BEGINNING, 8 * YEAR)).toBe(true);
    ended('adjusted', await w.sync({ servers: [honest!], allowAnyOffset: true }));
    expect(w.floor()! < add(BEGINNING, w.now())).toBe(true);
    expect(w.floor()! > add(BEGINNING, -1)).toBe(true);
  });
});
