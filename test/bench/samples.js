// A path of paths.js → the samples of a burst over it, in the form that the package's own stages take.

import { LOCAL_REQUEST_INTERVAL, REQUEST_INTERVAL } from '../../dist/net/request-interval.js';
import { add, difference, unixTimeOf } from '../../dist/ntp/time.js';
import { pathOf } from './paths.js';

/**
 * @import { Profile } from './paths.js'
 *
 * @typedef {object} Way to a simulated server
 * @property {Profile} profile
 * @property {number} [skew] how much later requests arrive than replies do, in seconds: asymmetry, and the server's own error
 * @property {number} [rootDelay]
 * @property {number} [rootDispersion]
 *
 * @typedef {object} Burst
 * @property {number} seed
 * @property {number} samples
 * @property {number} [lie] how far the server is ahead, in seconds
 * @property {number} [rate] how fast it gains on our clock besides, until it is right at the last reply
 * @property {number} [spacing] from one request to the next, in seconds; by default what a burst keeps
 */

/** Not a whole second, which would make the clocks appear to tick. */
const start = unixTimeOf(1_800_000_000_271_828_183n);

/** The samples of one server whose clock is right when the last one arrives. @param {Way} way @param {Burst} burst */
export function burstOf(way, { seed, samples, lie = 0, rate = 0, spacing }) {
  const { profile, skew = 0, rootDelay = 0, rootDispersion = 0.001 } = way;
  const path = pathOf(profile, seed);
  const step = spacing ?? (profile.base < 0.001 ? LOCAL_REQUEST_INTERVAL : REQUEST_INTERVAL);
  const exchanges = Array.from({ length: samples }, (_, i) => {
    const [forward, backward] = [path.forward(i * step), path.backward(i * step)];
    return forward === undefined || backward === undefined ? undefined : { at: i * step, forward, backward };
  }).filter(exchange => exchange !== undefined);
  const last = exchanges.at(-1);
  const end = last ? last.at + last.forward + last.backward : 0;
  return exchanges.map(({ at, forward, backward }) => {
    const t1 = add(start, at);
    const ahead = skew + lie + rate * (at + forward - end);
    const [t2, t4] = [add(t1, forward + ahead), add(t1, forward + backward)];
    const delay = difference(t4, t1);
    const packet = { precision: -23, rootDelay, rootDispersion, stratum: 2, leap: 0, refid: 0 };
    const received = { time: t4, monotonic: t4 };
    const offset = difference(t2, t1) - delay / 2;
    const dispersion = 1e-6 + 15e-6 * delay;
    return { kind: 'sample', t1, t2, t3: t2, t4, offset, delay, dispersion, packet, received };
  });
}
