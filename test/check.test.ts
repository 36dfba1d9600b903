// `check` in the simulated world: the verdict on each kind of wrong clock, what it is compared with, and how many requests that takes.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckOptions } from '../src/check.ts';
import type { OwnReading, Unread, ViaReader } from '../src/fleet/target-reading.ts';
import { exitCodeOf } from '../src/report/exit-code.ts';
import { checkedIn, checkIn, LIMITS, target, verdictsOf } from './support/fleet-world.ts';
import { kiss, refid, type SimulatedServer } from './support/world/server.ts';
import type { World, WorldSetup } from './support/world.ts';

const NEAR = { delay: 0.001 };
const REFERENCE: SimulatedServer = { ...NEAR, says: { stratum: 1 } };
/** From 2026-11-21, when the world begins, back to 1970. */
const TO_1970 = -Date.UTC(2026, 10, 21) / 1000;

/** One host of each kind of fault. */
const FAULTS: Readonly<Record<string, SimulatedServer>> = {
  right: NEAR,
  ahead: { ...NEAR, offset: 12.4 },
  slightly: { ...NEAR, offset: -0.3 },
  doubtful: { offset: 0.09, delay: 0.08 },
  hour: { ...NEAR, offset: -3600.2 },
  epoch: { ...NEAR, offset: TO_1970 },
  weeks: { ...NEAR, offset: -1024 * 7 * 86_400 },
  unset: { ...NEAR, says: { leap: 3, stratum: 16, refid: refid('INIT') } },
  still: { ...NEAR, answers: ({ reply }) => [{ bytes: reply(STILL) }] },
  silent: { fault: 'silent' },
  closed: { fault: 'refuses' },
  limited: { ...NEAR, answers: ({ reply }) => [{ bytes: reply(kiss('RATE')) }] },
  zeros: {
    ...NEAR,
    answers: ({ reply }) => [{ bytes: reply({ receive: 0n as never, transmit: 0n as never }) }],
  },
};
const STILL = {
  receive: (4_000_000_000n << 32n) as never,
  transmit: (4_000_000_000n << 32n) as never,
  reference: 0n as never,
};

const VERDICTS = {
  right: 'right',
  ahead: 'off',
  slightly: 'off',
  doubtful: 'uncertain',
  hour: 'zone-off',
  epoch: 'era-off',
  weeks: 'era-off',
  unset: 'unsynchronized',
  still: 'frozen',
  silent: 'no-answer',
  closed: 'refused',
  limited: 'rate-limited',
  zeros: 'uncertain',
};

const fleet = (servers: Readonly<Record<string, SimulatedServer>>, setup: WorldSetup = {}): WorldSetup => ({
  ...setup,
  servers: { ...servers, reference: REFERENCE },
});

/** Reads clocks by ssh, with an offset or a reason of choice. */
function bySsh(
  there: World,
  answer: (...asked: Parameters<ViaReader['read']>) => number | Unread,
): ViaReader {
  return {
    via: 'ssh',
    async read(...asked) {
      const offset = answer(...asked);
      if (typeof offset !== 'number') return offset;
      const counted = { errorBound: 0.01, delay: 0.02, samples: 4, at: there.clock.monotonic() };
      return { kind: 'read', via: 'ssh', address: '10.0.0.9', offset, ...counted };
    },
  };
}

