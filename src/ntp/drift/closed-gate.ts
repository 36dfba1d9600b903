// Why a run leaves the rate of the clock alone: the closed union that gate.ts decides on, drift.json keeps, and
// report/drift-gate.ts puts into words.

import type { KernelRate } from './kernel-rate.ts';

/** Why the rate is left alone. */
export type DriftGate =
  /** Other programs steer this clock, by name. */
  | { readonly kind: 'another-service'; readonly services: readonly string[] }
  /** The machine has booted since the last run, and earlier boots differ too much to tell its rate. */
  | { readonly kind: 'other-boot' }
  /** The kernel's clock source has changed since the last run. */
  | { readonly kind: 'other-clocksource'; readonly before: string; readonly now: string }
  /** The raw clock shows less than at the last run, in the same boot. */
  | { readonly kind: 'raw-went-backwards' }
  /** The machine has slept since the last run, and the raw clock stood still meanwhile. */
  | { readonly kind: 'suspended' }
  /** The kernel's rate is not the one that tsntp set last in this boot. */
  | { readonly kind: 'set-by-another'; readonly found: KernelRate; readonly set: KernelRate }
  /** The clock does not run at the raw clock's rate times the kernel's correction; `by` in ppm. */
  | { readonly kind: 'unlike-raw'; readonly by: number }
  /** Fewer than two samples a quarter of an hour apart. */
  | { readonly kind: 'too-early' }
  /** The phase has jumped, which looks like a change of the rate by so many ppm for one interval. */
  | { readonly kind: 'jumped'; readonly by: number }
  /** The rate is not known well enough; both in ppm. */
  | { readonly kind: 'unsure'; readonly frequency: number; readonly sigma: number };
