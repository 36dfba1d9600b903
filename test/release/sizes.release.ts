// What a release puts on a slow line or an old USB stick: no artifact is larger than 45 MB.

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const MOST = 45e6;

it('no artifact is larger than 45 MB', () => {
  const sizes = readdirSync('release').map(name => ({ name, size: statSync(join('release', name)).size }));
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.filter(({ size }) => size > MOST)).toEqual([]);
});
