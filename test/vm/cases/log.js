// `-s` with real logs: the systemd journal read back by journalctl, and two syslogds. The clock is really stepped, so an
// entry can tell the time before from the time after.

import { strict as assert } from 'node:assert';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, ended, near } from './expect.js';

const group = 'log';
const machine = 'uml';
const ARCHITECTURE = 'x86_64-linux-gnu';
const TIME_CHANGE = 'c7a787079b354eaaa9e77b371893cd27';
const FIRST_SYNCHRONIZATION = '7c8a41f37b764941a0e1780b1be2f037';

export const log = [
  {
    ...{
      name: 'a step in the journal, with its fields',
      group,
      machine,
      asked: '+3.25 s',
      servers: { main: 3.25 },
    },
    async run(guest) {
      const journal = await startJournal(guest);
      await guest.misset('main', -3.25);
      await silent(guest, ['sync', '-s', guest.address('main')], EXIT.done);
      const [step, times] = await journal('-t', 'tsntp');
      const server = guest.server('main').host;
      assert.match(step.MESSAGE, new RegExp(`^step time server ${server} offset 3\\.2[45]\\d{4} sec$`));
      const {
        PRIORITY,
        SYSLOG_IDENTIFIER,
        SYSLOG_FACILITY,
        MESSAGE_ID,
        _TRANSPORT,
        TSNTP_RESULT,
        TSNTP_KIND,
      } = step;
      assert.deepEqual(
        { PRIORITY, SYSLOG_IDENTIFIER, SYSLOG_FACILITY, MESSAGE_ID, _TRANSPORT, TSNTP_RESULT, TSNTP_KIND },
        {
          ...{ PRIORITY: '5', SYSLOG_IDENTIFIER: 'tsntp', SYSLOG_FACILITY: '3', MESSAGE_ID: TIME_CHANGE },
          ...{ _TRANSPORT: 'journal', TSNTP_RESULT: 'adjusted', TSNTP_KIND: 'step' },
        },
      );
      assert.equal(step.SYSLOG_PID, step._PID);
      assert.equal(step.TSNTP_CORRECTION, step.TSNTP_OFFSET);
      const [before, after] = [step.TSNTP_BEFORE, step.TSNTP_AFTER].map(Date.parse);
      near('the step by its times', (after - before) / 1e3, Number(step.TSNTP_CORRECTION), 0.002);
      // Written after the step, so that it sorts behind it.
      assert.ok(
        Number(step.__REALTIME_TIMESTAMP) >= Number(step.REALTIME),
        'the entry is older than the step',
      );
      assert.equal(
        times.MESSAGE.includes(`from ${step.TSNTP_BEFORE} to ${step.TSNTP_AFTER}`),
        true,
        times.MESSAGE,
      );
      assert.match(await journalText(guest, '-x'), /Time change|time change/i);
      return guest.residual('main');
    },
  },
  {
    ...{
      name: 'the first slew since boot, and a failure, in the journal',
      group,
      machine,
      servers: { main: 0 },
    },
    async run(guest) {
      const journal = await startJournal(guest);
      await guest.misset('main', 0.02);
      await silent(guest, ['sync', '-s', guest.address('main')], EXIT.done);
      const [slew] = await journal('-t', 'tsntp');
      assert.match(slew.MESSAGE, /^adjust time server .* offset -0\.0[12]\d{4} sec$/);
      assert.equal(slew.MESSAGE_ID, FIRST_SYNCHRONIZATION);
      assert.equal(slew.TSNTP_BEFORE, undefined);
      await silent(guest, ['sync', '-s', '-p', '1', '-t', '0.2', '127.0.0.1:1'], EXIT.noServer);
      const [failure] = await journal('-t', 'tsntp', '-p', 'err');
      assert.equal(failure.MESSAGE, 'no server suitable for synchronization found');
    },
  },
  {
    ...{
      name: 'a step at the syslogd of busybox',
      group,
      machine,
      asked: '-3.25 s',
      servers: { main: -3.25 },
    },
    async run(guest) {
      const file = '/run/messages';
      guest.start([join(guest.tools, 'bin/busybox'), 'syslogd', '-n', '-O', file]);
      return steppedAndLogged(guest, file);
    },
  },
  {
    ...{ name: 'a step at rsyslogd', group, machine, asked: '-3.25 s', servers: { main: -3.25 } },
    async run(guest) {
      const file = '/run/messages';
      const modules = join(guest.tools, 'usr/lib', ARCHITECTURE, 'rsyslog');
      const format = '%syslogpriority-text% %syslogfacility-text% %syslogtag%%msg%\\n';
      writeFileSync(
        '/run/rsyslog.conf',
        `module(load="imuxsock")\ntemplate(name="all" type="string" string="${format}")\naction(type="omfile" file="${file}" template="all")\n`,
      );
      const command = [
        program(guest, 'rsyslogd'),
        '-n',
        '-f',
        '/run/rsyslog.conf',
        '-M',
        modules,
        '-i',
        '/run/rsyslogd.pid',
      ];
      guest.start(command, libraries(guest));
      const residual = await steppedAndLogged(guest, file);
      assert.match(readFileSync(file, 'utf8'), /^notice daemon tsntp\[\d+\]: step time server /m);
      return residual;
    },
  },
  {
    ...{
      name: 'no log at all: the clock is set, and a warning says so',
      group,
      machine,
      servers: { main: 3.25 },
    },
    async run(guest) {
      const { stdout, stderr } = ended(await guest.tsntp(['sync', '-s', guest.address('main')]), EXIT.done);
      assert.match(
        stderr,
        /^warning: cannot write to the system log \(-s\): neither .* nor .* can be reached$/m,
      );
      assert.match(stdout, /tsntp\[\d+\]: step time server /);
      return guest.residual('main');
    },
  },
];

