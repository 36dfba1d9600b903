import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fleetProgressText } from '../../../src/cli/process/fleet-progress.ts';

test('a bar shows how many hosts have been heard, and then how many are asked again', () => {
  expect(fleetProgressText(400, { heard: 100, concluded: 90 }, 80)).toBe(
    'checking 400 hosts █████░░░░░░░░░░░░░░░ 100',
  );
  expect(fleetProgressText(400, { heard: 400, concluded: 380 }, 80)).toBe(
    'asking 20 of 400 hosts again ███████████████████░',
  );
  expect(fleetProgressText(400, { heard: 400, concluded: 400 }, 80)).toBe(
    'checking 400 hosts ████████████████████ 400',
  );
});

test('it fits into any terminal', () => {
  fc.assert(
    fc.property(
      fc.nat(10_000),
      fc.nat(10_000),
      fc.nat(10_000),
      fc.nat(120),
      (hosts, heard, concluded, width) => {
        const count = { heard: Math.min(heard, hosts), concluded: Math.min(concluded, heard, hosts) };
        expect(fleetProgressText(hosts, count, width).length).toBeLessThanOrEqual(width);
      },
    ),
  );
});
