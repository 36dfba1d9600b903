// The programs, arguments, and environment that start the two guests. Both share guest/boot.sh once their root is in
// place.

import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { libraryPath, toolPath } from './tools.js';

/** The time zone of a hardware clock in local time. */
export const ZONE = 'Asia/Kolkata';

/**
 * By the machine name of a case. `host` is this machine's address as seen by the guest; `connect` runs before the
 * start.
 */
export const machines = { uml, qemu };

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
  const kernel = join(
    tools,
    'boot',
    readdirSync(join(tools, 'boot')).find(name => name.startsWith('vmlinuz')),
  );
  const parameters = assignments({ ...variables, interface: 'eth0', address: '10.0.2.15/24' });
  const args = [
    ...['-L', `${tools}/usr/share/qemu`, '-L', `${tools}/usr/share/seabios`],
    ...[
      '-m',
      '1024',
      '-accel',
      'tcg,thread=multi',
      '-cpu',
      'qemu64,vendor=GenuineIntel',
      '-nographic',
      '-no-reboot',
      '-rtc',
      `base=${hardwareTime}`,
    ],
    ...['-kernel', kernel, '-initrd', join(tools, 'initramfs')],
    ...['-append', `console=ttyS0 quiet panic=-1 tsc=unstable ${parameters.join(' ')}`],
    ...['-virtfs', 'local,path=/,mount_tag=root,security_model=none,readonly=on,multidevs=remap'],
    ...['-virtfs', `local,path=${folder},mount_tag=job,security_model=none`],
    ...['-netdev', 'user,id=net', '-device', 'virtio-net-pci,netdev=net,romfile='],
  ];
  const env = { ...process.env, TZ: ZONE, LD_LIBRARY_PATH: libraryPath(tools) };
  return { program: toolPath(tools, 'qemu-system-x86_64'), args, env, host: '10.0.2.2', connect: () => {} };
}

/** The kernel passes words of this form to its first process as environment variables. */
function assignments(variables) {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}
