// The role, the modules and the playbooks against twenty hosts on loopback, and one that is dead: real sshd, real servers,
// the archive and the package of the release. None of the hosts may set a clock.

import { symlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chronyd, type RealServer } from '../support/real-server.ts';
import { Controller, countsOf, type Played, VERSION } from './controller.ts';
import {
  BEHIND,
  type Host,
  type HostOptions,
  hostFiles,
  imagePrograms,
  NPM_PACKAGE,
  startHosts,
  writeInventory,
} from './hosts.ts';

/** chronyd, which sets no clock here, as a service of init. */
const RIVAL = [
  'mkdir -p /etc/chrony',
  `echo 'DAEMON_OPTS="-x -u root"' >/etc/default/chrony`,
  `printf '%s\\n' 'port 0' 'cmdport 0' 'pidfile /run/chrony/chronyd.pid' >/etc/chrony/chrony.conf`,
  'update-rc.d chrony defaults',
  '/etc/init.d/chrony start',
].join(' && ');
const controller = new Controller();
const servers: RealServer[] = [];
let hosts: readonly Host[] = [];
let names: readonly string[] = [];
let first: Played;

const all = (count: number) => Object.fromEntries(names.map(name => [name, count]));
const serverOf = ({ address, port }: RealServer) => ({ hostname: address, port, iburst: true });

/** The hosts, by how tsntp comes onto them, and what is wrong with them. */
function population(): readonly HostOptions[] {
  const programs = imagePrograms(controller);
  const has = { tsntp_install: 'none' };
  return [
    ...Array.from({ length: 13 }, (_, i) => ({ name: `image${i + 1}`, programs, variables: has })),
    { name: 'off', programs, variables: has, sshd: BEHIND },
    { name: 'rival', programs, variables: { ...has, tsntp_replace_services: 'true' }, boot: RIVAL },
    { name: 'container', programs, variables: { ...has, tsntp_schedule: 'auto' } },
    { name: 'archive1' },
    { name: 'archive2', variables: { tsntp_prefix: '/opt/time' } },
    { name: 'npm1', variables: { tsntp_install: 'npm' } },
    { name: 'upgraded', boot: 'printf "#!/bin/sh\\nexit 1\\n" >/usr/local/bin/tsntp' },
  ];
}

beforeAll(async () => {
  servers.push(await chronyd({ stratum: 3 }), await chronyd({ stratum: 3, address: '127.0.0.2' }));
  controller.installCollection();
  hosts = await startHosts(controller, hostFiles(controller), population());
  names = hosts.map(({ name }) => name);
  const dead = { name: 'dead', address: '127.18.0.99', port: hosts[0]!.port };
  writeInventory(controller, [...hosts, dead]);
  const right = servers.map(serverOf);
  const site = {
    hosts: 'stations',
    gather_facts: false,
    become: true,
    vars: {
      timesync_ntp_servers: right,
      timesync_step_threshold: 0.5,
      timesync_min_sources: 2,
      tsntp_npm_package: NPM_PACKAGE,
      tsntp_settings: { timeout: 1 },
      tsntp_schedule: "{{ 'auto' if inventory_hostname == 'container' else 'always' }}",
      tsntp_every: '30m',
      tsntp_schedule_arguments: ['--max-offset=60'],
    },
    roles: [{ role: 'tsntp.tsntp.sync' }],
  };
  const archive = `tsntp-${VERSION}-linux-x64.tar.gz`;
  symlinkSync(resolve('release', archive), controller.path(`files/${archive}`));
  controller.write('site.yml', [JSON.stringify([site])]);
  first = controller.play('site.yml');
});
afterAll(async () => {
  for (const host of hosts) host.stop();
  await Promise.all(servers.map(server => server.stop()));
  controller.close();
});

