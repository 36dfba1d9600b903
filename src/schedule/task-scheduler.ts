// A plan → two tasks of the Windows Task Scheduler as XML (schema http://schemas.microsoft.com/windows/2004/02/mit/task,
// version 1.2): one at boot, without a limit, and one for every later run. The elements have the order in which Windows
// exports them. schtasks reads UTF-16 with a byte order mark.

import type { Seconds } from '../ntp/time.ts';
import {
  MARK,
  NotSchedulable,
  periodText,
  type SchedulePlan,
  type Scheduler,
  type SchedulerCommand,
  syncCommand,
} from './plan.ts';
import { xmlText } from './xml-text.ts';

/** Where only administrators can write: SYSTEM will run what the files say. */
const FOLDER = '%ProgramFiles%\\tsntp-schedule';
const TASKS = ['sync', 'boot'] as const;
const pathOf = (name: string) => `${FOLDER}\\${name}.xml`;
const schtasks = (verb: string, ...args: readonly string[]): readonly SchedulerCommand[] =>
  TASKS.map(name => [
    'schtasks',
    verb,
    '/TN',
    `tsntp\\${name}`,
    ...args.map(arg => (arg === '*' ? pathOf(name) : arg)),
  ]);

/** The Task Scheduler of Windows. */
export const taskScheduler: Scheduler = {
  files: plan => [
    { path: pathOf('sync'), text: task(plan, true, repeated(plan)), encoding: 'utf16le' },
    { path: pathOf('boot'), text: task(plan, false, BOOT), encoding: 'utf16le' },
  ],
  paths: TASKS.map(pathOf),
  links: [],
  optionalLinks: [],
  release: [],
  enable: () => schtasks('/Create', '/F', '/XML', '*'),
  disable: () => schtasks('/Delete', '/F'),
  forget: [],
};

/** The longest period that the Task Scheduler takes: 31 days. */
const LONGEST = 31 * 86_400;

/** A minute for the network to come up. */
const BOOT = `    <BootTrigger>
      <Enabled>true</Enabled>
      <Delay>PT1M</Delay>
    </BootTrigger>`;

function repeated({ every, minute }: SchedulePlan): string {
  if (every > LONGEST)
    throw new NotSchedulable(
      `the Task Scheduler repeats within 31 days: --every ${periodText(every)} is longer`,
    );
  const spread = Math.min(60, Math.floor(every / 10));
  return `    <TimeTrigger>
      <Repetition>
        <Interval>${isoDuration(every)}</Interval>
        <StopAtDurationEnd>false</StopAtDurationEnd>
      </Repetition>
      <StartBoundary>2020-01-01T00:${String(minute).padStart(2, '0')}:00</StartBoundary>
      <Enabled>true</Enabled>
      <RandomDelay>PT${spread}S</RandomDelay>
    </TimeTrigger>`;
}

/** A period in the form of ISO 8601: PT1H, PT90S, P1D. */
function isoDuration(every: Seconds): string {
  const text = periodText(every).toUpperCase();
  return text.endsWith('D') ? `P${text}` : `PT${text}`;
}

function task(plan: SchedulePlan, limited: boolean, trigger: string): string {
  const [node = '', ...args] = syncCommand(plan, { limited });
  for (const word of [node, ...args]) refuseExpanded(word);
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Sets the clock from the network, once. ${xmlText(MARK)}</Description>
  </RegistrationInfo>
  <Triggers>
${trigger}
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>S-1-5-18</UserId>
      <RunLevel>HighestAvailable</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT10M</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>${xmlText(node)}</Command>
      <Arguments>${xmlText(args.map(windowsWord).join(' '))}</Arguments>
    </Exec>
  </Actions>
</Task>
`.replaceAll('\n', '\r\n');
}

/** The Task Scheduler replaces `%NAME%` and `$(NAME)`, and knows no way to prevent it. */
function refuseExpanded(word: string): void {
  if (/%|\$\(/.test(word))
    throw new NotSchedulable(
      `the Task Scheduler would replace what is in "${word}" between percent signs or in $(…): use a name without them`,
    );
}

/** One word as the C runtime splits a command line: a backslash is special only before a quotation mark. */
function windowsWord(word: string): string {
  if (/^[^\s"]+$/.test(word)) return word;
  return `"${word.replaceAll(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}
