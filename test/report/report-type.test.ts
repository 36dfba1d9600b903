// The type of a report is that of report.schema.json.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('src/report/report-type.ts is what `npm run report-type` makes of report.schema.json', () => {
  const text = execFileSync(process.execPath, ['scripts/report-type.js'], { encoding: 'utf8' });
  expect(readFileSync('src/report/report-type.ts', 'utf8').replaceAll('\r\n', '\n')).toBe(text);
});
