// What a user has to report of a bug: planted ones, in the command as it is installed.

import { expect, test } from 'vitest';
import { BIN, serve, serveSilence, tsntp } from '../../support/command.ts';

/** The command, after a line of code that breaks something under it. */
function brokenBy(code: string): readonly string[] {
  return [process.execPath, '--import', `data:text/javascript,${encodeURIComponent(code)}`, BIN];
}

const fail = 'throw new TypeError("planted")';

test('a bug shows where in the sources it is', async () => {
  const [server = ''] = await serve({});
  const program = brokenBy(`Date.prototype.toISOString = () => { ${fail} }`);
  const { code, stdout, stderr } = await tsntp(['-q', '-p', '1', '--format', 'json', server], { program });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^tsntp: this is a bug, please report it: TypeError: planted\n {4}at /);
  expect(stderr).toMatch(/at formatInstant \(src\/ntp\/time\.ts:\d+:\d+\)/);
  expect(stderr).toMatch(/src\/cli\/main\.ts:\d+:\d+/);
  expect(stderr).not.toContain('dist/');
  expect(JSON.parse(stdout)).toMatchObject({ result: 'error', exitCode: 1 });
});

test('a bug that nothing catches shows where in the sources it is', async () => {
  const { server } = await serveSilence();
  const program = brokenBy(`setTimeout(() => { ${fail} }, 1000)`);
  const { code, stderr } = await tsntp(['-q', '-t', '5', server], { program });
  expect(code).toBe(1);
  expect(stderr).toMatch(/^tsntp: this is a bug, please report it: TypeError: planted\n {4}at /m);
});
