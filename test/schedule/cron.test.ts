// /etc/cron.d/tsntp: the words that reach tsntp through cron and sh, and what cron requires of the file.

import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cron } from '../../src/schedule/cron.ts';
import { NotSchedulable, type SchedulePlan } from '../../src/schedule/plan.ts';
import '../support/properties.ts';
import { LEADING, planWith, word } from './job-words.ts';

function linesOf(plan: SchedulePlan): readonly string[] {
  return cron.files(plan)[0]!.text.split('\n');
}

/** The lines of the table: when, and what runs as root. */
function jobsOf(plan: SchedulePlan): readonly { readonly when: string; readonly command: string }[] {
  return linesOf(plan).flatMap(line => {
    const [, when = '', command = ''] = /^(@reboot|(?:[\d*,]+ ){4}[\d*,]+) root (.*)$/u.exec(line) ?? [];
    return when === '' ? [] : [{ when, command }];
  });
}

/** What cron hands to sh: a bare % would end the command, and an escaped one loses its backslash. */
function throughCron(command: string): string {
  return command.replace(/(?<!\\)%.*$/su, '').replaceAll('\\%', '%');
}

describe.runIf(process.platform !== 'win32')('the command in the cron table', () => {
  test('reaches tsntp word by word', () => {
    const words = fc.array(
      word.map(text => text.replaceAll('\\', '')).filter(text => text !== ''),
      { maxLength: 4 },
    );
    const property = fc.property(words, given => {
      const { command } = jobsOf(planWith(given))[1]!;
      const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${throughCron(command)}`], {
        encoding: 'utf8',
      });
      const quiet = given.includes('--quiet') ? [] : ['--quiet'];
      expect(stdout.split('\0').slice(0, -1)).toEqual([...LEADING, ...quiet, ...given]);
    });
    fc.assert(property, { numRuns: 60 });
  });

  test('at boot is tried again after exit code 3, and only then', () => {
    const shell = (exit: number) => {
      const [boot] = jobsOf(planWith([], { program: ['/bin/sh', '/no'] }));
      const command = throughCron(boot!.command)
        .replaceAll(/\/bin\/sh \/no sync --quiet/g, `(echo run; exit ${exit})`)
        .replace('/bin/sh /no rtc floor', 'echo floor')
        .replace('sleep 20', ':');
      return spawnSync('sh', ['-c', command], { encoding: 'utf8' }).stdout;
    };
    expect(shell(3)).toBe('run\n'.repeat(9));
    for (const exit of [0, 2, 5, 6]) expect(shell(exit)).toBe('run\n');
  });
});

test('cron reads the file that is written for it', () => {
  const [file] = cron.files(planWith(['pool.ntp.org']));
  expect(file!.path).toBe('/etc/cron.d/tsntp');
  expect(file!.text).toMatch(/^PATH=\S+$/m);
  expect(file!.text.endsWith('\n')).toBe(true);
  expect(jobsOf(planWith(['pool.ntp.org'])).map(({ when }) => when)).toEqual(['@reboot', '23 * * * *']);
});

test('cron limits only the runs after the first of a boot', () => {
  const [boot, later] = jobsOf(planWith(['pool.ntp.org'], { maxOffset: '60' }));
  expect(boot!.command).not.toContain('max-offset');
  expect(later!.command).toContain(' --max-offset=60 ');
});

test('in the cron table the floor has the state directory of the runs', () => {
  const [boot] = jobsOf(planWith(['--state=/srv/state', 'pool.ntp.org']));
  expect(boot!.command).toMatch(/^\S+ \S+ rtc floor --state=\/srv\/state >\/dev\/null 2>&1; /);
});

test.each<[what: string, plan: SchedulePlan, message: RegExp]>([
  [
    'a period that cron has no minutes for',
    planWith([], { every: 5400 }),
    /--every 90m .*1, 2, 3, 4, 6, 8, 12/,
  ],
  ['a backslash', planWith(['-f=/a\\b']), /backslash/],
  ['a command that is too long', planWith(Array(90).fill('server.example')), /998.*\/etc\/tsntp\.conf/],
])('%s is refused', (_, plan, message) => {
  expect(() => cron.files(plan)).toThrow(NotSchedulable);
  expect(() => cron.files(plan)).toThrow(message);
});
