// What `tsntp schedule` writes, judged by the programs that read it: systemd-analyze, xmllint, and Python's plistlib.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { SchedulePlan, SchedulerName } from '../../src/schedule/plan.ts';
import { SCHEDULERS } from '../../src/schedule.ts';
import { debianPackage } from '../support/debian-package.ts';
import { describeWith } from './bench.ts';

/** In tenths of systemd's exposure level: 10.0 is an unrestricted service, and up to 2.5 is good. */
const EXPOSURE = 24;

const folder = mkdtempSync(join(tmpdir(), 'tsntp-unit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** With words that each format must quote. */
const PLAN: SchedulePlan = {
  every: 3600,
  minute: 23,
  program: ['/usr/bin/true', '/opt/a b/tsntp.js'],
  arguments: ['--file=/etc/100%/$list/"quoted"/it\'s', '--keys=/etc/a&b<c>', 'pool.ntp.org'],
};

/** The Task Scheduler has no way to quote a percent sign. */
const TASK_PLAN: SchedulePlan = {
  ...PLAN,
  arguments: PLAN.arguments.map(argument => argument.replaceAll('%', '')),
};

/** Writes the files of a plan, in UTF-8, and returns their paths. */
function written(scheduler: SchedulerName, plan: SchedulePlan = PLAN): readonly string[] {
  return SCHEDULERS[scheduler].files(plan).map(({ path, text, encoding }) => {
    const place = join(folder, basename(path.replaceAll('\\', '/')));
    writeFileSync(place, encoding === undefined ? text : Buffer.from(`\ufeff${text}`, encoding));
    return place;
  });
}

describeWith(['systemd'], 'systemd', () => {
  const { root, env } = debianPackage('systemd');
  const folders = env.LD_LIBRARY_PATH.split(':');
  const libraries = folders.flatMap(path => [path, join(path, 'systemd')]).join(':');
  const units = ['usr/lib', 'lib'].map(path => join(root, path, 'systemd/system')).find(existsSync);
  const analyze = (...args: readonly string[]) =>
    spawnSync(join(root, 'usr/bin/systemd-analyze'), args, {
      encoding: 'utf8',
      // A machine without systemd has none of the units that the written ones name.
      env: { ...process.env, LD_LIBRARY_PATH: libraries, SYSTEMD_UNIT_PATH: `${units}:` },
    });
  const verify = (...units: readonly string[]) => analyze('verify', '--man=no', ...units);

  test.each<[what: string, plan: SchedulePlan]>([
    ['an hourly run', PLAN],
    ['a limit after the first success', { ...PLAN, maxOffset: '60' }],
    ['the hardware clock and a state directory', { ...PLAN, arguments: ['--rtc', '--state=/srv/a b'] }],
  ])('accepts all units of %s', (_, plan) => {
    const { status, stderr } = verify(...written('systemd', plan));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  test('reports a line of a unit that it does not know', () => {
    const [service = ''] = written('systemd');
    writeFileSync(service, `${readFileSync(service, 'utf8')}EnvironmentFiles=x\n`);
    expect(verify(service).stderr).toContain('EnvironmentFiles');
  });

  test('can read the service with the drop-in of the documentation', () => {
    const [service = ''] = written('systemd');
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/scheduling.md'), 'utf8');
    const [, text = ''] = /```ini\n(# servers\.conf\n.*?)```/s.exec(page) ?? [];
    expect(text).toContain('[Service]');
    mkdirSync(`${service}.d`);
    writeFileSync(join(`${service}.d`, 'servers.conf'), text);
    expect(verify(service)).toMatchObject({ status: 0, stderr: '' });
    rmSync(`${service}.d`, { recursive: true });
  });

  test('finds each service little exposed', () => {
    const judge = (path: string) =>
      analyze('security', '--offline=true', '--no-pager', `--threshold=${EXPOSURE}`, path).status;
    const services = written('systemd').filter(path => path.endsWith('.service'));
    expect(services).toHaveLength(3);
    expect(services.filter(path => judge(path) !== 0)).toEqual([]);
    const loose = join(folder, 'loose.service');
    writeFileSync(loose, readFileSync(services[0]!, 'utf8').replace(/^(Protect|Restrict|System).*$/gm, ''));
    expect(judge(loose)).not.toBe(0);
  });
});

describeWith(['libxml2-utils'], 'xmllint', () => {
  const { root, env } = debianPackage('libxml2-utils');
  const lint = (...args: readonly string[]) =>
    spawnSync(join(root, 'usr/bin/xmllint'), ['--noout', '--nonet', ...args], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
  const schema = resolve(import.meta.dirname, 'task.xsd');

  const judge = (...tasks: readonly string[]) => lint('--schema', schema, ...tasks).stderr;

  test.each<[what: string, plan: SchedulePlan]>([
    ['an hourly run', TASK_PLAN],
    ['the shortest period, in seconds', { ...TASK_PLAN, every: 64 }],
    ['the longest period, with a limit', { ...TASK_PLAN, every: 31 * 86_400, maxOffset: '60' }],
    ['names in any script', { ...TASK_PLAN, program: ['C:\\Größe\\node.exe', 'C:\\测试\\tsntp.js'] }],
  ])('finds both tasks of %s valid, in their encoding', (_, plan) => {
    expect(judge(...written('windows', plan)).match(/ validates$/gm)).toHaveLength(2);
  });

  test.each<[what: string, part: RegExp, wrong: string]>([
    ['parts in another order', /(<Triggers>.*<\/Triggers>)(.*)(<Actions.*<\/Actions>)/s, '$3$2$1'],
    [
      'the elements of a trigger in another order',
      /(<Repetition>.*<\/Repetition>)(\s*)(<StartBoundary>.*<\/StartBoundary>)/s,
      '$3$2$1',
    ],
    ['a period that is not ISO 8601', /<Interval>PT1H</, '<Interval>1h<'],
    ['a period over 31 days', /<Interval>PT1H</, '<Interval>P32D<'],
    ['a period under a minute', /<Interval>PT1H</, '<Interval>PT59S<'],
    ['a time that is not ISO 8601', /<StartBoundary>2020-01-01T/, '<StartBoundary>2020-01-01 '],
    ['an unknown policy', />IgnoreNew</, '>Ignore<'],
    ['a context without a principal', /Context="Author"/, 'Context="System"'],
    ['an element that does not exist', /StartWhenAvailable/g, 'StartIfAvailable'],
    ['another version', /version="1.2"/, 'version="1.1"'],
  ])('reports %s', (_, part, wrong) => {
    const [task = ''] = written('windows', TASK_PLAN);
    const text = readFileSync(task).subarray(2).toString('utf16le');
    const changed = text.replace(part, wrong);
    expect(changed).not.toBe(text);
    writeFileSync(task, Buffer.from(`\ufeff${changed}`, 'utf16le'));
    expect(judge(task)).toContain('fails to validate');
  });

  test('finds the property list well-formed', () => {
    expect(lint('--nowarning', ...written('launchd'))).toMatchObject({ status: 0, stderr: '' });
  });
});

test('Python reads the words of the property list as they were', () => {
  const script = 'import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], "rb"))))';
  const { stdout, stderr } = spawnSync('python3', ['-c', script, ...written('launchd')], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toMatchObject({
    Label: 'tsntp',
    ProgramArguments: [...PLAN.program, 'sync', ...PLAN.arguments],
    RunAtLoad: true,
    StartCalendarInterval: [{ Minute: 23 }],
  });
});
