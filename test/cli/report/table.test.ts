// The table at real terminals and in pipes, and at any width.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ROWS } from '../../../src/cli/report/row-selection.ts';
import { tableText } from '../../../src/cli/report/table.ts';
import type { Outcome } from '../../../src/pipeline/outcome.ts';
import { serve, tsntp } from '../../support/command.ts';
import { atTerminal, hasTerminal, plain } from '../../support/terminal.ts';
import type { SimulatedServer } from '../../support/world/server.ts';
import { world } from '../../support/world.ts';

const cast = [
  { stratum: 1 },
  { stratum: 2 },
  { stratum: 2 },
  { offset: 1 },
  { leap: 3, stratum: 16 },
] as const;

describe.runIf(hasTerminal)('at a terminal', () => {
  test.each([40, 80, 200])('%i columns hold every line', async columns => {
    const servers = await serve(...cast);
    const { code, stdout } = await atTerminal(['-q', '-p', '2', ...servers], {
      columns,
      redirect: '2>/dev/null',
    });
    expect(code).toBe(0);
    const lines = plain(stdout).split('\n');
    expect(lines.filter(line => line.length > columns)).toEqual([]);
    expect(lines.filter(line => /\s$/.test(line))).toEqual([]);
    for (const server of servers) expect(stdout).toContain(server);
    expect(lines[0]).toMatch(columns === 40 ? /remote +st +offset/ : /remote +refid .*offset/);
  });
});

test('in a pipe: all columns, no trailing spaces, no escapes', async () => {
  const servers = await serve(...cast);
  const { stdout } = await tsntp(['-q', '-p', '2', '--format', 'table', ...servers]);
  expect(stdout).toBe(plain(stdout));
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^ {3}remote +refid +st +delay +offset +jitter +reach +note$/);
  expect(lines.filter(line => /\s$/.test(line))).toEqual([]);
  const row = (i: number) => lines.find(line => line.includes(servers[i]!))!;
  expect([0, 1, 2].map(i => row(i)[0]).sort()).toEqual(['*', '+', '+']);
  expect(row(3)).toMatch(/^x .* \+(1\.00|0\.99)\d s .* 2\/2 {2}falseticker$/);
  expect(row(4)).toMatch(/^\? .* 16 .* {2}unsynchronized$/);
  expect(lines.find(line => line.startsWith(`${servers[4]}: `))).toMatch(/: server dropped: strata too high/);
});

test('the sentence below the table has the offset, its bound, and how many servers agree', async () => {
  const servers = await serve({ offset: -2 }, { offset: -2 }, { offset: 3 });
  const { stdout } = await tsntp(['-n', '-p', '1', '--format', 'table', ...servers]);
  expect(stdout).toMatch(
    /\n\nThis clock is [12]\.\d{3} s ahead \(± \d[\d.]* m?s; 2 of 3 servers agree\); it would be stepped\.\n$/,
  );
});

test('-v adds versions, and what the tally characters mean', async () => {
  const [server] = await serve({});
  const table = async (...args: string[]) =>
    (await tsntp(['-q', '-p', '1', '--format', 'table', ...args, server!])).stdout;
  expect(await table('-v')).toMatch(/reach +version\n\* .* 1\/1 +4\n\* system peer, \+ survivor, /);
  expect(await table()).not.toMatch(/version|system peer/);
});

