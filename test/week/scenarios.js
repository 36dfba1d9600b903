// The worlds that tsntp must keep a clock right in, by runs from a scheduler, and how far off the clock may be.

import { HOUR } from './guest.js';

/** @import { Schedule, World } from './guest.js' */

/**
 * @typedef {object} Limit
 * @property {number} from the hour from which on it holds
 * @property {number} [to] the hour up to which it holds
 * @property {number} rms in seconds
 * @property {number} [largest] in seconds
 *
 * @typedef {object} Scenario
 * @property {string} name
 * @property {World & Schedule} setting
 * @property {Limit} limit
 */

const DAYS = 4 * 24;
/** The hour of the jump: on the third day, between two runs. */
const JUMP = 54.5;
const AFTER_A_DAY = { from: 24, rms: 0.4e-3, largest: 2e-3 };

/** @type {readonly Scenario[]} */
export const SCENARIOS = [
  { name: 'hourly', setting: { loses: 37.5, hours: DAYS }, limit: AFTER_A_DAY },
  { name: 'hourly, 78 ppm', setting: { loses: 78, hours: DAYS }, limit: AFTER_A_DAY },
  {
    name: 'hourly, 20 ppm more on the third day',
    setting: { loses: 37.5, jump: { at: JUMP * HOUR, by: 20 }, hours: DAYS },
    // Three runs later, for six hours.
    limit: { from: JUMP + 2.6, to: JUMP + 8.6, rms: 1e-3 },
  },
  {
    name: 'hourly, a tenth of the runs missing',
    setting: { loses: 37.5, missing: everyTenth(DAYS), hours: DAYS },
    limit: AFTER_A_DAY,
  },
  {
    name: 'every six hours',
    setting: { loses: 37.5, interval: 6 * HOUR, hours: DAYS },
    limit: { from: 24, rms: 4e-3 },
  },
];

/** What a few minutes are enough for. @type {readonly Scenario[]} */
export const SHORT = [
  {
    name: 'hourly, the first half day',
    setting: { loses: 37.5, hours: 14 },
    limit: { from: 4, rms: 0.4e-3, largest: 2e-3 },
  },
];

/** A tenth of the runs without a rhythm, the same in each test. @param {number} runs */
function everyTenth(runs) {
  let seed = 1;
  const random = () => {
    seed = (seed * 48_271) % 0x7fffffff;
    return seed / 0x7fffffff;
  };
  return Array.from({ length: runs }, (_, run) => run).filter(run => run > 1 && random() < 0.1);
}
