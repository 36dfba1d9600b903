import { expect, test } from 'vitest';
import { expectationOf } from '../../../src/ntp/drift/boots.ts';

const boot = (frequency: number, clocksource?: string) => ({
  frequency,
  sigma: 0.05,
  runs: 100,
  ...(clocksource !== undefined && { clocksource }),
});

test('nothing is expected before the first boot has ended', () => {
  expect(expectationOf([])).toBeUndefined();
});

test('one boot is a hint', () => {
  expect(expectationOf([boot(37.4)])).toEqual({ frequency: 37.4, sigma: 20, agreed: false });
});

test('boots that measure their counter anew are as good a hint as they agree', () => {
  const expectation = expectationOf([boot(10), boot(50)]);
  expect(expectation).toEqual({ frequency: 30, sigma: expect.closeTo(28.28, 2), agreed: false });
});

test('boots that agree let the rate be set at once, with an uncertainty of 5 ppm', () => {
  const expectation = expectationOf([boot(37), boot(38), boot(39)]);
  expect(expectation).toEqual({ frequency: 38, sigma: 5, agreed: true });
});

test.each([
  [2.9, true],
  [3.1, false],
])('boots that scatter by %d ppm agree: %s', (scatter, agreed) => {
  const apart = scatter * Math.SQRT1_2;
  expect(expectationOf([boot(20 - apart), boot(20 + apart)])?.agreed).toBe(agreed);
});

test('a boot with another clock source tells nothing of this one', () => {
  const boots = [boot(37, 'tsc'), boot(-80, 'hpet'), boot(38)];
  expect(expectationOf(boots, 'tsc')?.frequency).toBe(37.5);
  expect(expectationOf(boots, 'hpet')?.frequency).toBe(-21);
  expect(expectationOf([boot(37, 'tsc')], 'hpet')).toBeUndefined();
  expect(expectationOf(boots)?.frequency).toBeCloseTo(-5 / 3);
});
