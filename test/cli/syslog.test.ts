// -s of the real command, whose journal and syslogd are sockets of the test: as root, in a private mount namespace with
// folders of the test in the place of /run and /dev. Nothing reaches the logs of this machine.

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { describe, expect, test } from 'vitest';
import { connectDatagrams } from '../../src/host/log/unix-datagram.ts';
import { BIN, onLinux, type Result, scratch, serve, serveSilence, tsntp, works } from '../support/command.ts';
import { journalFields, type UnixReceiver, unixReceiver } from '../support/unix-receiver.ts';

/** As root, with the folders of the test. Devices stay as they are, for the C library's sake. */
const IN_PLACE = `set -e
run=$1 dev=$2; shift 2
for name in null zero random urandom; do
  : >"$dev/$name"
  mount --bind "/dev/$name" "$dev/$name"
done
mount --rbind "$dev" /dev
mount --bind "$run" /run
exec "$@"`;

const mounts = onLinux && works(['unshare', '-m', 'true']);

interface Machine {
  /** What the journal received, by field. */
  readonly journal: () => readonly Readonly<Record<string, string>>[];
  /** What syslogd received. */
  readonly syslog: () => readonly string[];
  /** Sends messages to syslogd until it takes no more. */
  readonly fill: () => void;
  readonly run: (
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    bin?: string,
  ) => Promise<Result>;
}

function machine(logs: { readonly journal?: true; readonly syslog?: true }): Machine {
  const root = scratch();
  const [run, dev] = [join(root, 'run'), join(root, 'dev')];
  mkdirSync(join(run, 'systemd/journal'), { recursive: true });
  mkdirSync(dev);
  const journal = logs.journal && unixReceiver(join(run, 'systemd/journal/socket'));
  const syslog = logs.syslog && unixReceiver(join(dev, 'log'));
  const texts = (receiver: UnixReceiver | undefined) => receiver?.received() ?? [];
  return {
    journal: () => texts(journal).map(datagram => Object.fromEntries(journalFields(datagram))),
    syslog: () => texts(syslog).map(String),
    fill() {
      const socket = connectDatagrams(koffi, join(dev, 'log'));
      expect(() => {
        for (let sent = 0; sent < 100_000; sent++) {
          socket.awaitRoom();
          socket.send(Buffer.from('x'));
        }
      }).toThrow('takes no more messages');
      socket.close();
    },
    run: (args, env = {}, bin = BIN) =>
      tsntp(['-p', '2', '--interval', '0.01', ...args], {
        env,
        program: [process.execPath, bin],
        within: ['unshare', '-m', 'sh', '-c', IN_PLACE, 'sh', run, dev],
      }),
  };
}

const SILENT = { code: 0, stdout: '', stderr: '' };

