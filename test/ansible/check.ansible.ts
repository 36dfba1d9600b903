// What needs no role, on twenty hosts that have tsntp, and one that is dead: once.yml, check.yml, `tsntp check --via ssh`, and
// the loop of xargs in docs/fleets.md. One host is five minutes behind, and none of them may set its clock.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { chronyd, type RealServer } from '../support/real-server.ts';
import { Controller, countsOf } from './controller.ts';
import { BEHIND, type Host, hostFiles, imagePrograms, startHosts, writeInventory } from './hosts.ts';

const controller = new Controller();
const servers: RealServer[] = [];
let hosts: readonly Host[] = [];

const all = (count: number) => Object.fromEntries(hosts.map(({ name }) => [name, count]));
const nameOf = ({ address, port }: RealServer) => `${address}:${port}`;

beforeAll(async () => {
  servers.push(await chronyd({ stratum: 3 }), await chronyd({ stratum: 3, address: '127.0.0.3', ahead: 2 }));
  controller.installCollection();
  const boot = `echo server 127.0.0.1 port ${servers[0]!.port} >/etc/tsntp.conf`;
  const common = { programs: imagePrograms(controller), boot };
  hosts = await startHosts(controller, hostFiles(controller), [
    ...Array.from({ length: 19 }, (_, i) => ({ ...common, name: `image${i + 1}` })),
    { ...common, name: 'off', sshd: BEHIND },
  ]);
  writeInventory(controller, [...hosts, { name: 'dead', address: '127.18.0.99', port: hosts[0]!.port }]);
  // What the controller runs is the command of the checkout.
  controller.write('bin/tsntp', [
    '#!/bin/sh',
    `exec '${process.execPath}' '${resolve('bin/tsntp.js')}' "$@"`,
  ]);
  controller.run(['chmod', '+x', controller.path('bin/tsntp')]);
});
afterAll(async () => {
  for (const host of hosts) host.stop();
  await Promise.all(servers.map(server => server.stop()));
  controller.close();
});

test('once.yml in check mode measures every host, with the offset before and after', () => {
  const dry = controller.play('tsntp.tsntp.once', '--check', '--diff', '-e', 'tsntp_change_threshold=0.1');
  expect(countsOf(dry, 'failures')).toEqual(all(0));
  expect(countsOf(dry, 'changed')).toEqual({ ...all(0), off: 1 });
  const [run] = dry.results('Set the clock', 'off');
  expect(run).toMatchObject({
    changed: true,
    result: 'would-adjust',
    correction: { kind: 'step' },
    diff: {
      before: expect.stringMatching(/^offset: \+(299|300)\.\d{6} s\n$/),
      after: 'offset: +0.000000 s, by a step\n',
    },
  });
});

test('once.yml with other servers skips what it may not set, and fails where no server answers', () => {
  const liar = `${servers[1]!.address}:${servers[1]!.port}`;
  const values = { tsntp_servers: [liar], tsntp_hosts: 'image1' };
  const run = controller.play('tsntp.tsntp.once', '-e', JSON.stringify(values));
  expect(run.stats.image1).toMatchObject({ changed: 0, failures: 0, skipped: 1 });
  expect(run.results('Say what was done', 'image1')[0]!.msg).toMatch(
    /^skipped: This clock is 2\.000 s behind/,
  );
  const deaf = { tsntp_servers: ['127.0.0.9'], tsntp_hosts: 'image1' };
  const failed = controller.play('tsntp.tsntp.once', '-e', JSON.stringify(deaf));
  expect(failed.problems('image1').join()).toMatch(
    /^Set the clock: .*No server suitable for synchronization/,
  );
});

test('a change is what reaches the threshold', () => {
  const values = { tsntp_change_threshold: 301, tsntp_hosts: 'off' };
  const run = controller.play('tsntp.tsntp.once', '--check', '-e', JSON.stringify(values));
  expect(run.results('Set the clock', 'off')[0]).toMatchObject({ changed: false, result: 'would-adjust' });
});

test('check.yml names the clock that is off and the dead host, and fails', () => {
  const values = { tsntp_reference: [nameOf(servers[0]!)], tsntp_via: 'ssh', tsntp_arguments: ['--warn=1s'] };
  const played = controller.play('tsntp.tsntp.check', '-e', JSON.stringify(values));
  expect(played.stats).toEqual({ localhost: expect.objectContaining({ failures: 1, changed: 0 }) });
  const [named] = played.results('Name each clock that is not right', 'localhost');
  expect(named!.results!.map(({ msg }) => msg)).toEqual([
    expect.stringMatching(/^off: off by -(299|300)\.\d{3} s/),
    expect.stringMatching(/^dead: refused, .*Connection refused/),
  ]);
  expect(played.problems('localhost').join()).toMatch(/^Demand right clocks: /);
});

test('check.yml passes where every clock of the pattern is right', () => {
  const values = { tsntp_reference: [nameOf(servers[0]!)], tsntp_via: 'ssh', tsntp_hosts: 'all:!off:!dead' };
  const args = ['-e', JSON.stringify({ ...values, tsntp_arguments: ['--warn=1s'] })];
  const played = controller.play('tsntp.tsntp.check', ...args);
  expect(played.problems('localhost')).toEqual([]);
});

test('tsntp check --via ssh says the same over the inventory', () => {
  const means = ['--via', 'ssh', '--reference', nameOf(servers[0]!), '--warn', '1s', '--json'];
  const { status, stdout } = controller.run(['tsntp', 'check', '-f', 'hosts.ini', ...means]);
  const { targets } = JSON.parse(stdout) as {
    readonly targets: readonly {
      readonly name: string;
      readonly verdict: string;
      readonly offset?: number;
    }[];
  };
  expect(status).toBe(5);
  const verdicts = targets.map(({ name, verdict }) => [name, verdict]);
  expect(verdicts).toEqual([
    ...hosts.slice(0, 19).map(({ name }) => [name, 'right']),
    ['off', 'off'],
    ['dead', 'refused'],
  ]);
  expect(targets[19]!.offset).toBeCloseTo(-300, 0);
});

test('the loop of xargs in the documents runs tsntp on every host, and no name of the list as code', () => {
  const loop =
    /^sed .*hosts\.txt(?:.*\n)*?.* sh HOST$/m.exec(readFileSync('docs/fleets.md', 'utf8'))?.[0] ?? '';
  const hostile = ["x'; echo ran as code; '", '$(echo ran as code)', 'x"/e echo ran as code'];
  const [first, ...others] = hosts.map(({ name }) => name);
  controller.write('hosts.txt', [
    '# all',
    '[images]',
    `${first}:123   # gate "1"`,
    '',
    ...others,
    'dead',
    ...hostile,
  ]);
  const lines = controller.run(['sh', '-c', loop]).stdout.trim().split('\n');
  const said = (host: string) => lines.filter(line => line.startsWith(`${host}: `)).join('\n');
  expect(lines.filter(line => line.startsWith('ran as code'))).toEqual([]);
  for (const { name } of hosts.slice(0, 19)) expect(said(name)).toMatch(/offset/);
  expect(said('off')).toMatch(/300\.\d+.*not permitted/s);
  expect(said('dead')).toMatch(/^dead: ssh: connect to host .* Connection refused/);
});
