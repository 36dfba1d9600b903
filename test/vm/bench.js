// Runs the cases of a plan in guests and prints a line per case. run.js starts it inside a private network namespace. Runs
// as many guests at a time as there are places; one that only waits for a slew gives its place to the next.

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bootsOf } from './boots.js';
import { cases } from './cases/index.js';
import { GUEST_TOKEN } from './guest/kernel.js';
import { runBoot } from './guests.js';
import { toolPath } from './tools.js';

/** A processor of the host runs more than one guest, because they wait for replies. */
const PLACES = Math.ceil(1.5 * availableParallelism());
/** The places that a guest takes; an emulated processor never rests. */
const NEEDS = { uml: 1, qemu: 1.5, arm: 2 };

/** How often a case is run again after a run that was disturbed, and said so. */
const REPEATS = 2;

const here = dirname(fileURLToPath(import.meta.url));
const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const chosen = cases.filter(c => plan.cases.includes(c.name));

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));

execFileSync(toolPath(plan.tools, 'ip'), ['link', 'set', 'lo', 'up']);
const offered = chosen.flatMap(c => Object.values(c.servers ?? {}));
const { host, ports } = await startServer(offered.map(server));
const started = Date.now();
printHeader();
const results = await inTurn(bootsOf(chosen));
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

/** Runs all boots in this order, as places become free; resolves with the results of all cases. */
async function inTurn(queue) {
  const results = [];
  const running = new Set();
  const repeated = new Map();
  let index = 0;
  const start = boot => {
    const guest = { needs: Math.min(NEEDS[boot.machine], PLACES), idle: false };
    running.add(guest);
    const onResult = (c, result) => {
      if (result.disturbed && (repeated.get(c) ?? 0) < REPEATS) {
        repeated.set(c, (repeated.get(c) ?? 0) + 1);
        queue.unshift({ ...boot, hardwareTime: c.hardwareTime, cases: [c] });
        return console.log(`again ${c.group}: ${c.name}: ${result.disturbed}`);
      }
      results.push(result);
      printResult(c, result);
    };
    guest.ended = runBoot({ ...inPlan(boot, ++index), onIdle: idle => (guest.idle = idle), onResult }).then(
      rest => {
        running.delete(guest);
        if (rest.length > 0) queue.unshift({ ...boot, cases: rest });
      },
    );
  };
  while (queue.length > 0 || running.size > 0) {
    const taken = [...running].reduce((sum, { idle, needs }) => sum + (idle ? 0 : needs), 0);
    const next = queue.findIndex(boot => taken + Math.min(NEEDS[boot.machine], PLACES) <= PLACES);
    if (next >= 0) start(...queue.splice(next, 1));
    else await Promise.race([...[...running].map(({ ended }) => ended), sleep(200)]);
  }
  return results;
}

/** What a boot needs from the plan. */
function inPlan(boot, index) {
  const folder = join(plan.jobs, String(index));
  const { tools, arm64, command } = plan;
  const variables = {
    ...{ bench: here, boot: folder, tools, command, node: process.execPath },
    [GUEST_TOKEN]: 'yes',
  };
  return { boot, folder, settings: { tools, arm64, variables, index }, jobOf: job };
}

function job(c, host, first) {
  const servers = Object.entries(c.servers ?? {}).map(([name, description]) => {
    const { port, offset } = ports.of(description);
    return [name, { host, port, offset }];
  });
  return {
    case: c.name,
    first,
    hardwareTime: c.hardwareTime,
    servers: Object.fromEntries(servers),
    truth: { host, port: ports.truth },
    tools: plan.tools,
    wine: plan.wine,
  };
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
