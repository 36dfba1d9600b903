// The bench itself: an ordinary server is believed, and words are filled in.

import { expect, test } from 'vitest';
import { field, measured } from './bench.ts';

test('an ordinary server is believed, and its offset is what its habits say', async () => {
  const { tsntp, asked, fill } = await field({ A: { ahead: 2 } });
  const { offset, errorBound } = measured(await tsntp('-q -p 2 --interval 0.05 --format json A'));
  expect(Math.abs(offset - 2)).toBeLessThan(errorBound);
  expect(asked('A')).toBe(2);
  expect(fill('A.addr:A.port')).toBe(fill('A'));
});
