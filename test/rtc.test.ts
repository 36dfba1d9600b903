// `rtc` over a simulated clock and a hardware clock that is data: what is set, and what stands in the way.

import { describe, expect, test } from 'vitest';
import { ClockError } from '../src/clock/clock.ts';
import { dryRun } from '../src/clock/dry-run.ts';
import type { HardwareClock } from '../src/clock/hardware-clock.ts';
import { add, type Seconds, unixTimeOf } from '../src/ntp/time.ts';
import type { Competitor } from '../src/pipeline/outcome.ts';
import { exitCodeOf } from '../src/report/exit-code.ts';
import { explainRtc, rtcContent } from '../src/report/rtc-content.ts';
import { type RtcOptions, type RtcOutcome, type RtcPorts, rtc } from '../src/rtc.ts';
import { RELEASE, type World, type WorldSetup, world } from './support/world.ts';

interface Setup extends WorldSetup {
  /** By how much the hardware clock is ahead of the system's. */
  readonly ahead?: Seconds;
  readonly device?: Partial<HardwareClock>;
  readonly ports?: (there: World) => Partial<RtcPorts>;
}

/** A machine with a hardware clock; what was done to that, in order. */
function machine({ ahead = 0, device = {}, ports, ...setup }: Setup = {}) {
  const there = world(setup);
  const done: string[] = [];
  const hardware: HardwareClock = {
    path: '/dev/rtc0',
    others: [],
    utc: true,
    sets: true,
    async read() {
      const at = there.clock.read();
      return { time: add(at.time, ahead), at };
    },
    async write(offset) {
      done.push(`write ${offset}`);
      return undefined;
    },
    close: () => void done.push('close'),
    ...device,
  };
  const openRtc = async (path?: string): Promise<HardwareClock> => {
    done.push(`open ${path ?? 'the first'}`);
    return hardware;
  };
  const all = { ...there.ports(), openRtc, ...ports?.(there) };
  const run = async (options: RtcOptions): Promise<RtcOutcome> => {
    const outcome = await there.run(rtc(options, all));
    expect(there.unfinished()).toBe(0);
    return outcome;
  };
  return { there, done, run };
}

const SERVICE: Competitor = { kind: 'service', name: 'chronyd', pid: 7, stop: 'systemctl stop chronyd' };
const OTHER: Competitor = { kind: 'tsntp', pid: 8 };

describe('show', () => {
  test('compares the clocks, and touches nothing', async () => {
    const { run, there, done } = machine({ ahead: 3, device: { others: ['/dev/rtc1'], utc: false } });
    const outcome = await run({ action: 'show', device: '/dev/rtc0' });
    expect(outcome).toMatchObject({ kind: 'shown', comparison: { offset: 3, utc: false } });
    expect(exitCodeOf(outcome, undefined)).toBe(0);
    expect(explainRtc(outcome)).toMatch(
      /^\/dev\/rtc0 shows 2026-11-21T\S+ \(keeps local time\), \+3\.000 s from the system clock\.\nThis machine also has \/dev\/rtc1: see --device\.$/,
    );
    expect(done).toEqual(['open /dev/rtc0', 'close']);
    expect(there.clock.behind()).toBeCloseTo(0, 9);
  });

  test('where there is none: a clock error, exit 4', async () => {
    const error = new ClockError('unsupported', 'no hardware clock: /dev/rtc0 is not there');
    const { run } = machine({ ports: () => ({ openRtc: () => Promise.reject(error) }) });
    const outcome = await run({ action: 'show' });
    expect(outcome).toEqual({ kind: 'clock-error', error, warnings: [] });
    expect(exitCodeOf(outcome, undefined)).toBe(4);
    expect(explainRtc(outcome)).toBe(error.message);
    expect(rtcContent(outcome)).toMatchObject({
      result: 'clock-error',
      error: { kind: 'unsupported', message: error.message },
    });
  });

  test('names the floor, if one is known', async () => {
    const { run } = machine({ floor: RELEASE });
    const outcome = await run({ action: 'show' });
    expect(explainRtc(outcome)).toMatch(/\nThe floor, for "tsntp rtc floor", is 2026-01-01T00:00:00Z\.$/);
    expect(rtcContent(outcome)).toMatchObject({ floor: '2026-01-01T00:00:00.000000000Z' });
    const error = new ClockError('unsupported', 'no hardware clock: /dev/rtc0 is not there');
    const without = machine({ floor: RELEASE, ports: () => ({ openRtc: () => Promise.reject(error) }) });
    expect(explainRtc(await without.run({ action: 'show' }))).toMatch(/is not there\nThe floor, for /);
    expect(await machine({ floor: RELEASE }).run({ action: 'write' })).not.toHaveProperty('floor');
  });

  test('a bug comes out, and the lock and the device are released', async () => {
    const { run, done, there } = machine({ device: { read: () => Promise.reject(new TypeError('a bug')) } });
    await expect(run({ action: 'show' })).rejects.toThrow('a bug');
    expect(done).toEqual(['open the first', 'close']);
    expect(there.unfinished()).toBe(0);
  });
});