describe('check', () => {
  test('reaches each verdict, whatever this machine says the time is', async () => {
    const setup = fleet(FAULTS, { behind: 77, names: { 'no-such-host': { fails: 'not-found' } } });
    const { outcome } = await checkIn(setup, [...Object.keys(FAULTS), 'no-such-host']);
    expect(verdictsOf(outcome)).toEqual({ ...VERDICTS, 'no-such-host': 'unknown-name' });
    expect(outcome.kind).toBe('some-off');
    expect(exitCodeOf(outcome, undefined)).toBe(5);
    const { counts, skews } = checkedIn(outcome);
    expect(counts).toMatchObject({ off: 2, 'era-off': 2, right: 1, uncertain: 2 });
    expect(skews).toEqual([]);
    const byHost = new Map(checkedIn(outcome).targets.map(one => [one.target.host, one]));
    expect(byHost.get('ahead')).toMatchObject({
      severity: 'critical',
      reading: { offset: expect.closeTo(12.4, 3) },
    });
    expect(byHost.get('slightly')?.severity).toBe('warning');
    expect(byHost.get('hour')?.reason).toBe('an hour behind: its time zone?');
    expect(byHost.get('limited')?.reason).toBe('kiss code RATE');
  });

  test('says how far each clock is from the reference, within its bound', async () => {
    const servers = {
      a: { delay: 0.02, share: 0.9, offset: 0.05 },
      b: { delay: 0.1, share: 0.1, offset: -0.2 },
    };
    const { outcome } = await checkIn(fleet(servers, { behind: -5, frequency: 80e-6 }), ['a', 'b']);
    for (const {
      target: { host },
      reading,
    } of checkedIn(outcome).targets) {
      const { offset = 0 } = servers[host as 'a'];
      expect(Math.abs(reading!.offset - offset)).toBeLessThanOrEqual(reading!.errorBound);
    }
  });

  test('costs a clock that is right one packet, one in doubt five, and a silent one three', async () => {
    const { there } = await checkIn(fleet(FAULTS), ['right', 'ahead', 'unset', 'silent', 'limited']);
    const counts = new Map<string, number>();
    for (const { address } of there.asked) counts.set(address, (counts.get(address) ?? 0) + 1);
    const addresses = Object.keys(FAULTS).map((name, i) => [name, `203.0.113.${i + 1}`] as const);
    const asked = Object.fromEntries(addresses.map(([name, address]) => [name, counts.get(address)]));
    expect(asked).toMatchObject({ right: 1, ahead: 5, unset: 1, silent: 3, limited: 1 });
  });

  test('is all right if every clock is; --fail-on says what else fails it', async () => {
    const endOf = async (hosts: readonly string[], failOn: 'off' | 'unreachable' | 'uncertain') =>
      (await checkIn(fleet(FAULTS), hosts, { failOn })).outcome.kind;
    expect(await endOf(['right'], 'uncertain')).toBe('all-right');
    expect(await endOf(['right', 'silent'], 'off')).toBe('all-right');
    expect(await endOf(['right', 'silent'], 'unreachable')).toBe('some-unknown');
    expect(await endOf(['right', 'doubtful'], 'unreachable')).toBe('all-right');
    expect(await endOf(['right', 'doubtful'], 'uncertain')).toBe('some-unknown');
    expect(await endOf(['silent'], 'off')).toBe('some-unknown');
    expect(await endOf(['slightly'], 'off')).toBe('some-off');
  });

  test('one more dead target changes no other line', async () => {
    const kinds = Object.keys(FAULTS);
    const dead = fc.constantFrom<SimulatedServer>(
      { fault: 'silent' },
      { fault: 'refuses' },
      { fault: 'no-route' },
    );
    await fc.assert(
      fc.asyncProperty(fc.subarray(kinds, { minLength: 1 }), dead, fc.nat(), async (hosts, corpse, place) => {
        const setup = fleet({ ...FAULTS, dead: corpse });
        const at = place % (hosts.length + 1);
        const without = checkedIn((await checkIn(setup, hosts)).outcome).targets;
        const withDead = await checkIn(setup, hosts.toSpliced(at, 0, 'dead'));
        const others = checkedIn(withDead.outcome).targets.filter(one => one.target.host !== 'dead');
        const lines = (targets: typeof without) =>
          targets.map(({ reading, ...rest }) => ({ ...rest, offset: reading?.offset.toFixed(6) }));
        expect(lines(others)).toEqual(lines(without));
        expect(withDead.outcome.kind).toMatch(/^some-/);
      }),
      { numRuns: 25 },
    );
  });

  test('tells of each target once, and of its progress', async () => {
    const hosts = ['right', 'hour', 'silent', 'limited'];
    const { events } = await checkIn(fleet(FAULTS), hosts);
    const told = events.flatMap(event =>
      event.kind === 'target-checked' ? [event.checked.target.host] : [],
    );
    expect(told.toSorted()).toEqual(hosts.toSorted());
    expect(told[0]).toBe('right');
    const last = events.findLast(event => event.kind === 'progress');
    expect(last).toEqual({ kind: 'progress', heard: 4, concluded: 4 });
  });

  test('groups clocks that are off by the same amount, with their networks', async () => {
    const off = { ...NEAR, offset: -3600 };
    const servers = { '10.1.0.5': off, '10.1.0.6': off, '10.1.7.9': off, '10.2.0.1': { ...NEAR, offset: 5 } };
    const { outcome } = await checkIn(fleet(servers), Object.keys(servers));
    const where = ['10.1.0.0/24', '10.1.7.0/24'];
    expect(checkedIn(outcome).skews).toEqual([{ offset: expect.closeTo(-3600, 3), count: 3, where }]);
  });

  test('a name with several addresses counts as one clock, and a dead address is not its end', async () => {
    const setup: WorldSetup = {
      servers: { '10.0.0.1': { fault: 'silent' }, '10.0.0.2': NEAR, reference: REFERENCE },
      names: { both: { addresses: ['10.0.0.1', '10.0.0.2'] } },
    };
    const { outcome } = await checkIn(setup, ['both']);
    expect(checkedIn(outcome).targets).toMatchObject([
      { verdict: 'right', reading: { address: '10.0.0.2' } },
    ]);
  });

  test('a clock that ticks once a second is uncertain, not off', async () => {
    const { outcome } = await checkIn(fleet({ coarse: { ...NEAR, tick: 1, offset: 0.3 } }), ['coarse']);
    const [coarse] = checkedIn(outcome).targets;
    expect(coarse?.verdict).toBe('uncertain');
    expect(Math.abs(coarse!.reading!.offset - 0.3)).toBeLessThanOrEqual(coarse!.reading!.errorBound);
  });

  test('an interrupt ends it with the targets so far', async () => {
    const stop = new AbortController();
    const { outcome } = await checkIn(fleet(FAULTS), ['right', 'silent'], {}, there => {
      there.at(6.3, () => stop.abort());
      return { signal: stop.signal };
    });
    expect(outcome.kind).toBe('interrupted');
    expect(exitCodeOf(outcome, 'SIGTERM')).toBe(143);
    expect(verdictsOf(outcome)).toEqual({ right: 'right' });
    expect(outcome.warnings).toEqual(['interrupted: 1 of 2 hosts were checked']);
  });

  test('an interrupt while hosts are asked again keeps those that have answered', async () => {
    const stop = new AbortController();
    const { outcome } = await checkIn(fleet(FAULTS), ['right', 'ahead', 'silent'], {}, there => {
      there.at(7.3, () => stop.abort());
      return { signal: stop.signal };
    });
    expect(verdictsOf(outcome)).toEqual({ right: 'right', ahead: 'off' });
    expect(outcome.warnings).toEqual(['interrupted: 2 of 3 hosts were checked']);
  });

  test('the first means has the port that was named, and NTP is asked where it fails', async () => {
    const ports: (number | undefined)[] = [];
    const targets = ['right', 'ahead'].map(host => ({ ...target(host), port: 2222 }));
    const { outcome } = await checkIn(fleet(FAULTS), [], { via: ['ssh', 'http', 'ntp'], targets }, there => ({
      readers: [
        bySsh(there, ({ host }, { port }) => {
          ports.push(port);
          return host === 'right' ? 0 : { kind: 'refused', reason: 'no key' };
        }),
        {
          via: 'http',
          async read(_target, { port }) {
            ports.push(port);
            return { kind: 'no-answer' };
          },
        },
      ],
    }));
    expect(ports).toEqual([2222, 2222, undefined]);
    const means = checkedIn(outcome).targets.map(({ verdict, reading }) => [verdict, reading?.via]);
    expect(means).toEqual([
      ['right', 'ssh'],
      ['off', 'ntp'],
    ]);
  });

  test('clocks that are read by ssh have a majority, and no other one is asked by NTP', async () => {
    const hosts = ['a', 'b', 'c', 'd', 'e', 'f'];
    const options: Partial<CheckOptions> = { via: ['ssh'], reference: { kind: 'majority' } };
    const { outcome, there } = await checkIn(fleet({}), hosts, options, there => ({
      readers: [bySsh(there, ({ host }) => (host === 'f' ? 7 : 3))],
    }));
    expect(verdictsOf(outcome)).toEqual({
      ...Object.fromEntries(hosts.map(host => [host, 'right'])),
      f: 'off',
    });
    expect(there.asked).toEqual([]);
  });

  test('a host that no means reads has the most telling verdict, and the reason of each', async () => {
    const { outcome } = await checkIn(fleet(FAULTS), ['silent'], { via: ['ntp', 'ssh'] }, there => ({
      readers: [bySsh(there, () => ({ kind: 'refused', reason: 'no key' }))],
    }));
    expect(checkedIn(outcome).targets[0]).toMatchObject({
      verdict: 'refused',
      reason: 'ntp: no answer; ssh: no key',
    });
  });

  test('what does not answer by NTP is read by other means, in their order', async () => {
    const reading: Omit<OwnReading, 'at'> = {
      kind: 'read',
      via: 'ssh',
      address: '10.0.0.9',
      offset: 4,
      errorBound: 0.01,
      delay: 0.02,
      samples: 1,
    };
    const asked: string[] = [];
    const hosts = ['right', 'silent', 'closed'];
    const { outcome } = await checkIn(fleet(FAULTS), hosts, { via: ['ntp', 'http', 'ssh'] }, there => ({
      readers: [
        {
          via: 'http',
          async read({ host }) {
            asked.push(host);
            return { kind: 'refused', reason: 'no' };
          },
        },
        { via: 'ssh', read: async () => ({ ...reading, at: there.clock.monotonic() }) },
      ],
    }));
    expect(asked.toSorted()).toEqual(['closed', 'silent']);
    expect(verdictsOf(outcome)).toEqual({ right: 'right', silent: 'off', closed: 'off' });
    expect(checkedIn(outcome).targets[1]).toMatchObject({
      reading: { via: 'ssh', offset: expect.closeTo(4, 2) },
    });
  });
});

