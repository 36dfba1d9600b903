// Runs the guest of a boot: starts its machine, follows its cases one after the other, and ends it. No guest outlives this
// process.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { machines } from './machines.js';

/** What a case may take besides its own waiting, in seconds; the first one also boots. */
const TIMEOUT = 120;
const POLL = 100;

const guests = new Set();
process.on('exit', () => {
  for (const child of guests) end(child);
});

/**
 * Boots a machine for `boot.cases` and follows them: calls `onIdle` with whether the guest mostly sleeps, and `onResult`
 * with a case and its result. `folder` is the boot's own; `settings` are for machines.js; `jobOf` makes a case's job.
 * Resolves with the cases that have not run, because the guest ended in the one before them.
 */
export async function runBoot({ boot, folder, settings, jobOf, onIdle, onResult }) {
  mkdirSync(folder);
  const { machine: kind, parameters, hardwareTime, cases } = boot;
  const machine = machines[kind]({ ...settings, folder, parameters, hardwareTime });
  const folders = cases.map((c, i) => prepareJob(folder, i, jobOf(c, machine.host, i === 0)));
  machine.connect();
  const child = startMachine(machine, join(folder, 'console'));
  const ended = once(child, 'exit').then(() => true);
  let [began, next] = [Date.now(), 0];
  const follow = () => {
    for (; next < cases.length && existsSync(join(folders[next], 'result.json')); next++) {
      onResult(cases[next], { ...read(join(folders[next], 'result.json')), took: since(began) });
      began = Date.now();
    }
    onIdle(existsSync(join(folder, 'idle')));
  };
  while (!(await Promise.race([ended, sleep(POLL)]))) {
    follow();
    if (next < cases.length && since(began) > TIMEOUT + (cases[next].seconds ?? 0)) end(child);
  }
  guests.delete(child);
  follow();
  if (next === cases.length) return [];
  const error = `the guest returned no result: see ${folders[next]}/log and ${folder}/console`;
  onResult(cases[next], { error, took: since(began) });
  return cases.slice(next + 1);
}

/** The folder of a case's job: the guest takes them in the order of their names. */
function prepareJob(folder, place, job) {
  const path = join(folder, String(place).padStart(2, '0'));
  mkdirSync(path);
  writeFileSync(join(path, 'job.json'), JSON.stringify(job));
  return path;
}

function startMachine({ program, args, env }, console) {
  const output = openSync(console, 'w');
  const child = spawn(program, args, {
    env,
    stdio: ['ignore', output, output],
    detached: true, // A group of its own: UML keeps a process for each of the guest's.
  });
  guests.add(child);
  closeSync(output);
  return child;
}

/** Ends a guest and all its processes. */
function end(child) {
  process.kill(-child.pid, 'SIGKILL');
}

function read(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

function since(began) {
  return (Date.now() - began) / 1000;
}
