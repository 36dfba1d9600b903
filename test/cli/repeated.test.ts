// --every of `sync` and `query`, as users see it: a process that stays, reports each run, and ends when it is told to.

import { EventEmitter, getEventListeners, once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { runQuery } from '../../src/cli/commands/query.ts';
import { runAgain } from '../../src/cli/commands/repeated.ts';
import { type Io, openContext } from '../../src/cli/process/context.ts';
import { acquireLock } from '../../src/host/lock.ts';
import {
  onLinux,
  type Running,
  scratch,
  serve,
  serveSilence,
  start,
  tsntp,
  works,
} from '../support/command.ts';

const ONCE = ['-p', '1', '-t', '0.2'];
setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const onUnix = process.platform !== 'win32';

/** Resolves with what a stream has said once it has said so. */
async function said(
  { child }: Running,
  text: string,
  stream: 'stdout' | 'stderr' = 'stdout',
): Promise<string> {
  let all = '';
  child[stream]?.on('data', chunk => {
    all += chunk;
  });
  const ended = once(child, 'close').then(() => Promise.reject(new Error(`it ended, and said: ${all}`)));
  while (!all.includes(text)) await Promise.race([once(child[stream]!, 'data'), ended]);
  ended.catch(() => {});
  return all;
}

describe.runIf(onUnix).each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('%s ends a loop', (signal, expected) => {
  test('between two runs, and prints nothing more', async () => {
    const [server] = await serve({});
    const run = start(['query', '--every', '1h', ...ONCE, server!]);
    await said(run, 'adjust time server');
    run.child.kill(signal);
    const { code, stdout, stderr } = await run.ended;
    expect({ code, stderr }).toEqual({ code: expected, stderr: '' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
  });

  test('after a failed run, while it waits to repeat it', async () => {
    const { server } = await serveSilence();
    const run = start(['query', '--every', '1h', ...ONCE, server]);
    expect(await said(run, 'the next run', 'stderr')).toMatch(
      /^tsntp: the next run begins 64 s after this one$/m,
    );
    run.child.kill(signal);
    expect((await run.ended).code).toBe(expected);
  });

  test('within a run, which reports that', async () => {
    const { server, asked } = await serveSilence();
    const run = start(['sync', '--every', '1h', '-t', '600', '--deadline', '900', server]);
    await asked;
    run.child.kill(signal);
    const { code, stdout } = await run.ended;
    expect(code).toBe(expected);
    expect(stdout).toMatch(/interrupted, exiting\n$/);
  });
});

/** Listens where the system's resolver asks, says so, says when it was asked, and never answers. */
const NAME_SERVER = `
  const socket = require('dgram').createSocket('udp4');
  socket.once('message', () => console.error('asked'));
  socket.bind(53, '127.0.0.1', () => console.log('listening'));
`;

test.runIf(onLinux && works(['unshare', '--map-root-user', '--mount', '--net', 'true']))(
  'SIGTERM ends a loop during a lookup that hangs',
  async () => {
    const folder = scratch();
    writeFileSync(join(folder, 'server.cjs'), NAME_SERVER);
    writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:30 attempts:5\n');
    const script = `ip link set lo up
      mount --bind "$0/resolv.conf" "$(readlink -f /etc/resolv.conf)"
      ${process.execPath} "$0/server.cjs" >"$0/up" &
      until [ -s "$0/up" ]; do sleep 0.1; done
      exec "$@"`;
    const within = ['unshare', '--map-root-user', '--mount', '--net', 'sh', '-ec', script, folder];
    const run = start(['query', '--every', '1h', '--deadline', '900', 'time.example'], { within });
    await said(run, 'asked', 'stderr');
    run.child.kill('SIGTERM');
    const [code] = await once(run.child, 'exit');
    expect(code).toBe(143);
  },
);

describe('each run of a loop', () => {
  test('is a line of JSON, reads the list again, and finds the servers of now', async () => {
    const [first, second] = await serve({}, {});
    const list = join(scratch(), 'servers');
    writeFileSync(list, `server ${first}\n`);
    const run = start(['query', '--every', '8', '--json', ...ONCE, '-f', list]);
    await said(run, '\n');
    writeFileSync(list, `server ${second}\n`);
    await said(run, '\n');
    run.child.kill('SIGTERM');
    const lines = (await run.ended).stdout.trimEnd().split('\n');
    const ports = lines.map(line => JSON.parse(line).servers[0].port);
    expect(ports).toEqual([first, second].map(server => Number(server!.split(':')[1])));
  }, 60_000);

  test.runIf(onLinux)('that may not set the clock ends it: no further one could', async () => {
    const [server] = await serve({ offset: 10 });
    const { code, stderr } = await tsntp(['sync', '--every', '1h', '--force', ...ONCE, server!]);
    expect(code).toBe(4);
    expect(stderr).toContain('CAP_SYS_TIME');
    expect(stderr).not.toContain('the next run');
  });

  test('that finds a mistake ends it', async () => {
    const { code, stderr } = await tsntp(['query', '--every', '1h', '-f', '/no/such/list']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('no such file') });
  });

  test.runIf(onLinux)('that fails has nothing on stderr if a system log takes it', async () => {
    const { server } = await serveSilence();
    const folder = scratch();
    const file = join(folder, 'tsntp.prom');
    const args = ['sync', '--every', '1h', '-s', '--metrics', file, '--state', scratch(), ...ONCE, server];
    const run = start(args, { env: { TSNTP_SYSLOG: '1' } });
    while (!existsSync(file)) await new Promise(resume => setTimeout(resume, 50));
    run.child.kill('SIGTERM');
    const { code, stderr } = await run.ended;
    expect(code).toBe(143);
    expect(stderr).not.toContain('the next run');
  });

  test.runIf(onLinux)('writes --metrics, and holds no lock until the next', async () => {
    const [state, folder] = [scratch(), scratch()];
    const { server } = await serveSilence();
    const file = join(folder, 'tsntp.prom');
    const run = start(['sync', '--every', '1h', '--metrics', file, '--state', state, ...ONCE, server]);
    await said(run, 'the next run', 'stderr');
    expect(readFileSync(file, 'utf8')).toContain('\ntsntp_sync_exit_code 3\n');
    const lock = await acquireLock([state]);
    expect(lock.kind).toBe('lock');
    if (lock.kind === 'lock') lock.release();
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(143);
  });

  test.runIf(onLinux)('that finds another tsntp at work is repeated sooner', async () => {
    const state = scratch();
    const lock = await acquireLock([state]);
    const [server] = await serve({});
    const run = start(['sync', '--every', '1h', '--state', state, ...ONCE, server!]);
    const stderr = await said(run, 'the next run', 'stderr');
    expect(stderr).toMatch(
      /another tsntp \(pid \d+\)[\s\S]*^tsntp: the next run begins 64 s after this one$/m,
    );
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(143);
    if (lock.kind === 'lock') lock.release();
  });

  test('does not take a name that is not found for a mistaken command: a name server may be down', async () => {
    const [server] = await serve({});
    const run = start(['sync', '-n', '--force', '--every', '1h', ...ONCE, server!, 'nosuchhost']);
    const stdout = await said(run, 'tsntp[');
    expect(stdout).toContain(' time server ');
    run.child.kill('SIGTERM');
    expect((await run.ended).stderr).not.toContain('is not a command');
  });
});

test.runIf(onUnix)(
  'a loop ends when nothing reads it any longer',
  async () => {
    const [server] = await serve({});
    const within = ['sh', '-c', '{ "$@"; echo "$?" >&2; } | head -n 1', 'sh'];
    const { stdout, stderr } = await tsntp(['query', '--every', '8', ...ONCE, server!], { within });
    expect(stdout).toMatch(/^server .*\n$/);
    expect(stderr).toBe('0\n');
  },
  60_000,
);

describe('--every and --jitter', () => {
  test.each([
    [['--jitter', '5m', 'a.example'], '--jitter is for --every, which is missing: give --every 1h'],
    [['--every', '7', 'a.example'], '--every: "7" is not allowed; give a number from 8 to 2678400 (seconds)'],
    [['--every', '63', 'a.example', '0.pool.ntp.org'], '--every 63: 0.pool.ntp.org is a public pool'],
    [['--every', '1h', '-f', '-'], '--file -: it can be read only once, and --every reads it each time'],
  ])('%j is a mistake', async (args, message) => {
    const { code, stderr } = await tsntp(['query', ...args]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`tsntp: ${message}`) });
  });

  test.each(['TSNTP_EVERY', 'TSNTP_JITTER'])(
    '%s beside --every is a mistake: it would set nothing',
    async name => {
      const { code, stderr } = await tsntp(['sync', '--every', '1h', 'a.example'], { env: { [name]: '2h' } });
      expect({ code, stderr }).toEqual({
        code: 2,
        stderr: expect.stringMatching(/sets nothing.* --(every|jitter) /),
      });
    },
  );

  test('are not for the words after schedule --', async () => {
    for (const option of ['--every=1h', '--jitter=5m']) {
      const { code, stderr } = await tsntp(['schedule', '--as', 'cron', '--', option, 'a.example']);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('is not for a job') });
    }
  });

  test.each([
    ['9h', '127.0.0.1:9', /^warning: --every 9h: after 8\.9 hours without a run/m],
    ['10m', 'pool.ntp.org', /^warning: --every 10m is too often for a public pool: give 15m or longer$/m],
  ])('%s with %s is doubtful', async (every, server, warning) => {
    const run = start(['query', '--every', every, '-I', '127.0.0.1', '--deadline', '0.1', server]);
    expect(await said(run, 'warning', 'stderr')).toMatch(warning);
    run.child.kill('SIGTERM');
    await run.ended;
  });
});

