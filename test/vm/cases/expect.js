// What many cases ask of a run of tsntp.

import { strict as assert } from 'node:assert';

/** The exit codes of the command line. */
export const EXIT = { done: 0, noServer: 3, notPermitted: 4, refused: 5, otherService: 6, interrupted: 130 };

/** Fails unless the run ended with this code; gives the run. */
export function ended({ code, signal, ...run }, expected) {
  assert.equal(code ?? signal, expected, `tsntp ended with ${code ?? signal}, not with ${expected}`);
  return { code, ...run };
}

/** Fails unless what the run wrote, to stdout or stderr, matches; gives the run. */
export function said(run, pattern) {
  assert.match(run.stdout + run.stderr, pattern, `tsntp did not say ${pattern}`);
  return run;
}

/** Fails unless `actual` is `expected` within `tolerance`; all in one unit. */
export function near(what, actual, expected, tolerance) {
  const wrong = `${what} is ${actual}, not ${expected} ± ${tolerance}`;
  assert.ok(Math.abs(actual - expected) <= tolerance, wrong);
}