describe('many servers', () => {
  const address = (i: number) => `192.0.${i >> 8}.${i & 255}`;
  const silent = [100, 200, 300];
  const liars = [150, 151];

  async function manyServers(count: number): Promise<Outcome> {
    const simulated = (i: number): SimulatedServer =>
      silent.includes(i)
        ? { fault: 'silent' }
        : liars.includes(i)
          ? { offset: 5 + i }
          : { delay: 0.01 + i * 1e-5 };
    const all = Array.from({ length: count }, (_, i) => [address(i), simulated(i)] as const);
    return world({ servers: Object.fromEntries(all) }).query({ samples: 1, deadline: 60 });
  }
  const rowsOf = (lines: readonly string[], tally: string) =>
    lines.filter(line => line.startsWith(`${tally}  1`));

  test('the system peer, all that is wrong, and a count of the rest', async () => {
    const outcome = await manyServers(1000);
    const lines = linesOf(outcome, undefined);
    const reasons = liars.length + 1;
    expect(lines).toHaveLength(1 + ROWS + 1 + 1 + reasons + 2);
    expect(lines).toContain(`${silent.map(address).join(', ')}: no reply to 1 request (-t 2)`);
    expect(rowsOf(lines, '*')).toHaveLength(1);
    expect(rowsOf(lines, 'x').map(line => line.split(/ +/)[1])).toEqual(liars.map(address));
    expect(rowsOf(lines, '?').map(line => line.split(/ +/)[1])).toEqual(silent.map(address));
    expect(lines[1 + ROWS]).toMatch(/^… and 970 more: \d+ survivors.* \(-v shows all\)$/);
    const narrow = linesOf(outcome, 40);
    expect(narrow.filter(line => line.length > 40)).toEqual([]);
  });

  test('-v shows all', async () => {
    const lines = linesOf(await manyServers(400), undefined, true);
    const [legend, reasons] = [1, liars.length + 1];
    expect(lines).toHaveLength(1 + 400 + legend + 1 + reasons + 2);
  });

  test('a list of as many servers as fit is shown whole', async () => {
    expect(linesOf(await manyServers(ROWS), undefined)).toHaveLength(1 + ROWS + 2);
    expect(linesOf(await manyServers(ROWS + 1), undefined)).toHaveLength(1 + ROWS + 1 + 2);
  });

  test('of many in trouble each kind has its rows', async () => {
    const troubled = Array.from({ length: 400 }, (_, i) => [
      address(i),
      (i < 100
        ? {}
        : i < 150
          ? { offset: 9 }
          : i < 180
            ? { fault: 'refuses' }
            : { says: { leap: 3 } }) as SimulatedServer,
    ]);
    const outcome = await world({ servers: Object.fromEntries(troubled) }).query({
      samples: 1,
      deadline: 60,
    });
    const lines = linesOf(outcome, undefined);
    expect(rowsOf(lines, 'x')).toHaveLength(10);
    expect(rowsOf(lines, '?')).toHaveLength(10 + 9);
    expect(lines.filter(line => line.endsWith('  unsynchronized'))).toHaveLength(9);
    expect(lines.filter(line => line.includes('server dropped'))).toHaveLength(1);
    expect(lines[1 + ROWS]).toMatch(
      /^… and 370 more: 99 survivors, 40 falsetickers, 231 unusable \(-v shows all\)$/,
    );
  });
});

describe('at any width', () => {
  const NAMES = [
    '192.0.2.1',
    '2001:db8:1234:5678:9abc:def0:1234:5678',
    'fe80::1%enp0s31f6',
    'a-rather-long-name-of-a-time-server.department.example.org',
  ];

  test('from 40 columns on no line is longer, none ends with a space, and every server has its row', async () => {
    const outcome = await outcomeOf(NAMES);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 40, max: 250 }), fc.boolean(), async (width, verbose) => {
        const lines = linesOf(outcome, width, verbose);
        expect(lines.filter(line => line.length > width)).toEqual([]);
        expect(lines.filter(line => /\s$/.test(line))).toEqual([]);
        expect(lines.filter(line => /^[*+\-x? ] {2}\S/.test(line))).toHaveLength(NAMES.length + 1);
      }),
    );
  });

  test('the column of offsets stays at any width', async () => {
    const outcome = await outcomeOf(['192.0.2.1', '192.0.2.2']);
    expect(linesOf(outcome, 40)[0]).toMatch(/remote .*offset/);
    expect(linesOf(outcome, 30)[0]).toMatch(/remote .*offset/);
  });

  async function outcomeOf(names: readonly string[]): Promise<Outcome> {
    const all = names.map((name, i) => [name, i === 0 ? { offset: 5 } : { delay: 0.01 * i }] as const);
    return world({ servers: Object.fromEntries(all) }).query();
  }
});

function linesOf(outcome: Outcome, width: number | undefined, verbose = false): readonly string[] {
  const terminal = { colors: 0, width, interactive: true } as const;
  return tableText(outcome, { terminal, verbose }).slice(0, -1).split('\n');
}
