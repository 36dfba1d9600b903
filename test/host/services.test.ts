import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findTimeServices } from '../../src/host/services.ts';
import { scratch, works } from '../support/command.ts';
import { firstLine, isRoot, kill, start } from './child.ts';

let root: string;

beforeEach(() => {
  root = scratch();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

interface Process {
  readonly comm: string;
  readonly command: string;
  readonly exe?: string;
  readonly parent?: number;
  readonly capabilities?: string;
  readonly unit?: string;
  /** Its user namespace, and how that maps user ids; where it cannot be read, or the kernel has none, absent. */
  readonly namespace?: string;
  readonly map?: string;
}

const ALL = '000001ffffffffff';
const ALL_BUT_SYS_TIME = '000001fffdffffff';

/** Lays out what the kernel shows of a process; `self` is the one that looks. */
function show(pid: number | 'self', process: Process): void {
  const { comm, command, exe, parent = 1, capabilities = ALL, unit, namespace, map } = process;
  const directory = join(root, 'proc', String(pid));
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'comm'), `${comm}\n`);
  writeFileSync(join(directory, 'cmdline'), command === '' ? '' : `${command.replaceAll(' ', '\0')}\0`);
  writeFileSync(join(directory, 'status'), `Name:\t${comm}\nPPid:\t${parent}\nCapEff:\t${capabilities}\n`);
  writeFileSync(join(directory, 'cgroup'), `0::${unit ?? '/user.slice/user-0.slice/session-1.scope'}\n`);
  if (exe !== undefined) symlinkSync(exe, join(directory, 'exe'));
  mkdirSync(join(directory, 'ns'), { recursive: true });
  if (namespace !== undefined) symlinkSync(`user:[${namespace}]`, join(directory, 'ns/user'));
  if (map !== undefined) writeFileSync(join(directory, 'uid_map'), map);
}

const namesOn = async (): Promise<readonly string[]> =>
  (await findTimeServices('linux', root)).map(service => service.name);

describe('on Linux', () => {
  test.each<[string, Process]>([
    ['chronyd', { comm: 'chronyd', command: '/usr/sbin/chronyd -F 1' }],
    ['chronyd', { comm: 'chronyd', command: 'chronyd -f /etc/xQq.conf -u q' }],
    ['chronyd', { comm: 'chronyd', command: 'chronyd -dLq' }],
    ['chronyd', { comm: 'chronyd', command: 'chronyd -q' }],
    ['ntpd', { comm: 'ntpd', command: 'ntpd -gq' }],
    ['ntpd', { comm: 'ntpd', command: '/usr/sbin/ntpd -g -u ntp:ntp' }],
    ['NTPsec ntpd', { comm: 'ntpd', command: '/usr/sbin/ntpd -c /etc/ntpsec/ntp.conf -g -N' }],
    ['openntpd', { comm: 'ntpd', command: 'ntpd: [priv]' }],
    ['openntpd', { comm: 'openntpd', command: '/usr/sbin/openntpd -d' }],
    ['busybox ntpd', { comm: 'ntpd', command: 'ntpd -n -p 192.0.2.1', exe: '/bin/busybox' }],
    ['busybox ntpd', { comm: 'busybox', command: 'busybox ntpd -n -p 192.0.2.1' }],
    ['ntpd-rs', { comm: 'ntp-daemon', command: '/usr/bin/ntp-daemon', capabilities: '0000000002000400' }],
    ['ntpd-rs', { comm: 'ntp-daemon', command: 'ntp-daemon --config /etc/ntp.toml' }],
    ['systemd-timesyncd', { comm: 'systemd-timesyn', command: '/lib/systemd/systemd-timesyncd' }],
    ['phc2sys', { comm: 'phc2sys', command: 'phc2sys -s eth0 -w' }],
    ['phc2sys', { comm: 'phc2sys', command: 'phc2sys -arr' }],
  ])('%s controls the clock: %j', async (name, process) => {
    show(812, process);
    expect(await findTimeServices('linux', root)).toEqual([{ name, pid: 812, stop: 'kill 812' }]);
  });

  test.each<[string, Process]>([
    ['a test server', { comm: 'chronyd', command: 'chronyd -x' }],
    ['letters together', { comm: 'chronyd', command: 'chronyd -nx' }],
    ['measuring', { comm: 'chronyd', command: 'chronyd -Q -t 5' }],
    ['measuring', { comm: 'ntpd', command: 'busybox ntpd -w', exe: '/bin/busybox' }],
    ['another applet', { comm: 'busybox', command: 'busybox sh ntpd' }],
    ['the network card', { comm: 'phc2sys', command: 'phc2sys -s CLOCK_REALTIME -c eth0' }],
    ['network cards', { comm: 'phc2sys', command: 'phc2sys -a' }],
    ['without the capability', { comm: 'chronyd', command: 'chronyd', capabilities: ALL_BUT_SYS_TIME }],
    ['a zombie', { comm: 'chronyd', command: '' }],
    ['metrics', { comm: 'ntp-metrics-exp', command: '/usr/bin/ntp-metrics-exporter' }],
    ['something else', { comm: 'chronyc', command: 'chronyc tracking' }],
    ['something named alike', { comm: 'constructor', command: 'chronyd' }],
  ])('%s does not: %j', async (_, process) => {
    show(812, process);
    expect(await findTimeServices('linux', root)).toEqual([]);
  });

  const WHOLE = '         0          0 4294967295\n';
  test.each<[string, Partial<Process>, number]>([
    ['our own', { namespace: '1', map: WHOLE }, 1],
    ['our own, of which only the map can be read', { map: WHOLE }, 1],
    ['another', { namespace: '2', map: '         0       1000          1\n' }, 0],
    ['another, of which only the map can be read', { map: '         0       1000          1\n' }, 0],
    ['another without a map', { map: '' }, 0],
    ['another that root has mapped like ours', { namespace: '2', map: WHOLE }, 0],
  ])('a process with all capabilities in a user namespace: %s', async (_, place, found) => {
    show('self', { comm: 'node', command: 'node', namespace: '1', map: WHOLE });
    show(812, { comm: 'chronyd', command: 'chronyd', ...place });
    expect(await namesOn()).toHaveLength(found);
  });

  test('lists by process id, and a daemon without its helpers', async () => {
    show(1000, { comm: 'chronyd', command: 'chronyd', parent: 99 });
    show(1001, { comm: 'chronyd', command: 'chronyd', parent: 1000 });
    show(99, { comm: 'systemd-timesyn', command: 'systemd-timesyncd' });
    show(200, { comm: 'ntpd', command: 'ntpd', parent: 1 });
    expect(await namesOn()).toEqual(['systemd-timesyncd', 'ntpd']);
  });

  test.each([
    ['/system.slice/chrony.service', 'systemctl stop chrony'],
    ['/system.slice/system-phc2sys.slice/phc2sys@eth0.service', 'systemctl stop phc2sys@eth0'],
    ['/system.slice/chrony.service/child', 'kill 7'],
    ['/system.slice/cron.service', 'kill 7'],
    ['/user.slice/user-1000.slice/user@1000.service/app.slice/chronyd.service', 'kill 7'],
  ])('under systemd a process of %s is stopped by: %s', async (unit, stop) => {
    mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
    show(7, { comm: 'chronyd', command: 'chronyd', unit });
    expect(await findTimeServices('linux', root)).toMatchObject([{ stop }]);
  });

  test('ntpd-rs is stopped by its unit', async () => {
    mkdirSync(join(root, 'run/systemd/system'), { recursive: true });
    show(7, { comm: 'ntp-daemon', command: '/usr/bin/ntp-daemon', unit: '/system.slice/ntpd-rs.service' });
    expect(await findTimeServices('linux', root)).toMatchObject([
      { name: 'ntpd-rs', stop: 'systemctl stop ntpd-rs' },
    ]);
  });

  test('without systemd a unit name means nothing', async () => {
    show(7, { comm: 'chronyd', command: 'chronyd', unit: '/system.slice/chrony.service' });
    expect(await findTimeServices('linux', root)).toMatchObject([{ stop: 'kill 7' }]);
  });

  test('a process that ends during the search, or a /proc that is not there, is no error', async () => {
    expect(await findTimeServices('linux', root)).toEqual([]);
    show(7, { comm: 'chronyd', command: 'chronyd' });
    for (const [pid, missing] of [
      [8, 'comm'],
      [9, 'cmdline'],
      [10, 'status'],
    ] as const) {
      show(pid, { comm: 'ntpd', command: 'ntpd' });
      rmSync(join(root, 'proc', String(pid), missing));
    }
    mkdirSync(join(root, 'proc/11'));
    expect(await namesOn()).toEqual(['chronyd']);
  });
});

