// One guest under simulated time: a world (oscillator, path) and a program that cron runs in it → how far the guest's
// clock was off, minute by minute.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const SERVER = '192.0.2.1';
export const HOUR = 3600;
/** Wall-clock seconds after which a guest is given up. */
const PATIENCE = 3600;
/** No guest may outlive this process: an interrupted one ends by `exit`, which ends them. */
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
const INIT = join(import.meta.dirname, 'guest/init.sh');

/**
 * @typedef {object} World
 * @property {number} loses by how many ppm the guest's oscillator is slow
 * @property {number} [daily] amplitude of its daily rhythm in ppm
 * @property {{ at: number, by: number }} [jump] from `at` seconds on it loses `by` ppm more
 * @property {number} [offset] by how many seconds the clock is behind at first
 * @property {number} [jitter] standard deviation of the delay in each direction, in ms
 *
 * @typedef {object} Schedule
 * @property {number} hours how long the world exists
 * @property {number} [interval] seconds between runs
 * @property {readonly number[]} [missing] which runs do not take place, from 0
 *
 * @typedef {object} Minute
 * @property {number} at seconds since the start
 * @property {number} error the guest's clock less true time, in seconds
 * @property {number} frequency the kernel's, in ppm
 */

/**
 * Starts `program`, a command of the shell, on schedule in a guest of that world. Rejects if the guest dies.
 * @param {{ kernel: string, reference: string, tools: string, folder: string }} places `folder` is emptied
 * @param {World & Schedule} setting @param {string} program @returns {Promise<readonly Minute[]>}
 */
export async function runGuest({ kernel, reference, tools, folder }, setting, program) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'plan'), planOf(setting, program, reference));
  const output = openSync(join(folder, 'console'), 'w');
  const child = spawn(kernel, argumentsOf(folder, tools), {
    stdio: ['ignore', output, output],
    detached: true, // A group of its own: the kernel keeps a process for each of the guest's.
  });
  closeSync(output);
  const end = () => process.kill(-(child.pid ?? 0), 'SIGKILL');
  process.once('exit', end);
  const limit = setTimeout(end, PATIENCE * 1000);
  await once(child, 'exit');
  clearTimeout(limit);
  process.off('exit', end);
  const minutes = minutesIn(folder);
  if ((minutes.at(-1)?.at ?? 0) < setting.hours * HOUR - HOUR) {
    throw new Error(`the guest ended early: see ${folder}/log and ${folder}/console`);
  }
  return minutes;
}

/** @param {string} folder @param {string} tools */
function argumentsOf(folder, tools) {
  // On the full hour, so that the first run is one interval before the second.
  const start = Math.floor(Date.now() / 1000 / HOUR) * HOUR;
  return [
    ...['mem=512M', 'rootfstype=hostfs', 'root=/dev/root', 'rootflags=/', 'ro', `uml_dir=${folder}/`],
    ...['con=null', 'con0=null,fd:1', 'quiet', 'time-travel', `time-travel-start=${start}000000000`],
    ...[`job=${folder}`, `tools=${tools}`, 'init=/bin/sh', '--', INIT],
  ];
}

/** Assignments of the shell. @param {World & Schedule} setting @param {string} program @param {string} reference */
function planOf(setting, program, reference) {
  const { loses, daily = 0.3, jump, offset = 2, jitter = 0.1 } = setting;
  const { hours, interval = HOUR, missing = [] } = setting;
  const plan = {
    ...{ server: SERVER, reference, program, interval, duration: hours * HOUR },
    world: [offset, loses, daily, jump?.at ?? 0, jump?.by ?? 0, jitter].join(' '),
    missing: missing.join(' '),
  };
  return Object.entries(plan)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
}

/** What the guest of that folder has written. @param {string} folder @returns {readonly Minute[]} */
export function minutesIn(folder) {
  return readFileSync(join(folder, 'errors'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map(line => {
      const [at = 0, error = 0, frequency = 0] = line.split(' ').map(Number);
      return { at, error, frequency };
    });
}
