// After the clock was set, in the simulated world: what the kernel, the memory and the hardware clock are told, and
// how a slew is waited for.

import { describe, expect, test } from 'vitest';
import { add, difference } from '../../src/ntp/time.ts';
import { summaryOf } from '../../src/report/summary.ts';
import { declarations, ended, expectUntouched, near, pass } from '../support/runs.ts';
import { BEGINNING } from '../support/world.ts';

describe('after success', () => {
  test('the kernel is told how good its clock is', async () => {
    const w = near({ behind: 2, servers: { '10.0.0.1': { delay: 0.0005, jitter: 0.0005 } } });
    const { rootDistance, jitter } = ended('adjusted', await w.sync()).estimate;
    expect(jitter).toBeGreaterThan(0);
    expect(w.clock.calls.map(({ kind }) => kind)).toEqual(['step', 'declare-synchronized']);
    expect(declarations(w)).toMatchObject([{ quality: { maxError: rootDistance, estimatedError: jitter } }]);
  });

  test('what a slew has still to add counts as an error, until it is added', async () => {
    const w = near({ behind: 0.1 });
    const { rootDistance } = ended('adjusted', await w.sync({ wait: true })).estimate;
    const [first, last] = w.clock.calls.flatMap(call =>
      call.kind === 'declare-synchronized' ? [call.quality] : [],
    );
    expect(first!.maxError).toBeCloseTo(rootDistance + 0.1, 3);
    expect(first!.estimatedError).toBeCloseTo(0.1, 3);
    expect(last!.maxError).toBeCloseTo(rootDistance, 9);
    expect(last!.estimatedError).toBeLessThan(0.001);
  });

  test.each([0.1, -0.1])(
    'the floor is no later than the true time while a slew of %d s goes on',
    async behind => {
      const w = near({ behind });
      await w.sync();
      const truth = add(BEGINNING, w.now());
      expect(w.floor()! <= truth).toBe(true);
      expect(difference(truth, w.floor()!)).toBeLessThan(0.05);
    },
  );

  test('a kernel that cannot be told is a warning', async () => {
    const w = near({ behind: 2, refusesQualityWith: 'failed' });
    const { warnings } = ended('adjusted', await w.sync());
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('not told that its clock is synchronized');
    expect(w.remembered).toHaveLength(1);
  });

  test('the correction is remembered, once', async () => {
    const w = near({ behind: 2 });
    const { at, decision, estimate } = ended('adjusted', await w.sync());
    expect(w.remembered).toEqual([
      { at, correction: decision, server: '10.0.0.1', errorBound: estimate.rootDistance, sum: 0 },
    ]);
  });

  test('a memory that cannot be kept is a warning', async () => {
    const w = near({ behind: 2, memoryWarning: 'the state folder is read-only' });
    expect(ended('adjusted', await w.sync()).warnings).toEqual(['the state folder is read-only']);
  });
});

describe('a slew that is waited for', () => {
  test('is stayed with to its end, which is reported on the way', async () => {
    const w = near({ behind: 0.1 });
    expect(ended('adjusted', await w.sync({ wait: true })).waited).toBe('finished');
    expect(w.clock.behind()).toBeCloseTo(0, 6);
    // 200 s at 500 ppm, and the last second, which the kernel applies after it reports that nothing is left.
    expect(w.now()).toBeGreaterThan(201);
    const left = w.events.flatMap(event => (event.kind === 'slewing' ? [event.left] : []));
    expect(left.length).toBeGreaterThan(100);
    expect(left).toEqual(left.toSorted((a, b) => b - a));
  });

  test('ends with an interrupt, and the clock was set all the same', async () => {
    const w = near({ behind: 0.1 });
    const stop = new AbortController();
    w.at(10, () => stop.abort());
    expect(ended('adjusted', await w.sync({ wait: true }, { signal: stop.signal })).waited).toBe(
      'interrupted',
    );
    expect(w.now()).toBe(10);
    expect(w.remembered).toHaveLength(1);
  });

  test('is not waited for otherwise, nor is a step', async () => {
    const w = near({ behind: 0.1 });
    expect(ended('adjusted', await w.sync()).waited).toBeUndefined();
    expect(w.now()).toBeLessThan(1);
    const stepped = near({ behind: 2 });
    expect(ended('adjusted', await stepped.sync({ wait: true })).waited).toBeUndefined();
  });
});

