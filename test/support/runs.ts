// What the tests of whole runs ask of a world that has run.

import { expect } from 'vitest';
import type { RecordedCall } from '../../src/clock/dry-run.ts';
import type { Outcome } from '../../src/pipeline/outcome.ts';
import { type World, type WorldSetup, world } from './world.ts';

/** A world with one server next door, where a run takes 0.3 s. */
export function near(setup: WorldSetup = {}): World {
  return world({ servers: { '10.0.0.1': { delay: 0.0005 } }, ...setup });
}

/** Lets the world go on by itself. */
export function pass(w: World, seconds: number): Promise<void> {
  return w.run(new Promise(resolve => w.at(w.now() + seconds, resolve)));
}

/** The calls that moved the clock, or were to. */
export function moves(w: World): readonly RecordedCall[] {
  return w.clock.calls.filter(({ kind }) => kind !== 'declare-synchronized');
}

export function declarations(w: World): readonly RecordedCall[] {
  return w.clock.calls.filter(({ kind }) => kind === 'declare-synchronized');
}

/** The outcome, which must be of this kind. */
export function ended<K extends Outcome['kind']>(kind: K, outcome: Outcome): Extract<Outcome, { kind: K }> {
  if (outcome.kind !== kind) throw new Error(`the run should have ended ${kind}, but ended ${outcome.kind}`);
  return outcome as Extract<Outcome, { kind: K }>;
}

/** Nothing was touched, told or remembered, and nothing goes on. */
export function expectUntouched(w: World): void {
  expect(w.clock.calls).toEqual([]);
  expect(w.remembered).toEqual([]);
  expect(w.rtcWritten).toEqual([]);
  expect(w.unfinished()).toBe(0);
}
