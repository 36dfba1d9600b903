// The programs, arguments, and environment that start the guests. All share guest/boot.sh once their root is in
// place.

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ARM64 } from './arm64.js';
import { libraryPath, toolPath } from './tools.js';

const repository = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The time zone of a hardware clock in local time. */
export const ZONE = 'Asia/Kolkata';

/**
 * By the machine name of a case. `host` is this machine's address as seen by the guest; `connect` runs before the
 * start.
 */
export const machines = { uml, qemu, arm };

/** A kernel as a process. It has no hardware clock. `nohz=off`, because slews would otherwise appear slow. */
function uml({ folder, tools, variables, index, parameters = [] }) {
  const network = `10.9.${index}`;
  const tap = `tap${index}`;
  const ip = toolPath(tools, 'ip');
  const connect = () => {
    execFileSync(ip, ['tuntap', 'add', 'dev', tap, 'mode', 'tap']);
    execFileSync(ip, ['address', 'add', `${network}.1/24`, 'dev', tap]);
    execFileSync(ip, ['link', 'set', tap, 'up']);
  };
  const args = [
    ...['mem=512M', 'rootfstype=hostfs', 'root=/dev/root', 'rootflags=/', 'ro', `uml_dir=${folder}/`],
    ...['con=null', 'con0=null,fd:1', 'quiet', 'nohz=off', `vec0:transport=tap,ifname=${tap},depth=64,gro=0`],
    ...parameters,
    ...assignments({ ...variables, interface: 'vec0', address: `${network}.2/24` }),
    ...['init=/bin/sh', '--', `${variables.bench}/guest/uml-init.sh`],
  ];
  return { program: toolPath(tools, 'linux.uml'), args, env: process.env, host: `${network}.1`, connect };
}

/**
 * An emulated PC with a CMOS clock, set to the host's time, to `hardwareTime` in UTC, or to 'localtime' in ZONE.
 * Emulates an Intel machine: when writing the clock of an AMD, Linux leaves its divider running, and QEMU then keeps
 * the old position of the second.
 */
function qemu({ folder, tools, variables, hardwareTime = 'utc' }) {
  const parameters = assignments({ ...variables, interface: 'eth0', address: '10.0.2.15/24' });
  const args = [
    ...['-L', `${tools}/usr/share/seabios`, '-cpu', 'qemu64,vendor=GenuineIntel'],
    ...emulation(tools, hardwareTime),
    ...boot(tools, `console=ttyS0 tsc=unstable ${parameters.join(' ')}`),
    ...shared('root', '/', ',readonly=on,multidevs=remap'),
    ...shared('boot', folder),
  ];
  return emulated(tools, 'qemu-system-x86_64', args);
}

/**
 * An emulated ARM board with a PL031 hardware clock, which keeps its own second: that of the host. Its root is an arm64
 * system; the repository and the command are in the places that they have on the host.
 */
function arm({ folder, tools, arm64, variables, hardwareTime = 'utc' }) {
  const root = join(arm64, ARM64.root);
  const { command } = variables;
  const own = { tools: '/', node: join(arm64, ARM64.node), koffi: join(arm64, ARM64.koffi), repository };
  const parameters = assignments({ ...variables, ...own, interface: 'eth0', address: '10.0.2.15/24' });
  const args = [
    ...['-M', 'virt', '-cpu', 'cortex-a53', '-smp', '2'],
    ...emulation(tools, hardwareTime),
    ...boot(root, `console=ttyAMA0 ${parameters.join(' ')}`),
    ...shared('root', root, ',readonly=on,multidevs=remap'),
    ...shared('repository', repository, ',readonly=on,multidevs=remap'),
    ...shared('command', command, ',readonly=on,multidevs=remap'),
    ...shared('boot', folder),
  ];
  return emulated(tools, 'qemu-system-aarch64', args);
}

function emulated(tools, name, args) {
  const env = { ...process.env, TZ: ZONE, LD_LIBRARY_PATH: libraryPath(tools) };
  return { program: toolPath(tools, name), args, env, host: '10.0.2.2', connect: () => {} };
}

function emulation(tools, hardwareTime) {
  return [
    ...['-L', `${tools}/usr/share/qemu`, '-m', '1024', '-accel', 'tcg,thread=multi', '-nographic'],
    ...['-no-reboot', '-rtc', `base=${hardwareTime}`],
    ...['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='],
  ];
}

/** The kernel of the system in `folder`, and its initial RAM disk. */
function boot(folder, parameters) {
  const kernel = readdirSync(join(folder, 'boot')).find(name => name.startsWith('vmlinuz'));
  const files = ['-kernel', join(folder, 'boot', kernel), '-initrd', join(folder, 'initramfs')];
  return [...files, '-append', `quiet panic=-1 ${parameters}`];
}

/** A folder of the host that the guest mounts over 9p by its tag. */
function shared(tag, path, options = '') {
  return ['-virtfs', `local,path=${path},mount_tag=${tag},security_model=none${options}`];
}

/** The kernel passes words of this form to its first process as environment variables. */
function assignments(variables) {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}