const mayKeepTime =
  process.platform === 'linux' &&
  (BigInt(`0x${/CapEff:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]}`) >> 25n) % 2n === 1n;

// A shell under another name: it waits for input that never comes, and sets nothing.
describe.runIf(process.platform === 'linux')('a real process', () => {
  const find = async (before: readonly string[], args: readonly string[] = []) => {
    const chronyd = join(root, 'chronyd');
    copyFileSync('/bin/sh', chronyd);
    const child = start([...before, chronyd, '-c', 'echo ready; read line', ...args]);
    await firstLine(child);
    const found = (await findTimeServices('linux')).filter(service => service.pid === child.pid);
    await kill(child);
    expect((await findTimeServices('linux')).filter(service => service.pid === child.pid)).toEqual([]);
    return found;
  };

  test('named chronyd is found, until it is killed, if it may set the clock', async () => {
    const found = [{ name: 'chronyd', stop: expect.stringMatching(/^kill \d+$/) }];
    expect(await find([])).toMatchObject(mayKeepTime ? found : []);
  });

  test('named chronyd with -x is not', async () => {
    expect(await find([], ['-x'])).toEqual([]);
  });

  const apart = ['unshare', '--user', '--map-root-user'];
  test.runIf(works([...apart, 'true']))('named chronyd in a user namespace of its own is not', async () => {
    expect(await find(apart)).toEqual([]);
  });

  test.runIf(isRoot)('named chronyd without the capability is not', async () => {
    const without = ['setpriv', '--bounding-set', '-sys_time', '--inh-caps', '-sys_time'];
    expect(await find(without)).toEqual([]);
  });
});

/** A command that prints `text` whatever it is asked. */
function command(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\ncat <<'END'\n${text}\nEND\n`, { mode: 0o755 });
}

test.skipIf(process.platform === 'win32')('on Windows without its functions nothing is found', async () => {
  expect(await findTimeServices('win32')).toEqual([]);
});

describe.skipIf(process.platform === 'win32')('on macOS', () => {
  test.each([
    ['Network Time: On', ['timed']],
    ['Network Time: Off', []],
    ['You need administrator access to run this tool... exiting!', []],
  ])('%s', async (answer, expected) => {
    mkdirSync(join(root, 'usr/sbin'), { recursive: true });
    command(join(root, 'usr/sbin/systemsetup'), answer);
    const found = await findTimeServices('darwin', root);
    expect(found.map(each => each.name)).toEqual(expected);
  });

  test('without the command nothing is found', async () => {
    expect(await findTimeServices('darwin', root)).toEqual([]);
  });
});

test('on other systems no time service is looked for', async () => {
  expect(await findTimeServices('openbsd', root)).toEqual([]);
});
