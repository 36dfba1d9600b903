// Everything that the Windows adapter does to a clock, done to a real one: `npm run test:vm` boots a guest in which tsntp runs
// on Node for Windows (test/vm/cases/windows.js). wine sets no clock; guest/windows-clock.c does, for the guest alone.

import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unavailable } from '../support/debian-package.ts';
import { openWine } from './windows-node.ts';

const missing = unavailable(['wine64']);
if (missing) console.error(missing);

test.skipIf(missing)(
  'Windows steps a real clock, sets its rate, holds a slew, and restores the rate, even that of a killed run',
  { timeout: 600_000 },
  () => {
    const { folder, ...wine } = openWine();
    const description = join(folder, 'guest.json');
    const env = { ...wine.env, WINEDEBUG: '-all' };
    writeFileSync(description, JSON.stringify({ ...wine, env, library: buildLibrary(folder) }));
    const bench = ['test/vm/run.js', '--only', 'windows', '--wine', description];
    const { stdout, stderr, status } = spawnSync(process.execPath, bench, { encoding: 'utf8' });
    console.log(stdout);
    // On a machine where no guest can run, the bench says why, and in CI fails.
    expect(status, `${stdout}${stderr}`).toBe(0);
  },
);

/** Compiles the library with the compiler of Linux, and links it as one for Windows. */
function buildLibrary(folder: string): string {
  const [object, library] = [join(folder, 'clock.o'), join(folder, 'clock.dll')];
  const code = [
    '-O1',
    '-ffreestanding',
    '-mno-sse',
    '-fno-pic',
    '-fno-stack-protector',
    '-fcf-protection=none',
  ];
  const bare = ['-fno-asynchronous-unwind-tables', '-fno-ident'];
  execFileSync('gcc', ['-c', ...code, ...bare, '-o', object, 'test/vm/guest/windows-clock.c']);
  const shared = ['-m', 'i386pep', '-shared', '-s', '--export-all-symbols', '-e', 'DllMain'];
  execFileSync('ld', [...shared, '-o', library, object]);
  return library;
}
