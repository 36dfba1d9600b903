// A root with systemd in it → a running system: systemd as process 1, with processes, mounts, network and control groups of
// its own. Neither systemd nor anything below it has the right to set the clock.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Ended } from './root.ts';

/** A running system. */
export interface BootedRoot {
  /** The address of a time server in the system's network. */
  readonly server: string;
  /** Runs a program in the system. */
  run(...command: readonly string[]): Ended;
  /** Ends the system and everything in it. */
  close(): Promise<void>;
}

const RIGHTS = ['--bounding-set', '-sys_time', '--inh-caps', '-sys_time', '--ambient-caps', '-all'];
const NAMESPACES = ['--pid', '--fork', '--kill-child', '--mount', '--net', '--uts', '--ipc', '--cgroup'];
/** What the kernel and a container's manager give to systemd: https://systemd.io/CONTAINER_INTERFACE */
const START = `set -e
echo $$ >"$2/cgroup.procs"
exec setpriv ${RIGHTS.join(' ')} unshare ${NAMESPACES.join(' ')} sh -ec '
  ip link set lo up
  cd "$1"
  mount --bind . . && cd "$1"
  mount -t proc proc proc
  mount -t sysfs -o ro sysfs sys
  mount -t cgroup2 cgroup2 sys/fs/cgroup
  for each in run tmp dev; do mount -t tmpfs tmpfs "$each"; done
  for each in null zero full random urandom tty; do touch "dev/$each"; mount --bind "/dev/$each" "dev/$each"; done
  ln -s /proc/self/fd dev/fd
  ln -s pts/ptmx dev/ptmx
  # Not chroot: a service could not get mounts of its own there.
  pivot_root . mnt
  exec env -i container=tsntp PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . sh -c "
    umount -l /mnt
    exec /lib/systemd/systemd --show-status=no"
' sh "$1"`;

/** Boots the root; resolves when all of its services have started. */
export async function boot(root: string): Promise<BootedRoot> {
  const group = join(controlGroups(), `tsntp-${process.pid}-${Date.now()}`);
  mkdirSync(group);
  const system = spawn('sh', ['-c', START, 'sh', root, group], { stdio: 'ignore' });
  const pid = await processOne(system);
  const enter = (kinds: readonly string[], command: readonly string[]) =>
    ['--target', String(pid), ...kinds, 'setpriv', ...RIGHTS, ...command] as const;
  const run = (...command: readonly string[]): Ended => {
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };
    const options = { encoding: 'utf8', env, timeout: 100_000 } as const;
    const { status, stdout, stderr } = spawnSync(
      '/usr/bin/nsenter',
      enter(['--all', '--root'], command),
      options,
    );
    return { status, stdout, stderr };
  };
  const server = spawn('nsenter', enter(['--net'], [process.execPath, resolve('test/release/server.js')]));
  const [port] = await once(server.stdout!, 'data');
  while (!/running|degraded/.test(run('systemctl', 'is-system-running').stdout)) await patience();
  return {
    server: `127.0.0.1:${String(port).trim()}`,
    run,
    async close() {
      server.kill();
      system.kill('SIGKILL');
      await once(system, 'exit');
      await removeGroups(group);
    },
  };
}

/** The process of this machine that is process 1 of the system. */
async function processOne(system: ChildProcess): Promise<number> {
  for (;;) {
    if (system.exitCode !== null) throw new Error(`systemd did not start: exit code ${system.exitCode}`);
    const children = `/proc/${system.pid}/task/${system.pid}/children`;
    const [child = ''] = readFileSync(children, 'utf8').split(' ');
    if (child !== '' && readFileSync(`/proc/${child}/comm`, 'utf8') === 'systemd\n') return Number(child);
    await patience();
  }
}

/** The unified hierarchy, which some machines have beside the older one. */
function controlGroups(): string {
  return existsSync('/sys/fs/cgroup/cgroup.procs') ? '/sys/fs/cgroup' : '/sys/fs/cgroup/unified';
}

async function removeGroups(group: string): Promise<void> {
  const folders = execFileSync('find', [group, '-depth', '-type', 'd'], { encoding: 'utf8' });
  for (const folder of folders.trim().split('\n'))
    while (existsSync(folder))
      try {
        rmdirSync(folder);
      } catch {
        // Its last process has not ended yet.
        await patience();
      }
}

function patience(): Promise<void> {
  return new Promise(resume => setTimeout(resume, 50));
}
