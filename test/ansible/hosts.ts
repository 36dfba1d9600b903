// Hosts on loopback for Ansible: an sshd each, with files and processes of its own, and without the right to set a clock.

import { execFileSync, spawn } from 'node:child_process';
import { closeSync, copyFileSync, cpSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withoutClockRights } from '../support/real-server.ts';
import { type Controller, TOOLS, VERSION } from './controller.ts';

/** The options of sshd by which all commands of a login live five minutes ago. */
export const BEHIND: readonly string[] = [
  'ForceCommand LD_PRELOAD=/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1 FAKETIME=-5m DONT_FAKE_MONOTONIC=1 sh -c "$SSH_ORIGINAL_COMMAND"',
];

/** What a host is. */
export interface HostOptions {
  readonly name: string;
  /** The variables of Ansible in the inventory. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The folder that is its /usr/local; without it, a copy of this machine's. */
  readonly programs?: string;
  /** Further options of sshd. */
  readonly sshd?: readonly string[];
  /** What the host runs before sshd, as a command of sh. */
  readonly boot?: string;
}

/** A host at work. */
export interface Host extends HostOptions {
  readonly address: string;
  readonly port: number;
  stop(): void;
}

/** Starts a host for each of the options, with these files over those of this machine. */
export async function startHosts(
  controller: Controller,
  files: string,
  options: readonly HostOptions[],
): Promise<readonly Host[]> {
  const port = await freePort();
  const hosts = options.map((each, i) => startHost(controller, files, each, `127.18.0.${i + 1}`, port));
  await Promise.all(hosts.map(host => listening(controller, host)));
  return hosts;
}

function startHost(
  controller: Controller,
  files: string,
  options: HostOptions,
  address: string,
  port: number,
): Host {
  const { name, programs = '', sshd = [], boot = ':' } = options;
  const folder = controller.path(`host-${name}`);
  mkdirSync(folder);
  const settings = [`ListenAddress ${address}:${port}`, ...sshd].flatMap(setting => ['-o', setting]);
  const [program = '', ...args] = withoutClockRights([
    ...['unshare', '--mount', '--pid', '--fork', '--kill-child', 'sh', resolve('test/ansible/host.sh')],
    ...[folder, files, programs],
    ...['sh', '-c', `${boot}; exec /usr/sbin/sshd -D -e "$@"`, 'sh', ...settings],
  ]);
  const log = openSync(`${folder}.log`, 'w');
  const child = spawn(program, args, { stdio: ['ignore', log, log] });
  closeSync(log);
  return { ...options, address, port, stop: () => child.kill('SIGKILL') };
}

async function listening(controller: Controller, { name, address, port }: Host): Promise<void> {
  for (let tries = 0; tries < 200; tries++, await sleep(50)) if (await listens(address, port)) return;
  throw new Error(
    `no sshd on the host ${name}: ${readFileSync(controller.path(`host-${name}.log`), 'utf8')}`,
  );
}

const listens = (address: string, port: number) =>
  new Promise<boolean>(done => {
    const socket = connect(port, address, () => done(true)).on('error', () => done(false));
    socket.once('connect', () => socket.destroy());
  });

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(done => server.once('listening', done));
  const { port } = server.address() as AddressInfo;
  await new Promise(done => server.close(done));
  return port;
}

/** Where each host has the package of npm. */
export const NPM_PACKAGE = '/srv/tsntp.tgz';

/** Makes the folder with the files of an sshd that trusts the controller, and of a chronyd that does not run. */
export function hostFiles(controller: Controller): string {
  const files = controller.path('host-files');
  const from = (path: string) => {
    mkdirSync(dirname(join(files, path)), { recursive: true });
    copyFileSync(join(TOOLS, path), join(files, path));
  };
  const libraries = execFileSync('find', ['usr/lib', '-path', '*-linux-gnu/*', '-name', '*.so*'], {
    cwd: TOOLS,
    encoding: 'utf8',
  });
  for (const path of libraries.trim().split('\n')) from(path);
  for (const path of ['usr/sbin/sshd', 'usr/lib/openssh/sftp-server']) from(path);
  for (const path of ['usr/sbin/chronyd', 'etc/init.d/chrony']) from(path);
  for (const path of ['etc/ssh', 'etc/cron.d']) mkdirSync(join(files, path), { recursive: true });
  writeFileSync(
    join(files, 'etc/passwd'),
    `${readFileSync('/etc/passwd', 'utf8')}sshd:x:74:74::/run/sshd:/usr/sbin/nologin\n`,
  );
  cpSync(controller.path('key.pub'), join(files, 'etc/ssh/authorized_keys'));
  // A host has a /tmp of its own, which hides a checkout that is there.
  cpSync(resolve('release', `tsntp-${VERSION}.tgz`), join(files, NPM_PACKAGE), { recursive: true });
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(files, 'etc/ssh/host_key')]);
  writeFileSync(
    join(files, 'etc/ssh/sshd_config'),
    [
      'HostKey /etc/ssh/host_key',
      'AuthorizedKeysFile /etc/ssh/authorized_keys',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      'StrictModes no',
      'UsePAM no',
      'PidFile none',
      'MaxStartups 50',
      'Subsystem sftp /usr/lib/openssh/sftp-server',
      '',
    ].join('\n'),
  );
  return files;
}

/** Makes the /usr/local of an image that has tsntp. */
export function imagePrograms(controller: Controller): string {
  const programs = controller.path('programs');
  mkdirSync(programs);
  const archive = resolve('release', `tsntp-${VERSION}-linux-x64.tar.gz`);
  execFileSync('tar', ['-C', programs, '--strip-components=1', '-xzf', archive]);
  return programs;
}

/** Writes the inventory, and the configuration of ssh that knows the hosts by name. */
export function writeInventory(
  controller: Controller,
  hosts: readonly Pick<Host, 'name' | 'address' | 'port' | 'variables'>[],
): void {
  const words = ({ variables = {} }: Pick<Host, 'variables'>) =>
    Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  controller.write('hosts.ini', [
    '[stations]',
    ...hosts.map(host =>
      [
        ...[host.name, `ansible_host=${host.address}`, `ansible_port=${host.port}`, 'ansible_user=root'],
        ...words(host),
      ].join(' '),
    ),
  ]);
  controller.write('ssh_config', [
    ...hosts.flatMap(({ name, address, port }) => [
      `Host ${name}`,
      `  HostName ${address}`,
      `  Port ${port}`,
      '  User root',
    ]),
    'Host *',
    `  IdentityFile ${controller.path('key')}`,
    '  IdentitiesOnly yes',
    '  StrictHostKeyChecking no',
    '  UserKnownHostsFile /dev/null',
    '  LogLevel ERROR',
  ]);
}
