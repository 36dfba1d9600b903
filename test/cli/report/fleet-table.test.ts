// The table of a check: what is shown of a few clocks and of many, in terminals of every width.

import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { fleetTable } from '../../../src/cli/report/fleet-table.ts';
import type { Checked } from '../../../src/fleet/fleet-outcome.ts';
import { anyChecked, checked, EVERY_VERDICT, fleetOf, target } from '../../support/fleet.ts';

function table(check: Checked, width: number | undefined, all = false): string {
  return fleetTable(check, { terminal: { colors: 0, width }, all });
}

const SKEWED = checked(EVERY_VERDICT, {
  skews: [{ offset: -3600, count: 37, where: ['10.1.0.0/24', 'gates'] }],
});

describe('one clock of every verdict', () => {
  test('in 60 columns', () => {
    expect(table(SKEWED, 60)).toMatchInlineSnapshot(`
      "   clock            via            offset  verdict
      x  cam-1.example    http  -1795676000.5 s  era-off
      x  大门 7                       -3600.0 s  zone-off
      x  gate 3                       +12.400 s  off
      x  10.0.0.8                    +300.00 ms  frozen
      ?  10.0.0.11                               no-answer
      ?  2001:db8::5                             refused
      !  10.0.0.10                     -1.20 ms  unsynchronized
      ~  10.0.0.9                     +90.00 ms  uncertain
      ?  no-such.example                         unknown-name
      ?  10.0.0.12:1123                          rate-limited
         gate 1                        -1.20 ms  right

      cam-1.example: it shows 1970: its battery?
      大门 7: an hour behind: its time zone?
      10.0.0.8: it sent the same time twice
      10.0.0.10: it says that it is not synchronized
      no-such.example: no such name

      37 hosts -3600.0 s: 10.1.0.0/24, gates

      4 of 11 clocks are off, 1 not synchronized, 1 uncertain, 4
      without answer.
      Compared with ntp1.example, ntp2.example (± 0.800 ms) in
      1.900 s; warning over ± 100 ms, critical over ± 1 s.
      "
    `);
  });

  test('in 80 columns', () => {
    expect(table(SKEWED, 80)).toMatchInlineSnapshot(`
      "   clock            address   via            offset          ±  verdict
      x  cam-1.example              http  -1795676000.5 s  500.00 ms  era-off
      x  大门 7           10.1.0.7              -3600.0 s   0.900 ms  zone-off
      x  gate 3           10.0.0.6              +12.400 s    8.00 ms  off
      x  10.0.0.8                              +300.00 ms    8.00 ms  frozen
      ?  10.0.0.11                                                    no-answer
      ?  2001:db8::5                                                  refused
      !  10.0.0.10                               -1.20 ms    8.00 ms  unsynchronized
      ~  10.0.0.9                               +90.00 ms   40.00 ms  uncertain
      ?  no-such.example                                              unknown-name
      ?  10.0.0.12:1123                                               rate-limited
         gate 1           10.0.0.5               -1.20 ms    8.00 ms  right

      cam-1.example: it shows 1970: its battery?
      大门 7: an hour behind: its time zone?
      10.0.0.8: it sent the same time twice
      10.0.0.10: it says that it is not synchronized
      no-such.example: no such name

      37 hosts -3600.0 s: 10.1.0.0/24, gates

      4 of 11 clocks are off, 1 not synchronized, 1 uncertain, 4 without answer.
      Compared with ntp1.example, ntp2.example (± 0.800 ms) in 1.900 s; warning over
      ± 100 ms, critical over ± 1 s.
      "
    `);
  });

  test('in 120 columns', () => {
    expect(table(SKEWED, 120)).toMatchInlineSnapshot(`
      "   clock            address   via   st           offset          ±  verdict         note
      x  cam-1.example              http   2  -1795676000.5 s  500.00 ms  era-off         it shows 1970: its battery?
      x  大门 7           10.1.0.7         2        -3600.0 s   0.900 ms  zone-off        an hour behind: its time zone?
      x  gate 3           10.0.0.6         2        +12.400 s    8.00 ms  off
      x  10.0.0.8                          2       +300.00 ms    8.00 ms  frozen          it sent the same time twice
      ?  10.0.0.11                                                        no-answer
      ?  2001:db8::5                                                      refused
      !  10.0.0.10                        16         -1.20 ms    8.00 ms  unsynchronized  it says that it is not synchronized
      ~  10.0.0.9                          2        +90.00 ms   40.00 ms  uncertain
      ?  no-such.example                                                  unknown-name    no such name
      ?  10.0.0.12:1123                                                   rate-limited
         gate 1           10.0.0.5         2         -1.20 ms    8.00 ms  right

      37 hosts -3600.0 s: 10.1.0.0/24, gates

      4 of 11 clocks are off, 1 not synchronized, 1 uncertain, 4 without answer.
      Compared with ntp1.example, ntp2.example (± 0.800 ms) in 1.900 s; warning over ± 100 ms, critical over ± 1 s.
      "
    `);
  });
});

