// Several chronyd servers, some of them one second ahead: which ones are accepted, and when none is.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { chronyd, PACKAGES, type RealServer } from '../support/real-server.ts';
import { describeWith, reportOf, tsntp } from './bench.ts';

describeWith(PACKAGES.chronyd, 'three of four servers agree', () => {
  const names = group([0, 0, 1, 0]);

  test('json: the liar is a falseticker, the offset is the others’', () => {
    const report = reportOf(tsntp(['-q', '--format', 'json', ...names()]));
    expect(Math.abs(report.offset)).toBeLessThan(0.001);
    expect(report.servers.map(({ verdict }) => verdict === 'falseticker')).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });

  test('table: the liar is marked x', () => {
    const { status, stdout } = tsntp(['-q', '--format', 'table', ...names()]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^x +127\.0\.0\.4.* \+1\.000 s .* falseticker *$/m);
    expect(stdout.match(/^[*+-] +127/gm)).toHaveLength(3);
  });

  test('classic: one line per server, and the time is not that of the liar', () => {
    const { status, stdout } = tsntp(['-q', '--format', 'classic', ...names()]);
    expect(status).toBe(0);
    expect(
      stdout.match(/^server 127\.0\.0\.\d, stratum 3, offset -?\d\.\d{6}, delay 0\.\d{5}$/gm),
    ).toHaveLength(4);
    expect(stdout).toMatch(/: adjust time server 127\.0\.0\.[235] offset -?0\.000\d{3} sec\n$/);
  });
});

describeWith(PACKAGES.chronyd, 'one against one', () => {
  refused(group([0, 1]));
});

describeWith(PACKAGES.chronyd, 'two against two', () => {
  refused(group([0, 1, 1, 0]));
});

/** Starts servers on 127.0.0.2, .3, …, each ahead by the given seconds; returns how to name them. */
function group(ahead: readonly number[]): () => readonly string[] {
  const servers: RealServer[] = [];
  beforeAll(async () => {
    for (const [n, seconds] of ahead.entries()) {
      servers.push(await chronyd({ stratum: 3, ahead: seconds, address: `127.0.0.${n + 2}` }));
    }
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
  });
  return () => servers.map(({ address, port }) => `${address}:${port}`);
}

function refused(names: () => readonly string[]) {
  test.for(['table', 'classic', 'json'])('%s: no majority, exit 3', format => {
    const { status, stdout } = tsntp(['-q', '--format', format, ...names()]);
    expect(status).toBe(3);
    if (format === 'classic') expect(stdout).toMatch(/: no server suitable for synchronization found\n$/);
    if (format === 'json') expect(JSON.parse(stdout).offset ?? null).toBeNull();
  });
}