test('one play installs tsntp on every host, writes its servers, and schedules it', () => {
  expect(names).toHaveLength(20);
  expect(names.flatMap(name => first.problems(name))).toEqual([]);
  expect(countsOf(first, 'failures')).toEqual(all(0));
  for (const name of names) expect(first.stats[name]!.changed, name).toBeGreaterThan(0);
  for (const [host, program] of [
    ['image1', '/usr/local/bin/tsntp'],
    ['archive1', '/usr/local/bin/tsntp'],
    ['archive2', '/opt/time/bin/tsntp'],
    ['upgraded', '/usr/local/bin/tsntp'],
    ['npm1', 'tsntp'],
  ] as const) {
    expect(controller.on(host, `${program} --version`).stdout, host).toBe(`${VERSION}\n`);
    const library = host === 'archive2' ? '/opt/time/lib/tsntp' : '/usr/local/lib/tsntp';
    const job = controller.on(host, 'cat /etc/cron.d/tsntp').stdout;
    expect(job, host).toMatch(/^\d+,\d+ \* \* \* \* root .* sync --max-offset=60 --quiet$/m);
    if (host !== 'npm1') expect(job).toContain(` ${library}/node ${library}/bin/tsntp.js sync `);
  }
  const servers = (host: string) => controller.on(host, 'cat /etc/tsntp.conf').stdout;
  for (const name of names) expect(servers(name)).toBe(servers('image1'));
  expect(servers('image1')).toMatch(
    /\nserver 127\.0\.0\.1 iburst port \d+\nserver 127\.0\.0\.2 iburst port \d+\nstep-threshold 0\.5\nmin-servers 2\ntimeout 1\n$/,
  );
  expect(JSON.parse(controller.on('image1', 'tsntp query --json').stdout)).toMatchObject({
    result: 'queried',
  });
});

test('a dead host changes nothing for the others', () => {
  expect(first.stats.dead).toMatchObject({ unreachable: 1, changed: 0, failures: 0 });
});

test('a clock that root may not set is skipped, with the reason', () => {
  const [run] = first.results('Set the clock', 'off');
  expect(run).toMatchObject({ how: 'skipped', changed: false, result: 'clock-error' });
  expect(run!.offset).toBeCloseTo(300, 0);
  const [said] = first.results('Say why the clock was not set', 'off');
  expect(said!.msg).toMatch(/^skipped: .* 300\.\d+ s .*not permitted.*Root lacks CAP_SYS_TIME/);
});

test('nothing is scheduled where root may not set the clock, unless that is wanted', () => {
  expect(controller.on('container', 'ls /etc/cron.d/tsntp').status).not.toBe(0);
  const [said] = first.results('Say why nothing is scheduled', 'container');
  expect(said!.msg).toBe('skipped: no scheduled runs, because this host lacks the capability CAP_SYS_TIME');
});

test('another time service is stopped and disabled where that is wanted', () => {
  expect(controller.on('rival', 'cat /proc/[0-9]*/comm').stdout).not.toMatch(/^chronyd$/m);
  expect(controller.on('rival', 'ls /etc/rc2.d').stdout).toMatch(/^K\d+chrony$/m);
  const boot = controller.path('host-rival.log');
  expect(controller.run(['cat', boot]).stdout).toMatch(/Starting time daemon/);
});

test('a second play changes nothing', () => {
  const second = controller.play('site.yml', '-l', 'all:!dead');
  expect(countsOf(second, 'failures')).toEqual(all(0));
  expect(countsOf(second, 'changed')).toEqual(all(0));
});

test('check mode shows what would change, and changes nothing', () => {
  const values = { timesync_min_sources: 1, tsntp_every: '15m' };
  const args = ['--check', '--diff', '-l', 'image1,archive1', '-e', JSON.stringify(values)];
  const before = controller.on('image1', 'cat /etc/tsntp.conf /etc/cron.d/tsntp').stdout;
  const checked = controller.play('site.yml', ...args);
  expect(checked.stats.image1).toMatchObject({ changed: 2, failures: 0 });
  expect(checked.stats.archive1).toMatchObject({ changed: 2, failures: 0 });
  expect(JSON.stringify(checked.results('Write the servers and settings', 'image1'))).toContain(
    'min-servers 2',
  );
  expect(controller.on('image1', 'cat /etc/tsntp.conf /etc/cron.d/tsntp').stdout).toBe(before);
});

test('check mode on a host without tsntp tells of the installation, and goes no further', () => {
  const values = { tsntp_prefix: '/opt/new' };
  const checked = controller.play('site.yml', '--check', '-l', 'archive1', '-e', JSON.stringify(values));
  expect(checked.problems('archive1')).toEqual([]);
  expect(checked.stats.archive1!.changed).toBeGreaterThan(0);
  expect(controller.on('archive1', 'ls /opt/new').status).not.toBe(0);
});
