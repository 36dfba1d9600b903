// A plan → /etc/cron.d/tsntp: one line for the boot, which tries until a server answers, and one for every later run. Both
// print nothing on success; a server that fails has a line on stderr, which cron mails.

import { FIXED_PERIODS, fixedMinutesOf } from './fixed-minutes.ts';
import {
  floorCommand,
  MARK,
  NotSchedulable,
  periodText,
  type SchedulePlan,
  type Scheduler,
  syncCommand,
} from './plan.ts';

/** Without a dot: cron ignores file names that have one. */
const PATH = '/etc/cron.d/tsntp';
/** The longest command that the crons of Debian and of Vixie take. */
const LONGEST = 998;

/** cron with a folder /etc/cron.d: Debian's, cronie, Vixie's. */
export const cron: Scheduler = {
  files: plan => [{ path: PATH, text: crontab(plan) }],
  paths: [PATH],
  links: [],
  optionalLinks: [],
  release: [],
  // cron notices a changed folder by itself.
  enable: () => [],
  disable: () => [],
  forget: [],
};

function crontab(plan: SchedulePlan): string {
  const times = fixedMinutesOf(plan.every, plan.minute);
  if (times === undefined)
    throw new NotSchedulable(
      `cron runs at fixed minutes, and --every ${periodText(plan.every)} does not fit them; give ${FIXED_PERIODS}`,
    );
  const { minutes, hours } = times;
  const when = `${minutes.length === 60 ? '*' : minutes.join(',')} ${hours?.join(',') ?? '*'} * * *`;
  const [first, later] = [false, true].map(limited =>
    cronCommand(syncCommand(plan, { limited, extra: ['--quiet'] })),
  );
  const boot = `${cronCommand(floorCommand(plan))} >/dev/null 2>&1; for i in 1 2 3 4 5 6 7 8 9; do ${first}; [ $? -eq 3 ] || break; sleep 20; done`;
  for (const command of [boot, later!]) refuseLong(command);
  const lines = [
    `# ${MARK}`,
    'SHELL=/bin/sh',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    `@reboot root ${boot}`,
    `${when} root ${later}`,
  ];
  return `${lines.join('\n')}\n`;
}

/** A command as cron hands it to the shell: cron reads a bare `%` as the end of the line. */
function cronCommand(words: readonly string[]): string {
  return words.map(shellWord).join(' ').replaceAll('%', '\\%');
}

/** One word for sh. Without backslashes, which not every cron passes on. */
function shellWord(word: string): string {
  if (/^[\w@%+,./:=-]+$/.test(word)) return word;
  if (word.includes('\\'))
    throw new NotSchedulable(`cron cannot pass on the backslash in "${word}": name the file without one`);
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}

function refuseLong(command: string): void {
  const length = Buffer.byteLength(command);
  if (length > LONGEST)
    throw new NotSchedulable(
      `the command has ${length} bytes, and cron takes ${LONGEST}: write the servers into /etc/tsntp.conf, one per line`,
    );
}
