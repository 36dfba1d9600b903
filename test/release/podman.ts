// Debian's podman and buildah, without being installed, in a user namespace: root there has all capabilities, and none of
// them over this machine. CAP_SYS_TIME there does not set this machine's clock: user_namespaces(7), "changing the system
// (i.e., calendar) time", needs the right in the first user namespace.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { debianPackage, fetchPackages } from '../support/debian-package.ts';
import type { Ended } from './root.ts';

const PROGRAMS = ['podman', 'buildah', 'conmon', 'crun'];

/** A place where containers run. */
export interface Podman {
  /** The address of a time server that containers with `--network host` reach. */
  readonly server: string;
  podman(...args: readonly string[]): Ended;
  buildah(...args: readonly string[]): Ended;
  close(): void;
}

/** Starts the namespaces and the time server. */
export async function openPodman(): Promise<Podman> {
  fetchPackages(PROGRAMS);
  const place = mkdtempSync(join(tmpdir(), 'tsntp-podman-'));
  const holder = spawn('unshare', ['--user', 'sh', '-ec', OUTER, innerScript()]);
  // Once the namespace is there, its users are those of this machine.
  await namespaceOf(holder.pid!);
  for (const kind of ['uid', 'gid']) writeFileSync(`/proc/${holder.pid}/${kind}_map`, '0 0 65536');
  holder.stdin.end('\n');
  const [port] = await once(holder.stdout, 'data');
  const [first = ''] = readFileSync(`/proc/${holder.pid}/task/${holder.pid}/children`, 'utf8').split(' ');
  const enter = ['--target', first, '--user', '--mount', '--cgroup', '--net', '--pid'];
  const run = (command: readonly string[]): Ended => {
    const folders = PROGRAMS.map(name => join(debianPackage(name).root, 'usr/bin'));
    const env = { PATH: [...folders, process.env.PATH].join(':'), HOME: place, TMPDIR: place };
    const options = { encoding: 'utf8', env, timeout: 300_000, maxBuffer: 1 << 26 } as const;
    const { status, stdout, stderr } = spawnSync('/usr/bin/nsenter', [...enter, ...command], options);
    return { status, stdout, stderr };
  };
  const { storage, runtime } = optionsIn(place);
  return {
    server: `127.0.0.1:${String(port).trim()}`,
    podman: (...args) => run(['podman', ...storage, ...runtime, ...args]),
    buildah: (...args) => run(['buildah', ...storage, ...args]),
    close() {
      // unshare ignores SIGTERM while its child runs.
      holder.kill('SIGKILL');
      rmSync(place, { recursive: true, force: true });
    },
  };
}

const OUTER =
  'read _; exec unshare --mount --cgroup --net --pid --fork --kill-child --mount-proc sh -ec "$0"';

/**
 * The programs find their libraries among those of this machine: an environment would not reach what they start. The shell
 * waits for the ends of processes that it did not start: podman waits for that, too.
 */
function innerScript(): string {
  const libraries = '/usr/lib/x86_64-linux-gnu';
  const folders = PROGRAMS.map(name => `${debianPackage(name).root}${libraries}`).filter(existsSync);
  return `ip link set lo up
    mount -t overlay -o lowerdir=${[...folders, libraries].join(':')} overlay ${libraries}
    mount -t cgroup2 none /sys/fs/cgroup
    mount -t tmpfs tmpfs /run
    ${process.execPath} ${resolve('test/release/server.js')} &
    wait`;
}

async function namespaceOf(pid: number): Promise<void> {
  const own = spawnSync('readlink', ['/proc/self/ns/user'], { encoding: 'utf8' }).stdout;
  while (spawnSync('readlink', [`/proc/${pid}/ns/user`], { encoding: 'utf8' }).stdout === own)
    await new Promise(resume => setTimeout(resume, 20));
}

/** Options for files of their own. */
function optionsIn(place: string): {
  readonly storage: readonly string[];
  readonly runtime: readonly string[];
} {
  // podman looks here: every image may be loaded, and none is fetched.
  mkdirSync(join(place, '.config/containers'), { recursive: true });
  writeFileSync(
    join(place, '.config/containers/policy.json'),
    JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }),
  );
  const program = (name: string) => join(debianPackage(name).root, 'usr/bin', name);
  return {
    storage: ['--root', join(place, 'storage'), '--runroot', join(place, 'run'), '--storage-driver', 'vfs'],
    runtime: [
      ...['--runtime', program('crun'), '--conmon', program('conmon'), '--tmpdir', join(place, 'tmp')],
      ...['--cgroup-manager', 'cgroupfs', '--events-backend', 'none'],
    ],
  };
}
