import { expect, test } from 'vitest';
import type { ViaReader } from '../../src/fleet/target-reading.ts';
import { readOtherwise } from '../../src/pipeline/read-otherwise.ts';
import { NOW, readingAt } from '../support/builders.ts';
import { target } from '../support/fleet-world.ts';

const PLAN = { anchor: readingAt(NOW), timeout: 1 };
const hosts = Array.from({ length: 100 }, (_, i) => ({ i, target: target(`host-${i}`) }));

test('at most 32 hosts are read at a time, and each once', async () => {
  let now = 0;
  let most = 0;
  const reader: ViaReader = {
    via: 'http',
    async read() {
      most = Math.max(most, ++now);
      await new Promise(resolve => setImmediate(resolve));
      now--;
      return { kind: 'no-answer' };
    },
  };
  const found: number[] = [];
  await readOtherwise(reader, hosts, PLAN, new AbortController().signal, i => found.push(i));
  expect(most).toBe(32);
  expect(found.toSorted((a, b) => a - b)).toEqual(hosts.map(({ i }) => i));
});

test('after an abort, no host is read, and nothing more is found', async () => {
  const stop = new AbortController();
  let asked = 0;
  const reader: ViaReader = {
    via: 'ssh',
    async read() {
      asked++;
      stop.abort();
      return { kind: 'no-answer' };
    },
  };
  const found: number[] = [];
  await readOtherwise(reader, hosts, PLAN, stop.signal, i => found.push(i));
  expect([asked, found]).toEqual([1, []]);
});
