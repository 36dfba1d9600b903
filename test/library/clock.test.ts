// The library's `status` and `rtc`, with ports of a test in place of this machine.

import { expect, test } from 'vitest';
import {
  ClockError,
  driftState,
  type HardwareClock,
  type HardwareClockOptions,
  rtc,
  type StatusOptions,
  status,
} from '../../src/index.ts';
import { add } from '../../src/ntp/time.ts';
import { hourly } from '../support/drift-samples.ts';
import { BEGINNING, world } from '../support/world.ts';

test('status tells of the clock that it is given, and of what the machine around it says', async () => {
  const { clock } = world({ synchronized: true });
  const found = await status({
    ports: {
      clock,
      memories: () => [{ directory: '/a' }],
      timeServices: async () => ({ services: [{ name: 'chronyd', stop: 'systemctl stop chronyd' }] }),
      peekRtc: () => Promise.reject(new ClockError('unsupported', 'no hardware clock')),
      localTime: undefined,
    },
  });
  expect(found).toMatchObject({ kind: 'synchronized', noRecordIn: ['/a'], services: [{ name: 'chronyd' }] });
  expect(found.localTime).toMatch(/^2026-11-2\dT/);
});

test('driftState reads the memories of the given ports', async () => {
  const memory = {
    ...({ version: 1, oscillator: {}, boots: [] } as const),
    samples: hourly(24, -37.5, { offset: 1e-3 }),
  };
  const { clock } = world({});
  const ports = { clock, oscillator: () => ({}), driftMemories: () => [{ directory: '/a', memory }] };
  const found = await driftState({ ports });
  expect(found).toMatchObject({ directory: '/a', runs: 24, rate: { from: 'this-boot' }, warnings: [] });
  expect(found.rate!.frequency).toBeCloseTo(37.5, 1);
  expect(found.history.at(-1)).toMatchObject({ offset: 1e-3 });
  await expect(driftState({ ports: { drift: 1 } as never })).rejects.toThrow('ports.drift: no such port');
});

/** A clock 5 s behind with a hardware clock that is right; what that was written. */
function machine() {
  const there = world({ behind: 5 });
  const written: number[] = [];
  const device: HardwareClock = {
    path: '/dev/rtc9',
    others: [],
    utc: true,
    sets: true,
    async read() {
      const at = there.clock.read();
      return { time: add(at.time, 5), at };
    },
    write: async offset => void written.push(offset),
    close() {},
  };
  const { clock, host, release } = there.ports();
  return { there, written, ports: { clock, host, release, openRtc: async () => device } };
}

const comparison = { device: '/dev/rtc9', offset: 5 };

test('rtc shows, writes and reads the hardware clock that it is given', async () => {
  const { there, written, ports } = machine();
  expect(await there.run(rtc.show({ ports }))).toMatchObject({ kind: 'shown', comparison });
  expect(await there.run(rtc.write({ ports }))).toMatchObject({ kind: 'written', comparison });
  expect(written).toEqual([0]);
  expect(await there.run(rtc.read({ ports, maxOffset: 1 }))).toMatchObject({ kind: 'refused', comparison });
  expect(await there.run(rtc.read({ ports }))).toMatchObject({ kind: 'adjusted', comparison });
  expect(there.clock.behind()).toBeCloseTo(0, 9);
});

test('rtc.floor sets a clock that starts in the past to the last measured time', async () => {
  const there = world({ behind: 5, floor: BEGINNING });
  const { clock, host, release } = there.ports();
  const ports = { clock, host, release };
  expect(await there.run(rtc.floor({ dryRun: true, ports }))).toMatchObject({ kind: 'would-adjust' });
  expect(there.clock.behind()).toBeCloseTo(5, 9);
  expect(await there.run(rtc.floor({ ports }))).toMatchObject({ kind: 'adjusted' });
  expect(there.clock.behind()).toBeLessThan(0.1);
  await expect(rtc.floor({ device: '/dev/rtc1' } as never)).rejects.toThrow('device: no such option');
});

test('a dry run of rtc sets nothing, whatever clocks it is given', async () => {
  const { there, written, ports } = machine();
  const options = { dryRun: true, ports };
  expect(await there.run(rtc.write(options))).toMatchObject({ kind: 'would-write', comparison });
  expect(await there.run(rtc.read(options))).toMatchObject({ kind: 'would-adjust', comparison });
  expect(written).toEqual([]);
  expect(there.remembered).toEqual([]);
  expect(there.clock.behind()).toBeCloseTo(5, 9);
});

test.each<[HardwareClockOptions, string]>([
  [{ maxoffset: 1 } as never, 'maxoffset: no such option; the options are device, allowAnyOffset,'],
  [{ dryrun: true } as never, 'dryrun: no such option;'],
  [{ action: 'read' } as never, 'action: no such option;'],
  [{ maxOffset: '60' as never }, "maxOffset: '60' is not allowed; give a number from 0"],
  [{ maxOffset: -1 }, 'maxOffset: -1 is not allowed'],
  [{ force: 'no' as never }, "force: 'no' is not allowed; give true or false"],
  [{ allowAnyOffset: 0 as never }, 'allowAnyOffset: 0 is not allowed'],
  [{ dryRun: 1 as never }, 'dryRun: 1 is not allowed'],
  [{ device: 5 as never }, 'device: 5 is not allowed; give the path of a device'],
  [Object.create({ maxOffset: 1 }), 'maxOffset: an inherited option is not read'],
  [null as never, 'options: null is not allowed; give an object'],
  [{ ports: { clok: {} } as never }, 'ports.clok: no such port; the ports are clock, host,'],
])('rtc rejects %o, and touches nothing', async (options, message) => {
  for (const action of ['show', 'write', 'read'] as const) {
    const { there, written, ports } = machine();
    const all = options?.ports || options === null ? options : Object.assign(options, { ports });
    await expect(rtc[action](all)).rejects.toMatchObject({
      name: 'RangeError',
      message: expect.stringContaining(message),
    });
    expect(written).toEqual([]);
    expect(there.clock.behind()).toBeCloseTo(5, 9);
  }
});

test.each<[StatusOptions, string]>([
  [{ state: '/x' } as never, 'state: no such option; the options are stateDirectory, ports'],
  [{ stateDirectory: 5 as never }, 'stateDirectory: 5 is not allowed'],
  [{ ports: { peekRtc: 1 as never } }, 'ports.peekRtc: 1 is not allowed; give a function'],
  [null as never, 'options: null is not allowed'],
])('status rejects %o', async (options, message) => {
  await expect(status(options)).rejects.toThrow(message);
});
