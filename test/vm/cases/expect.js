// What many cases ask of a run of tsntp.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { STA_UNSYNC, setKernelClock } from '../guest/kernel.js';

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

/** Makes what is left of the last run look as after a restart of the machine. */
export function rebooted() {
  const file = '/var/lib/tsntp/state.json';
  const state = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...state, lastSet: { ...state.lastSet, bootId: 'the boot before' } }));
  setKernelClock({ status: STA_UNSYNC });
}

/** Fails unless `actual` is `expected` within `tolerance`; all in one unit. */
export function near(what, actual, expected, tolerance) {
  const wrong = `${what} is ${actual}, not ${expected} ± ${tolerance}`;
  assert.ok(Math.abs(actual - expected) <= tolerance, wrong);
}