describe('write', () => {
  test('sets the hardware clock to what the system clock will show after its slew', async () => {
    const { run, done } = machine({
      ports: there => ({ clock: { ...there.clock, status: () => ({ slewRemaining: 0.25 }) } }),
    });
    const outcome = await run({ action: 'write' });
    expect(outcome.kind).toBe('written');
    expect(explainRtc(outcome)).toMatch(/; it has been set to the system clock\.$/);
    expect(done).toEqual(['open the first', 'write 0.25', 'close']);
  });

  test.each([
    [{ offset: -0.004, keepsSecond: false }, ''],
    [{ offset: -0.2866, keepsSecond: true }, ', within 0.29 s: this hardware clock keeps its own second'],
    [{ offset: 0.03, keepsSecond: false }, ', within 0.03 s: it could not be written more exactly'],
  ])('tells what is left: %j', async (written, said) => {
    const outcome = await machine({ device: { write: async () => written } }).run({ action: 'write' });
    expect(exitCodeOf(outcome, undefined)).toBe(0);
    expect(explainRtc(outcome).split('; ')[1]).toBe(`it has been set to the system clock${said}.`);
    expect(rtcContent(outcome)).toMatchObject({ result: 'written', written });
  });

  test('in a dry run would write', async () => {
    const outcome = await machine({ device: { sets: false } }).run({ action: 'write' });
    expect(outcome.kind).toBe('would-write');
    expect(explainRtc(outcome)).toMatch(/; it would be set to the system clock\.$/);
    expect(exitCodeOf(outcome, undefined)).toBe(0);
  });

  test('does not begin after an interrupt', async () => {
    const { run, done } = machine({ ports: () => ({ signal: AbortSignal.abort() }) });
    const outcome = await run({ action: 'write' });
    expect(exitCodeOf(outcome, 'SIGTERM')).toBe(143);
    expect(done).toEqual(['open the first', 'close']);
  });

  test('goes on beside another time service', async () => {
    expect((await machine({ competitors: [SERVICE] }).run({ action: 'write' })).kind).toBe('written');
  });
});

test.each(['show', 'write', 'read'] as const)('%s while another tsntp runs: busy, exit 6', async action => {
  const { run, done } = machine({ competitors: [SERVICE, OTHER] });
  const outcome = await run({ action, force: true });
  expect(outcome).toEqual({ kind: 'busy', competitors: [OTHER], warnings: [] });
  expect(exitCodeOf(outcome, undefined)).toBe(6);
  expect(explainRtc(outcome)).toBe('another tsntp (pid 8) is running: wait until it ends');
  expect(done).toEqual([]);
});

