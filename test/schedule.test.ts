// `schedule` over the files of a temporary root, and over commands that fail: what is shown, written and removed, and what
// stays as it was.

import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { installedPath, schedulerHost } from '../src/host/scheduler-host.ts';
import { exitCodeOf } from '../src/report/exit-code.ts';
import { changedFiles, explainSchedule } from '../src/report/schedule-content.ts';
import { isOwnText, type SchedulerCommand, type SchedulerName } from '../src/schedule/plan.ts';
import type { FileChange, SchedulePorts } from '../src/schedule/schedule-outcome.ts';
import { SCHEDULERS, type ScheduleOptions, schedule } from '../src/schedule.ts';
import { scratch } from './support/command.ts';

const NAMES = Object.keys(SCHEDULERS) as SchedulerName[];
const FOLDERS = ['etc/cron.d', 'etc/systemd/system', 'Library/LaunchDaemons', 'Program Files'];

const OPTIONS: ScheduleOptions = {
  action: 'install',
  every: 3600,
  program: ['/usr/bin/node', '/usr/bin/tsntp'],
  arguments: ['pool.ntp.org'],
  pool: true,
};

/** An image with what a distribution puts into it. */
function image(): string {
  const root = scratch();
  for (const folder of [...FOLDERS, 'usr/bin']) mkdirSync(join(root, folder), { recursive: true });
  for (const program of OPTIONS.program) writeFileSync(join(root, program), '');
  writeFileSync(join(root, 'etc/machine-id'), `${'0123456789abcdef'.repeat(2)}\n`);
  writeFileSync(join(root, 'etc/cron.d/other'), '# a job of another package\n');
  return root;
}

function portsOf(root: string): SchedulePorts {
  return schedulerHost({ root, platform: 'linux', env: {}, findServices: async () => [] });
}

/** The same files, as those of a machine that runs commands: records them, and fails those that match. */
function machineAt(root: string, fails = /^$/) {
  const ran: string[] = [];
  const ports: SchedulePorts = {
    ...portsOf(root),
    image: false,
    otherServices: async () => [],
    async run(command: SchedulerCommand) {
      ran.push(command.join(' '));
      return fails.test(command.join(' ')) ? `${command.join(' ')}: it fails` : undefined;
    },
  };
  return { ports, ran };
}

/** Every file, folder and link below a root, with its contents. */
function treeOf(root: string): ReadonlyMap<string, string> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  return new Map(
    entries.map(entry => {
      const path = join(entry.parentPath, entry.name);
      if (entry.isSymbolicLink()) return [path, `-> ${readlinkSync(path)}`];
      return [path, entry.isDirectory() ? 'a folder' : readFileSync(path).toString('latin1')];
    }),
  );
}

