// A run's progress as one line: what it counts never jumps or exceeds what was promised, and it fits any terminal.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { followProgress, type ProgressPlan } from '../../../src/cli/process/progress.ts';
import { TransportError } from '../../../src/net/transport.ts';
import type { SyncEvent } from '../../../src/sync.ts';
import { type WorldSetup, world } from '../../support/world.ts';

const COURSE: ProgressPlan = { servers: 5, samples: 4, interval: 'auto', timeout: 2, deadline: 15 };
const WIDE = 200;

/** What a run in the simulated world shows after each of its events. */
async function shown(setup: WorldSetup, plan: Partial<ProgressPlan> = {}): Promise<readonly string[]> {
  const w = world(setup);
  const all = { ...COURSE, servers: Object.keys(setup.servers ?? {}).length, ...plan };
  const progress = followProgress(all, w.now);
  const texts = [progress.text(WIDE)];
  const emit = (event: SyncEvent) => {
    progress.event(event);
    texts.push(progress.text(WIDE));
  };
  await w.sync({ samples: all.samples, timeout: all.timeout, wait: true }, { emit });
  return texts;
}

test('servers, round of rounds, and the time that is left', async () => {
  const texts = await shown({ servers: { a: {}, b: {}, c: {}, d: {}, e: { fault: 'silent' } } });
  expect(texts[0]).toBe('5 servers, looking them up');
  expect(texts).toContain('5 servers, round 1 of 4, about 8 s left');
  expect(texts).toContain('5 servers, round 2 of 4, about 6 s left');
  expect(texts).toContain('5 servers, round 4 of 4, about 2 s left');
});

test('the total never grows, and the round never goes back or beyond it', async () => {
  const names = { p: { addresses: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] } };
  const servers = { '192.0.2.1': { fault: 'silent' }, '192.0.2.2': { delay: 0.3 }, '192.0.2.3': {} } as const;
  const texts = await shown({ names, servers }, { servers: 1 });
  const counted = texts.flatMap(text => {
    const [, round, rounds] = /^1 server, round (\d+) of (\d+), about \d+ s left$/.exec(text) ?? [];
    return round === undefined ? [] : [[Number(round), Number(rounds)] as const];
  });
  expect(counted.length).toBeGreaterThan(4);
  expect(new Set(counted.map(([, rounds]) => rounds))).toEqual(new Set([4]));
  const rounds = counted.map(([round]) => round);
  expect(rounds).toEqual(rounds.toSorted((a, b) => a - b));
  expect(rounds.at(-1)).toBe(4);
});

test('a server that begins later does not turn the round back', async () => {
  const names = { late: { addresses: ['192.0.2.2'], takes: 3 } };
  const texts = await shown({ names, servers: { '192.0.2.1': {}, '192.0.2.2': {} } }, { servers: 2 });
  const rounds = texts.flatMap(text => Number(/round (\d+)/.exec(text)?.[1] ?? []));
  expect(rounds).toContain(2);
  expect(rounds).toEqual(rounds.toSorted((a, b) => a - b));
});

test('no time is promised beyond the deadline', async () => {
  const texts = await shown({ servers: { a: { fault: 'silent' } } }, { timeout: 600, samples: 16 });
  for (const text of texts) expect(Number(/about (\d+) s/.exec(text)?.[1] ?? 0)).toBeLessThanOrEqual(15);
});

test('a slew that is waited for: how far it is', async () => {
  const texts = await shown({ behind: 0.05, servers: { a: {} } });
  expect(texts.find(text => text.startsWith('slewing'))).toMatch(
    /^slewing ░{20} 50\.00 ms, about 10[01] s left$/,
  );
  expect(texts.at(-1)).toMatch(/^slewing █+ \S+ ms, about 1 s left$/);
});

const address = fc.record({
  family: fc.constant(4 as const),
  address: fc.constantFrom('192.0.2.1', '192.0.2.2'),
  port: fc.constant(123),
});
const event = fc.oneof(
  {
    weight: 6,
    arbitrary: address.map(at => ({ kind: 'transmit', address: at, request: {} }) as unknown as SyncEvent),
  },
  address.map(at => ({ kind: 'timeout', address: at, waited: 2 }) as SyncEvent),
  address.map((at): SyncEvent => {
    return { kind: 'unreachable', address: at, error: new TransportError('failed', 'x') };
  }),
  fc.constantFrom<SyncEvent>({ kind: 'slew-changed' }, { kind: 'clock-stepped', by: 1 }),
  fc
    .double({ min: 1e-6, max: 0.1, noNaN: true })
    .map((left): SyncEvent => ({ kind: 'slewing', left, of: 0.1 })),
);

test('whatever happens: one line that fits from 36 columns on, and no round over the last', () => {
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 60 }),
      fc.integer({ min: 36, max: 120 }),
      fc.integer({ min: 1, max: 4 }),
      (events, width, samples) => {
        let time = 0;
        const progress = followProgress({ ...COURSE, samples, servers: 10_000 }, () => time++);
        for (const one of events) {
          progress.event(one);
          const text = progress.text(width);
          expect(text.length).toBeLessThanOrEqual(width);
          expect(text).not.toMatch(/\p{C}/u);
          const [, round = 0, of = 0] = /round (\d+) of (\d+)/.exec(text) ?? [];
          expect(Number(round)).toBeLessThanOrEqual(Number(of));
        }
      },
    ),
  );
});
