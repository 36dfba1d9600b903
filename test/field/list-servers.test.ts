// What lists say of single servers: which of their addresses are asked, in which version, and which servers they outvote.

import { expect, test } from 'vitest';
import { field, measured, mounts } from './bench.ts';

test('v4-to-v3-list: `version 3` in a list', async () => {
  const { tsntp, file } = await field({ A: { stratum: 2, ahead: 5, version: 4 } });
  await file('l.conf', 'server A.addr port A.port version 3\n');
  const { offset } = measured(await tsntp('-q -p 2 --interval 0.1 --format json -f l.conf'));
  expect(offset).toBeCloseTo(5, 1);
});

test
  .runIf(mounts)
  .each(['server -4 both.test port 1123', 'server both.test port 1123 ipv4', 'pool -4 both.test port 1123'])(
  'family-4: with %j, the IPv6 address is not asked',
  async line => {
    const here = await field({ A: { ahead: 1, port: 1123 }, B: { ahead: 5, host: '::1', port: 1123 } });
    await here.file('etc/hosts', '127.0.0.1 localhost\n::1 both.test\nA.addr both.test\n');
    await here.file('f.conf', `${line}\n`);
    const { offset } = measured(
      await here.tsntp('-q -p 1 --format json -f f.conf', { within: here.inEtc() }),
    );
    expect(offset).toBeCloseTo(1, 1);
    expect([here.asked('A'), here.asked('B')]).toEqual([1, 0]);
  },
);

test.runIf(mounts).each([
  ['maxsources 1', 1],
  ['maxsources 3', 3],
  ['', 4],
])('maxsources: of six addresses, `pool NAME %s` asks %i', async (option, count) => {
  const names = ['A', 'B', 'C', 'D', 'E', 'F'];
  const here = await field(Object.fromEntries(names.map(name => [name, { port: 1123 }])));
  const hosts = names.map(name => `${name}.addr pool.test\n`).join('');
  await here.file('etc/hosts', `127.0.0.1 localhost\n${hosts}`);
  await here.file('p.conf', `pool pool.test port 1123 iburst ${option}\n`);
  const result = await here.tsntp('-q -p 1 --format json -f p.conf', { within: here.inEtc() });
  measured(result);
  expect(names.reduce((sum, name) => sum + here.asked(name), 0)).toBe(count);
});

test.each(['trust require prefer', 'require', 'true require'])(
  'trust-require: never without the server of `%s`, though three others agree',
  async options => {
    const here = await field({ A: {}, B: { ahead: 100 }, C: { ahead: 100 }, D: { ahead: 100 } });
    const others = ['B', 'C', 'D'].map(name => `server ${name}.addr port ${name}.port iburst\n`).join('');
    await here.file('c.conf', `server A.addr port A.port iburst ${options}\n${others}`);
    const { code, stdout } = await here.tsntp('-q -p 1 --format json -f c.conf');
    const { offset = 0 } = JSON.parse(stdout) as { offset?: number };
    expect([0, 3]).toContain(code);
    expect(Math.abs(offset)).toBeLessThan(1);
  },
);
