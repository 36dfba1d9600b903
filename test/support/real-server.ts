// Turns a few numbers into a running third-party NTP server: chronyd, NTPsec's ntpd or OpenNTPD, from
// Debian's packages, on loopback. None of them may set the clock (`withoutClockRights`), none uses a folder of
// the system, and each ends with the process that started it.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DebianPackage, debianPackage } from './debian-package.ts';

/** A server that answers. */
export interface RealServer {
  /** Its IPv4 address. Over IPv6 it is `::1`, on the same port. */
  readonly address: string;
  readonly port: number;
  /** What must stand before a command that is to reach it: nothing, or the way into its network namespace. */
  readonly reach: readonly string[];
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

/** How chronyd is to answer. */
export interface ChronydOptions {
  /** The stratum that it claims for itself; without one it says that it is not synchronized. */
  readonly stratum?: number;
  /** How far its time is ahead of the machine's, in seconds: a server that lies. */
  readonly ahead?: number;
  /** A loopback address of its own, where several servers are to be several machines. */
  readonly address?: string;
  /** A port that another has left. */
  readonly port?: number;
  /** Further lines of its configuration. */
  readonly config?: readonly string[];
}

/** The packages that each server is made of. */
export const PACKAGES = {
  chronyd: ['chrony', 'libfaketime'],
  ntpsec: ['ntpsec', 'busybox-static'],
  openntpd: ['openntpd', 'busybox-static'],
} as const;

/**
 * The command, such that neither it nor anything that it starts can ever set a clock, whichever user runs it: CAP_SYS_TIME
 * leaves every set of capabilities, and no file (a node with `setcap cap_sys_time`, sudo) can give it back.
 */
export function withoutClockRights(command: readonly string[]): readonly string[] {
  const drop = ['--bounding-set', '--inh-caps', '--ambient-caps'].flatMap(set => [set, '-sys_time']);
  return ['setpriv', ...drop, '--no-new-privs', '--pdeathsig', 'KILL', ...command];
}

/** chronyd, on a free port, over IPv4 and IPv6. Its reference is its own clock, refid 127.127.1.1. */
export async function chronyd(options: ChronydOptions): Promise<RealServer> {
  const { stratum, ahead = 0, address = '127.0.0.1' } = options;
  const port = options.port ?? (await freePort(address));
  const chrony = debianPackage('chrony');
  const folder = newFolder();
  const config = [
    ...(stratum === undefined ? [] : [`local stratum ${stratum}`]),
    `port ${port}`,
    `bindaddress ${address}`,
    'bindaddress ::1',
    'allow',
    'cmdport 0',
    'bindcmdaddress /',
    `pidfile ${join(folder, 'chronyd.pid')}`,
    ...(options.config ?? []),
  ];
  const program = join(chrony.root, 'usr/sbin/chronyd');
  const command = [program, '-x', '-U', '-d', '-u', 'root', '-f', write(folder, 'chrony.conf', config)];
  const env = { ...chrony.env, ...(ahead === 0 ? {} : fakeTime(ahead)) };
  return start({ command, env, folder, address, port, stratum: stratum ?? 0 });
}

/** NTPsec's ntpd in a network of its own: with a stratum in orphan mode (refid 127.0.0.1), else not synchronized. */
export async function ntpsec(options: {
  readonly stratum?: number;
  /** Further lines of its configuration. */
  readonly config?: readonly string[];
}): Promise<RealServer> {
  const folder = newFolder();
  const orphan = options.stratum === undefined ? [] : [`tos orphan ${options.stratum} orphanwait 1`];
  // Its own limit of packets for each client is lifted for the one machine that all tests run on.
  const open = ['restrict 127.0.0.1', 'restrict ::1'];
  const config = write(folder, 'ntp.conf', [
    'interface ignore all',
    'interface listen lo',
    ...open,
    ...orphan,
    ...(options.config ?? []),
  ]);
  const script = [`exec "$ROOT/usr/sbin/ntpd" -n -c ${config}`];
  return startInNamespace(debianPackage('ntpsec'), folder, options.stratum ?? 0, script);
}

/** OpenNTPD in a network of its own; without the right to set the clock it never calls itself synchronized. */
export async function openntpd(): Promise<RealServer> {
  const folder = newFolder();
  const config = write(folder, 'ntpd.conf', ['listen on 127.0.0.1', 'listen on ::1']);
  // It insists on a user named ntpd and on /var/lib/openntpd: it gets both in its own view of the file system.
  const passwd = write(folder, 'passwd', [
    'root:x:0:0::/:/bin/sh',
    `ntpd:x:65533:65533::${folder}:/bin/false`,
  ]);
  const group = write(folder, 'group', ['root:x:0:', 'ntpd:x:65533:']);
  const script = [
    `mount --bind ${passwd} /etc/passwd`,
    `mount --bind ${group} /etc/group`,
    'mount -t tmpfs tmpfs /var/lib',
    'mkdir -p /var/lib/openntpd/run /var/lib/openntpd/db',
    `exec "$ROOT/usr/sbin/ntpd" -d -f ${config}`,
  ];
  return startInNamespace(debianPackage('openntpd'), folder, 0, script);
}

interface Launch {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly address: string;
  readonly port: number;
  /** The stratum of the answer to wait for: 0 is a server that is not synchronized. */
  readonly stratum: number;
  readonly reach?: (pid: number) => readonly string[];
}

/** Port 123 cannot be changed in these servers: each gets a network and a file system view where it is free. */
function startInNamespace(from: DebianPackage, folder: string, stratum: number, script: readonly string[]) {
  const busybox = join(debianPackage('busybox-static').root, 'bin/busybox');
  const root = process.getuid?.() === 0;
  const unshare = ['unshare', '--net', '--mount', ...(root ? [] : ['--map-root-user'])];
  const enter = ['nsenter', ...(root ? [] : ['--user', '--preserve-credentials']), '--net', '--target'];
  return start({
    command: [...unshare, 'sh', '-c', [`${busybox} ifconfig lo up`, ...script].join(' && ')],
    env: { ...from.env, ROOT: from.root },
    folder,
    address: '127.0.0.1',
    port: 123,
    stratum,
    reach: pid => [...enter, String(pid)],
  });
}

async function start(launch: Launch): Promise<RealServer> {
  const [program = '', ...args] = withoutClockRights(launch.command);
  const log = openSync(join(launch.folder, 'log'), 'a');
  const env = { PATH: process.env.PATH ?? '', ...launch.env };
  const child = spawn(program, args, { env, stdio: ['ignore', log, log] });
  closeSync(log);
  const exited = new Promise<void>(resolve => {
    child.once('exit', () => resolve()).once('error', () => resolve());
  });
  const { address, port, reach = () => [] } = launch;
  const server: RealServer = {
    address,
    port,
    reach: reach(child.pid ?? 0),
    async stop() {
      child.kill();
      await exited;
      rmSync(launch.folder, { recursive: true, force: true });
    },
  };
  await answering(server, launch, child);
  return server;
}

/** Waits for the first answer of the wanted stratum; a server that ends or takes ten seconds is an error with its log. */
async function answering(server: RealServer, launch: Launch, child: ChildProcess): Promise<void> {
  for (const start = performance.now(); performance.now() - start < 10_000; await sleep(50)) {
    if (child.pid === undefined || child.exitCode !== null) break;
    if (stratumOf(server) === launch.stratum) return;
  }
  const log = readFileSync(join(launch.folder, 'log'), 'utf8');
  await server.stop();
  throw new Error(`no answer of stratum ${launch.stratum} from: ${launch.command.join(' ')}\n${log}`);
}

/** The stratum in the server's answer to one raw request, or undefined where none comes within 200 ms. */
function stratumOf({ reach, address, port }: RealServer): number | undefined {
  const request = `
    const socket = require('node:dgram').createSocket('udp4');
    socket.on('message', reply => { console.log(reply[1]); process.exit(); }).on('error', () => process.exit(1));
    socket.connect(${port}, '${address}', () => socket.send(Buffer.alloc(48, 1).fill(0x23, 0, 1)));
    setTimeout(() => process.exit(1), 200);`;
  const [program = '', ...args] = [...reach, process.execPath, '-e', request];
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : undefined;
}

/** What makes a program believe in another time than the machine's. */
export function fakeTime(ahead: number): Readonly<Record<string, string>> {
  const { root } = debianPackage('libfaketime');
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const library = files.find(file => file.endsWith('/libfaketime.so.1')) ?? '';
  const offset = `${ahead < 0 ? '' : '+'}${ahead}s`;
  return { LD_PRELOAD: join(root, library), FAKETIME: offset, DONT_FAKE_MONOTONIC: '1' };
}

async function freePort(address: string): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).bind(0, address, resolve);
  });
  const { port } = socket.address();
  socket.close();
  return port;
}

function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'tsntp-server-'));
}

function write(folder: string, name: string, lines: readonly string[]): string {
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}
