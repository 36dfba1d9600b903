// The output of a monitoring plugin: its form, its exit code, and what no list can break.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pluginExitCode, pluginRange, pluginText } from '../../../src/report/fleet/fleet-plugin.ts';
import { anyChecked, checked, EVERY_VERDICT, fleetOf, target, within } from '../../support/fleet.ts';

describe('of one target', () => {
  test('is the line of check_ntp_time, with ranges for both signs', () => {
    expect(pluginText(checked([target()]))).toBe(
      'NTP OK: Offset -0.0012 secs|offset=-0.001200s;-0.1:0.1;-1:1; bound=0.008000s stratum=2\n',
    );
  });

  test('says how sure it is, and why, if it is not right', () => {
    const off = target({
      verdict: 'zone-off',
      severity: 'critical',
      reason: 'an hour behind',
      reading: { offset: -3600.0003 },
    });
    expect(pluginText(checked([off]))).toBe(
      'NTP CRITICAL: Offset -3600.0003 secs (+/- 8.00 ms), an hour behind|offset=-3600.000300s;-0.1:0.1;-1:1; bound=0.008000s stratum=2\n',
    );
  });

  test('has no performance data if nothing was measured', () => {
    const silent = target({ verdict: 'no-answer', severity: 'critical', reading: null });
    expect(pluginText(checked([silent]))).toBe('NTP CRITICAL: Offset unknown, 10.0.0.5: no-answer\n');
  });

  test('never writes a negative zero', () => {
    expect(pluginText(checked([target({ reading: { offset: -1e-9 } })]))).toContain('|offset=0.000000s;');
  });
});

describe('of many targets', () => {
  test('counts them, names the worst first, and has a line for each', () => {
    expect(pluginText(checked(EVERY_VERDICT))).toMatchInlineSnapshot(`
      "NTP CRITICAL: 4 of 11 clocks are off, 1 not synchronized, 1 uncertain, 4 without answer: cam-1.example -1795676000.5 s, 大门 7 -3600.0 s, gate 3 +12.400 s, 10.0.0.8 +300.00 ms, 10.0.0.11 no-answer, 2001:db8::5 refused, 10.0.0.10 -1.20 ms, 10.0.0.9 +90.00 ms, no-such.example unknown-name, 10.0.0.12:1123 rate-limited|off=4;;0;0;11 uncertain=1;;;0;11 unanswered=4;;;0;11 unsynchronized=1;;;0;11 max_offset=1795676000.500000s;0.1;1;0
      cam-1.example: era-off -1795676000.5 s +/- 500.00 ms: it shows 1970: its battery?
      大门 7 (10.1.0.7): zone-off -3600.0 s +/- 0.900 ms: an hour behind: its time zone?
      gate 3 (10.0.0.6): off +12.400 s +/- 8.00 ms
      10.0.0.8: frozen +300.00 ms +/- 8.00 ms: it sent the same time twice
      10.0.0.11: no-answer
      2001:db8::5: refused
      10.0.0.10: unsynchronized -1.20 ms +/- 8.00 ms: it says that it is not synchronized
      10.0.0.9: uncertain +90.00 ms +/- 40.00 ms
      no-such.example: unknown-name: no such name
      10.0.0.12:1123: rate-limited
      "
    `);
  });

  test('that are all right is one line', () => {
    const fine = [target(), target({ host: '10.0.0.6', reading: { offset: 0.002 } })];
    expect(pluginText(checked(fine))).toBe(
      'NTP OK: Both clocks are right|off=0;;0;0;2 uncertain=0;;;0;2 unanswered=0;;;0;2 unsynchronized=0;;;0;2 max_offset=0.002000s;0.1;1;0\n',
    );
  });

  test('has no limits of the largest offset if they differ by sign', () => {
    const limits = { warning: { from: -0.1, to: 0.2, inside: false }, critical: within(1) };
    expect(pluginText(checked([target(), target()], { limits }))).toContain('max_offset=0.001200s;;1;0\n');
  });

  test('keeps the first line below 4 kB and the whole below 8 kB, and says how many are missing', () => {
    const text = pluginText(fleetOf(10_000));
    const [first = ''] = text.split('\n');
    expect(Buffer.byteLength(first)).toBeLessThanOrEqual(4000);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8192);
    expect(first).toMatch(/ and \d+ more\|off=402;;0;0;10000 /);
    expect(text).toMatch(/\n\.\.\. and \d+ more\n$/);
  });
});

describe('the exit code', () => {
  const of = (...severities: readonly ('ok' | 'warning' | 'critical' | 'unknown')[]) =>
    pluginExitCode(checked(severities.map(severity => target({ severity }))));

  test.each([
    [['ok', 'ok'], 0],
    [['ok', 'warning'], 1],
    [['critical', 'unknown', 'warning'], 2],
    [['ok', 'unknown'], 3],
    [['unknown', 'warning'], 1],
  ] as const)('of %j is %i', (severities, code) => {
    expect(of(...severities)).toBe(code);
  });

  test('is never 0 if nothing was checked, or not everything', () => {
    expect(pluginExitCode(checked([]))).toBe(3);
    expect(pluginExitCode(checked([target()], { kind: 'interrupted' }))).toBe(3);
  });
});

test.each([
  [within(60), '-60:60'],
  [{ from: -Infinity, to: 1e-7, inside: false }, '~:0.0000001'],
  [{ from: -1, to: Infinity, inside: false }, '-1:'],
  [{ from: -1, to: 2.5, inside: true }, '@-1:2.5'],
  [{ from: -Infinity, to: Infinity, inside: false }, ''],
  [within(100), '-100:100'],
])('the range %j is %j in the notation of plugins', (range, text) => {
  expect(pluginRange(range)).toBe(text);
});

test('whatever a list says, the first line has one separator, and each value is a number with its unit', () => {
  fc.assert(
    fc.property(anyChecked, check => {
      const [first = '', ...others] = pluginText(check).split('\n');
      const [text = '', data = '', ...rest] = first.split('|');
      expect(rest).toEqual([]);
      expect(text).toMatch(/^NTP (OK|WARNING|CRITICAL|UNKNOWN): \P{C}+$/u);
      for (const value of data.split(' ').filter(Boolean))
        expect(value).toMatch(/^[a-z_]+=-?\d+(\.\d+)?s?(;[-~:.\d]*){0,4}$/);
      expect(others.join('')).not.toContain('|');
      expect(Buffer.byteLength(first)).toBeLessThanOrEqual(4096);
    }),
  );
});
