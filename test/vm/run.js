// `npm run test:vm`: tests tsntp against real kernel clocks in guests. User Mode Linux has the system clock, QEMU the
// hardware clocks of a PC and of an ARM board. This file prepares the tools (Debian packages) and the packed tsntp, then starts bench.js in its own
// network namespace without CAP_SYS_TIME: nothing here can set this machine's clock.
//   node test/vm/run.js [--only GROUP,…] [--name TEXT] [--list] [--command FOLDER] [--wine FILE]
// --command tests another command than the packed tsntp, a folder with node_modules/tsntp/bin/tsntp.js, to check that the
// bench catches a faulty one.
// --wine describes a wine with Node for Windows, which the group "windows" needs: `npm run test:wine` writes it.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { prepareArm64 } from './arm64.js';
import { cases } from './cases/index.js';
import { installPacked } from './command.js';
import { prepareTools, toolPath } from './tools.js';

const here = dirname(fileURLToPath(import.meta.url));
const cache = join(here, '../../.cache/vm');

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    name: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    command: { type: 'string' },
    wine: { type: 'string' },
  },
});
const groups = options.only?.split(',');
const chosen = cases.filter(
  c =>
    (!groups || groups.includes(c.group)) &&
    c.name.includes(options.name) &&
    (c.group !== 'windows' || options.wine !== undefined),
);

if (options.list) {
  for (const { group, machine, name } of chosen)
    console.log(`${group.padEnd(13)} ${machine.padEnd(5)} ${name}`);
} else {
  process.exitCode = main();
}

function main() {
  if (chosen.length === 0) {
    console.error(`no case matches; the groups are ${[...new Set(cases.map(c => c.group))].join(', ')}`);
    return 2;
  }
  mkdirSync(cache, { recursive: true });
  const obstacle = prepareTools(join(cache, 'tools')) ?? armObstacle() ?? namespaceObstacle();
  if (obstacle) return skipAll(obstacle);

  const command = options.command ? resolve(options.command) : join(cache, 'package');
  if (!options.command) installPacked(command);
  const jobs = join(cache, 'jobs');
  rmSync(jobs, { recursive: true, force: true });
  mkdirSync(jobs);
  const plan = {
    cases: chosen.map(c => c.name),
    command,
    tools: join(cache, 'tools'),
    arm64: join(cache, 'arm64'),
    jobs,
    ...(options.wine && { wine: JSON.parse(readFileSync(options.wine, 'utf8')) }),
  };
  writeFileSync(join(jobs, 'plan.json'), JSON.stringify(plan));
  const [program, ...args] = namespaceCommand(
    process.execPath,
    join(here, 'bench.js'),
    join(jobs, 'plan.json'),
  );
  return spawnSync(program, args, { stdio: 'inherit' }).status ?? 1;
}

/** Why ARM boards cannot be emulated here; undefined if they can, or if no case has one. */
function armObstacle() {
  return chosen.some(c => c.machine === 'arm') ? prepareArm64(join(cache, 'arm64')) : undefined;
}

/**
 * A command prefix that runs `argv` in a new network namespace, without the right to set the clock and without a way to
 * regain it.
 */
function namespaceCommand(...argv) {
  if (process.getuid() !== 0) return ['unshare', '--map-root-user', '--net', ...argv];
  const withoutTime = [
    '--bounding-set',
    '-sys_time',
    '--inh-caps',
    '-sys_time',
    '--ambient-caps',
    '-sys_time',
  ];
  return ['setpriv', ...withoutTime, 'unshare', '--net', ...argv];
}

/** Why guests cannot get a network here; undefined if they can. */
function namespaceObstacle() {
  const ip = toolPath(join(cache, 'tools'), 'ip');
  const [program, ...args] = namespaceCommand(ip, 'tuntap', 'add', 'dev', 'tap0', 'mode', 'tap');
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status === 0) return undefined;
  return `cannot create a tap device in a new network namespace (${(error?.message ?? stderr).trim()})`;
}

/** On a user's machine, a bench that cannot run is not a failure; in CI it is. */
function skipAll(reason) {
  console.log(`skipped ${chosen.length} cases: ${reason}`);
  const inCi = process.env.CI === 'true';
  console.log(`0 passed, ${inCi ? chosen.length : 0} failed, ${inCi ? 0 : chosen.length} skipped`);
  return inCi ? 1 : 0;
}