describe.each(NAMES)('the schedule of %s', scheduler => {
  const install = { ...OPTIONS, scheduler };
  const remove = { ...install, action: 'remove' } as const;

  test('is installed, installed again without a change, and removed without a trace', async () => {
    const root = image();
    const before = treeOf(root);
    const ports = portsOf(root);
    expect(await schedule(install, ports)).toMatchObject({ kind: 'installed', warnings: [] });
    const installed = treeOf(root);
    const added = [...installed].filter(([path]) => !before.has(path));
    expect(added.length).toBeGreaterThanOrEqual(SCHEDULERS[scheduler].paths.length);
    const shown: FileChange[] = [];
    expect(await schedule(install, ports, changes => shown.push(...changes))).toMatchObject({
      kind: 'unchanged',
    });
    expect(shown).toEqual([]);
    expect(treeOf(root)).toEqual(installed);
    expect(await schedule(remove, ports)).toMatchObject({ kind: 'removed' });
    expect(treeOf(root)).toEqual(before);
    expect(await schedule(remove, ports)).toMatchObject({ kind: 'unchanged' });
  });

  test('shows a change before it is made', async () => {
    const root = image();
    const ports = portsOf(root);
    await schedule(install, ports);
    const before = treeOf(root);
    let diff = '';
    let untouched = false;
    await schedule({ ...install, arguments: ['ntp.example'] }, ports, changes => {
      diff = changedFiles(changes);
      untouched = JSON.stringify([...treeOf(root)]) === JSON.stringify([...before]);
    });
    expect(untouched).toBe(true);
    expect(diff).toMatch(/^-.*pool\.ntp\.org/m);
    expect(diff).toMatch(/^\+.*ntp\.example/m);
  });

  test('changes nothing in a dry run', async () => {
    const root = image();
    const before = treeOf(root);
    const shown: FileChange[] = [];
    const dry = await schedule({ ...install, dryRun: true }, portsOf(root), changes =>
      shown.push(...changes),
    );
    expect(dry.kind).toBe('would-install');
    expect(shown.map(({ change }) => change)).toContain('added');
    expect(treeOf(root)).toEqual(before);
    await schedule(install, portsOf(root));
    const installed = treeOf(root);
    expect((await schedule({ ...remove, dryRun: true }, portsOf(root))).kind).toBe('would-remove');
    expect(treeOf(root)).toEqual(installed);
  });

  test('leaves a file alone that tsntp did not write', async () => {
    const root = image();
    await schedule(install, portsOf(root));
    const path = installedPath(SCHEDULERS[scheduler].paths[0]!, root, {});
    writeFileSync(path, 'by hand\n');
    const before = treeOf(root);
    for (const options of [install, remove]) {
      const outcome = await schedule(options, portsOf(root));
      expect(outcome.kind).toBe('foreign');
      expect(exitCodeOf(outcome, undefined)).toBe(5);
      expect(explainSchedule(outcome)).toMatch(/was not written by tsntp.*remove or rename it/);
    }
    expect(treeOf(root)).toEqual(before);
  });

  test('is written by every text of its own', () => {
    const plan = { ...OPTIONS, minute: 5 };
    for (const { text } of SCHEDULERS[scheduler].files(plan)) expect(isOwnText(text)).toBe(true);
    expect(SCHEDULERS[scheduler].files(plan).map(({ path }) => path)).toEqual(SCHEDULERS[scheduler].paths);
  });
});

test.each(NAMES.filter(name => SCHEDULERS[name].enable([]).length > 0))(
  'nothing is written if %s refuses the files',
  async scheduler => {
    const root = image();
    const before = treeOf(root);
    const last = SCHEDULERS[scheduler].enable(SCHEDULERS[scheduler].links).at(-1)!.join(' ');
    const { ports } = machineAt(root, new RegExp(`^${last.replaceAll(/[^\w ]/g, '\\$&')}$`));
    const outcome = await schedule({ ...OPTIONS, scheduler }, ports);
    expect(outcome).toMatchObject({ kind: 'not-enabled', message: expect.stringContaining('it fails') });
    expect(exitCodeOf(outcome, undefined)).toBe(4);
    expect(treeOf(root)).toEqual(before);
  },
);

describe('a schedule on this machine', () => {
  test('systemd is told of the units, and of their end', async () => {
    const { ports, ran } = machineAt(image());
    expect((await schedule({ ...OPTIONS, scheduler: 'systemd' }, ports)).kind).toBe('installed');
    expect(ran).toEqual([
      'systemctl daemon-reload',
      'systemctl enable tsntp.timer tsntp-floor.service',
      'systemctl restart tsntp.timer',
    ]);
    ran.length = 0;
    await schedule({ ...OPTIONS, scheduler: 'systemd', action: 'remove' }, ports);
    expect(ran).toEqual([
      'systemctl stop tsntp.timer',
      'systemctl disable tsntp.timer tsntp-floor.service tsntp-wait.service',
      'systemctl daemon-reload',
    ]);
  });

  test('a file that a change replaced is back if the scheduler refuses the change', async () => {
    const root = image();
    await schedule({ ...OPTIONS, scheduler: 'launchd' }, portsOf(root));
    const before = treeOf(root);
    const { ports } = machineAt(root, /bootstrap/);
    const changed = await schedule({ ...OPTIONS, scheduler: 'launchd', every: 7200 }, ports);
    expect(changed.kind).toBe('not-enabled');
    expect(treeOf(root)).toEqual(before);
  });

  test('a scheduler that is not there is refused, but may be printed', async () => {
    const ports: SchedulePorts = { ...machineAt(image()).ports, schedulers: () => ['cron'] };
    const windows = { ...OPTIONS, scheduler: 'windows' } as const;
    await expect(schedule(windows, ports)).rejects.toThrow(/has no windows.*--root DIR/);
    const printed = await schedule({ ...windows, action: 'print' }, ports);
    expect(printed).toMatchObject({ kind: 'printed', scheduler: 'windows' });
    expect((await schedule({ ...OPTIONS, action: 'print' }, ports)).scheduler).toBe('cron');
  });

  test('a second scheduler that runs tsntp is named', async () => {
    const root = image();
    await schedule({ ...OPTIONS, scheduler: 'cron' }, portsOf(root));
    const { warnings } = await schedule({ ...OPTIONS, scheduler: 'systemd' }, portsOf(root));
    expect(warnings).toEqual([expect.stringMatching(/^cron also runs tsntp/)]);
  });

  test('a masked unit is left alone', async () => {
    const root = image();
    symlinkSync('/dev/null', join(root, 'etc/systemd/system/tsntp.service'));
    const outcome = await schedule({ ...OPTIONS, scheduler: 'systemd' }, portsOf(root));
    expect(outcome).toMatchObject({ kind: 'foreign', path: '/etc/systemd/system/tsntp.service' });
  });
});