describe('read', () => {
  test('steps the system clock, and remembers it', async () => {
    const { run, there } = machine({ behind: 5, ahead: 5 });
    const outcome = await run({ action: 'read' });
    expect(outcome).toMatchObject({ kind: 'adjusted', comparison: { offset: 5 } });
    expect(explainRtc(outcome)).toMatch(/; the system clock has been set to it\.$/);
    expect(there.clock.behind()).toBeCloseTo(0, 9);
    expect(there.remembered).toMatchObject([{ server: '/dev/rtc0', errorBound: 1 }]);
    expect(rtcContent(outcome)).toMatchObject({ result: 'adjusted', device: '/dev/rtc0', offset: 5 });
  });

  test('in a dry run would', async () => {
    const { run, there } = machine({
      behind: 5,
      ahead: 5,
      ports: ({ clock }) => ({ clock: dryRun(clock) }),
    });
    expect((await run({ action: 'read' })).kind).toBe('would-adjust');
    expect(there.clock.behind()).toBeCloseTo(5, 9);
  });

  const LIMITED = { behind: 5000, ahead: 5000, setSinceBoot: true };

  test.each<[string, Setup, Partial<RtcOptions>]>([
    ['over the panic limit', LIMITED, {}],
    // The witness would agree with itself.
    ['over the panic limit that the hardware clock confirms', { ...LIMITED, hardwareOffset: 0 }, {}],
    ['over maxOffset', { behind: 5, ahead: 5 }, { maxOffset: 2, allowAnyOffset: true }],
  ])('%s: refused, exit 5', async (_, setup, options) => {
    const { run, there } = machine(setup);
    const outcome = await run({ action: 'read', ...options });
    expect(outcome.kind).toBe('refused');
    expect(exitCodeOf(outcome, undefined)).toBe(5);
    expect(explainRtc(outcome)).toMatch(/^\/dev\/rtc0 shows .*: over /);
    expect(there.clock.behind()).toBeCloseTo(setup.behind!, 9);
    expect(there.remembered).toEqual([]);
  });

  test('over the panic limit with allowAnyOffset: set', async () => {
    expect((await machine(LIMITED).run({ action: 'read', allowAnyOffset: true })).kind).toBe('adjusted');
  });

  test('beside another time service: busy, unless forced', async () => {
    const setup = { behind: 5, ahead: 5, competitors: [SERVICE] };
    const { run, there } = machine(setup);
    const outcome = await run({ action: 'read' });
    expect(exitCodeOf(outcome, undefined)).toBe(6);
    expect(explainRtc(outcome)).toMatch(/: chronyd \(pid 7\) sets this clock: stop it with /);
    expect(there.clock.behind()).toBeCloseTo(5, 9);
    expect((await machine(setup).run({ action: 'read', force: true })).kind).toBe('adjusted');
  });

  test('beside a service with a note: the note comes with the command that stops it', async () => {
    const service = { ...SERVICE, note: 'this machine belongs to a domain' };
    const outcome = await machine({ behind: 5, ahead: 5, competitors: [service] }).run({ action: 'read' });
    expect(explainRtc(outcome)).toMatch(/or use --force \(this machine belongs to a domain\)/);
  });

  test('after an interrupt leaves the clock alone', async () => {
    const { run, there } = machine({ behind: 5, ahead: 5, ports: () => ({ signal: AbortSignal.abort() }) });
    expect((await run({ action: 'read' })).kind).toBe('interrupted');
    expect(there.clock.behind()).toBeCloseTo(5, 9);
  });

  const DEAD: Partial<HardwareClock> = {
    async read() {
      const at = world({}).clock.read();
      return { time: unixTimeOf(0n), at };
    },
  };

  test('of a dead battery is a clock error, exit 4, and sets nothing', async () => {
    const { run, there } = machine({ device: DEAD });
    const outcome = await run({ action: 'read' });
    expect(outcome.kind).toBe('clock-error');
    expect(exitCodeOf(outcome, undefined)).toBe(4);
    expect(explainRtc(outcome)).toMatch(
      /^the hardware clock shows 1970-01-01T\S+, which is before .* battery/,
    );
    expect(there.clock.behind()).toBeCloseTo(0, 9);
  });

  test('of a time before the release is believed with allowAnyOffset', async () => {
    const outcome = await machine({ device: DEAD }).run({ action: 'read', allowAnyOffset: true });
    expect(outcome.kind).toBe('adjusted');
  });
});