describe('a slew that needs this process', () => {
  test('is stayed with unasked, and let go at its end', async () => {
    const w = near({ behind: 0.1, attended: true });
    const { waited, slew } = ended('adjusted', await w.sync());
    expect(waited).toBe('finished');
    expect(slew?.remaining()).toBe(0);
    expect(w.now()).toBeLessThan(201);
    expect(w.clock.behind()).toBeCloseTo(0, 6);
  });

  test('is let go at an interrupt, and what is left is known', async () => {
    const w = near({ behind: 0.1, attended: true });
    const stop = new AbortController();
    w.at(100, () => stop.abort());
    const outcome = await w.sync({ rtc: true }, { signal: stop.signal });
    const { waited, slew, warnings } = ended('adjusted', outcome);
    expect(waited).toBe('interrupted');
    // The hardware clock is not tried, and so not warned of.
    expect(warnings).toEqual([]);
    expect(w.rtcWritten).toEqual([]);
    expect(w.now()).toBe(100);
    expect(slew?.remaining()).toBeCloseTo(0.05, 3);
    await pass(w, 50);
    expect(w.clock.behind()).toBeCloseTo(0.05, 3);
  });

  test('is let go whatever goes wrong', async () => {
    const w = near({ behind: 0.1, attended: true });
    const { host } = w.ports();
    const broken = { ...host, remember: () => raise(new Error('a bug')) };
    await expect(w.sync({}, { host: broken })).rejects.toThrow('a bug');
    await pass(w, 50);
    expect(w.clock.behind()).toBeCloseTo(0.1, 3);
  });
});

describe('the hardware clock', () => {
  test('is written with what the clock shows after a step', async () => {
    const w = near({ behind: 2 });
    expect(ended('adjusted', await w.sync({ rtc: true })).rtc).toBe('written');
    expect(w.rtcWritten).toEqual([0]);
  });

  test('tells what it showed then, which is no reason to warn', async () => {
    const w = near({ behind: 2 });
    const left = { offset: -0.2866, keepsSecond: true };
    const host = { ...w.ports().host, writeRtc: async () => left };
    const outcome = ended('adjusted', await w.sync({ rtc: true }, { host }));
    expect(outcome).toMatchObject({ rtc: 'written', rtcWritten: left, warnings: [] });
    expect(summaryOf(outcome)).toMatch(
      /; the hardware clock was also written, within 0\.29 s: this hardware clock keeps its own second/,
    );
  });

  test('that the system keeps itself is neither written nor a reason to warn', async () => {
    const w = near({ behind: 2 });
    const host = { ...w.ports().host, writeRtc: async () => 'kept-by-system' as const };
    const outcome = ended('adjusted', await w.sync({ rtc: true }, { host }));
    expect(outcome).toMatchObject({ rtc: 'kept-by-system', warnings: [] });
    expect(summaryOf(outcome)).toMatch(/; the system itself keeps the hardware clock\.$/);
  });

  test('is written with the true time while a slew goes on', async () => {
    const w = near({ behind: 0.1 });
    const { slew } = ended('adjusted', await w.sync({ rtc: true }));
    expect(w.rtcWritten).toEqual([slew!.remaining()]);
  });

  test('is written after the kernel has copied its clock there, which is still being slewed', async () => {
    const w = near({ behind: 0.1 });
    ended('adjusted', await w.sync({ rtc: true }));
    expect(w.rtcWritten[0]).toBeLessThanOrEqual(0.1 - 4 * 500e-6);
  });

  test('is left alone otherwise, and when the clock is', async () => {
    const w = near({ behind: 2 });
    await w.sync();
    expect(w.rtcWritten).toEqual([]);
    const refused = near({ behind: 2 });
    await refused.sync({ rtc: true, maxOffset: 1 });
    expectUntouched(refused);
  });

  test('interrupted while the kernel’s own copy is awaited, it is not written, and that is said', async () => {
    const w = near({ behind: 0.1 });
    const stop = new AbortController();
    const run = w.sync({ rtc: true }, { signal: stop.signal });
    w.at(2.5, () => stop.abort());
    const { rtc, warnings } = ended('adjusted', await run);
    expect({ rtc, warnings, written: w.rtcWritten }).toEqual({
      rtc: undefined,
      warnings: ['the hardware clock was not written: interrupted'],
      written: [],
    });
  });

  test('that cannot be written is a warning: the clock is set all the same', async () => {
    const w = near({ behind: 2, rtcRefusesWith: 'busy' });
    const { warnings, rtc } = ended('adjusted', await w.sync({ rtc: true }));
    expect(rtc).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('hardware clock was not written');
  });
});

function raise(error: Error): never {
  throw error;
}
