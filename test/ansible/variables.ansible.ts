// What the variables of the role become on a host: keys that a real server accepts, options, warnings, refusals.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chronyd, type RealServer } from '../support/real-server.ts';
import { Controller, type Played } from './controller.ts';
import { type Host, hostFiles, imagePrograms, startHosts, writeInventory } from './hosts.ts';

const controller = new Controller();
const key = `10 SHA256 HEX:${randomBytes(32).toString('hex')}`;
const running: Pick<Host, 'stop'>[] = [];
let server: RealServer;
let liar: RealServer;

beforeAll(async () => {
  controller.write('server.keys', [key]);
  server = await chronyd({ stratum: 3, config: [`keyfile ${controller.path('server.keys')}`] });
  liar = await chronyd({ stratum: 3, address: '127.0.0.2', ahead: 2 });
  controller.installCollection();
  const station = { name: 'station', programs: imagePrograms(controller) };
  const hosts = await startHosts(controller, hostFiles(controller), [station]);
  running.push(...hosts);
  writeInventory(controller, hosts);
});
afterAll(async () => {
  for (const host of running) host.stop();
  await Promise.all([server, liar].map(one => one.stop()));
  controller.close();
});

/** Plays the role with these variables, and with those of a host that has tsntp. */
function play(values: object): Played {
  const role = { role: 'tsntp.tsntp.sync', vars: { tsntp_install: 'none', tsntp_set_now: false, ...values } };
  controller.write('play.yml', [JSON.stringify([{ hosts: 'station', gather_facts: false, roles: [role] }])]);
  return controller.play('play.yml');
}
const file = (path: string) => controller.on('station', `cat ${path}`).stdout;

test('a key of linux-system-roles.timesync authenticates a real server, and no other user can read it', () => {
  const { address: hostname, port } = server;
  const played = play({ timesync_ntp_servers: [{ hostname, port, key }] });
  expect(played.problems('station')).toEqual([]);
  expect(controller.on('station', 'stat -c "%a %U" /etc/tsntp.keys').stdout).toBe('600 root\n');
  const report = JSON.parse(controller.on('station', 'tsntp query --json').stdout);
  expect(report).toMatchObject({ result: 'queried', servers: [{ authenticated: true }] });
});

test('each variable is a line that tsntp obeys', () => {
  const subject = ['-subj', '/CN=lan', '-days', '2', '-keyout', controller.path('ca.key')];
  const made = ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject];
  expect(controller.run([...made, '-out', controller.path('ca.pem')]).status).toBe(0);
  const played = play({
    timesync_ntp_servers: [
      { hostname: 'a.invalid', pool: true, minpoll: 4, xleave: true },
      { hostname: 'b.invalid', nts: true, ntsport: 4461, prefer: true },
      { hostname: server.address, port: server.port, trust: true, iburst: true },
    ],
    timesync_step_threshold: 0,
    timesync_max_distance: 2,
    timesync_ntp_ip_family: 'IPv4',
    timesync_dhcp_ntp_servers: true,
    tsntp_nts_ca: controller.path('ca.pem'),
    tsntp_settings: { deadline: '3s', drift: false, 'unprivileged-port': true },
  });
  expect(played.problems('station')).toEqual([]);
  const [unused] = played.results('Name the variables that have no effect', 'station');
  expect(unused!.msg).toBe('no effect with tsntp: timesync_dhcp_ntp_servers');
  expect(file('/etc/tsntp.conf').split('\n').slice(3, -1)).toEqual([
    'pool a.invalid',
    'server b.invalid nts prefer ntsport 4461',
    `server ${server.address} iburst trust port ${server.port}`,
    'nts-ca /etc/tsntp-ca.pem',
    'slew',
    'max-distance 2',
    'ipv4',
    'deadline 3s',
    'drift no',
    'unprivileged-port',
  ]);
  // tsntp reads every line: it ends with 2 if it does not know one. Without the NTS server no other is believed.
  const report = JSON.parse(controller.on('station', 'tsntp -n --json').stdout);
  expect(report).toMatchObject({ exitCode: 3, reason: 'none-authenticated' });
});

test('scheduled runs are removed where that is wanted, and left alone where it is not', () => {
  const { address: hostname, port } = server;
  const servers = { timesync_ntp_servers: [{ hostname, port }] };
  const job = () => controller.on('station', 'ls /etc/cron.d/tsntp').status;
  expect(play({ ...servers, tsntp_schedule: 'always' }).stats.station).toMatchObject({ failures: 0 });
  expect(job()).toBe(0);
  expect(play({ ...servers, tsntp_schedule: 'unmanaged' }).stats.station).toMatchObject({ changed: 0 });
  expect(job()).toBe(0);
  expect(play({ ...servers, tsntp_schedule: 'absent' }).stats.station).toMatchObject({ changed: 1 });
  expect(job()).not.toBe(0);
  expect(play({ ...servers, tsntp_schedule: 'absent' }).stats.station).toMatchObject({ changed: 0 });
});

test('what tsntp cannot do, or does not know, is refused with the name of the variable', () => {
  const problem = (values: object) => play(values).problems('station').join();
  expect(problem({ timesync_ptp_domains: [{ number: 0 }] })).toMatch(
    /timesync_ptp_domains: tsntp does not speak PTP/,
  );
  expect(problem({ tsntp_schedule: 'hourly' })).toMatch(/tsntp_schedule must be one of: auto, always/);
  expect(problem({ timesync_ntp_servers: [{ host: 'a' }] })).toMatch(/hostname/);
});

test('a play without become fails, and is not skipped', () => {
  const task = {
    name: 'Set the clock',
    'tsntp.tsntp.tsntp_sync': { servers: [`${liar.address}:${liar.port}`], arguments: ['--min-servers=1'] },
  };
  const user = { become: true, become_method: 'su', become_user: 'daemon', become_flags: '-s /bin/sh' };
  controller.write('user.yml', [
    JSON.stringify([{ hosts: 'station', gather_facts: false, ...user, tasks: [task] }]),
  ]);
  const played = controller.play('user.yml');
  expect(played.problems('station').join()).toMatch(/^Set the clock: .*not permitted/);
});

/** What a task says that measures and sets nothing. */
function measure(name: string, options: object, environment: Readonly<Record<string, string>> = {}): Played {
  const task = { name, 'tsntp.tsntp.tsntp_sync': options, check_mode: true, environment };
  controller.write('measure.yml', [
    JSON.stringify([{ hosts: 'station', gather_facts: false, tasks: [task] }]),
  ]);
  return controller.play('measure.yml');
}

test.each(['--every=60', '--jitter', '--quiet'])('a task refuses %s: it is one run with one report', word => {
  const played = measure('Measure', { servers: ['127.0.0.1:9'], arguments: [word] });
  expect(played.problems('station').join()).toContain(
    `arguments: ${word} is not for a task, which is one run with one report: leave it out`,
  );
});

test('a task has its report whatever the environment of the host says, and takes no server for an option', () => {
  const options = { servers: [`${liar.address}:${liar.port}`], arguments: ['--min-servers=1'] };
  const environment = { TSNTP_EVERY: '60', TSNTP_JITTER: '5', TSNTP_QUIET: '1' };
  const [result] = measure('Measure', options, environment).results('Measure', 'station');
  expect(result).toMatchObject({ result: 'would-adjust' });
  const named = measure('Measure', { servers: ['--every=60'] });
  expect(named.problems('station').join()).toMatch(/--every=60/);
});