/** Runs tsntp, which must say nothing itself. */
async function silent(guest, args, code) {
  const { stdout, stderr } = ended(await guest.tsntp(args), code);
  assert.deepEqual({ stdout, stderr }, { stdout: '', stderr: '' });
}

async function steppedAndLogged(guest, file) {
  await until(() => existsSync('/dev/log'), 'no /dev/log');
  await guest.misset('main', 3.25);
  await silent(guest, ['sync', '-s', guest.address('main')], EXIT.done);
  const text = () => readFileSync(file, 'utf8');
  await until(() => existsSync(file) && /the clock was stepped by/.test(text()), `nothing in ${file}`);
  assert.match(text(), /tsntp\[\d+\]: step time server \S+ offset -3\.2[45]\d{4} sec$/m);
  assert.match(text(), /tsntp\[\d+\]: the clock was stepped by -3\.2[45]\d s: from \S+Z to \S+Z$/m);
  return guest.residual('main');
}

/** Starts journald by hand; returns what journalctl shows, as objects. */
async function startJournal(guest) {
  writeFileSync('/etc/machine-id', '0123456789abcdef0123456789abcdef\n');
  mkdirSync('/run/systemd/journal', { recursive: true });
  // journald asks for the root of the control groups.
  ended(await guest.start(['mount', '-t', 'cgroup2', 'none', '/sys/fs/cgroup']).ended, 0);
  const { env } = libraries(guest);
  guest.start([program(guest, 'systemd-journald')], { env: { ...env, SYSTEMD_LOG_TARGET: 'console' } });
  await until(() => existsSync('/run/systemd/journal/socket'), 'journald does not start');
  return async (...filter) => {
    const find = async () =>
      (await journalText(guest, '-o', 'json', ...filter)).split('\n').filter(line => line.startsWith('{'));
    await until(async () => (await find()).length > 0, `no entry for ${filter.join(' ')}`);
    return (await find()).map(line => JSON.parse(line));
  };
}

async function journalText(guest, ...args) {
  const run = guest.start([program(guest, 'journalctl'), '--no-pager', '-q', ...args], libraries(guest));
  return (await run.ended).stdout;
}

/** A program of the unpacked packages. */
function program(guest, name) {
  const folders = ['usr/lib/systemd', 'lib/systemd', 'usr/bin', 'bin', 'usr/sbin', 'sbin'];
  const path = folders.map(folder => join(guest.tools, folder, name)).find(existsSync);
  assert.ok(path, `${name} is not among the tools`);
  return path;
}

function libraries({ tools }) {
  const folders = [
    `usr/lib/${ARCHITECTURE}/systemd`,
    'usr/lib/systemd',
    'lib/systemd',
    `usr/lib/${ARCHITECTURE}`,
    `lib/${ARCHITECTURE}`,
  ];
  return { env: { LD_LIBRARY_PATH: folders.map(folder => join(tools, folder)).join(':') } };
}

async function until(condition, otherwise) {
  for (let tries = 0; tries < 100; tries++) {
    if (await condition()) return;
    await new Promise(resolve => setTimeout(resolve, 100));
  }
  throw new Error(otherwise);
}
