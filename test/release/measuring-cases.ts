// A copy of tsntp, on whatever processor → the tests of all that it must do without setting anything.

import { expect, it } from 'vitest';
import { type Ended, type LonelyNetwork, VERSION } from './root.ts';

/** Declares the tests: that the copy starts, measures, reads the clock, and plans a correction. */
export function testMeasuring(
  tsntp: (...args: readonly string[]) => Ended,
  network: () => LonelyNetwork,
): void {
  it('prints its version', () => {
    expect(tsntp('--version')).toMatchObject({ status: 0, stdout: `${VERSION}\n` });
  });

  it('measures', () => {
    const { status, stdout, stderr } = tsntp('-q', '--format', 'json', network().server);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ result: 'queried' });
  });

  it('reads the clock through koffi', () => {
    const { stdout, stderr } = tsntp('status', '--format', 'json');
    expect(JSON.parse(stdout).result, stderr).toMatch(/^(?:un)?synchronized$/);
  });

  it('shows what it would set', () => {
    const { status, stdout, stderr } = tsntp('-n', '--format', 'json', network().server);
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout).error).toBeUndefined();
  });
}
