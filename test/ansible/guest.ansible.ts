// A clock that is really set: the collection against a guest whose kernel has a clock of its own (User Mode Linux), over
// ssh and its own network, five minutes behind a real server.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { withoutClockRights } from '../support/real-server.ts';
import { Controller, TOOLS } from './controller.ts';
import { hostFiles, imagePrograms, writeInventory } from './hosts.ts';

const VM = resolve('.cache/vm/tools');
const controller = new Controller();
const running: ChildProcess[] = [];

/** Starts a program that ends with the tests, without the right to set this machine's clock. */
function begin(name: string, command: readonly string[], env = process.env): ChildProcess {
  const [program = '', ...args] = withoutClockRights([...controller.reach, ...command]);
  const log = openSync(controller.path(`${name}.log`), 'w');
  // A group of its own: the guest keeps a process for each of its own.
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', log], detached: true });
  closeSync(log);
  running.push(child);
  return child;
}

/** A network of its own, with a way to the guest. */
async function openNetwork(): Promise<void> {
  const script = [
    ...['ip link set lo up', 'ip tuntap add dev tap0 mode tap', 'ip address add 10.9.0.1/24 dev tap0'],
    ...['ip link set tap0 up', 'echo ready', 'exec sleep infinity'],
  ];
  const holder = begin('network', ['unshare', '--net', 'sh', '-c', script.join(' && ')]);
  await once(holder.stdout!, 'data');
  controller.reach = ['nsenter', '--target', String(holder.pid), '--net'];
}

function startServer(): void {
  const settings = ['local stratum 3', 'bindaddress 10.9.0.1', 'allow', 'cmdport 0', 'bindcmdaddress /'];
  controller.write('chrony.conf', [...settings, `pidfile ${controller.path('chronyd.pid')}`]);
  const daemon = [join(TOOLS, 'usr/sbin/chronyd'), '-x', '-U', '-d', '-u', 'root'];
  begin('chronyd', [...daemon, '-f', controller.path('chrony.conf')], controller.env);
}

async function startGuest(): Promise<void> {
  const folder = controller.path('guest');
  mkdirSync(folder);
  const parameters = {
    bench: resolve('test/ansible'),
    tools: VM,
    folder: '/mnt',
    files: hostFiles(controller),
    programs: imagePrograms(controller),
    address: '10.9.0.2',
  };
  begin('guest', [
    join(VM, 'usr/bin/linux.uml'),
    ...['mem=512M', 'rootfstype=hostfs', 'root=/dev/root', 'rootflags=/', 'ro', `uml_dir=${folder}/`],
    ...['con=null', 'con0=null,fd:2', 'quiet', 'nohz=off', 'vec0:transport=tap,ifname=tap0,depth=64,gro=0'],
    ...Object.entries(parameters).map(([name, value]) => `${name}=${value}`),
    ...['init=/bin/sh', '--', resolve('test/ansible/guest-init.sh')],
  ]);
  writeInventory(controller, [{ name: 'guest', address: '10.9.0.2', port: 2222 }]);
  for (let tries = 0; tries < 60; tries++, await sleep(500))
    if (controller.on('guest', 'true').status === 0) return;
  throw new Error(`no guest: ${readFileSync(controller.path('guest.log'), 'utf8')}`);
}

/** How far the guest's clock is ahead of this machine's, to the second. */
const ahead = () => Number(controller.on('guest', 'date +%s.%N').stdout) - Date.now() / 1000;

beforeAll(async () => {
  controller.installCollection();
  await openNetwork();
  startServer();
  await startGuest();
});
afterAll(async () => {
  for (const { pid } of running.reverse()) if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  await sleep(100);
  controller.close();
});

/** A busy machine may see noise over the default threshold. */
const values = JSON.stringify({ tsntp_servers: ['10.9.0.1'], tsntp_change_threshold: 0.1 });
const setOnce = (...args: readonly string[]) => controller.play('tsntp.tsntp.once', '-e', values, ...args);

test('check mode leaves the clock as it is, the first run steps it, and the second has nothing to change', () => {
  expect(ahead()).toBeCloseTo(-300, -1);
  const dry = setOnce('--check', '--diff');
  expect(dry.problems('guest')).toEqual([]);
  expect(dry.stats.guest).toMatchObject({ changed: 1 });
  expect(ahead()).toBeCloseTo(-300, -1);

  const first = setOnce('--diff');
  expect(first.problems('guest')).toEqual([]);
  expect(first.results('Set the clock', 'guest')[0]).toMatchObject({
    changed: true,
    result: 'adjusted',
    correction: { kind: 'step' },
  });
  expect(Math.abs(ahead())).toBeLessThan(5);

  const second = setOnce();
  expect(second.stats.guest).toMatchObject({ changed: 0, failures: 0, skipped: 0 });
});
