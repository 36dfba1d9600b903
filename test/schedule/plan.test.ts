// The commands of a plan, and how a period is written.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDuration } from '../../src/options/duration.ts';
import { floorCommand, isOwnText, MARK, periodText, syncCommand } from '../../src/schedule/plan.ts';
import '../support/properties.ts';
import { LEADING, planWith } from './job-words.ts';

test('a period is written as tsntp reads it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 64, max: 2_678_400 }), every => {
      expect(parseDuration(periodText(every))).toBe(every);
    }),
  );
  expect([3600, 1800, 100, 86_400].map(periodText)).toEqual(['1h', '30m', '100s', '1d']);
});

test('the command of a run does not repeat an option that is given', () => {
  const quiet = { limited: true, extra: ['--quiet'] };
  expect(syncCommand(planWith(['--quiet', 'a']), quiet)).toEqual([...LEADING, '--quiet', 'a']);
  expect(syncCommand(planWith(['a']), quiet)).toEqual([...LEADING, '--quiet', 'a']);
});

test('the floor command takes only the state directory of the options of sync', () => {
  expect(floorCommand(planWith(['--step', '--state=/s', 'a'])).slice(2)).toEqual([
    'rtc',
    'floor',
    '--state=/s',
  ]);
});

test('a file with the mark counts as written by tsntp, and no other', () => {
  expect(isOwnText(`# ${MARK}\n`)).toBe(true);
  expect(isOwnText('# tsntp\n')).toBe(false);
});
