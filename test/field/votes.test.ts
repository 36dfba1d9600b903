// Names as people have them, in an /etc/hosts of the run's own: which of their addresses are asked, and how they vote.

import { describe, expect, test } from 'vitest';
import type { Report } from '../hostile/bench.ts';
import { withHosts, withoutNamespaces } from '../hostile/faults.ts';
import { field, type Habits } from './bench.ts';

const port = 11_123;
const PACE = '-q -p 1 -t 1 --format json';

/** Runs with these names, each with the addresses of servers. */
async function named(
  servers: Readonly<Record<string, Habits>>,
  names: Readonly<Record<string, string>>,
  line: string,
): Promise<{ readonly code: number; readonly report: Report; asked(name: string): number }> {
  const { tsntp, fill, asked } = await field(servers);
  const hosts = Object.entries(names).flatMap(([name, letters]) =>
    [...letters].map(letter => fill(`${letter}.addr ${name}`)),
  );
  const { code, stdout, stderr } = await tsntp(`${PACE} ${line}`, { within: withHosts(hosts) });
  expect(stdout, stderr).not.toBe('');
  return { code, report: JSON.parse(stdout), asked };
}

const letters = (text: string, habits: Habits = {}) =>
  Object.fromEntries([...text].map(letter => [letter, { port, ...habits }]));
const verdicts = ({ servers }: Report) => servers.map(({ verdict }) => verdict);

describe.skipIf(withoutNamespaces)('names', () => {
  test('four-addresses-one-vote: a name with four addresses is outvoted by two servers', async () => {
    const servers = { ...letters('ABCD', { ahead: 900 }), ...letters('EF') };
    const { code, report } = await named(servers, { 'n.test': 'ABCD' }, `n.test:${port} E F`);
    expect(code).toBe(0);
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
    expect(verdicts(report)[0]).toBe('falseticker');
  });

  test('name-alone: a name that stands alone is a pool of up to four', async () => {
    const { report, asked } = await named(letters('ABCDEF'), { 'n.test': 'ABCDEF' }, `n.test:${port}`);
    expect(report.servers).toHaveLength(4);
    expect([...'ABCDEF'].reduce((sum, name) => sum + asked(name), 0)).toBe(4);
  });

  test('pool-option: --pool beside a server', async () => {
    const { report } = await named(letters('ABC'), { 'n.test': 'AB' }, `--pool n.test:${port} C`);
    expect(report.servers.slice(1).map(({ name }) => name)).toEqual(['n.test', 'n.test']);
    expect(report.servers).toHaveLength(3);
  });

  test('dead-first: the next address of a name whose first is dead', async () => {
    const habits = { also: () => () => [] } satisfies Habits;
    const servers = { ...letters('AB', habits), ...letters('C', { ahead: 2 }) };
    const { report, code } = await named(servers, { 'n.test': 'ABC' }, `n.test:${port} n.test:${port}`);
    expect(code).toBe(0);
    expect(report.offset).toBeCloseTo(2, 2);
    expect(verdicts(report)).toEqual(['system-peer', 'duplicate']);
  });

  test('named-thrice: every named server is in the report', async () => {
    const line = `one.test:${port} two.test:${port} A B`;
    const { report } = await named(letters('AB'), { 'one.test': 'A', 'two.test': 'AB' }, line);
    expect(verdicts(report).filter(verdict => verdict === 'duplicate')).toHaveLength(2);
    expect(report.servers.map(({ name }) => name)).toEqual([
      'one.test',
      'two.test',
      expect.stringContaining('127.'),
      expect.stringContaining('127.'),
    ]);
  });

  test('server-word: in a list, a name under pool.ntp.org that is called a server has one vote', async () => {
    const { tsntp, fill, file } = await field(letters('ABC'));
    const within = withHosts([...'ABC'].map(letter => fill(`${letter}.addr 0.pool.ntp.org`)));
    for (const [word, votes] of [
      ['server', 1],
      ['pool', 3],
    ] as const) {
      await file('c.conf', `${word} 0.pool.ntp.org port ${port} iburst`);
      const { stdout } = await tsntp(`${PACE} -f c.conf`, { within });
      expect((JSON.parse(stdout) as Report).servers).toHaveLength(votes);
    }
  });

  test.each([1, 3, 6])('maxsources: of a pool of six, %i', async votes => {
    const { tsntp, fill, file, asked } = await field(letters('ABCDEF'));
    const within = withHosts([...'ABCDEF'].map(letter => fill(`${letter}.addr pool.test`)));
    await file('p.conf', `pool pool.test port ${port} iburst maxsources ${votes}`);
    const { code, stdout } = await tsntp(`${PACE} -f p.conf`, { within });
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as Report).servers).toHaveLength(votes);
    expect([...'ABCDEF'].reduce((sum, name) => sum + asked(name), 0)).toBe(votes);
  });

  test.each(['-4 both.test port PORT', 'both.test port PORT ipv4'])(
    'family-4: `server %s` is asked over IPv4 only',
    async line => {
      const { tsntp, fill, file, asked } = await field({
        A: { port, ahead: 1 },
        B: { host: '::1', port, ahead: 5 },
      });
      const within = withHosts(['::1 both.test', fill('A.addr both.test')]);
      await file('f.conf', `server ${line.replace('PORT', String(port))}`);
      const { stdout } = await tsntp(`${PACE} -f f.conf`, { within });
      expect((JSON.parse(stdout) as Report).offset).toBeCloseTo(1, 2);
      expect(asked('B')).toBe(0);
      const other = await tsntp(`${PACE} -6 -f f.conf`, { within });
      expect(other.code).toBe(3);
      expect(other.stdout).toMatch(/IPv4 only/);
    },
  );
});

