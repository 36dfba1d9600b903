// `tsntp check` beside check_ntp_time of the Monitoring Plugins, on the same hundred clocks: the table of docs/fleets.md has what each says.

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { concurrency } from '../../src/net/concurrency.ts';
import { tsntp } from '../support/command.ts';
import { debianPackage } from '../support/debian-package.ts';
import { KINDS, serveAt } from '../support/faulty-clocks.ts';
import { describeWith } from './bench.ts';

/** How each clock is called in the table. Of the last of two kinds with one verdict, its size. */
const NAMES: Readonly<Record<string, string>> = {
  right: 'right',
  off: 'the liar: off by 12.4 s, or 0.5 s',
  'zone-off': 'an hour behind',
  'era-off': 'in 1970',
  unsynchronized: 'unsynchronized (leap 3, stratum 16)',
  frozen: 'stands still',
  'rate-limited': 'sends a kiss (RATE)',
  uncertain: 'answers after 0.4 s',
  'no-answer': 'dead: silent',
  refused: 'dead: the port is closed',
};

/** So many of each kind that there are a hundred. */
const PER_KIND = 9;
const ALL = 100;

const run = promisify(execFile);

/** The first line of check_ntp_time without its numbers, and its exit code. */
async function pluginSays(program: string, host: string): Promise<string> {
  const [address = '', port = ''] = host.split(':');
  const args = ['-H', address, '-p', port, '-w', '0.1', '-c', '1', '-t', '4'];
  const { code, stdout } = await run(program, args).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (failed: { code: number; stdout: string }) => failed,
  );
  const line = stdout
    .split('\n')[0]!
    .replace(/\|.*/, '')
    .replace(/127[\d.]+/g, 'HOST');
  return `${line.replace(/Offset -?[\d.e+-]+ secs/, 'Offset … secs').trim()} (${code})`;
}

async function tsntpSays(hosts: readonly string[], reference: string): Promise<readonly string[]> {
  const args = ['check', '--json', '-f', '-', '--reference', reference];
  const { stdout } = await tsntp(args, { input: hosts.join('\n') });
  const { targets } = JSON.parse(stdout) as { targets: readonly { verdict: string; severity: string }[] };
  return targets.map(({ verdict, severity }) => `\`${verdict}\`, ${severity}`);
}

const PACKAGES = ['monitoring-plugins-basic'];

describeWith(PACKAGES, 'check_ntp_time', () => {
  // A busy machine can delay the replies of a clock that is right.
  test('says of the same hundred clocks what the table in the documents has', { retry: 2 }, async () => {
    const { root } = debianPackage('monitoring-plugins-basic');
    const program = join(root, 'usr/lib/nagios/plugins/check_ntp_time');
    const kinds = KINDS.flatMap(kind => Array.from({ length: PER_KIND }, () => kind));
    const clocks = [...kinds, ...Array.from({ length: ALL - kinds.length }, () => KINDS[0]!)];
    const hosts = await Promise.all(clocks.map(([, behavior], i) => serveAt(`127.22.0.${i + 1}`, behavior)));
    const slot = concurrency(20);
    const theirs = await Promise.all(hosts.map(host => slot(() => pluginSays(program, host))));
    const ours = await tsntpSays(hosts, await serveAt('127.22.1.1'));
    const rows = new Map<string, { readonly ours: Set<string>; readonly theirs: Set<string> }>();
    for (const [i, [verdict]] of clocks.entries()) {
      const row = rows.get(verdict) ?? { ours: new Set(), theirs: new Set() };
      rows.set(verdict, row);
      row.ours.add(ours[i]!);
      row.theirs.add(theirs[i]!);
    }
    const lines = [...rows].map(
      ([verdict, row]) =>
        `| ${NAMES[verdict]} | ${[...row.ours].sort().join('; ')} | ${[...row.theirs].sort().join('; ')} |`,
    );
    const table = [
      '| the clock is | tsntp check | check_ntp_time (exit code) |',
      '|---|---|---|',
      ...lines,
    ].join('\n');
    const [documented] =
      /^\| the clock is [\s\S]*?(?=\n\n)/m.exec(readFileSync('docs/fleets.md', 'utf8')) ?? [];
    expect(documented).toBe(table);
  });
});
