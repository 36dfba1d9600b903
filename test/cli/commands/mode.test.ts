// What each command may set, by its options: the machine that it opens.

import { expect, test } from 'vitest';
import { modeOf } from '../../../src/cli/commands/measuring.ts';
import { rtcModeOf } from '../../../src/cli/commands/rtc.ts';

test.each([
  ['sync', {}, 'set'],
  ['sync', { dryRun: true }, 'rehearse'],
  ['sync', { debug: true }, 'look'],
  ['sync', { debug: true, dryRun: true }, 'look'],
  ['sync', { debug: false, dryRun: false }, 'set'],
  ['query', {}, 'look'],
  ['query', { debug: true }, 'look'],
] as const)('%s with %j opens the machine to %s', (purpose, args, mode) => {
  expect(modeOf(purpose, args)).toBe(mode);
});

test.each([
  ['show', {}, 'look'],
  ['show', { dryRun: true }, 'look'],
  ['write', {}, 'set'],
  ['write', { dryRun: true }, 'rehearse'],
  ['read', {}, 'set'],
  ['read', { dryRun: true }, 'rehearse'],
  ['read', { dryRun: false }, 'set'],
  ['floor', {}, 'set'],
  ['floor', { dryRun: true }, 'rehearse'],
] as const)('rtc %s with %j opens the machine to %s', (action, args, mode) => {
  expect(rtcModeOf(action, args)).toBe(mode);
});
