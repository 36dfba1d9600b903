// Samples of an oscillator for tests. Each test names what it is about; the rest is a good run over a LAN.

import type { DriftSample } from '../../src/ntp/drift/drift-sample.ts';
import { add, nanoseconds, type Seconds } from '../../src/ntp/time.ts';
import { NOW } from './builders.ts';

/** A sample `at` seconds of the raw clock after the first, when the oscillator has gained `phase` since then. */
export function driftSample(
  at: Seconds,
  phase: Seconds = 0,
  changes: Partial<DriftSample> = {},
): DriftSample {
  return {
    raw: 77_000_000_000n + nanoseconds(at),
    true: add(NOW, at - phase),
    jitter: 1e-4,
    delay: 4e-4,
    distance: 5e-3,
    peer: '192.0.2.1',
    ...changes,
  };
}

/** Hourly samples of an oscillator with this rate in ppm. */
export function hourly(count: number, rate: number, changes: Partial<DriftSample> = {}): DriftSample[] {
  return Array.from({ length: count }, (_, i) => driftSample(3600 * i, 3600e-6 * i * rate, changes));
}
