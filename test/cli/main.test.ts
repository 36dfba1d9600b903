// The command in the places where it has to work: through a link, from anywhere, without koffi, without network, with
// a name server that is silent.

import { EventEmitter } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { VERSION } from '../../src/release.ts';
import { BIN, onLinux, scratch, serve, tsntp, works } from '../support/command.ts';
import { copyOfPackage } from '../support/package-copy.ts';

describe('help', () => {
  test.each([['--help'], ['help']])('%s goes to stdout', async option => {
    const { code, stdout, stderr } = await tsntp([option]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const word of ['sync', 'query', '--samples', '--max-offset', 'Exit codes:', '130, 143', 'TSNTP_']) {
      expect(stdout).toContain(word);
    }
    expect(stdout.split('\n').filter(line => line.length > 100)).toEqual([]);
  });

  test.each([
    ['query', '--help'],
    ['help', 'query'],
    ['-q', 'query', '--help'],
  ])('lists the options of one command: %s %s', async (...args) => {
    const { code, stdout } = await tsntp(args);
    expect(code).toBe(0);
    expect(stdout).toContain('--samples');
    expect(stdout).not.toContain('--slew');
  });

  test.each([['--version'], ['-V']])('%s', async option => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(await tsntp([option])).toEqual({ code: 0, stdout: `${VERSION}\n`, stderr: '' });
    expect(version).toBe(VERSION);
  });
});

