// npm run bench [-- --quick] [-- --networks N --profiles LAN,WAN --scenarios one,four]: compares tsntp with its peers
// on the same simulated networks, in its own network namespace and without the right to set the clock. Prints the
// report, and writes it to results/ after a complete run. BENCH_TSNTP names another tsntp to measure, for comparisons.
// Where microseconds matter (LAN), one client runs at a time; elsewhere a new one starts every fifth of a second.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { clientsOf } from './clients.js';
import { PROFILES, randomOf } from './paths.js';
import { pictureOf } from './picture.js';
import { reportOf } from './report.js';
import { environmentOf, prepareTools, versionsOf } from './tools.js';

/** @import { Client } from './clients.js' */
/**
 * @typedef {object} Result
 * @property {string} client
 * @property {string} profile
 * @property {string} scenario
 * @property {number} network
 * @property {number | null} error in seconds; null = no answer
 * @property {number} wall in seconds
 * @property {number} cpu in seconds
 * @property {number} memory at its most, in KiB
 * @property {number} packets requests that reached a server
 *
 * @typedef {object} Job
 * @property {string} id
 * @property {Client} client
 * @property {string} profile
 * @property {string} scenario
 * @property {number} network
 */

const root = resolve(import.meta.dirname, '../..');
const tools = join(root, '.cache/bench');
const INSIDE = '--inside';
const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    networks: { type: 'string' },
    profiles: { type: 'string' },
    scenarios: { type: 'string' },
    [INSIDE.slice(2)]: { type: 'boolean', default: false },
  },
});
const { quick } = options;
/** Whether this run is incomplete, so that its report omits the targets. */
const partial =
  quick || [options.networks, options.profiles, options.scenarios].some(one => one !== undefined);
const asked = options.networks === undefined ? undefined : Number(options.networks);
const profiles = chosen('profiles', Object.keys(PROFILES));

/** The number of servers and of those that lie by a second. */
const SCENARIOS = {
  one: { servers: 1, liars: 0, networks: asked ?? (quick ? 6 : 200) },
  four: { servers: 4, liars: 0, networks: asked ?? (quick ? 6 : 200) },
  'one liar in four': { servers: 4, liars: 1, networks: asked ?? (quick ? 4 : 50) },
  'two liars in five': { servers: 5, liars: 2, networks: asked ?? (quick ? 4 : 50) },
};
/** Fewer for the LAN, where running one client at a time takes long. */
const LAN_NETWORKS = asked ?? (quick ? 4 : 30);
const scenarios = chosen('scenarios', Object.keys(SCENARIOS));
const LAUNCH_SPACING = 200;
const DEADLINE = 60_000;

if (options.inside) await inside();
else outside();

/**
 * The selected values of an option; all without it. @param {'profiles' | 'scenarios'} option @param {readonly string[]}
 * all
 */
function chosen(option, all) {
  const wanted = options[option]?.split(',') ?? all;
  const unknown = wanted.find(one => !all.includes(one));
  if (unknown !== undefined) throw new Error(`--${option} ${unknown}: there are ${all.join(', ')}`);
  return wanted;
}