test('of many clocks, those that are right are only counted, and at most 30 others are shown', () => {
  const lines = table(fleetOf(500), 100).split('\n');
  expect(lines.filter(line => /^x/.test(line)).length).toBe(17);
  expect(lines.some(line => line.endsWith(' right'))).toBe(false);
  expect(lines).toContain('… and 470 more: 9 without answer, 461 right (--all shows all)');
  expect(lines).toContain('10 hosts -3600.0 s: 10.1.0.0/24');
});

test('with --all, every clock has a line', () => {
  const text = table(fleetOf(500), undefined, true);
  expect(text.match(/(right|off|no-answer|uncertain|unsynchronized)\b.*$/gm)!.length).toBeGreaterThanOrEqual(
    500,
  );
  expect(text).not.toContain('… and');
});

test('a fleet without a fault is its totals alone', () => {
  const fine = checked(Array.from({ length: 40 }, (_, i) => target({ host: `10.0.0.${i + 1}` })));
  expect(table(fine, 120)).toBe(
    'All 40 clocks are right.\nCompared with ntp1.example, ntp2.example (± 0.800 ms) in 1.900 s; warning over ± 100 ms, critical over ± 1 s.\n',
  );
});

test('an earlier report adds since when', () => {
  const off = target({ verdict: 'off', severity: 'critical' });
  const since = new Map([[off, '2026-11-24T03:00:00.000000000Z']]);
  expect(fleetTable(checked([off]), { terminal: { colors: 0, width: 80 }, all: false, since })).toContain(
    'off      2026-11-24 03:00Z',
  );
});

test('in 80 columns, since when and the address of a named host come before its group and bound', () => {
  const off = target({ verdict: 'era-off', severity: 'critical', reading: { offset: -1_795_676_000.5 } });
  const grouped = {
    ...off,
    target: { ...off.target, host: '10.0.0.77', label: 'northern gate 3', group: 'northern gates' },
  };
  const since = new Map([[grouped, '2026-11-24T03:00:00.000000000Z']]);
  const text = fleetTable(checked([grouped]), { terminal: { colors: 0, width: 80 }, all: false, since });
  expect(text).toMatch(/northern gate 3 +10\.0\.0\.77 .* 2026-11-24 03:00Z/);
});

test('the mark and the verdict are colored, with marks that tell them apart without colors', () => {
  const text = fleetTable(checked(EVERY_VERDICT), { terminal: { colors: 1, width: 120 }, all: false });
  expect(text).toContain('\u001b[31mx\u001b[39m');
  expect(text).toContain('\u001b[31mzone-off\u001b[39m');
  expect(text).toContain('\u001b[35mno-answer\u001b[39m');
  expect(text).toContain('\u001b[32mright\u001b[39m');
});

test('whatever a list says, no line is wider than the terminal, and none has a control character', () => {
  fc.assert(
    fc.property(anyChecked, fc.integer({ min: 56, max: 160 }), (check, width) => {
      for (const line of table(check, width, true).split('\n')) {
        expect(stringWidth(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(/\p{C}/u);
      }
    }),
  );
});
