// What a machine without a time daemon of its own can run to set its clock: Debian's packages, unpacked into a folder, and
// the command of each in a guest.

import { execFileSync } from 'node:child_process';
import { readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fetchPackages, withDependencies } from '../vm/tools.js';
import { HOUR, SERVER } from './guest.js';
import { fillOnce } from './places.js';

/** @import { Schedule } from './guest.js' */

/**
 * @typedef {object} Client
 * @property {string} name
 * @property {string} program a command of the shell
 * @property {Partial<Schedule>} [schedule] hourly without it
 */

const PACKAGES = ['chrony', 'ntpsec-ntpdate', 'ntpsec-ntpdig', 'python3-ntp'];
/** A daemon is started by the first run; the others are missing. */
const ONCE = { interval: HOUR, missing: Array.from({ length: 1000 }, (_, run) => run + 1) };

/** Unpacks the peers' packages into `folder` once. Throws if one is unavailable. @param {string} folder */
export function fetchPeers(folder) {
  fillOnce(folder, () => {
    fetchPackages(folder, withDependencies(PACKAGES));
    // Python first looks for its C library next to the module.
    const library = `../../../${librariesIn(folder)}/ntp/libntpc.so`;
    symlinkSync(library, join(folder, 'usr/lib/python3/dist-packages/ntp/libntpc.so'));
  });
}

/** Their versions, in their own words. @param {string} folder @returns {readonly string[]} */
export function versionsOf(folder) {
  return ['chronyd --version', 'ntpdig --version'].map(command =>
    execFileSync('sh', ['-c', `${environmentOf(folder)} ${command}`], { encoding: 'utf8' })
      .trim()
      .replace(/ \(\+.*/, ''),
  );
}

/** @param {string} folder of the peers @param {string} tsntp its command @returns {readonly Client[]} */
export function clientsOf(folder, tsntp) {
  const environment = environmentOf(folder);
  const chronyd = `${environment} chronyd -u root -f /dev/null`;
  const server = `"server ${SERVER} iburst" "cmdport 0" "pidfile /run/chronyd.pid"`;
  return [
    { name: 'tsntp in cron', program: `${tsntp} ${SERVER}` },
    { name: 'tsntp --no-drift in cron', program: `${tsntp} --no-drift ${SERVER}` },
    { name: 'ntpdate in cron', program: `${environment} ntpdate ${SERVER}` },
    { name: 'chronyd -q in cron', program: `${chronyd.replace('chronyd', 'chronyd -q')} ${server}` },
    {
      name: 'chronyd, the daemon',
      // As Debian configures it.
      program: `${chronyd} ${server} "driftfile /var/lib/chrony/drift" "makestep 1 3" "maxupdateskew 100"`,
      schedule: ONCE,
    },
  ];
}

/** Variables with which the unpacked programs find each other, as the shell assigns them. @param {string} folder */
function environmentOf(folder) {
  const libraries = ['usr/lib', 'lib'].map(path => join(folder, path, librariesIn(folder))).join(':');
  const programs = ['usr/sbin', 'usr/bin'].map(path => join(folder, path)).join(':');
  const modules = join(folder, 'usr/lib/python3/dist-packages');
  return `LD_LIBRARY_PATH=${libraries} PYTHONPATH=${modules} PYTHONDONTWRITEBYTECODE=1 PATH=${programs}:$PATH`;
}

/** @param {string} folder */
function librariesIn(folder) {
  return readdirSync(join(folder, 'usr/lib')).find(name => name.includes('-linux-')) ?? '';
}
