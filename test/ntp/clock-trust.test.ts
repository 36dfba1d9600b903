import { expect, test } from 'vitest';
import { isVouchedFor } from '../../src/ntp/clock-trust.ts';

test.each([
  [{ setSinceBoot: false, synchronized: false, beforeRelease: false }, false],
  [{ setSinceBoot: true, synchronized: false, beforeRelease: false }, true],
  [{ setSinceBoot: false, synchronized: true, beforeRelease: false }, true],
  [{ setSinceBoot: true, synchronized: true, beforeRelease: true }, false],
])('a clock of which this is known, %j, is vouched for: %s', (known, expected) => {
  expect(isVouchedFor(known)).toBe(expected);
});
