import { describe, expect, test } from 'vitest';
import { isGood, windowsFolder } from '../src/machine.ts';
import { type WorldSetup, world } from './support/world.ts';

describe('whether a clock is so good that the dates of certificates must count', () => {
  const decade = 10 * 365.25 * 86_400;

  test.each<[what: string, setup: WorldSetup, good: boolean]>([
    ['that nothing speaks for is not', {}, false],
    ['that tsntp has set since boot is', { setSinceBoot: true }, true],
    ['that the kernel calls synchronized is, without tsntp', { synchronized: true }, true],
    ['that the kernel calls unsynchronized is not', { synchronized: false }, false],
    [
      'that shows a time before the release is not, though set and synchronized',
      { behind: decade, setSinceBoot: true, synchronized: true },
      false,
    ],
  ])('a clock %s', (_, setup, good) => {
    const w = world(setup);
    expect(isGood(w.clock, w.ports().host)).toBe(good);
  });
});

test('the folder of Windows is looked for on Windows alone', () => {
  const env = { SystemRoot: 'C:\\Windows' };
  expect(windowsFolder(env, 'win32')).toBe('C:\\Windows');
  expect(windowsFolder(env, 'linux')).toBeUndefined();
  expect(windowsFolder({}, 'win32')).toBeUndefined();
});
