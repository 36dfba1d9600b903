// The comma-separated values of a check: read again, they are what was written, and no cell is a formula.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fleetCsv } from '../../../src/report/fleet/fleet-csv.ts';
import { anyChecked, checked, EVERY_VERDICT, target } from '../../support/fleet.ts';

/** Reads RFC 4180: records that end with CR LF, cells that may be quoted. Throws for anything else. */
function read(text: string): readonly (readonly string[])[] {
  if (!/^(?:(?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,|\r\n))*$/.test(text)) throw new Error('not RFC 4180');
  return text
    .split('\r\n')
    .slice(0, -1)
    .map(line =>
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
        ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
      ),
    );
}

test('a check is a header and a line for each target, as listed', () => {
  expect(fleetCsv(checked(EVERY_VERDICT))).toMatchInlineSnapshot(`
    "host,port,name,group,verdict,severity,offset,error_bound,delay,via,address,replied_from,samples,stratum,leap,refid,root_distance,reason,since,from
    10.0.0.5,123,gate 1,,right,ok,-0.0012,0.008,0.012,ntp,10.0.0.5,,1,2,0,192.0.2.1,0.004,,,servers.txt:1
    10.0.0.6,123,gate 3,gates,off,critical,12.4,0.008,0.012,ntp,10.0.0.6,,1,2,0,192.0.2.1,0.004,,,servers.txt:1
    10.1.0.7,123,大门 7,gates,zone-off,critical,-3600.0003,0.0009,0.012,ntp,10.1.0.7,,1,2,0,192.0.2.1,0.004,an hour behind: its time zone?,,servers.txt:1
    cam-1.example,123,,,era-off,critical,-1795676000.5,0.5,0.012,http,10.0.2.1,,3,2,0,192.0.2.1,0.004,it shows 1970: its battery?,,servers.txt:1
    10.0.0.8,123,,,frozen,critical,0.3,0.008,0.012,ntp,10.0.0.8,,1,2,0,192.0.2.1,0.004,it sent the same time twice,,servers.txt:1
    10.0.0.9,123,,,uncertain,warning,0.09,0.04,0.012,ntp,10.0.0.9,,1,2,0,192.0.2.1,0.004,,,servers.txt:1
    10.0.0.10,123,,,unsynchronized,warning,-0.0012,0.008,0.012,ntp,10.0.0.10,,1,16,3,192.0.2.1,0.004,it says that it is not synchronized,,servers.txt:1
    10.0.0.11,123,,,no-answer,critical,,,,,,,,,,,,,,servers.txt:1
    no-such.example,123,,,unknown-name,unknown,,,,,,,,,,,,no such name,,servers.txt:1
    10.0.0.12,1123,,,rate-limited,unknown,,,,,,,,,,,,,,servers.txt:1
    2001:db8::5,123,,,refused,critical,,,,,,,,,,,,,,servers.txt:1
    "
  `);
});

test('with an earlier report, the instants are in the column since', () => {
  const one = target({ verdict: 'off', severity: 'critical' });
  const text = fleetCsv(checked([one]), new Map([[one, '2026-11-24T00:00:00.000000000Z']]));
  const [head = [], row = []] = read(text);
  expect(row[head.indexOf('since')]).toBe('2026-11-24T00:00:00.000000000Z');
});

test.each([
  ['=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'],
  ['+1', "'+1"],
  ['-1+2', "'-1+2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', " '=1"],
  ['＝1', "'＝1"],
  ['a;=1', "a;'=1"],
  ['a, -1', "a, '-1"],
  ['gate-3', 'gate-3'],
])('the name %j cannot act as a formula', (label, cell) => {
  const [head = [], row = []] = read(fleetCsv(checked([target({ label })])));
  expect(row[head.indexOf('name')]).toBe(cell);
});

test('a negative offset stays a number', () => {
  const [head = [], row = []] = read(fleetCsv(checked([target({ reading: { offset: -1e-7 } })])));
  expect(row[head.indexOf('offset')]).toBe('-0.0000001');
});

test('whatever a list says, each line has every column, and no cell of text begins a formula', () => {
  fc.assert(
    fc.property(anyChecked, check => {
      const [head = [], ...rows] = read(fleetCsv(check));
      expect(rows.length).toBe(check.targets.length);
      for (const row of rows) {
        expect(row.length).toBe(head.length);
        for (const name of ['host', 'name', 'group', 'reason'])
          expect(row[head.indexOf(name)]).not.toMatch(/(^|[,;])[ "]*[=+\-@]/);
      }
    }),
  );
});
