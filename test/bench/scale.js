// The cost of a long list: the command queries 10,000 servers once, each on its own loopback address, and must lose
// none; and checks the clocks of 10,000 hosts. Measures wall time, CPU time, and memory for each format. `node
// test/bench/scale.js [COUNT]`, after `npm run build`.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const count = Number(process.argv[2] ?? 10_000);
const RUNS = 3;
/** Prints the resource usage when the process ends. */
const AT_EXIT = 'process.on("exit",()=>console.error(JSON.stringify(process.resourceUsage())))';
const responder = spawn(process.execPath, ['test/scale/responder.js'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const folder = mkdtempSync(join(tmpdir(), 'tsntp-scale-'));
try {
  const [port] = await once(responder.stdout.setEncoding('utf8'), 'data');
  const list = join(folder, 'servers');
  // From 127.2.0.0 on, except the addresses that the responder ignores.
  const addresses = Array.from(
    { length: count },
    (_, i) => `127.${2 + (i >> 13)}.${64 + ((i >> 8) & 31)}.${i & 255}`,
  );
  writeFileSync(list, addresses.map(address => `${address}:${port.trim()}`).join('\n'));
  console.log(`Node ${process.version}, ${count} servers`);
  for (const format of ['json', 'table', 'classic']) {
    const args = ['-q', '-p', '1', '-f', list, '--format', format];
    for (let i = 0; i < RUNS; i++) console.log(measure(format, args, lostOf));
  }
  for (let i = 0; i < RUNS; i++) console.log(measure('check', ['check', '-f', list, '--json'], unansweredOf));
} finally {
  responder.kill();
  rmSync(folder, { recursive: true });
}

/** @param {string} what @param {string[]} command @param {(report: string) => number} count */
function measure(what, command, count) {
  const node = ['--import', `data:text/javascript,${AT_EXIT}`];
  const args = ['bin/tsntp.js', ...command];
  const before = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [...node, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const wall = (performance.now() - before) / 1000;
  if (status !== 0) throw new Error(`exit ${status}: ${stderr}`);
  const used = JSON.parse(stderr.slice(stderr.indexOf('{')));
  const lost = stdout.startsWith('{') ? `${count(stdout)} lost` : '';
  const cpu = (used.userCPUTime + used.systemCPUTime) / 1e6;
  const cells = [
    `${wall.toFixed(2)} s`,
    `${cpu.toFixed(2)} s CPU`,
    `${(used.maxRSS / 1024).toFixed(0)} MiB`,
    lost,
  ];
  return what.padEnd(8) + cells.map(cell => cell.padStart(12)).join('');
}

/** @param {string} report */
function lostOf(report) {
  return JSON.parse(report).servers.filter(
    (/** @type {{ answered: number }} */ { answered }) => answered === 0,
  ).length;
}

/** @param {string} report */
function unansweredOf(report) {
  return JSON.parse(report).targets.filter(
    (/** @type {{ verdict: string }} */ { verdict }) => verdict !== 'right',
  ).length;
}
