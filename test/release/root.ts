// A file system with nothing but the C and C++ libraries, a shell and the programs that are named, and a network with
// nothing but a server on the loopback: where the artifacts of a release must work.

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The version in package.json. */
export const VERSION: string = JSON.parse(readFileSync('package.json', 'utf8')).version;

/** The path of an artifact. Throws if `npm run release` has not made it. */
export function artifact(name: string): string {
  const path = resolve('release', name);
  if (!existsSync(path)) throw new Error(`${path} is missing: npm run release`);
  return path;
}

/** What Node and a shell load: the libraries that glibc and GCC consist of. */
const LIBRARIES = [
  'libc.so.6',
  'libm.so.6',
  'libdl.so.2',
  'libpthread.so.0',
  'libgcc_s.so.1',
  'libstdc++.so.6',
];

/** Makes an empty root with the libraries, /bin/sh, and these programs; returns its path. */
export function emptyRoot(...programs: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'tsntp-root-'));
  const copy = (path: string) => cpSync(path, join(root, path), { dereference: true });
  for (const library of LIBRARIES) copy(`/lib/x86_64-linux-gnu/${library}`);
  copy('/lib64/ld-linux-x86-64.so.2');
  for (const program of ['/bin/sh', ...programs]) {
    copy(program);
    const needed = execFileSync('ldd', [program], { encoding: 'utf8' });
    for (const [path] of needed.matchAll(/\/lib\/\S+/g)) copy(path);
  }
  mkdirSync(join(root, 'tmp'));
  return root;
}

/** How a run ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A network of its own. */
export interface LonelyNetwork {
  /** The address of the server, with its port. */
  readonly server: string;
  /** Runs a command in the network. It has no right to set the clock, and nothing in its environment. */
  run(command: readonly string[], env?: Readonly<Record<string, string>>, cwd?: string): Ended;
  close(): void;
}

/** Opens a network namespace in which only a server on the loopback can be reached, and one at each of the addresses. */
export async function openNetwork(...addresses: readonly string[]): Promise<LonelyNetwork> {
  const named = addresses.map(address => `ip address add ${address}/32 dev lo && `).join('');
  const server = [process.execPath, resolve('test/release/server.js'), ...addresses].join(' ');
  const script = `ip link set lo up && ${named}exec ${server}`;
  const holder: ChildProcess = spawn('unshare', ['--net', 'sh', '-c', script]);
  const [port] = await once(holder.stdout!, 'data');
  const enter = [
    '-t',
    String(holder.pid),
    '-n',
    'setpriv',
    '--bounding-set',
    '-sys_time',
    '--inh-caps',
    '-sys_time',
  ];
  return {
    server: `127.0.0.1:${String(port).trim()}`,
    run: (command, env = {}, cwd = '/') => {
      const options = { encoding: 'utf8', env: { ...env }, cwd, timeout: 100_000 } as const;
      const { status, stdout, stderr, error } = spawnSync(
        '/usr/bin/nsenter',
        [...enter, ...command],
        options,
      );
      if (error) throw error;
      return { status, stdout, stderr };
    },
    close: () => holder.kill(),
  };
}

/** Unpacks an archive into `root`/opt; returns the path of its folder inside the root. */
export function unpackInto(root: string, name: string): string {
  mkdirSync(join(root, 'opt'), { recursive: true });
  execFileSync('tar', ['-C', join(root, 'opt'), '-xzf', artifact(`${name}.tar.gz`)]);
  return join('/opt', name);
}

/** A copy of a root, to break. */
export function copyOf(root: string): string {
  const copy = mkdtempSync(join(dirname(root), 'tsntp-root-'));
  cpSync(root, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** A module to require first: says of each script whether V8 has rejected its code; undefined if there is none. */
export const PROBE = `const vm = require('node:vm'); const { Script } = vm;
vm.Script = class extends Script { constructor(source, options) {
  super(source, options);
  process.stderr.write(options.filename.replace(/.*\\//, '') + ' ' + this.cachedDataRejected + ' ');
} };`;
