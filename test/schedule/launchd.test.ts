// The property list for launchd: when it runs, and what.

import { expect, test } from 'vitest';
import { launchd } from '../../src/schedule/launchd.ts';
import { planWith } from './job-words.ts';

const textOf = (...plan: Parameters<typeof planWith>) => launchd.files(planWith(...plan))[0]!.text;

test('hourly is a minute of the calendar, so that a slept-through run is made up for', () => {
  const text = textOf([]);
  expect(text).toContain('<dict><key>Minute</key><integer>23</integer></dict>');
  expect(text).not.toContain('StartInterval');
});

test('every six hours are four times of a day', () => {
  expect(textOf([], { every: 21_600 }).match(/<key>Hour<\/key>/g)).toHaveLength(4);
});

test('a period without fixed minutes is an interval', () => {
  expect(textOf([], { every: 5400 })).toContain('<key>StartInterval</key>\n  <integer>5400</integer>');
});

test('the words are escaped', () => {
  expect(textOf(['a&b<c>'])).toContain('<string>a&amp;b&lt;c&gt;</string>');
});

test('one job runs at boot and later, with the limit', () => {
  const text = textOf([], { maxOffset: '60' });
  expect(text).toContain('<key>RunAtLoad</key>\n  <true/>');
  expect(text).toContain('<string>--max-offset=60</string>');
});