describe('the reference', () => {
  test('is surveyed before and after, so that the drift of this clock drops out', async () => {
    // Without jitter, the regular requests would look like a tick of the servers.
    const shaky = { ...NEAR, jitter: 1e-5 };
    // The burst to a host that is off takes eight seconds, in which this clock loses 0.8 ms.
    const servers = { a: shaky, late: { ...shaky, offset: -0.3 }, reference: shaky };
    const { outcome } = await checkIn({ servers, frequency: -100e-6 }, ['a', 'late']);
    const { reference } = checkedIn(outcome);
    if (reference.kind !== 'servers') throw new Error(reference.kind);
    expect(reference.names).toEqual(['reference']);
    expect(reference.after - reference.before).toBeGreaterThan(8 * 90e-6);
    const [a, late] = checkedIn(outcome).targets;
    expect(Math.abs(a!.reading!.offset)).toBeLessThan(1e-4);
    expect(Math.abs(late!.reading!.offset + 0.3)).toBeLessThan(1e-4);
  });

  test('a step of this clock during the check drops out', async () => {
    const hosts = ['right', 'silent', 'slightly'];
    const { outcome } = await checkIn(fleet(FAULTS), hosts, {}, there => {
      // After the first survey, and before the hosts in doubt are asked again.
      there.at(6.9, () => there.clock.disturb(40));
      return {};
    });
    const { targets, reference } = checkedIn(outcome);
    expect(reference).toMatchObject({ before: expect.closeTo(0, 3), after: expect.closeTo(0, 3) });
    expect(targets.map(({ verdict }) => verdict)).toEqual(['right', 'no-answer', 'off']);
    expect(targets[2]?.reading?.offset).toBeCloseTo(-0.3, 3);
  });

  test('that answers only the first time leaves a wider bound, and a warning', async () => {
    const once: SimulatedServer = {
      ...NEAR,
      answers: ({ number, reply }) => (number > 4 ? [] : [{ bytes: reply() }]),
    };
    const { outcome } = await checkIn({ servers: { a: NEAR, reference: once } }, ['a']);
    expect(verdictsOf(outcome)).toEqual({ a: 'right' });
    expect(outcome.warnings).toEqual([expect.stringContaining('did not answer again')]);
  });

  test('that cannot be had ends the check before any host is asked', async () => {
    const setup: WorldSetup = { servers: { a: NEAR, reference: { fault: 'silent' } } };
    const { outcome, there } = await checkIn(setup, ['a']);
    expect(outcome).toMatchObject({ kind: 'no-reference', reason: 'no suitable reference: no reply came' });
    expect(exitCodeOf(outcome, undefined)).toBe(3);
    expect(exitCodeOf(outcome, 'SIGINT')).toBe(130);
    expect(there.asked.map(({ address }) => address)).not.toContain('203.0.113.1');
  });

  test('may be the majority of the hosts, which outvotes this clock and a minority', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const servers = Object.fromEntries(
      names.map((name, i) => [name, { ...NEAR, offset: i < 4 ? 0.003 * i : 600 }]),
    );
    const majority = { reference: { kind: 'majority' as const } };
    const { outcome } = await checkIn({ servers, behind: 3600 }, names, majority);
    const { reference, targets } = checkedIn(outcome);
    expect(reference).toMatchObject({ kind: 'majority', agreeing: 4, offset: expect.closeTo(3600.0045, 3) });
    expect(targets.map(({ verdict }) => verdict === 'right')).toEqual([
      true,
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test.each([
    ['four hosts', ['right', 'a', 'b', 'c'], /name a server with --reference, or at least 5 hosts/],
    ['four answers of six', ['right', 'a', 'b', 'c', 'silent', 'closed'], /only 4 of 6 hosts gave a time/],
    [
      'hosts of which no majority agrees',
      ['right', 'ahead', 'hour', 'slightly', 'weeks'],
      /no majority of the 5 hosts/,
    ],
    ['hosts of which one has no vote', ['right', 'a', 'b', 'c', 'unset'], /only 4 of 5 hosts/],
  ])('%s have no majority', async (_, hosts, reason) => {
    const setup = fleet({ ...FAULTS, a: NEAR, b: NEAR, c: NEAR });
    const { outcome } = await checkIn(setup, hosts, { reference: { kind: 'majority' } });
    expect(outcome).toMatchObject({ kind: 'no-reference', reason: expect.stringMatching(reason) });
  });

  test('may be this clock, but only if its kernel calls it synchronized', async () => {
    const local = { reference: { kind: 'local' as const } };
    const kernel =
      (synchronized: boolean) => (there: Parameters<NonNullable<Parameters<typeof checkIn>[3]>>[0]) => ({
        clock: { ...there.clock, status: () => ({ synchronized, maxError: 0.02, slewRate: 0 }) },
      });
    const { outcome } = await checkIn(fleet(FAULTS), ['right', 'ahead'], local, kernel(true));
    expect(verdictsOf(outcome)).toEqual({ right: 'right', ahead: 'off' });
    expect(checkedIn(outcome).reference).toEqual({ kind: 'local', errorBound: 0.02 });
    const none = await checkIn(fleet(FAULTS), ['right'], local, kernel(false));
    expect(none.outcome).toMatchObject({
      kind: 'no-reference',
      reason: expect.stringContaining('not call it synchronized'),
    });
  });
});

test('a limit on one side leaves the other side free', async () => {
  const limits = {
    ...LIMITS,
    warning: { from: -0.05, to: Infinity, inside: false },
    critical: { from: -0.2, to: Infinity, inside: false },
  };
  const { outcome } = await checkIn(fleet(FAULTS), ['ahead', 'slightly'], {
    limits,
    targets: ['ahead', 'slightly'].map(target),
  });
  expect(verdictsOf(outcome)).toEqual({ ahead: 'right', slightly: 'off' });
});
