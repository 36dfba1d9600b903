// Random bytes of the kernel, also where a signal ends a call early, and of Node where the kernel gives none.

import { describe, expect, test } from 'vitest';
import { kernelRandom, loadRandom } from '../../src/host/random.ts';
import { recordedLibrary } from '../support/recorded-library.ts';

test('bytes are as many as asked for, and no two alike', async () => {
  const random = await loadRandom();
  const drawn = Array.from({ length: 64 }, () => Buffer.from(random(32)).toString('hex'));
  expect(drawn.every(text => text.length === 64)).toBe(true);
  expect(new Set(drawn).size).toBe(64);
  const values = new Set(random(4096));
  expect(values.size).toBeGreaterThan(200);
  expect(random(0)).toHaveLength(0);
});

describe('getrandom(2)', () => {
  /** A kernel that fills at most `most` bytes at a time with ones. */
  const kernel = (most: number) =>
    recordedLibrary({
      getrandom([bytes, length]) {
        const filled = Math.min(most, Number(length!.value));
        (bytes!.value as Uint8Array).fill(1, 0, filled);
        return filled;
      },
    });

  test('is asked again for what a signal has left out', () => {
    const library = kernel(10);
    expect([...kernelRandom(library)(25)]).toEqual(Array(25).fill(1));
    expect(library.callsOf('getrandom').map(([, length]) => length)).toEqual([25, 15, 5]);
  });

  test.each([[0], [-1]])('is replaced by node:crypto where it returns %d', result => {
    const library = recordedLibrary({ getrandom: () => result });
    const values = new Set(kernelRandom(library)(4096));
    expect(values.size).toBeGreaterThan(200);
  });

  test('that the C library lacks is an error', () => {
    expect(() => kernelRandom(recordedLibrary({}))).toThrow(/getrandom/);
  });
});