test('the link of an administrator to tsntp-wait.service goes with the service', async () => {
  const root = image();
  const before = treeOf(root);
  await schedule({ ...OPTIONS, scheduler: 'systemd' }, portsOf(root));
  const wants = join(root, 'etc/systemd/system/multi-user.target.wants');
  mkdirSync(wants);
  symlinkSync('/etc/systemd/system/tsntp-wait.service', join(wants, 'tsntp-wait.service'));
  await schedule({ ...OPTIONS, scheduler: 'systemd', action: 'remove' }, portsOf(root));
  expect(treeOf(root)).toEqual(before);
});

test.each(['/dev/null', '/usr/lib/systemd/system/other.timer'])(
  'the link of an administrator to %s is kept by a removal',
  async target => {
    const root = image();
    const wants = join(root, 'etc/systemd/system/timers.target.wants');
    mkdirSync(wants);
    symlinkSync(target, join(wants, 'tsntp.timer'));
    const before = treeOf(root);
    const remove = { ...OPTIONS, scheduler: 'systemd', action: 'remove' } as const;
    expect(await schedule(remove, portsOf(root))).toMatchObject({ kind: 'unchanged' });
    expect(treeOf(root)).toEqual(before);
  },
);

describe('units of a package, which an administrator has enabled', () => {
  const WANTS = 'etc/systemd/system/timers.target.wants';
  const UNIT = '/usr/lib/systemd/system/tsntp.timer';
  const enabled = () => {
    const root = image();
    for (const folder of [WANTS, dirname(UNIT)]) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, UNIT), '[Timer]\n');
    symlinkSync(UNIT, join(root, WANTS, 'tsntp.timer'));
    return root;
  };

  test('are disabled and stopped by a removal, which leaves the package its files', async () => {
    const root = enabled();
    const { ports, ran } = machineAt(root);
    expect(await schedule({ ...OPTIONS, scheduler: 'systemd', action: 'remove' }, ports)).toMatchObject({
      kind: 'removed',
      files: [],
    });
    expect(ran).toContain('systemctl stop tsntp.timer');
    expect(existsSync(join(root, WANTS))).toBe(false);
    expect(readFileSync(join(root, UNIT), 'utf8')).toBe('[Timer]\n');
  });

  test('count as installed beside another scheduler', async () => {
    const { warnings } = await schedule({ ...OPTIONS, scheduler: 'cron' }, portsOf(enabled()));
    expect(warnings).toEqual([expect.stringMatching(/^systemd also runs tsntp/)]);
  });

  test('run again if systemd refuses the files that should replace them, and no unit that was not enabled', async () => {
    const root = enabled();
    const before = treeOf(root);
    const { ports, ran } = machineAt(root, /^systemctl restart/);
    const outcome = await schedule({ ...OPTIONS, scheduler: 'systemd' }, ports);
    expect(outcome.kind).toBe('not-enabled');
    expect(ran).not.toContain('systemctl stop tsntp.timer');
    expect(ran.slice(-4)).toEqual([
      'systemctl disable tsntp-floor.service',
      'systemctl daemon-reload',
      'systemctl enable tsntp.timer',
      'systemctl restart tsntp.timer',
    ]);
    expect(treeOf(root)).toEqual(before);
  });
});
