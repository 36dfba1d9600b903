// The error of a single sample while two other processes keep the machine busy. A loopback server shares our clock, so
// that the true offset is 0, uses kernel timestamps, and runs at the highest priority. Takes 300 samples with the
// command, with a burst in this process, and with a burst whose T4 is not the kernel's. Also counts the samples whose
// error exceeds their own bound, half the delay plus the dispersion. `node test/bench/busy.js` after `npm run build`.

import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { openClock } from '../../dist/clock/index.js';
import { runBurst } from '../../dist/net/burst.js';
import { realTimer } from '../../dist/net/timer.js';
import { udpTransport } from '../../dist/net/udp.js';
import { plausibleTimes } from '../../dist/ntp/plausible.js';
import { goFirst, now, open, receive, send, wait } from './network.js';

const BURSTS = 20;
const SAMPLES = 15;
const INTERVAL = 0.05;
/** The maximum lifetime in seconds of the processes started here. */
const AT_MOST = 240;
const ERA = 2_208_988_800n;

if (process.argv[2] === 'server') serve(Number(process.argv[3]));
else await measure();

/** @typedef {{ offset: number, delay: number, dispersion: number }} Sample */

async function measure() {
  const port = 20_000 + (process.pid % 10_000);
  const started = [
    spawn(process.execPath, [process.argv[1] ?? '', 'server', String(port)], { stdio: 'inherit' }),
  ];
  try {
    print('', 'median', 'p90', 'p99', 'worst', 'over bound');
    await measureAll('idle', port);
    const spin = `for (const end = Date.now() + ${AT_MOST * 1000}; Date.now() < end; );`;
    started.push(...[1, 2].map(() => spawn(process.execPath, ['-e', spin])));
    await measureAll('two busy processes', port);
  } finally {
    for (const child of started) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
}

/** @param {string} state @param {number} port */
async function measureAll(state, port) {
  print(`${state}: the command`, ...figures(commands(port)));
  print(`${state}: T4 by the kernel`, ...figures(await bursts(port)));
  const none = () => Promise.reject(new Error('not wanted'));
  print(`${state}: T4 by the process`, ...figures(await bursts(port, none)));
}

/** @param {number} port @returns {Sample[]} */
function commands(port) {
  const args = ['-q', '--format', 'json', '-p', String(SAMPLES), '--interval', String(INTERVAL)];
  const run = () =>
    spawnSync(process.execPath, ['bin/tsntp.js', ...args, `127.0.0.1:${port}`], { encoding: 'utf8' }).stdout;
  return Array.from({ length: BURSTS }, () => JSON.parse(run()).servers[0].samples).flat();
}

/** @param {number} port @param {() => Promise<never>} [load] @returns {Promise<Sample[]>} */
async function bursts(port, load) {
  const clock = await openClock();
  const ports = {
    transport: udpTransport(() => clock.read(), load),
    timer: realTimer,
    precision: clock.precision,
    random: randomBytes,
  };
  const plausible = plausibleTimes(clock.now(), true);
  const plan = { samples: SAMPLES, timeout: 1, interval: INTERVAL, version: 4, plausible };
  const address = /** @type {const} */ ({ family: 4, address: '127.0.0.1', port });
  /** @type {Sample[]} */
  const samples = [];
  for (let i = 0; i < BURSTS; i++) {
    const burst = await runBurst(address, plan, ports, () => {}, new AbortController().signal);
    samples.push(...burst.samples);
  }
  return samples;
}

/** In µs. @param {Sample[]} samples */
function figures(samples) {
  const errors = samples.map(({ offset }) => Math.abs(offset) * 1e6).sort((a, b) => a - b);
  const quantile = (/** @type {number} */ q) =>
    (errors[Math.ceil(q * errors.length) - 1] ?? Number.NaN).toFixed(1);
  const over = samples.filter(({ offset, delay, dispersion }) => Math.abs(offset) > delay / 2 + dispersion);
  return [...[0.5, 0.9, 0.99, 1].map(quantile), `${over.length} of ${samples.length}`];
}

/** @param {string} what @param {readonly string[]} cells */
function print(what, ...cells) {
  console.log(what.padEnd(40) + cells.map(cell => cell.padStart(12)).join(''));
}

/** @param {number} port */
function serve(port) {
  if (!goFirst()) console.log('(the server has no real-time priority: its own delays count)');
  const fd = open('127.0.0.1', port);
  for (const end = now() + BigInt(AT_MOST) * 1_000_000_000n; now() < end; ) {
    wait([fd], 1_000_000_000n);
    for (let got = receive(fd); got; got = receive(fd)) {
      send(fd, replyTo(got.bytes, got.at), got.from);
    }
  }
}

/** @param {Uint8Array} request @param {bigint} arrived */
function replyTo(request, arrived) {
  const reply = Buffer.alloc(48);
  reply[0] = 0b00_100_100;
  reply[1] = 1;
  reply.writeInt8(-23, 3);
  reply.write('LOCL', 12);
  reply.set(request.subarray(40, 48), 24);
  reply.writeBigUInt64BE(timestamp(arrived), 32);
  reply.writeBigUInt64BE(timestamp(arrived) - (1n << 32n), 16);
  reply.writeBigUInt64BE(timestamp(now()), 40);
  return reply;
}

/** @param {bigint} time nanoseconds since 1970 */
function timestamp(time) {
  return BigInt.asUintN(64, ((time + ERA * 1_000_000_000n) << 32n) / 1_000_000_000n);
}