describe.runIf(mounts)('tsntp -s', () => {
  test('writes a query to the journal, and nothing to the terminal', async () => {
    const { run, journal } = machine({ journal: true, syslog: true });
    const [server] = await serve({ offset: 2.5 });
    expect(await run(['-q', '-s', server!])).toEqual(SILENT);
    expect(journal()).toMatchObject([
      { PRIORITY: '6', MESSAGE: expect.stringMatching(/^server 127\.0\.0\.1, stratum 1, offset 2\.(5|4)/) },
      {
        PRIORITY: '5',
        SYSLOG_IDENTIFIER: 'tsntp',
        SYSLOG_FACILITY: '3',
        SYSLOG_PID: expect.stringMatching(/^\d+$/),
        MESSAGE: expect.stringMatching(/^adjust time server 127\.0\.0\.1 offset 2\.(5|4)\d{5} sec$/),
        TSNTP_RESULT: 'queried',
        TSNTP_SERVER: '127.0.0.1',
        TSNTP_OFFSET: expect.stringMatching(/^2\.(5|4)\d{8}$/),
        TSNTP_BOUND: expect.stringMatching(/^0\.\d{9}$/),
      },
    ]);
  });

  test('writes to the syslogd where there is no journal, through the syslog(3) of the C library', async () => {
    const { run, syslog } = machine({ syslog: true });
    const [server] = await serve({ offset: 2.5 });
    expect(await run(['-n', '-s', server!])).toEqual(SILENT);
    // 30: LOG_DAEMON and LOG_INFO, since a dry run corrects nothing.
    expect(syslog()[0]).toEqual(
      expect.stringMatching(
        /^<30>[A-Z][a-z]{2} [ \d]\d [\d:]{8} tsntp\[\d+\]: would step time server 127\.0\.0\.1 offset 2\.(5|4)\d{5} sec$/,
      ),
    );
  });

  test('of a link named ntpdate writes as ntpdate, with options in one word', async () => {
    const { run, journal, syslog } = machine({ syslog: true, journal: true });
    const link = join(scratch(), 'ntpdate');
    symlinkSync(BIN, link);
    const [server] = await serve({ offset: 2.5 });
    expect(await run(['-buvs', '-n', server!], {}, link)).toEqual(SILENT);
    const [first] = journal();
    expect(first?.SYSLOG_IDENTIFIER).toBe('ntpdate');
    expect(first?.MESSAGE).toMatch(/^would step time server/);
    expect(syslog()).toEqual([]);
  });

  test('logs a failure as an error with its reason, and keeps the exit code', async () => {
    const { run, journal } = machine({ journal: true });
    const { server } = await serveSilence();
    expect(await run(['-q', '-s', '-t', '0.2', server])).toEqual({ ...SILENT, code: 3 });
    expect(journal().map(({ PRIORITY, MESSAGE }) => `${PRIORITY} ${MESSAGE}`)).toEqual([
      expect.stringMatching(/^6 server 127\.0\.0\.1, stratum 0/),
      '3 no server suitable for synchronization found',
      expect.stringMatching(/^3 No server suitable for synchronization found: .*\.$/),
      expect.stringMatching(/^4 127\.0\.0\.1:\d+: no reply to 2 requests/),
    ]);
  });

  test('logs a clock that it may not set as an error, with exit code 4', async () => {
    const { run, journal } = machine({ journal: true });
    const [server] = await serve({ offset: 0.05 });
    expect(await run(['--force', '-s', server!])).toEqual({ ...SILENT, code: 4 });
    expect(journal()[0]).toMatchObject({
      PRIORITY: '3',
      TSNTP_RESULT: 'clock-error',
      TSNTP_KIND: 'slew',
      MESSAGE: expect.stringMatching(/^cannot set time server 127\.0\.0\.1 offset 0\.0/),
    });
  });

  test('with a format that is asked for prints that too', async () => {
    const { run, journal } = machine({ journal: true });
    const [server] = await serve({});
    const { stdout, stderr, code } = await run(['-q', '-s', '--json', server!]);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(JSON.parse(stdout)).toMatchObject({ result: 'queried' });
    expect(journal().at(-1)).toMatchObject({ TSNTP_RESULT: 'queried' });
  });

  test('with -v logs the origin of the servers, with -d still traces to stderr', async () => {
    const { run, journal } = machine({ journal: true });
    const [server] = await serve({});
    const list = join(scratch(), 'list');
    writeFileSync(list, `server ${server!.replace(':', ' port ')}\n`);
    expect(await run(['-q', '-s', '-v'], { TSNTP_SERVERS: server! })).toEqual(SILENT);
    expect(journal()[0]).toMatchObject({ PRIORITY: '6', MESSAGE: 'servers from TSNTP_SERVERS' });
    const { stdout, stderr } = await run(['-d', '-s', server!]);
    expect(stdout).toBe('');
    expect(stderr).toContain('transmit(127.0.0.1)');
    expect(journal()).not.toEqual([]);
  });

  test('with --quiet leaves a success out of the log', async () => {
    const { run, journal } = machine({ journal: true });
    const [server] = await serve({});
    expect(await run(['-q', '-s', '--quiet', server!])).toEqual(SILENT);
    expect(journal()).toEqual([]);
  });

  test('without any log is one warning, and the result goes to stdout', async () => {
    const { run } = machine({});
    const [server] = await serve({ offset: 2.5 });
    const { stdout, stderr, code } = await run(['-q', '-s', server!]);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^warning: cannot write to the system log \(-s\): neither .* nor .* can be reached\n$/,
    );
    expect(stdout).toMatch(/tsntp\[\d+\]: adjust time server 127\.0\.0\.1 offset 2\.(5|4)\d{5} sec\n$/);
  });

  test('with a syslogd that stopped reading is the same, not a wait without end', async () => {
    const { run, fill } = machine({ syslog: true });
    const [server] = await serve({ offset: 2.5 });
    fill();
    const { stdout, stderr, code } = await run(['-q', '-s', server!]);
    expect(code).toBe(0);
    expect(stderr).toBe('warning: cannot write to the system log (-s): /dev/log takes no more messages\n');
    expect(stdout).toContain('adjust time server 127.0.0.1');
  });

  test('leaves an error of usage on stderr', async () => {
    const { run, journal } = machine({ journal: true });
    const { stderr, code } = await run(['-s', '-t', 'abc', '127.0.0.1:1']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^tsntp: /);
    expect(journal()).toEqual([]);
  });

  test('passes no text of a server list as a format', async () => {
    const { run, syslog } = machine({ syslog: true });
    const [server] = await serve({});
    expect((await run(['-q', '-s', '-t', '0.2', server!, 'fe80::1%n', 'fe80::1%s'])).code).toBe(0);
    const lines = syslog().join('\n');
    expect(lines).toContain(': fe80::1%n: ');
    expect(lines).toContain(': fe80::1%s: ');
  });
});
