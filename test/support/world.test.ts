// The simulated world itself: it takes the same course every time, and says so when it comes to nothing.

import { expect, test } from 'vitest';
import { ended } from './runs.ts';
import { type WorldSetup, world } from './world.ts';

const rough = (seed: number): WorldSetup => ({ seed, servers: { a: { jitter: 0.05, loss: 0.2 } } });

test('one seed, one course; another seed, another', async () => {
  const offset = async (seed: number) => ended('queried', await world(rough(seed)).query()).estimate.offset;
  expect(await offset(5)).toBe(await offset(5));
  expect(await offset(5)).not.toBe(await offset(6));
});

test('work that waits for nothing is an error, not a test that hangs', async () => {
  const w = world({});
  w.at(7, () => {});
  await expect(w.run(new Promise(() => {}))).rejects.toThrow('nothing is left to happen after 7 s');
});

test('work that never ends is an error', async () => {
  const w = world({});
  const { timer } = w.ports();
  const forever = async (): Promise<void> => {
    for (;;) await timer.sleep(1);
  };
  await expect(w.run(forever())).rejects.toThrow('has not settled after');
});
