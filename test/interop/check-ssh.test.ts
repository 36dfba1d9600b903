// `tsntp check --via ssh` against real sshd of Debian on loopback, as an unprivileged user's with keys of their own: hosts that are
// right, five minutes off (libfaketime behind ForceCommand), with busybox for a date, without a shell, that refuse the key, and dead.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckedTarget } from '../../src/fleet/fleet-outcome.ts';
import { check, type FleetOptions } from '../../src/library/check-fleet.ts';
import { serve, tsntp } from '../support/command.ts';
import { type DebianPackage, debianPackage } from '../support/debian-package.ts';
import { describeWith } from './bench.ts';

const PACKAGES = ['openssh-server', 'libfaketime', 'busybox'];
const folder = mkdtempSync(join(tmpdir(), 'tsntp-ssh-'));
const running: ChildProcess[] = [];
const path = process.env.PATH;

afterAll(() => {
  process.env.PATH = path;
  for (const child of running) child.kill();
  rmSync(folder, { recursive: true, force: true });
});

const keygen = (file: string) =>
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, file)]);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise(resolve => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise(resolve => server.close(resolve));
  return port;
}

/** Whether something listens there. */
const listens = (port: number) =>
  new Promise<boolean>(resolve => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

/** As root, sshd wants a user and a folder for its unprivileged child: both are made for it alone, in a mount namespace. */
const PREPARED =
  process.getuid?.() === 0
    ? [
        ...['unshare', '-m', 'sh', '-c'],
        `mount -t tmpfs none /run && mkdir /run/sshd && cp /etc/passwd /run/passwd &&
          echo sshd:x:74:74::/run/sshd:/usr/sbin/nologin >> /run/passwd &&
          mount --bind /run/passwd /etc/passwd && exec "$0" "$@"`,
      ]
    : [];

/** Starts a host whose logins run this command of sh instead of the one that is asked for, which is in $SSH_ORIGINAL_COMMAND. */
async function host(sshd: DebianPackage, name: string, command?: string): Promise<number> {
  const port = await freePort();
  const lines = [
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${folder}/host`,
    `AuthorizedKeysFile ${folder}/authorized`,
    'PidFile none',
    'UsePAM no',
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    ...(command === undefined ? [] : [`ForceCommand ${command}`]),
  ];
  writeFileSync(join(folder, `${name}.conf`), `${lines.join('\n')}\n`);
  const program = join(sshd.root, 'usr/sbin/sshd');
  const [file = '', ...args] = [...PREPARED, program, '-D', '-e', '-f', join(folder, `${name}.conf`)];
  const child = spawn(file, args, {
    env: { ...process.env, ...sshd.env },
    stdio: 'ignore',
  });
  running.push(child);
  while (!(await listens(port))) {
    if (child.exitCode !== null) throw new Error(`sshd of ${name} ends with ${child.exitCode}`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return port;
}

/** Makes `ssh` in the path the system's client with this configuration: as ~/.ssh/config, which tests leave alone. */
function configureClient(): void {
  const known = `[127.0.0.1]:* ${readFileSync(join(folder, 'host.pub'), 'utf8')}`;
  writeFileSync(join(folder, 'known'), known);
  const config = [
    'Host stranger',
    '  HostName 127.0.0.1',
    `  IdentityFile ${folder}/stranger`,
    'Host * !stranger',
    `  IdentityFile ${folder}/key`,
    'Host impostor',
    '  HostName 127.0.0.1',
    '  UserKnownHostsFile none',
    'Host *',
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${folder}/known`,
    '  GlobalKnownHostsFile none',
    '  StrictHostKeyChecking yes',
  ];
  writeFileSync(join(folder, 'config'), `${config.join('\n')}\n`);
  const real = execFileSync('sh', ['-c', 'command -v ssh'], { encoding: 'utf8' }).trim();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec '${real}' -F '${folder}/config' "$@"\n`);
  chmodSync(join(bin, 'ssh'), 0o755);
  process.env.PATH = `${bin}:${path}`;
}

async function checked(
  hosts: readonly string[],
  options: FleetOptions = {},
): Promise<readonly CheckedTarget[]> {
  const [reference] = await serve({});
  const outcome = await check(hosts, { reference: reference!, via: 'ssh', warn: 1, ...options });
  if (outcome.kind === 'no-reference') throw new Error(outcome.reason);
  return outcome.targets;
}

/**
 * The command processor of Windows, which has no sh, and a PowerShell that understands this one script: no other one can be had
 * here.
 */
const POWERSHELL_STAND_IN = `
import { createInterface } from 'node:readline';
const [program, ...args] = (process.env.SSH_ORIGINAL_COMMAND ?? '').split(' ');
if (program !== 'powershell') {
  console.error("'" + program + "' is not recognized as an internal or external command,\\r\\noperable program or batch file.");
  process.exit(1);
}
const script = Buffer.from(args[args.indexOf('-EncodedCommand') + 1], 'base64').toString('utf16le');
if (!/ReadLine\\(\\).*UtcNow\\.Ticks/s.test(script)) process.exit(1);
const say = line => process.stdout.write(line + '\\r\\n');
say('tsntp-at ' + process.env.SSH_CONNECTION);
createInterface({ input: process.stdin }).on('line', line => {
  const now = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e4));
  say('tsntp-' + line + '-ticks-' + (now + 621355968000000000n));
});
`;

describeWith(PACKAGES, 'by ssh', () => {
  let sshd: DebianPackage;
  const me = userInfo().username;
  const at = (port: number, name = '127.0.0.1') => `${me}@${name}:${port}`;

  beforeAll(() => {
    sshd = debianPackage('openssh-server');
    for (const file of ['host', 'key', 'stranger']) keygen(file);
    writeFileSync(join(folder, 'authorized'), readFileSync(join(folder, 'key.pub')));
    configureClient();
  });

  test('twenty hosts are known to milliseconds, and the one five minutes off is found', async () => {
    const right = await host(sshd, 'right');
    const library = execFileSync('find', [debianPackage('libfaketime').root, '-name', 'libfaketime.so.1']);
    const off = await host(
      sshd,
      'off',
      `LD_PRELOAD=${String(library).trim()} FAKETIME=-5m sh -c "$SSH_ORIGINAL_COMMAND"`,
    );
    const ports = [
      off,
      ...(await Promise.all(Array.from({ length: 18 }, (_, i) => host(sshd, `${i}`)))),
      right,
    ];
    const targets = await checked(ports.map(port => at(port)));
    expect(targets.map(({ verdict }) => verdict)).toEqual(['off', ...Array(19).fill('right')]);
    for (const [i, { reading }] of targets.entries()) {
      expect(reading).toMatchObject({ via: 'ssh', address: '127.0.0.1', samples: 4 });
      expect(Math.abs(reading!.offset - (i === 0 ? -300 : 0))).toBeLessThanOrEqual(reading!.errorBound);
      expect(reading!.errorBound).toBeLessThan(0.5);
    }
  });

  test('where date knows no nanoseconds, the edge of the second is searched', async () => {
    const busybox = join(debianPackage('busybox').root, 'bin/busybox');
    const tools = join(folder, 'tools');
    mkdirSync(tools);
    execFileSync('ln', ['-s', busybox, join(tools, 'date')]);
    execFileSync('ln', ['-s', busybox, join(tools, 'sh')]);
    const port = await host(sshd, 'busybox', `PATH=${tools} sh -c "$SSH_ORIGINAL_COMMAND"`);
    const [target] = await checked([at(port)]);
    expect(target!.reading).toMatchObject({ via: 'ssh' });
    expect(target!.reading!.samples).toBeGreaterThan(4);
    expect(Math.abs(target!.reading!.offset)).toBeLessThanOrEqual(target!.reading!.errorBound);
    expect(target!.reading!.errorBound).toBeLessThan(0.5);
  });

  test('a host of Windows is read by PowerShell, where there is no sh', async () => {
    const powershell = join(folder, 'powershell.mjs');
    writeFileSync(powershell, POWERSHELL_STAND_IN);
    const port = await host(sshd, 'windows', `'${process.execPath}' ${powershell}`);
    const [target] = await checked([at(port)]);
    expect(target).toMatchObject({
      verdict: 'right',
      reading: { via: 'ssh', address: '127.0.0.1', samples: 4 },
    });
    const { offset, errorBound } = target!.reading!;
    expect(Math.abs(offset)).toBeLessThanOrEqual(errorBound);
    expect(errorBound).toBeGreaterThan(1 / 128);
  });

  test('a host that refuses the key, or has no shell, says why', async () => {
    const port = await host(sshd, 'strict');
    const shellless = await host(sshd, 'shellless', 'echo This account is not available.; exit 1');
    const [stranger, without] = await checked([at(port, 'stranger'), at(shellless)]);
    expect(stranger).toMatchObject({
      verdict: 'refused',
      reason: expect.stringMatching(/Permission denied/),
    });
    expect(without).toMatchObject({
      verdict: 'uncertain',
      reason: expect.stringMatching(/^no shell with a date/),
    });
  });

  test('a dead host, a foreign key and an unknown name change nothing for the others', async () => {
    const right = await host(sshd, 'good');
    const hosts = [at(right), at(await freePort()), at(right, 'impostor'), at(right, 'no-such-host.invalid')];
    const [one, dead, foreign, unknown] = await checked(hosts);
    expect(one).toMatchObject({ verdict: 'right' });
    expect(dead).toMatchObject({ verdict: 'refused', reason: expect.stringMatching(/Connection refused$/) });
    expect(foreign).toMatchObject({ verdict: 'refused', reason: 'Host key verification failed' });
    expect(unknown!.verdict).toBe('unknown-name');
  });

  test('an interrupt ends the login', async () => {
    const stop = new AbortController();
    const server = createServer();
    const closed = new Promise(resolve =>
      server.once('connection', socket => {
        socket.on('error', () => {}).once('close', resolve);
        socket.resume();
        stop.abort();
      }),
    );
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const options: FleetOptions = { timeout: 3600, signal: stop.signal };
    expect(await checked([at(port)], options)).toEqual([]);
    await closed;
    server.close();
  });

  test('the command reads an inventory by ssh, where neither NTP nor a web server answers', async () => {
    const port = await host(sshd, 'listed');
    const list = join(folder, 'inventory');
    writeFileSync(list, `[gates]\ngate ansible_host=127.0.0.1 ansible_user=${me} ansible_port=${port}\n`);
    const [reference = ''] = await serve({});
    const args = ['check', '-f', list, '--via', 'ntp,http,ssh', '--reference', reference, '-w', '1'];
    const { code, stdout, stderr } = await tsntp([...args, '--format', 'json']);
    expect(`${code} ${stderr}`).toBe('0 ');
    expect(stdout).toMatch(/"verdict":"right".*"via":"ssh"/);
  });
});
