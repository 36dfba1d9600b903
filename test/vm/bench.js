// Runs the cases of a plan, each in its own guest, and prints a line per case. run.js starts it inside a private
// network namespace. Runs one guest per processor; a guest that only waits for a slew gives its place to the next.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cases } from './cases/index.js';
import { GUEST_TOKEN } from './guest/kernel.js';
import { machines } from './machines.js';
import { toolPath } from './tools.js';

const TIMEOUT = 120;
const here = dirname(fileURLToPath(import.meta.url));
const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const chosen = cases.filter(c => plan.cases.includes(c.name));
// Long cases first: they wait while others run.
const order = [...chosen].sort((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0));

const guests = new Set();
// No guest may outlive this process.
process.on('exit', () => {
  for (const child of guests) end(child);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

execFileSync(toolPath(plan.tools, 'ip'), ['link', 'set', 'lo', 'up']);
const offered = chosen.flatMap(c => Object.values(c.servers ?? {}));
const { host, ports } = await startServer(offered.map(server));
const started = Date.now();
printHeader();
const results = await inTurn(order, availableParallelism());
host.kill();

const failed = results.filter(r => r.error !== undefined).length;
console.log(`\n${Math.round((Date.now() - started) / 1000)} s in the guests`);
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** A bare number is an offset; `until` is an instant, converted to the offset that shows it now. */
function server(description) {
  if (typeof description === 'number') return { offset: description };
  const { until, offset = 0, ...rest } = description;
  return { ...rest, offset: until === undefined ? offset : (Date.parse(until) - Date.now()) / 1000 };
}

async function startServer(servers) {
  const child = spawn(process.execPath, [join(here, 'server.js'), JSON.stringify(servers)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  const { truth, servers: ntp } = JSON.parse(line);
  const byDescription = new Map(offered.map((d, i) => [d, { port: ntp[i], offset: servers[i].offset }]));
  return { host: child, ports: { truth, of: description => byDescription.get(description) } };
}

/**
 * Runs all cases, at most `places` at a time. An emulated machine takes all places, because the host's load would distort
 * its timing.
 */
async function inTurn(list, places) {
  const queue = list.map((c, i) => ({ c, index: i + 1, needs: c.machine === 'uml' ? 1 : places }));
  const results = [];
  const running = new Set();
  let free = places;
  while (queue.length > 0 || running.size > 0) {
    while (queue.length > 0 && free >= queue[0].needs) {
      const { c, index, needs } = queue.shift();
      free -= needs;
      let held = needs;
      const leave = () => {
        free += held;
        held = 0;
      };
      const run = runCase(c, index, leave).then(result => {
        leave();
        results.push(result);
        running.delete(run);
        printResult(c, result);
      });
      running.add(run);
    }
    await Promise.race([...running, sleep(200)]);
  }
  return results;
}

/** Boots the case's machine; calls `leave` when the guest needs no processor for a while. */
async function runCase(c, index, leave) {
  const folder = join(plan.jobs, String(index));
  mkdirSync(folder);
  const variables = {
    ...{ bench: here, job: folder, tools: plan.tools, command: plan.command, node: process.execPath },
    [GUEST_TOKEN]: 'yes',
  };
  const machine = machines[c.machine]({
    folder,
    tools: plan.tools,
    arm64: plan.arm64,
    variables,
    index,
    hardwareTime: c.hardwareTime,
    parameters: c.parameters,
  });
  writeFileSync(join(folder, 'job.json'), JSON.stringify(job(c, machine.host)));
  machine.connect();
  const began = Date.now();
  const output = openSync(join(folder, 'console'), 'w');
  const child = spawn(machine.program, machine.args, {
    env: machine.env,
    stdio: ['ignore', output, output],
    detached: true, // A group of its own: UML keeps a process for each of the guest's.
  });
  guests.add(child);
  closeSync(output);
  const watch = setInterval(() => existsSync(join(folder, 'idle')) && leave(), 200);
  const limit = setTimeout(() => end(child), (TIMEOUT + (c.seconds ?? 0)) * 1000);
  await once(child, 'exit');
  guests.delete(child);
  clearInterval(watch);
  clearTimeout(limit);
  return { ...resultOf(folder), took: (Date.now() - began) / 1000 };
}

/** Ends a guest and all its processes. */
function end(child) {
  process.kill(-child.pid, 'SIGKILL');
}

function job(c, host) {
  const servers = Object.entries(c.servers ?? {}).map(([name, description]) => {
    const { port, offset } = ports.of(description);
    return [name, { host, port, offset }];
  });
  return {
    case: c.name,
    servers: Object.fromEntries(servers),
    truth: { host, port: ports.truth },
    tools: plan.tools,
    wine: plan.wine,
  };
}

function resultOf(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));
  } catch {
    return { error: `the guest returned no result: see ${folder}/log and ${folder}/console` };
  }
}

function printHeader() {
  console.log(row(['', 'operation', 'asked', 'residual', 'seen', 'took']));
}

function printResult(c, { error, residual, seen = '', took }) {
  const figure = residual === undefined ? '' : `${(residual * 1e3).toFixed(3)} ms`;
  const verdict = error === undefined ? 'pass' : 'FAIL';
  console.log(row([verdict, `${c.group}: ${c.name}`, c.asked ?? '', figure, seen, `${took.toFixed(0)} s`]));
  if (error !== undefined) console.log(error.replace(/^/gm, '       '));
}

function row([verdict, operation, asked, residual, seen, took]) {
  return [
    verdict.padEnd(5),
    operation.padEnd(58),
    asked.padEnd(14),
    residual.padStart(12),
    took.padStart(6),
    ` ${seen}`,
  ]
    .join(' ')
    .trimEnd();
}
