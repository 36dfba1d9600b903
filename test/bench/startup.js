// The cost of starting: `--version`, and one JSON query of one packet to a loopback server, each alternating with a
// Node that does nothing, as ratios; and the peak memory. `npm run bench:startup`, on Linux x64: of the built checkout,
// as npm installs it, and of the archive if `npm run release` has made it, both by the archive's Node.
// `npm run bench:startup -- NODE…`: of the checkout, by each given Node binary.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const PAIRS = 41;
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const name = `tsntp-${version}-linux-x64`;
const checkout = resolve('bin/tsntp.js');
const unpacked = mkdtempSync(join(tmpdir(), 'tsntp-startup-'));
const responder = spawn(process.execPath, ['test/scale/responder.js'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const [port] = await once(responder.stdout.setEncoding('utf8'), 'data');
  const query = ['-q', '--format', 'json', '-p', '1', `127.0.0.1:${port.trim()}`];
  for (const { title, node, command } of subjects()) {
    console.log(
      `${title}, ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}, of ${PAIRS} pairs:`,
    );
    console.log(`  --version               ${compared(node, [...command, '--version'])}`);
    console.log(`  -q --format json -p 1   ${compared(node, [...command, ...query])}`);
  }
} finally {
  responder.kill();
  rmSync(unpacked, { recursive: true, force: true });
}

function subjects() {
  const given = process.argv.slice(2);
  const archive = join('release', `${name}.tar.gz`);
  if (given.length > 0 || !existsSync(archive))
    return (given.length > 0 ? given : [process.execPath]).map(node => installed(node));
  execFileSync('tar', ['-C', unpacked, '-xzf', archive]);
  const node = join(unpacked, name, 'lib/tsntp/node');
  return [installed(node), { title: 'the archive', node, command: [join(unpacked, name, 'bin/tsntp')] }];
}

/** @param {string} node */
function installed(node) {
  return { title: 'as installed by npm', node, command: [node, checkout] };
}

/** @param {string} node @param {readonly string[]} command */
function compared(node, command) {
  const pairs = Array.from({ length: PAIRS }, () => ({
    bare: wallTime([node, '-e', '0']),
    run: wallTime(command),
  }));
  const ratio = median(pairs.map(({ bare, run }) => run / bare));
  const [run, bare] = [median(pairs.map(pair => pair.run)), median(pairs.map(pair => pair.bare))];
  const memory = [command, [node, '-e', '0']].map(each => peak(each).toFixed(0));
  return `${ratio.toFixed(2)} times node -e 0 (${run.toFixed(0)} ms to ${bare.toFixed(0)} ms; ${memory.join(' to ')} MiB)`;
}

/** In milliseconds. @param {readonly string[]} command */
function wallTime(command) {
  const began = performance.now();
  ended(command);
  return performance.now() - began;
}

/** The peak memory in MiB. @param {readonly string[]} command */
function peak(command) {
  return Number(ended(command, { NODE_OPTIONS: `--require=${resolve('test/bench/peak.cjs')}` })) / 1024;
}

/** Runs a command; returns its stderr. @param {readonly string[]} command @param {Readonly<Record<string, string>>} env */
function ended([program = '', ...args], env = {}) {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: exit ${status}: ${stderr}`);
  return stderr;
}

/** @param {readonly number[]} values */
function median(values) {
  return /** @type {number} */ (values.toSorted((a, b) => a - b)[values.length >> 1]);
}
