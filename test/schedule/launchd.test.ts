// The property list for launchd: when it runs, and what.

import { expect, test } from 'vitest';
import { launchd } from '../../src/schedule/launchd.ts';
import { planWith } from './job-words.ts';

const textOf = (...plan: Parameters<typeof planWith>) => launchd.files(planWith(...plan))[0]!.text;

test('launchd runs an hourly job at a calendar minute, and so makes up for a run slept through', () => {
  const text = textOf([]);
  expect(text).toContain('<dict><key>Minute</key><integer>23</integer></dict>');
  expect(text).not.toContain('StartInterval');
});

test('launchd runs a job every six hours at four times of the day', () => {
  expect(textOf([], { every: 21_600 }).match(/<key>Hour<\/key>/g)).toHaveLength(4);
});

test('launchd runs a job without fixed minutes at an interval', () => {
  expect(textOf([], { every: 5400 })).toContain('<key>StartInterval</key>\n  <integer>5400</integer>');
});

test('the property list escapes the words of the command', () => {
  expect(textOf(['a&b<c>'])).toContain('<string>a&amp;b&lt;c&gt;</string>');
});

test('launchd has one job for boot and later, with the limit', () => {
  const text = textOf([], { maxOffset: '60' });
  expect(text).toContain('<key>RunAtLoad</key>\n  <true/>');
  expect(text).toContain('<string>--max-offset=60</string>');
});
