// Runs with minimal privileges: a capability instead of root, and without the usual files and directories.

import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { EXIT, ended, said } from './expect.js';

const group = 'privileges';
const machine = 'uml';
const servers = { main: 3.25 };
const UNPRIVILEGED = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
/** The directories that a sandbox or container shows. */
const BARE_FOLDERS = ['bin', 'lib', 'lib64', 'usr', 'opt', 'proc', 'dev'];

export const ORDINARY_USER = [...UNPRIVILEGED, '--inh-caps', '-sys_time', '--bounding-set', '-sys_time'];
export const CAPABLE_USER = [...UNPRIVILEGED, '--inh-caps', '+sys_time', '--ambient-caps', '+sys_time'];

export const privileges = [
  sets('an ordinary user with CAP_SYS_TIME alone', { under: CAPABLE_USER, env: { HOME: home } }),
  sets('without HOME', { under: [...CAPABLE_USER, 'env', '--unset', 'HOME'] }),
  sets('on a read-only file system', {
    prepare: () => {
      execFileSync('mount', ['-o', 'remount,ro', '/run']);
      execFileSync('mount', ['-o', 'remount,ro', '/']);
    },
    says: /state|remember/i,
  }),
  sets('without /run, /etc, /var, /tmp', { prepare: makeBareRoot, under: ['chroot', '/bare'] }),
  refuses('an ordinary user', ORDINARY_USER),
  refuses('root of a container, without the capability', ['setpriv', '--bounding-set', '-sys_time']),
  refuses('root of a user namespace', ['unshare', '--user', '--map-root-user']),
];

function sets(name, { under = [], env = {}, prepare, says }) {
  return {
    ...{ name, group, machine, asked: '+3.25 s', servers },
    async run(guest) {
      prepare?.();
      const values = Object.entries(env).map(([key, value]) => [
        key,
        typeof value === 'function' ? value() : value,
      ]);
      const options = { under, env: Object.fromEntries(values) };
      const run = ended(await guest.tsntp(['sync', guest.address('main')], options), EXIT.done);
      if (says) said(run, says);
      return guest.residual('main');
    },
  };
}

/** Expects that the measurement is reported, nothing is set, and the message names the missing permission. */
function refuses(name, under) {
  return {
    ...{ name, group, machine, asked: 'nothing', servers },
    async run(guest) {
      const run = await guest.untouched(() => guest.tsntp(['sync', guest.address('main')], { under }));
      said(ended(run, EXIT.notPermitted), /CAP_SYS_TIME/);
      said(run, /offset 3\.\d/);
    },
  };
}

function home() {
  mkdirSync('/home/bench', { recursive: true });
  execFileSync('chown', ['65534:65534', '/home/bench']);
  return '/home/bench';
}

function makeBareRoot() {
  for (const folder of BARE_FOLDERS) {
    mkdirSync(`/bare/${folder}`, { recursive: true });
    execFileSync('mount', ['--rbind', `/${folder}`, `/bare/${folder}`]);
  }
}