describe('servers that a list trusts or requires', () => {
  const mob = letters('BCD', { ahead: 100 });
  const list = (options: string) =>
    `server A.addr port ${port} iburst ${options}\n${[...'BCD'].map(name => `server ${name}.addr port ${port}\n`).join('')}`;

  test.each(['trust', 'trust require prefer'])('trust-require: %s is not outvoted', async options => {
    const { tsntp, file } = await field({ A: { port }, ...mob });
    await file('c.conf', list(options));
    const { code, stdout } = await tsntp(`${PACE} -f c.conf`);
    const report = JSON.parse(stdout) as Report;
    expect(code).toBe(0);
    expect(Math.abs(report.offset!)).toBeLessThan(report.errorBound!);
    expect(verdicts(report)).toEqual(['system-peer', 'falseticker', 'falseticker', 'falseticker']);
  });

  test('trust-require: of one server named twice, the trusted entry has the vote, and the other one is met', async () => {
    const { tsntp, file } = await field({ A: { port }, ...mob });
    await file('c.conf', `server A.addr port ${port} require\n${list('trust')}`);
    const { code, stdout } = await tsntp(`${PACE} -f c.conf`);
    expect(code, stdout).toBe(0);
    expect(verdicts(JSON.parse(stdout))).toEqual([
      'duplicate',
      'system-peer',
      'falseticker',
      'falseticker',
      'falseticker',
    ]);
  });

  test.each([
    ['require', {}],
    ['trust require', { also: () => () => [] } satisfies Habits],
  ])('trust-require: nothing is set without one that is %s', async (options, habits) => {
    const { tsntp, file, fill } = await field({ A: { port, ...habits }, ...mob });
    await file('c.conf', list(options));
    const { code, stdout, stderr } = await tsntp('-q -p 1 -t 1 -f c.conf');
    expect(code, stdout).toBe(3);
    expect(stderr).toContain(`the list requires ${fill('A')}, which was not accepted`);
  });
});

describe.skipIf(withoutNamespaces)('no line contradicts another', () => {
  test('named-twice: a name that is given twice is told once', async () => {
    const servers = { ...letters('A', { ahead: 9 }), ...letters('B') };
    const { tsntp, fill } = await field(servers);
    const within = withHosts([fill('A.addr liar.test'), fill('B.addr a.test')]);
    const { stderr } = await tsntp(`-q -p 1 -t 1 liar.test:${port} liar.test:${port} a.test:${port}`, {
      within,
    });
    expect(stderr).toMatch(/^liar\.test:\d+ \(127\.[\d.:]+\): no majority agrees$/m);
    expect(stderr).not.toMatch(/same server as|addresses\)/);
  });
});
