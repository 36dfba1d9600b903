import { describe, expect, test } from 'vitest';
import { readTargetList, targetOf, withoutRepetitions } from '../../src/fleet/target-list.ts';
import { ServerSyntaxError } from '../../src/sources/server.ts';

describe('a list of hosts', () => {
  test('has one per line; the comment behind it is its name, a heading its group', () => {
    const text = `\uFEFF# our gates
10.0.0.5  # gate 3
gate-7.example:1123   ## the "new" one
! not this one

[cameras]
cam-1.example
[2001:db8::5]:123 # roof
[fe80::1%eth0]
`;
    expect(readTargetList(text, 'hosts')).toEqual([
      { host: '10.0.0.5', port: 123, label: 'gate 3', from: 'hosts:2' },
      { host: 'gate-7.example', port: 1123, label: 'the "new" one', from: 'hosts:3' },
      { host: 'cam-1.example', port: 123, group: 'cameras', from: 'hosts:7' },
      { host: '2001:db8::5', port: 123, label: 'roof', group: 'cameras', from: 'hosts:8' },
      { host: 'fe80::1%eth0', port: 123, group: 'cameras', from: 'hosts:9' },
    ]);
  });

  test('may name the user of ssh, which is never an option or a word of a shell', () => {
    const [admin, windows] = readTargetList('admin@gate-3\nCORP\\ops@10.0.0.5:2222', 'hosts');
    expect(admin).toEqual({ host: 'gate-3', port: 123, user: 'admin', from: 'hosts:1' });
    expect(windows).toMatchObject({ host: '10.0.0.5', port: 2222, user: 'CORP\\ops' });
    for (const text of [
      '-oProxyCommand=x',
      '-oProxyCommand=x@gate',
      '$(id)@gate',
      'a@-lroot',
      '@gate',
      'a b@gate',
    ])
      expect(() => targetOf(text, 'command line')).toThrow(ServerSyntaxError);
    expect(readTargetList('gate ansible_user={{user}} ansible_port={{port}}', 'hosts')[0]).toEqual({
      host: 'gate',
      port: 123,
      from: 'hosts:1',
    });
  });

  test('may be an inventory of Ansible', () => {
    const text = `[gates]
gate-3 ansible_host=10.0.0.5 ansible_user=root
gate-4.example  ansible_port=2222
gate-[5:6] ansible_user=ops
[gates:vars]
ntp_server=10.0.0.1
[site:children]
gates
[doors]
door-1
`;
    expect(readTargetList(text, 'inventory')).toEqual([
      { host: '10.0.0.5', port: 123, label: 'gate-3', group: 'gates', user: 'root', from: 'inventory:2' },
      { host: 'gate-4.example', port: 123, group: 'gates', sshPort: 2222, from: 'inventory:3' },
      { host: 'gate-5', port: 123, group: 'gates', user: 'ops', from: 'inventory:4' },
      { host: 'gate-6', port: 123, group: 'gates', user: 'ops', from: 'inventory:4' },
      { host: 'door-1', port: 123, group: 'doors', from: 'inventory:10' },
    ]);
  });

  test('may be CSV: host, name, group, quoted where needed', () => {
    const text = '10.0.0.5,gate 3,gates\r\n10.0.0.6;"door ""A"", 2";doors\r\n10.0.0.7,\r\n';
    expect(readTargetList(text, 'list.csv')).toEqual([
      { host: '10.0.0.5', port: 123, label: 'gate 3', group: 'gates', from: 'list.csv:1' },
      { host: '10.0.0.6', port: 123, label: 'door "A", 2', group: 'doors', from: 'list.csv:2' },
      { host: '10.0.0.7', port: 123, from: 'list.csv:3' },
    ]);
  });

  test('may be CSV with a heading, in any order, with other columns', () => {
    const text = 'Name,Serial,IP,Port,Site\ngate 3,77,10.0.0.5,1123,north\ngate 4,78,10.0.0.6,,south\n';
    expect(readTargetList(text, 'list.csv')).toEqual([
      { host: '10.0.0.5', port: 1123, label: 'gate 3', group: 'north', from: 'list.csv:2' },
      { host: '10.0.0.6', port: 123, label: 'gate 4', group: 'south', from: 'list.csv:3' },
    ]);
  });

  test.each([
    ['10.0.0.5 10.0.0.6', /hosts:1: cannot read "10\.0\.0\.5 10\.0\.0\.6": write one host per line/],
    ['\n10.0.0.300', /hosts:2: cannot read "10\.0\.0\.300": an IPv4 address is four numbers/],
    ['host,port\n10.0.0.5,99999', /hosts:2: .*the port must be a number from 1 to 65535/],
    ['name,group\n', /hosts:1: .*no column is called host/],
    ['gate[50:01].example', /hosts:1: .*a range .* must go up/],
    ['---', /hosts:1: .*YAML is not read: give one in INI format/],
    ['all:\n  hosts:\n', /hosts:1: .*YAML is not read/],
    ['127.9.0.1;21123;gate', /hosts:1: .*the second column is the name: write HOST:PORT/],
  ])('with the line %j is an error that names the line', (text, message) => {
    expect(() => readTargetList(text, 'hosts')).toThrow(message);
  });
});

test('a host that is named twice is checked once, and a warning says so', () => {
  const all = [...readTargetList('gate.example # north\n', 'a'), targetOf('Gate.example.', 'command line')];
  const { targets, warnings } = withoutRepetitions([...all, targetOf('gate.example:1123', 'command line')]);
  expect(targets.map(({ from, port }) => [from, port])).toEqual([
    ['a:1', 123],
    ['command line', 1123],
  ]);
  expect(warnings).toEqual(['Gate.example. is named twice (a:1, command line): checked once']);
});