function outside() {
  if (process.platform !== 'linux') throw new Error('the bench needs the network namespaces of Linux');
  prepareTools(tools);
  const unshare = process.getuid?.() === 0 ? ['--net'] : ['--net', '--map-root-user'];
  const noClock = ['--bounding-set', '-sys_time', '--inh-caps', '-sys_time', '--ambient-caps', '-sys_time'];
  const self = [process.execPath, ...process.argv.slice(1), INSIDE];
  const { status } = spawnSync('unshare', [...unshare, 'setpriv', ...noClock, ...self], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}

async function inside() {
  for (const args of [
    'link set lo up',
    'route add local 198.18.0.0/15 dev lo',
    'route add local 10.9.0.0/16 dev lo',
  ]) {
    execFileSync('ip', args.split(' '));
  }
  const started = performance.now();
  const jobs = plan();
  const relay = startRelay();
  const results = [];
  const alone = jobs.filter(isAlone);
  for (const [i, job] of alone.entries()) {
    progress('LAN', i, alone.length);
    results.push(...(await run(job, relay)));
  }
  const together = jobs.filter(job => !isAlone(job));
  const running = [];
  for (const [i, job] of together.entries()) {
    progress('others', i, together.length);
    running.push(run(job, relay));
    await new Promise(resolve => setTimeout(resolve, LAUNCH_SPACING));
  }
  results.push(...(await Promise.all(running)).flat());
  const late = await relay.end();
  publish(results, { late, minutes: (performance.now() - started) / 60_000 });
}

/** Each network with all clients in a random order. @returns {readonly Job[]} */
function plan() {
  const clients = clientsOf(tools, process.env.BENCH_TSNTP ?? join(root, 'bin/tsntp.js'));
  const jobs = [];
  for (const [scenario, { servers, liars, networks }] of Object.entries(SCENARIOS)) {
    if (!scenarios.includes(scenario)) continue;
    for (const profile of profiles) {
      const count = profile === 'LAN' && liars === 0 ? LAN_NETWORKS : networks;
      for (let network = 0; network < count; network++) {
        const random = randomOf(network + 1);
        const order = clients
          .filter(client => servers === 1 || client.several)
          .map(client => ({ client, rank: random() }));
        for (const { client } of order.sort((a, b) => a.rank - b.rank)) {
          jobs.push({ id: String(jobs.length), client, profile, scenario, network });
        }
      }
    }
  }
  return jobs;
}

/** @param {Job} job */
function isAlone({ profile, scenario }) {
  return profile === 'LAN' && (scenario === 'one' || scenario === 'four');
}

/**
 * Runs one client against its own servers; returns no results if it could not be started. @param {Job} job @param
 * {ReturnType<typeof startRelay>} relay @returns {Promise<readonly Result[]>}
 */
async function run({ id, client, profile, scenario, network }, relay) {
  const { servers, liars } = SCENARIOS[/** @type {keyof typeof SCENARIOS} */ (scenario)];
  // A private network is queried quickly; the benchmark network (RFC 2544) like any public one.
  const net = profile === 'LAN' ? '10.9' : '198.18';
  const [third, fourth] = [Number(id) % 250, 6 * (Math.floor(Number(id) / 250) % 40) + 1];
  const addresses = Array.from({ length: servers }, (_, k) => `${net}.${third}.${fourth + k}`);
  const places = addresses.map((address, k) => ({ address, lie: (k + network) % servers < liars ? 1 : 0 }));
  await relay.ask(`open ${id}`, { open: id, profile, seed: network + 1, servers: places });
  const command = client.command(addresses, id);
  const { output, wall } = await execute(command);
  const [packets, ahead] = (await relay.ask(`close ${id}`, { close: id })).split(' ').map(Number);
  const offset = client.answer.exec(output)?.[1];
  if (offset === undefined && profile === 'LAN' && scenario === 'one') {
    throw new Error(`${command.join(' ')} gave no result on a network without loss:\n${output}`);
  }
  const cost = /^memory (\d+)\ncpu ([.\d]+) ([.\d]+)$/m.exec(output);
  if (!cost) return [];
  const result = {
    ...{ client: client.name, profile, scenario, network, wall, packets: packets ?? 0 },
    error: offset === undefined ? null : Math.abs(Number(offset) - (ahead ?? 0)),
    cpu: Number(cost[2]) + Number(cost[3]),
    memory: Number(cost[1]),
  };
  return [result];
}

/**
 * bash measures the processor time to the millisecond, GNU time the memory. @param {readonly string[]} command @returns
 * {Promise<{ output: string, wall: number }>}
 */
function execute(command) {
  const script = `TIMEFORMAT='cpu %3U %3S'; time "$0" --quiet --format='memory %M' "$@"`;
  const started = performance.now();
  const child = spawn('bash', ['-c', script, join(tools, 'usr/bin/time'), ...command], {
    env: environmentOf(tools),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: DEADLINE,
  });
  let output = '';
  child.stdout.on('data', data => (output += data));
  child.stderr.on('data', data => (output += data));
  child.on('error', error => console.error(`${command[0]} could not be started: ${error.message}`));
  return new Promise(resolve => {
    child.on('close', () => resolve({ output, wall: (performance.now() - started) / 1000 }));
  });
}

/** The relay process and a function to send it commands. */
function startRelay() {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'relay.js')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  /** @type {Map<string, (answer: string) => void>} */
  const waiting = new Map();
  /** @type {(question: string) => Promise<string>} */
  const answerTo = question => new Promise(resolve => waiting.set(question, resolve));
  createInterface(child.stdout).on('line', line => {
    const [word, about, ...answer] = line.split(' ');
    const question = word === 'late' ? 'late' : `${word} ${about}`;
    waiting.get(question)?.(word === 'late' ? (about ?? '') : answer.join(' '));
    waiting.delete(question);
  });
  return {
    /** @param {string} question the first words of the answer @param {object} command */
    ask(question, command) {
      child.stdin.write(`${JSON.stringify(command)}\n`);
      return answerTo(question);
    },
    async end() {
      child.stdin.end();
      return JSON.parse(await answerTo('late'));
    },
  };
}

/** @param {readonly Result[]} results @param {{ late: { replies: number, median: number, p90: number, p99: number }, minutes: number }} run */
function publish(results, run) {
  const report = reportOf(results, { ...run, versions: versionsOf(tools), partial });
  console.log(report);
  const folder = partial ? join(root, '.cache/bench-quick') : join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'bench.md'), report);
  writeFileSync(join(folder, 'errors.svg'), pictureOf(results));
  writeFileSync(join(root, '.cache/bench-results.json'), JSON.stringify({ results, run }));
}

/** @param {string} phase @param {number} done @param {number} all */
function progress(phase, done, all) {
  if (process.stderr.isTTY) process.stderr.write(`\r${phase}: ${done} of ${all} runs `);
}