test.runIf(works(['bash', '-c', 'true']))('the script of completion is one', async () => {
  const { code, stdout, stderr } = await tsntp(['completion', 'bash']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const file = join(scratch(), 'completion');
  writeFileSync(file, stdout);
  expect(works(['bash', '-n', file])).toBe(true);
  expect(works(['bash', '-c', `. '${file}' && complete -p tsntp`])).toBe(true);
});

test.each([
  ['/usr/bin/zsh', '#compdef tsntp'],
  ['/bin/bash', '# Completion of tsntp for bash'],
  ['fish', '# Completion of tsntp for fish'],
])('completion without a shell is for that of SHELL=%s', async (shell, begins) => {
  const { code, stdout } = await tsntp(['completion'], { env: { SHELL: shell } });
  expect({ code, line: stdout.startsWith(begins) }).toEqual({ code: 0, line: true });
});

test.each([
  ['/bin/tcsh', 'completion: there is no script for "tcsh" ($SHELL); name the shell: tsntp completion bash'],
  ['', 'completion: $SHELL is not set; name the shell: tsntp completion bash'],
])('completion for SHELL=%s is exit 2', async (shell, message) => {
  const { code, stdout, stderr } = await tsntp(['completion'], { env: { SHELL: shell } });
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
});

test('completion of another shell is exit 2, and so is a second one', async () => {
  expect((await tsntp(['completion', 'bahs'])).stderr).toContain('completion: "bahs" is not allowed');
  expect((await tsntp(['completion', 'bash', 'zsh'])).code).toBe(2);
});

test('completion heeds no variable: its script is evaluated', async () => {
  const { stdout } = await tsntp(['completion', 'bash'], { env: { TSNTP_FORMAT: 'json' } });
  expect(stdout).toMatch(/^# Completion/);
});

test('demo needs nothing, and finds its liar', async () => {
  const { code, stdout } = await tsntp(['demo']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^x .*falseticker$/m);
  expect(stdout).toMatch(/3 of 4 servers agree\); it would be /);
});

test('demo breaks its first line on a narrow terminal', async () => {
  let text = '';
  const write = (chunk: string) => {
    text += chunk;
  };
  const stdout = Object.assign(new EventEmitter(), { write, columns: 40 });
  const stderr = Object.assign(new EventEmitter(), { write() {} });
  await main(['demo'], Object.assign(new EventEmitter(), { stdout, stderr, env: {} }));
  expect(text).toMatch(/^Four servers on this machine, the last\nof which/);
});

describe('a run from any folder', () => {
  test('another folder', async () => {
    const [server] = await serve({});
    expect((await tsntp(['-q', '-p', '1', server!], { cwd: scratch() })).code).toBe(0);
  });

  test.runIf(process.platform !== 'win32')('a link, as npm makes one, run as it is', async () => {
    const link = join(scratch(), 'tsntp');
    symlinkSync(BIN, link);
    const [server] = await serve({});
    expect((await tsntp(['-q', '-p', '1', server!], { program: [link] })).code).toBe(0);
  });
});

describe('without koffi', () => {
  test('a query works', async () => {
    const [server] = await serve({ offset: 2 });
    const { code, stdout, stderr } = await tsntp(['-q', '-p', '2', server!], { program: copyOfPackage() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/offset (2\.0|1\.9)\d{5} sec\n$/);
  });

  test('setting exits 4 and says why', async () => {
    const [server] = await serve({});
    const { code, stderr } = await tsntp(['sync', '--force', '-p', '1', server!], {
      program: copyOfPackage(),
    });
    expect(code).toBe(4);
    expect(stderr).toMatch(/not set: .*koffi/);
  });
});

const isolate = ['unshare', '-rn'];
describe.runIf(onLinux && works([...isolate, 'true']))('without a network', () => {
  test.each([['192.0.2.1'], ['2001:db8::1'], ['pool.example']])('%s: exit 3, and a reason', async server => {
    const { code, stdout, stderr } = await tsntp(['-q', '-t', '1', server], { within: isolate });
    expect(code).toBe(3);
    expect(stdout).toContain('no server suitable for synchronization found');
    expect(stderr).toMatch(/route|unreachable|resol|no address|name server/i);
  });
});

// lo of a new network is down, and only ip(8) raises it.
const ownNetwork = ['unshare', '-rnm', 'sh', '-c'];
describe.runIf(onLinux && works([...ownNetwork, 'ip link set lo up']))('a name server that is silent', () => {
  test.each([
    ['query', 'classic'],
    ['sync', 'json'],
  ])('%s ends by --deadline', async (command, format) => {
    const args = [command, '--deadline', '1', '--format', format, 'ntp.example.org'];
    const { code, stdout, stderr } = await tsntp(args, { within: besideSilentResolver() });
    expect(code).toBe(3);
    expect(stdout + stderr).toContain('ntp.example.org did not resolve in time');
  });

  test('is waited for until SIGTERM', async () => {
    const within = [...besideSilentResolver(), 'timeout', '--preserve-status', '--signal=TERM', '1'];
    const { code, stderr } = await tsntp(['sync', '--deadline', '900', 'ntp.example.org'], { within });
    expect(code).toBe(143);
    expect(stderr).toContain('Interrupted; the clock was not touched.');
  });
});

/** Runs a command in a network of its own, where the only name server takes every question and answers none. */
function besideSilentResolver(): readonly string[] {
  const folder = scratch();
  const [resolver, names, program] = ['resolv.conf', 'nsswitch.conf', 'silence.mjs'].map(name =>
    join(folder, name),
  );
  writeFileSync(resolver!, 'nameserver 127.0.0.1\noptions timeout:30 attempts:5\n');
  writeFileSync(names!, 'hosts: dns\n');
  writeFileSync(
    program!,
    `import { spawn } from 'node:child_process';
    import { createSocket } from 'node:dgram';
    const [file, ...args] = process.argv.slice(2);
    createSocket('udp4').bind(53, '127.0.0.1', () => {
      spawn(file, args, { stdio: 'inherit' }).on('close', code => process.exit(code));
    });`,
  );
  const steps = [
    `mount --bind ${resolver} "$(readlink -f /etc/resolv.conf)"`,
    `mount --bind ${names} /etc/nsswitch.conf`,
    'ip link set lo up',
    'exec "$@"',
  ];
  return [...ownNetwork, steps.join(' && '), 'sh', process.execPath, program!];
}
