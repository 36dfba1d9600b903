// `npm run test:week`: cron runs tsntp for four days in guests under simulated time, and their clocks must stay right
// between the runs. Needs no privilege, and runs without the right to set this machine's clock.
//   node test/week/run.js [--short] [--name TEXT] [--list] [--command FOLDER]
// --short takes half a day, which .ci/run has time for. --command tests another command than the packed tsntp, a folder
// with node_modules/tsntp/bin/tsntp.js, to check that a faulty one is caught.

import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installPacked } from '../vm/command.js';
import { errorsBetween, milliseconds } from './figures.js';
import { runGuest, SERVER } from './guest.js';
import { inTurn } from './in-turn.js';
import { makePlaces } from './places.js';
import { SCENARIOS, SHORT } from './scenarios.js';
import { dropClockRights } from './unprivileged.js';

/** @import { Limit, Scenario } from './scenarios.js' */
/** @import { Minute } from './guest.js' */

const { values: options } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    name: { type: 'string', default: '' },
    list: { type: 'boolean', default: false },
    command: { type: 'string' },
  },
});
const chosen = (options.short ? SHORT : SCENARIOS).filter(({ name }) => name.includes(options.name));

if (chosen.length === 0) {
  console.error(`no scenario's name contains '${options.name}'; --list shows them`);
  process.exitCode = 2;
} else if (options.list) for (const { name } of chosen) console.log(name);
else if (dropClockRights()) await main();

async function main() {
  const started = Date.now();
  const places = partsOrSkip();
  if (!places) return;
  const command = options.command ? resolve(options.command) : join(places.cache, 'package');
  if (!options.command) installPacked(command);
  const built = Date.now();
  // On one thread: V8's helper threads would wait for simulated time.
  const program = `${process.execPath} --single-threaded ${command}/node_modules/tsntp/bin/tsntp.js ${SERVER}`;
  const results = await inTurn(chosen, availableParallelism(), scenario => test(scenario, places, program));
  const failed = results.filter(passed => !passed).length;
  const took = [built - started, Date.now() - built].map(ms => Math.round(ms / 1000));
  console.log(`\n${took[0]} s to build, ${took[1]} s in the guests`);
  console.log(`${results.length - failed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** On a user's machine, parts that cannot be made are not a failure; in CI they are. */
function partsOrSkip() {
  try {
    return makePlaces();
  } catch (error) {
    const { stderr, message } = /** @type {Error & { stderr?: Buffer | string }} */ (error);
    console.log(`skipped ${chosen.length} scenarios: ${`${stderr || message}`.trim().split('\n').at(-1)}`);
    const inCi = process.env.CI === 'true';
    console.log(`0 passed, ${inCi ? chosen.length : 0} failed, ${inCi ? 0 : chosen.length} skipped`);
    process.exitCode = inCi ? 1 : 0;
    return undefined;
  }
}

/**
 * Whether the clock stayed within the limit. @param {Scenario} scenario @param {ReturnType<typeof makePlaces>} places
 * @param {string} program
 */
async function test({ name, setting, limit }, places, program) {
  const folder = places.folderOf(name);
  try {
    const minutes = await runGuest({ ...places, folder }, setting, program);
    const { passed, words } = judge(minutes, limit);
    console.log(`${passed ? 'pass' : 'FAIL'}  ${name}: ${words}${passed ? '' : `; see ${folder}/log`}`);
    return passed;
  } catch (error) {
    console.log(`FAIL  ${name}: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

/** @param {readonly Minute[]} minutes @param {Limit} limit */
function judge(minutes, { from, to, rms, largest = Number.POSITIVE_INFINITY }) {
  const seen = errorsBetween(minutes, from, to);
  const most = Number.isFinite(largest) ? ` (allowed ${milliseconds(largest)})` : '';
  return {
    passed: seen.rms <= rms && seen.largest <= largest,
    words: `RMS ${milliseconds(seen.rms)} (allowed ${milliseconds(rms)}), largest ${milliseconds(seen.largest)}${most}`,
  };
}
