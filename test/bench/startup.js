// The cost of starting: `--version`, and one JSON query of one packet to a loopback server, each alternating with a
// Node that does nothing. `node test/bench/startup.js [NODE…]`, after `npm run build`, for each given Node binary.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const PAIRS = 41;
const nodes = process.argv.length > 2 ? process.argv.slice(2) : [process.execPath];
const responder = spawn(process.execPath, ['test/scale/responder.js'], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const [port] = await once(responder.stdout.setEncoding('utf8'), 'data');
  const query = ['-q', '--format', 'json', '-p', '1', `127.0.0.1:${port.trim()}`];
  for (const node of nodes) {
    const release = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
    console.log(`${release}, of ${PAIRS} pairs:`);
    console.log(`  --version               ${compared(node, ['--version'])}`);
    console.log(`  -q --format json -p 1   ${compared(node, query)}`);
  }
} finally {
  responder.kill();
}

/** @param {string} node @param {readonly string[]} args */
function compared(node, args) {
  const pairs = Array.from({ length: PAIRS }, () => {
    return { bare: wallTime(node, ['-e', '0']), run: wallTime(node, ['bin/tsntp.js', ...args]) };
  });
  const ratio = median(pairs.map(({ bare, run }) => run / bare));
  const [run, bare] = [median(pairs.map(pair => pair.run)), median(pairs.map(pair => pair.bare))];
  return `${ratio.toFixed(2)} times node -e 0 (${run.toFixed(0)} ms to ${bare.toFixed(0)} ms)`;
}

/** In milliseconds. @param {string} node @param {readonly string[]} args */
function wallTime(node, args) {
  const began = performance.now();
  const { status, stderr } = spawnSync(node, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${args.join(' ')}: exit ${status}: ${stderr}`);
  return performance.now() - began;
}

/** @param {readonly number[]} values */
function median(values) {
  return /** @type {number} */ (values.toSorted((a, b) => a - b)[values.length >> 1]);
}
