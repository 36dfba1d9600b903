// The JSON of a check: every outcome is as fleet.schema.json describes it, and the lines of NDJSON hold the same.

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  fleetReportOf,
  fleetJson as jsonParts,
  fleetNdjson as ndjsonParts,
} from '../../../src/report/fleet/fleet-content.ts';
import { anyChecked, checked, EVERY_VERDICT, target, within } from '../../support/fleet.ts';

const fleetJson = (...args: Parameters<typeof jsonParts>) => [...jsonParts(...args)].join('');
const fleetNdjson = (...args: Parameters<typeof ndjsonParts>) => [...ndjsonParts(...args)].join('');

const SCHEMA = JSON.parse(readFileSync('fleet.schema.json', 'utf8'));
const validate = new Ajv2020({ allErrors: true }).compile(SCHEMA);

function problemsOf(text: string): unknown {
  return validate(JSON.parse(text)) ? [] : validate.errors;
}

test('a report has every member', () => {
  const one = EVERY_VERDICT[2]!;
  const since = new Map([[one, '2026-11-24T00:00:00.000000000Z']]);
  const skews = [{ offset: -3600, count: 37, where: ['10.1.0.0/24'] }];
  const text = fleetJson(checked([one], { skews, warnings: ['one'] }), { exitCode: 5, since });
  expect(text.endsWith('}\n')).toBe(true);
  expect({ ...JSON.parse(text), tsntp: 'x' }).toMatchInlineSnapshot(`
    {
      "command": "check",
      "counts": {
        "zone-off": 1,
      },
      "duration": 1.9,
      "exitCode": 5,
      "limits": {
        "critical": {
          "from": -1,
          "inside": false,
          "to": 1,
        },
        "warning": {
          "from": -0.1,
          "inside": false,
          "to": 0.1,
        },
      },
      "message": "The clock is off.",
      "reference": {
        "after": 0.0022,
        "before": 0.0021,
        "errorBound": 0.0008,
        "kind": "servers",
        "names": [
          "ntp1.example",
          "ntp2.example",
        ],
      },
      "result": "some-off",
      "skews": [
        {
          "count": 37,
          "offset": -3600,
          "where": [
            "10.1.0.0/24",
          ],
        },
      ],
      "started": "2026-11-26T07:00:00.000000000Z",
      "targets": [
        {
          "address": "10.1.0.7",
          "delay": 0.012,
          "errorBound": 0.0009,
          "from": "servers.txt:1",
          "group": "gates",
          "host": "10.1.0.7",
          "leap": 0,
          "name": "大门 7",
          "offset": -3600.0003,
          "port": 123,
          "reason": "an hour behind: its time zone?",
          "refid": "192.0.2.1",
          "rootDistance": 0.004,
          "samples": 1,
          "severity": "critical",
          "since": "2026-11-24T00:00:00.000000000Z",
          "stratum": 2,
          "verdict": "zone-off",
          "via": "ntp",
        },
      ],
      "tsntp": "x",
      "version": 1,
      "warnings": [
        "one",
      ],
    }
  `);
  expect(problemsOf(text)).toEqual([]);
});

test.each([
  ['with nothing to compare with', { kind: 'no-reference', reason: 'none answered', warnings: [] } as const],
  ['of this clock', checked([target()], { reference: { kind: 'local', errorBound: 0.001 } })],
  [
    'of a majority',
    checked([target()], { reference: { kind: 'majority', agreeing: 7, offset: -0.1, errorBound: 0.01 } }),
  ],
  ['that was interrupted', checked([], { kind: 'interrupted' })],
])('a check %s is as the schema says', (_, outcome) => {
  expect(problemsOf(fleetJson(outcome, { exitCode: 3 }))).toEqual([]);
});

test('a limit without an end has no member for it, because JSON has no infinity', () => {
  const limits = { warning: { from: -Infinity, to: 1, inside: false }, critical: within(1) };
  expect(JSON.parse(fleetJson(checked([], { limits }), { exitCode: 0 })).limits).toEqual({
    warning: { to: 1, inside: false },
    critical: { from: -1, to: 1, inside: false },
  });
});

test('the lines of NDJSON are the targets, then the rest', () => {
  const outcome = checked(EVERY_VERDICT);
  const { targets, ...rest } = JSON.parse(fleetJson(outcome, { exitCode: 5 }));
  const lines = fleetNdjson(outcome, { exitCode: 5 }).trimEnd().split('\n');
  expect(lines.map(line => JSON.parse(line))).toEqual([...targets, rest]);
  expect(problemsOf(lines.at(-1)!)).toEqual([]);
});

test('whatever was found, a report is as the schema says, and one line', () => {
  fc.assert(
    fc.property(anyChecked, check => {
      const text = fleetJson(check, { exitCode: 0 });
      expect(problemsOf(text)).toEqual([]);
      expect(text.indexOf('\n')).toBe(text.length - 1);
    }),
  );
});

test('a report of many targets, written in parts, holds each of them once, whatever their names are', () => {
  const names = ['"targets":[]', '\\"targets\\":[]', '],"warnings":['];
  const targets = Array.from({ length: 600 }, (_, i) =>
    target({ host: `10.0.${i >> 8}.${i & 255}`, label: names[i % 3]! }),
  );
  const outcome = checked(targets, { warnings: names });
  const { exitCode: _, ...report } = JSON.parse(fleetJson(outcome, { exitCode: 0 }));
  const { exitCode: __, ...whole } = fleetReportOf(outcome, { exitCode: 0 });
  expect(report).toEqual(JSON.parse(JSON.stringify(whole)));
  expect(report.targets).toHaveLength(600);
});

test('the user and the port of ssh are in the report of a target that has them', () => {
  const { target: named, ...rest } = target();
  const outcome = checked([{ ...rest, target: { ...named, user: 'admin', sshPort: 2222 } }]);
  const text = fleetJson(outcome, { exitCode: 0 });
  expect(problemsOf(text)).toEqual([]);
  expect(JSON.parse(text).targets[0]).toMatchObject({ user: 'admin', sshPort: 2222 });
});
