// Signals at any moment, and streams that are not read or that are full.

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  onLinux,
  type Running,
  scratch,
  serve,
  serveSilence,
  start,
  tsntp,
  works,
} from '../../support/command.ts';

/** Far longer than any test waits: what ends earlier was interrupted. */
const LONG = ['-t', '600', '--deadline', '900'];

describe.runIf(process.platform !== 'win32').each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, expected) => {
  test.each([['sync'], ['query']])('while %s waits for a reply', async command => {
    const { server, asked } = await serveSilence();
    const run = start([command, ...LONG, server]);
    await asked;
    await expectEnd(run);
  });

  test('between two samples', async () => {
    const [server] = await serve({});
    const run = start(['sync', '-vv', '--interval', '600', ...LONG, server!]);
    await says(run, 'receive(127.0.0.1)');
    await expectEnd(run);
  });

  test('sent twice ends the run once', async () => {
    const { server, asked } = await serveSilence();
    const run = start(['sync', ...LONG, server]);
    await asked;
    run.child.kill(signal);
    await expectEnd(run);
  });

  test('as soon as it has begun', async () => {
    const { server } = await serveSilence();
    const run = start(['sync', '-vv', ...LONG, server]);
    await says(run, 'resolve(');
    await expectEnd(run);
  });

  test('before it has begun', async () => {
    const { server } = await serveSilence();
    const run = start(['sync', ...LONG, server]);
    await once(run.child, 'spawn');
    run.child.kill(signal);
    expect((await run.ended).code).toBe(expected);
  });

  async function expectEnd(run: Running): Promise<void> {
    run.child.kill(signal);
    const { code, stdout, stderr } = await run.ended;
    expect(code).toBe(expected);
    expect(stdout).toMatch(/^.{15} tsntp\[\d+\]: interrupted, exiting\n$/m);
    expect(stderr).toContain('Interrupted; the clock was not touched.');
  }
});

describe('a stdout that is not read', () => {
  test.each([['classic'], ['json'], ['table']])(
    '%s: no complaint, and the exit code of the run',
    async format => {
      const [server] = await serve({});
      expect(await unread(['-q', '-p', '1', '--format', format, server!])).toEqual({ code: 0, stderr: '' });
    },
  );

  test('nor reads what is written later', async () => {
    expect(await unread(['demo'])).toEqual({ code: 0, stderr: '' });
  });

  test.each([['--help'], ['--version']])('%s', async option => {
    expect(await unread([option])).toEqual({ code: 0, stderr: '' });
  });

  test('a failure keeps its exit code', async () => {
    const { server } = await serveSilence();
    expect(await unread(['-q', '-p', '1', '-t', '0.2', server])).toMatchObject({ code: 3 });
  });

  async function unread(args: readonly string[]): Promise<{ code: number; stderr: string }> {
    const run = start(args);
    run.child.stdout?.destroy();
    const { code, stderr } = await run.ended;
    return { code, stderr };
  }
});

test.runIf(process.platform !== 'win32')('a long trace is complete even for a slow reader', async () => {
  const servers = await serve(...Array.from({ length: 20 }, () => ({})));
  const slowly = ['sh', '-c', '"$@" 2>&1 >/dev/null | { sleep 2; cat; }', 'sh'];
  const args = ['-d', '-p', '16', '--interval', '0.001', '--format', 'table', ...servers];
  const { stdout } = await tsntp(args, { within: slowly });
  expect(stdout.length).toBeGreaterThan(100_000);
  expect(stdout.trimEnd().split('\n').at(-1)).toMatch(/^(decision|would|This clock|.*slew|.*step)/i);
});

test.runIf(works(['mkfifo', '--version']))('a list that never comes does not make it deaf', async () => {
  const fifo = join(scratch(), 'list');
  execFileSync('mkfifo', [fifo]);
  const within = ['sh', '-c', `exec "$@" <>${fifo}`, 'sh'];
  const run = start(['-q', '-f', '-'], { within });
  await new Promise(resolve => setTimeout(resolve, 1000));
  run.child.kill('SIGTERM');
  expect((await run.ended).code).toBe(143);
  // Under another name than stdin's it is not waited for.
  const { code, stderr } = await tsntp(['-q', '-f', fifo]);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(/it is not a regular file/) });
});

describe.runIf(process.platform !== 'win32')('closed', () => {
  const without = (redirection: string) => ['sh', '-c', `exec "$@" ${redirection}`, 'sh'];

  test.each([['>&-'], ['2>&-'], ['<&-'], ['<&- >&- 2>&-']])('%s', async redirection => {
    const [server] = await serve({});
    const { code, stderr } = await tsntp(['-q', '-p', '1', server!], { within: without(redirection) });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe.runIf(existsSync('/dev/full'))('a full disk', () => {
  test('stdout: stderr says that the result is lost, and so does exit code 7', async () => {
    const [server] = await serve({});
    const { code, stderr } = await full(['-q', '-p', '1', server!], 1);
    expect(code).toBe(7);
    expect(stderr).toMatch(/^tsntp: cannot write the result to stdout: ENOSPC/);
  });

  test('a version that cannot be written is reported on stderr', async () => {
    const { code, stderr } = await full(['--version'], 1);
    expect(code).toBe(7);
    expect(stderr).toMatch(/^tsntp: cannot write the result to stdout: ENOSPC/);
  });

  test('a result in two parts that cannot be written is reported once', async () => {
    const { code, stderr } = await full(['demo'], 1);
    expect(code).toBe(7);
    expect(stderr.match(/cannot write the result/g)).toHaveLength(1);
  });

  test('stdout, of a run that fails: its own exit code', async () => {
    const { server } = await serveSilence();
    const { code, stderr } = await full(['-q', '-p', '1', '-t', '0.2', server], 1);
    expect(code).toBe(3);
    expect(stderr).toMatch(/^tsntp: cannot write the result to stdout: ENOSPC/m);
  });

  test('stderr: the result is there', async () => {
    const [server] = await serve({});
    const { code, stdout } = await full(['-d', '-p', '1', server!], 2);
    expect(code).toBe(0);
    expect(stdout).toContain('adjust time server');
  });

  async function full(args: readonly string[], fd: 1 | 2) {
    const device = openSync('/dev/full', 'w');
    try {
      return await start(args, { stdio: fd === 1 ? ['pipe', device, 'pipe'] : ['pipe', 'pipe', device] })
        .ended;
    } finally {
      closeSync(device);
    }
  }
});

test.runIf(onLinux)('an interrupted run gives its lock back', async () => {
  const { server, asked } = await serveSilence();
  const [answering] = await serve({});
  const run = start(['sync', ...LONG, server]);
  await asked;
  run.child.kill('SIGINT');
  await run.ended;
  expect((await tsntp(['sync', '--force', '-p', '1', answering!])).code).toBe(4);
});

/** Waits until it has said so on stderr. */
async function says({ child }: Running, text: string): Promise<void> {
  let said = '';
  child.stderr?.on('data', chunk => {
    said += chunk;
  });
  while (!said.includes(text)) await once(child.stderr!, 'data');
}
