// The type of each report is that of its schema.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test.each([
  ['report.schema.json', 'src/report/report-type.ts'],
  ['fleet.schema.json', 'src/report/fleet/fleet-report-type.ts'],
])('what `npm run report-type` makes of %s is in %s', (schema, file) => {
  const text = execFileSync(process.execPath, ['scripts/report-type.js', schema], { encoding: 'utf8' });
  expect(readFileSync(file, 'utf8').replaceAll('\r\n', '\n')).toBe(text);
});
