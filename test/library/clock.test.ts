// The library's `status` and `rtc`, with ports of a test in place of this machine.

import { expect, test } from 'vitest';
import { ClockError, type HardwareClock, rtc, status } from '../../src/index.ts';
import { add } from '../../src/ntp/time.ts';
import { world } from '../support/world.ts';

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

test('rtc shows, writes and reads the hardware clock that it is given', async () => {
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
  // A dry run keeps this machine's own clock out of it, should its ports be taken by mistake.
  const options = { dryRun: true, ports: { clock, host, release, openRtc: async () => device } };
  const comparison = { device: '/dev/rtc9', offset: 5 };
  expect(await there.run(rtc.show(options))).toMatchObject({ kind: 'shown', comparison });
  expect(await there.run(rtc.write(options))).toMatchObject({ kind: 'written', comparison });
  expect(written).toEqual([0]);
  const limited = { ...options, maxOffset: 1 };
  expect(await there.run(rtc.read(limited))).toMatchObject({ kind: 'refused', comparison });
  expect(await there.run(rtc.read(options))).toMatchObject({ kind: 'adjusted', comparison });
  expect(there.clock.behind()).toBeCloseTo(0, 9);
});
