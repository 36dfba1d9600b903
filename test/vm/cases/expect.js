// Assertions about runs of tsntp that many cases share.

import { strict as assert } from 'node:assert';
import { readFileSync, writeFileSync } from 'node:fs';
import { STA_UNSYNC, setKernelClock } from '../guest/kernel.js';

/** The exit codes of the command line. */
export const EXIT = { done: 0, noServer: 3, notPermitted: 4, refused: 5, otherService: 6, interrupted: 130 };

/** Asserts the exit code; returns the run. */
export function ended({ code, signal, ...run }, expected) {
  assert.equal(code ?? signal, expected, `tsntp ended with ${code ?? signal}, not with ${expected}`);
  return { code, ...run };
}

/** Asserts that the run's stdout or stderr matches; returns the run. */
export function said(run, pattern) {
  assert.match(run.stdout + run.stderr, pattern, `the output of tsntp does not match ${pattern}`);
  return run;
}

/** Makes the state of the last run look like one from before a reboot. */
export function rebooted() {
  const file = '/var/lib/tsntp/state.json';
  const state = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...state, lastSet: { ...state.lastSet, bootId: 'the boot before' } }));
  setKernelClock({ status: STA_UNSYNC });
}

/** Asserts that `actual` is within `tolerance` of `expected`, in one unit. */
export function near(what, actual, expected, tolerance) {
  const wrong = `${what} is ${actual}, not ${expected} ± ${tolerance}`;
  assert.ok(Math.abs(actual - expected) <= tolerance, wrong);
}