test.runIf(onLinux)(
  'a thousand runs leave no descriptor, timer, listener or memory behind',
  async () => {
    const [server = ''] = await serve({});
    const io = quietIo();
    const context = openContext(io);
    const args = { server: [server], samples: 1, verbose: 0, format: 'json' } as const;
    const held: ReturnType<typeof heldBy>[] = [];
    let runs = 0;
    const turn = async () => {
      const exitCode = await runQuery(args, context);
      runs += 1;
      if (runs % 500 === 0) held.push(heldBy(context.signal));
      if (runs === 1000) io.emit('SIGTERM');
      return exitCode;
    };
    expect(await runAgain(turn, { repeat: 0 }, context)).toBe(143);
    const [halfway, atEnd] = held;
    expect(atEnd!.counts).toEqual(halfway!.counts);
    // An outcome has more than 4 kB; what the compiler still learns has less.
    expect(atEnd!.heap - halfway!.heap).toBeLessThan(2_000_000);
  },
  120_000,
);

/** A process that says nothing. */
function quietIo(): Io & EventEmitter {
  const stream = () => Object.assign(new EventEmitter(), { write: () => true });
  return Object.assign(new EventEmitter(), { stdout: stream(), stderr: stream(), env: {} });
}

/** What this process holds at the moment. */
function heldBy(signal: AbortSignal) {
  collectGarbage();
  const counts = {
    descriptors: readdirSync('/proc/self/fd').length,
    resources: process.getActiveResourcesInfo().length,
    listeners: getEventListeners(signal, 'abort').length,
  };
  return { counts, heap: process.memoryUsage().heapUsed };
}
