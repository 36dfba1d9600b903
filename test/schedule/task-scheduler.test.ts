// The tasks for Windows: the words that the C runtime splits out of the arguments, and the order of the elements.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NotSchedulable, type SchedulePlan } from '../../src/schedule/plan.ts';
import { taskScheduler } from '../../src/schedule/task-scheduler.ts';
import '../support/properties.ts';
import { LEADING, planWith, word } from './job-words.ts';

const [syncTask, bootTask] = [0, 1].map(i => (plan: SchedulePlan) => taskScheduler.files(plan)[i]!.text) as [
  (plan: SchedulePlan) => string,
  (plan: SchedulePlan) => string,
];

function contentOf(element: string, xml: string): string {
  const [, content = ''] = new RegExp(`<${element}>(.*?)</${element}>`, 's').exec(xml) ?? [];
  return content.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}

test('the Task Scheduler passes the words of the command on as they are', () => {
  const words = fc.array(
    word.filter(text => !/%|\$\(/.test(text)),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(words, given => {
      const task = syncTask(planWith(given));
      expect([contentOf('Command', task), ...argumentsIn(contentOf('Arguments', task))]).toEqual([
        ...LEADING,
        ...given,
      ]);
    }),
  );
});

/** The arguments of a command line as the C runtime of Windows splits it: "Parsing C++ command-line arguments". */
function argumentsIn(line: string): readonly string[] {
  const words: string[] = [];
  let [current, quoted, begun] = ['', false, false];
  for (let i = 0; i < line.length; ) {
    const [slashes = ''] = /^\\*/.exec(line.slice(i)) ?? [];
    const next = line[i + slashes.length];
    i += slashes.length + 1;
    begun ||= slashes.length > 0 || (next !== undefined && next !== ' ');
    if (next === '"') {
      current += '\\'.repeat(Math.floor(slashes.length / 2));
      if (slashes.length % 2 === 1) current += '"';
      else quoted = !quoted;
    } else {
      current += slashes;
      if ((next === ' ' && !quoted) || next === undefined) {
        if (begun) words.push(current);
        [current, begun] = ['', false];
      } else current += next;
    }
  }
  return begun ? [...words, current] : words;
}

test.each([
  [3600, 'PT1H'],
  [5400, 'PT90M'],
  [64, 'PT64S'],
  [86_400, 'P1D'],
])('every %i s is %s', (every, duration) => {
  expect(contentOf('Interval', syncTask(planWith([], { every })))).toBe(duration);
});

test('the repeated task starts at the minute of the machine, delayed at random', () => {
  const task = syncTask(planWith([], { minute: 7 }));
  expect(contentOf('StartBoundary', task)).toBe('2020-01-01T00:07:00');
  expect(contentOf('RandomDelay', task)).toBe('PT60S');
});

test('both tasks run as SYSTEM, also on batteries and after a missed time', () => {
  for (const task of [syncTask(planWith([])), bootTask(planWith([]))]) {
    expect(contentOf('UserId', task)).toBe('S-1-5-18');
    expect(contentOf('StartWhenAvailable', task)).toBe('true');
    expect(contentOf('DisallowStartIfOnBatteries', task)).toBe('false');
    expect(task).toContain('\r\n');
  }
  expect(bootTask(planWith([]))).toContain('<BootTrigger>');
});

test('the Task Scheduler limits only the runs after the first of a boot', () => {
  const plan = planWith(['pool.ntp.org'], { maxOffset: '60' });
  expect(syncTask(plan)).toContain(' --max-offset=60 ');
  expect(bootTask(plan)).not.toContain('--max-offset');
});

test.each(['%PATH%', 'a$(Arg0)'])('%s is refused: the Task Scheduler would replace it', text => {
  expect(() => syncTask(planWith([text]))).toThrow(NotSchedulable);
});

test('the Task Scheduler refuses a period over 31 days', () => {
  expect(() => syncTask(planWith([], { every: 32 * 86_400 }))).toThrow(/31 days/);
});
