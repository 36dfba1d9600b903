// Every client of the bench: the command that measures the offset without setting the clock, and how to parse its
// output. The clock is right, so the reported offset is the client's error. Debian's busybox is missing because it has
// no ntpd.

import { join } from 'node:path';

/**
 * @typedef {object} Client
 * @property {string} name
 * @property {boolean} several whether it takes more than one server
 * @property {(addresses: readonly string[], run: string) => readonly string[]} command `run` names this run
 * @property {RegExp} answer its first group is the offset in seconds
 */

/** @param {string} tools the peers' folder @param {string} tsntp the program under test @returns {readonly Client[]} */
export function clientsOf(tools, tsntp) {
  const node = process.execPath;
  const npm =
    (/** @type {string} */ script) =>
    (/** @type {readonly string[]} */ [address]) => {
      const from = JSON.stringify(join(tools, 'package.json'));
      const head = `const require = (await import('node:module')).createRequire(${from});`;
      return [node, '--input-type=module', '--eval', `${head} const host = '${address}'; ${script}`];
    };
  const ours = (/** @type {number} */ samples) => ({
    name: `tsntp -p ${samples}`,
    several: samples > 1,
    command: (/** @type {readonly string[]} */ addresses) => [
      node,
      tsntp,
      '-q',
      '--format',
      'json',
      '-p',
      String(samples),
      ...addresses,
    ],
    answer: /"finished":"[^"]*","offset":([-+.\de]+)/,
  });
  const ntpdig = (/** @type {number} */ samples) => ({
    name: `ntpdig -p ${samples}`,
    several: true,
    command: (/** @type {readonly string[]} */ addresses) => [
      '/usr/bin/python3',
      join(tools, 'usr/bin/ntpdig'),
      '-p',
      String(samples),
      ...addresses,
    ],
    answer: /\) ([-+][.\d]+) \+\/-/,
  });
  return [
    ours(1),
    ours(4),
    ours(8),
    {
      name: 'chronyd -Q',
      several: true,
      command: (addresses, run) => [
        ...[join(tools, 'usr/sbin/chronyd'), '-Q', '-x', '-u', 'root', '-f', '/dev/null'],
        ...[`pidfile /tmp/tsntp-bench-${run}.pid`, 'cmdport 0', 'bindcmdaddress /'],
        ...addresses.map(address => `server ${address} iburst`),
      ],
      answer: /System clock wrong by ([-+.\d]+) seconds/,
    },
    ntpdig(4),
    ntpdig(8),
    {
      name: 'rdate -n -p',
      several: false,
      command: ([address]) => [join(tools, 'usr/sbin/rdate'), '-npv', address ?? ''],
      answer: /adjust local clock by ([-+.\d]+) seconds/,
    },
    {
      name: 'npm @hapi/sntp',
      several: false,
      command: npm(`console.log('t', (await require('@hapi/sntp').time({ host, timeout: 5000 })).t / 1000);`),
      answer: /^t ([-+.\de]+)/m,
    },
    {
      name: 'npm ntp-time',
      several: false,
      command: npm(
        `console.log('t', (await new (require('ntp-time').Client)(host, 123, { timeout: 5000 }).syncTime()).t);`,
      ),
      answer: /^t ([-+.\de]+)/m,
    },
  ];
}
