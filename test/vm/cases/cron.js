// Debian's cron runs what `tsntp schedule --as cron` installs: the boot line, and the line of a minute.

import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, ended, said } from './expect.js';

const machine = 'uml';
const group = 'cron';
/** cron looks for changed tables and due jobs once a minute. */
const PATIENCE = 150;
const STATE = '/var/lib/tsntp/state.json';

export const cron = [
  {
    ...{
      name: 'cron sets the clock at boot and in its minutes',
      group,
      machine,
      asked: '+3.25 s',
      seconds: 120,
    },
    servers: { main: 3.25 },
    async run(guest) {
      prepare();
      const server = guest.address('main');
      // A path with what cron and sh could misread.
      writeFileSync("/etc/50% of $it's.conf", `${server}\n`);
      const schedule = [
        'schedule',
        '--as',
        'cron',
        '--every',
        '2m',
        '--install',
        '--',
        "--file=/etc/50% of $it's.conf",
      ];
      said(ended(await guest.tsntp(schedule), EXIT.done), /installed \(cron\)/);
      const { mails, log } = startCron(guest);
      await until(guest, () => existsSync(STATE), 'the boot line set nothing', log);
      rmSync(STATE);
      await until(guest, () => existsSync(STATE), 'no later run', log);
      assert.deepEqual(
        mails().filter(mail => !/rtc|floor/.test(mail)),
        [],
        'a run that succeeded was not silent',
      );
      return guest.residual('main', 2e-3);
    },
  },
  {
    ...{ name: 'cron mails about a server that fails', group, machine, asked: 'nothing', seconds: 60 },
    servers: { main: 0 },
    async run(guest) {
      prepare();
      const schedule = ['schedule', '--as', 'cron', '--every', '2m', '--install', '--'];
      ended(
        await guest.tsntp([...schedule, guest.address('main'), '127.0.0.1:1', '--deadline=5']),
        EXIT.done,
      );
      const { mails, log } = startCron(guest);
      await until(
        guest,
        () => mails().some(mail => /127\.0\.0\.1/.test(mail)),
        'no mail about the server',
        log,
      );
    },
  },
];

/** The folders of the package; nothing but tsntp's table is in them. */
function prepare() {
  for (const folder of ['/etc/cron.d', '/etc/cron.daily', '/var/spool/cron/crontabs', '/var/mail'])
    mkdirSync(folder, { recursive: true });
  execFileSync('sh', ['-c', 'rm -f /etc/cron.d/* /etc/crontab /run/crond.reboot']);
}

/** Starts cron in the foreground, with a program in the place of sendmail that keeps every mail. */
function startCron(guest) {
  const mailbox = '/var/mail/kept';
  writeFileSync('/usr/sbin/sendmail', `#!/bin/sh\nexec cat >>${mailbox}\n`, { mode: 0o755 });
  const run = guest.start([join(guest.tools, 'usr/sbin/cron'), '-f', '-L', '15']);
  return {
    log: () => `${run.stdout}${run.stderr}`,
    mails: () => (existsSync(mailbox) ? readFileSync(mailbox, 'utf8').split(/^(?=From: )/m) : []),
  };
}

async function until(guest, holds, failure, log) {
  guest.idle();
  for (let waited = 0; !holds(); waited++) {
    assert.ok(waited < PATIENCE, `${failure}: ${log()}`);
    await guest.sleep(1);
  }
}
