// Names whose addresses an attacker chooses: they gain no votes, take none from other names, and hide no server. The
// names are in an /etc/hosts of the run's own. All servers listen on one port, each on its own address.

import { describe, expect, onTestFinished, test } from 'vitest';
import { counted, type Report, type Row } from './bench.ts';
import { withHosts, withoutNamespaces } from './faults.ts';
import { type Behavior, lie, openServer, reply, silence, truth } from './server.ts';

const PORT = 11_230;
const LIES = 900;
let networks = 0;

/** Starts servers on addresses of one network, and names for some of them. */
async function town(
  servers: readonly Behavior[],
  names: Readonly<Record<string, readonly number[]>>,
): Promise<{ readonly ask: (...args: readonly string[]) => ReturnType<typeof counted> }> {
  networks += 1;
  const at = (i: number) => `127.${130 + (process.pid % 50)}.${networks}.${i + 1}`;
  for (const [i, behavior] of servers.entries()) {
    const server = await openServer(behavior, at(i), PORT);
    onTestFinished(() => server.close());
  }
  const hosts = Object.entries(names).flatMap(([name, places]) => places.map(i => `${at(i)} ${name}`));
  const pace = ['--samples=2', '--timeout=1', '--interval=0.05'];
  const place = (word: string) => word.replace(/@(\d)/g, (_, i: string) => at(Number(i)));
  return {
    ask: (...args) =>
      counted([...pace, ...args.map(place)], {
        within: withHosts(hosts),
      }),
  };
}

const rowsOf = (report: Report, name: string): readonly Row[] =>
  report.servers.filter(row => row.name === name);
const liar = lie(LIES);
const honest = (...names: readonly string[]) => names.map(name => `${name}:${PORT}`);

describe.skipIf(withoutNamespaces)('a vote belongs to the name', () => {
  test('four liars behind one name have one vote against three servers', async () => {
    const { ask } = await town([liar, liar, liar, liar, truth, truth, truth], { 'evil.test': [0, 1, 2, 3] });
    const { report, code } = await ask(...honest('evil.test', '@4', '@5', '@6'));
    expect(report.servers).toHaveLength(4);
    expect(report.servers.map(({ verdict }) => verdict)[0]).toBe('falseticker');
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
    expect(code).toBe(4);
  });

  test('four liars of a pool have four votes and are still reported as liars', async () => {
    const { ask } = await town([liar, liar, liar, liar, truth, truth, truth], { 'evil.test': [0, 1, 2, 3] });
    const { report } = await ask(...honest('@4', '@5', '@6'), `--pool=evil.test:${PORT}`);
    expect(rowsOf(report, 'evil.test')).toHaveLength(4);
  });

  test('a pool of few is as many as it has addresses, and a name alone is a pool', async () => {
    const { ask } = await town([truth, truth, truth], { 'few.test': [0, 1, 2] });
    const { report } = await ask(...honest('few.test'));
    expect(rowsOf(report, 'few.test').map(({ sent }) => sent)).toEqual([2, 2, 2]);
  });

  test("a liar's name that resolves to all other servers takes none of their votes", async () => {
    const { ask } = await town([truth, truth, truth, liar], {
      'evil.test': [0, 1, 2, 3],
      'one.test': [0],
      'two.test': [1],
      'three.test': [2],
    });
    const { report } = await ask(...honest('evil.test', 'one.test', 'two.test', 'three.test'));
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
    for (const name of ['evil.test', 'one.test', 'two.test', 'three.test'])
      expect(rowsOf(report, name), name).toHaveLength(1);
    expect(report.servers.filter(({ verdict }) => verdict === 'duplicate')).toHaveLength(1);
    expect(report.servers.filter(({ verdict }) => /^(system-peer|survivor)$/.test(verdict))).toHaveLength(3);
  });

  test('a slow server that a name drops for a liar keeps its vote', async () => {
    const slow: Behavior = ask => reply({}, 0.7 / 2)(ask).map(one => ({ ...one, after: 0.7 }));
    const { ask } = await town([slow, liar, truth], { 'evil.test': [0, 1] });
    const { report } = await ask(...honest('evil.test', '@0', '@2'));
    expect(report.servers.map(({ verdict, answered }) => [verdict === 'falseticker', answered])).toEqual([
      [true, 2],
      [false, 2],
      [false, 2],
    ]);
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
  });

  test('silent addresses shared with other names do not keep a name from its own address', async () => {
    const { ask } = await town([silence, truth, truth], { 'one.test': [0, 1], 'two.test': [0, 2] });
    const { report } = await ask(...honest('one.test', 'two.test'));
    expect(report.servers.map(({ answered }) => answered)).toEqual([2, 2]);
  });

  test('the other family is queried even if its first address belongs to another name', async () => {
    const { ask } = await town([truth, truth], { 'one.test': [0], 'two.test': [1] });
    const servers = honest('one.test', 'two.test', '[::1]', 'localhost');
    const { report } = await ask(...servers);
    expect(report.servers.map(({ name }) => name)).toEqual(['one.test', 'two.test', '::1', 'localhost']);
  });

  test('three names for one address: the first has the vote, the others name it', async () => {
    const { ask } = await town([truth], { 'one.test': [0], 'two.test': [0] });
    const { report, code } = await ask(...honest('one.test', 'two.test', '@0', 'ONE.test'));
    expect(report.servers.map(({ verdict }) => verdict)).toEqual([
      'system-peer',
      'duplicate',
      'duplicate',
      'duplicate',
    ]);
    for (const { reason } of report.servers.slice(1)) expect(reason).toContain(`one.test:${PORT}`);
    expect(code).toBe(4);
  });

  test('duplicate names do not count twice toward --min-servers', async () => {
    const { ask } = await town([truth, truth], { 'one.test': [0, 1] });
    const { report, code } = await ask('--min-servers=2', ...honest('one.test', 'one.test'));
    expect(report.reason).toBe('too-few');
    expect(code).toBe(3);
  });
});
