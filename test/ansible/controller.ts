// The machine that Ansible runs on: its programs, its configuration, its inventory, and what a play has done on each host.

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The version in package.json. */
export const VERSION: string = JSON.parse(readFileSync('package.json', 'utf8')).version;

/** Debian's programs, as prepare.js unpacks them. */
export const TOOLS: string = resolve('.cache/ansible/tools');

/** The folder of the collection. */
export const COLLECTION: string = resolve('ansible');

/** What a task returned on a host. */
export interface TaskResult {
  readonly changed?: boolean;
  /** How Ansible counts it. */
  readonly how?: 'ok' | 'failed' | 'ignored' | 'skipped' | 'unreachable';
  readonly msg?: string;
  readonly offset?: number;
  readonly diff?: unknown;
  readonly results?: readonly TaskResult[];
}

/** How many tasks ended how on a host. */
export interface Recap {
  readonly changed: number;
  readonly failures: number;
  readonly ok: number;
  readonly skipped: number;
  readonly unreachable: number;
}

/** What a playbook did. */
export interface Played {
  /** By host. */
  readonly stats: Readonly<Record<string, Recap>>;
  /** What the tasks of this name, without that of their role, returned on a host, in order. */
  results(task: string, host: string): readonly TaskResult[];
  /** The tasks that failed on a host, with what they returned. */
  problems(host: string): readonly string[];
}

/** How many tasks ended so, by host; without hosts that did not answer. */
export function countsOf({ stats }: Played, key: keyof Recap): Readonly<Record<string, number>> {
  const answered = Object.entries(stats).filter(([, { unreachable }]) => unreachable === 0);
  return Object.fromEntries(answered.map(([host, recap]) => [host, recap[key]]));
}

/** How a program ended. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What callbacks/records.py prints. */
interface Records {
  readonly results: readonly {
    readonly task: string;
    readonly host: string;
    readonly how: NonNullable<TaskResult['how']>;
    readonly result: TaskResult;
  }[];
  readonly stats: Readonly<Record<string, Recap>>;
}

/** A folder with a configuration of Ansible and ssh that says nothing of this machine's own, and with keys. */
export class Controller {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'tsntp-ansible-'));
  /** What must stand before a command that is to reach the hosts: nothing, or the way into their network. */
  reach: readonly string[] = [];
  /** The environment of what it runs. */
  readonly env: Readonly<Record<string, string>>;

  constructor() {
    const libraries = execFileSync('find', [join(TOOLS, 'usr/lib'), '-name', 'libwrap.so.0'], {
      encoding: 'utf8',
    });
    this.env = {
      HOME: this.folder,
      LANG: 'C.UTF-8',
      PYTHONDONTWRITEBYTECODE: '1',
      LD_LIBRARY_PATH: resolve(libraries.trim(), '..'),
      PATH: [
        this.path('bin'),
        join(TOOLS, 'usr/bin'),
        '/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin',
      ].join(':'),
      PYTHONPATH: join(TOOLS, 'usr/lib/python3/dist-packages'),
      ANSIBLE_CONFIG: this.path('ansible.cfg'),
    };
    for (const name of ['bin', 'files']) mkdirSync(this.path(name));
    this.write('ansible.cfg', [
      '[defaults]',
      `collections_path = ${this.path('collections')}`,
      `inventory = ${this.path('hosts.ini')}`,
      // More at a time gain nothing on two processors, and ssh times out.
      'forks = 10',
      'stdout_callback = records',
      `callback_plugins = ${resolve('test/ansible/callbacks')}`,
      'bin_ansible_callbacks = true',
      'interpreter_python = /usr/bin/python3',
      'timeout = 120',
      '[ssh_connection]',
      'pipelining = true',
      'retries = 3',
      `ssh_args = -o ControlMaster=auto -o ControlPersist=120s -o ConnectionAttempts=3 -o ServerAliveInterval=30 -o ServerAliveCountMax=10`,
      `control_path_dir = ${this.path('cp')}`,
    ]);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', this.path('key')], { env: this.env });
    const real = execFileSync('sh', ['-c', `PATH=${join(TOOLS, 'usr/bin')}:$PATH command -v ssh`], {
      encoding: 'utf8',
    });
    this.write('bin/ssh', ['#!/bin/sh', `exec '${real.trim()}' -F '${this.path('ssh_config')}' "$@"`]);
    chmodSync(this.path('bin/ssh'), 0o755);
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, lines: readonly string[]): void {
    writeFileSync(this.path(name), `${lines.join('\n')}\n`);
  }

  /** Runs a program of Ansible's packages, or another one. */
  run(
    command: readonly string[],
    surroundings: { readonly cwd?: string; readonly input?: string } = {},
  ): Ended {
    const { cwd = this.folder, input = '' } = surroundings;
    const [program = '', ...args] = [...this.reach, ...command];
    const options = { encoding: 'utf8', env: this.env, cwd, input, maxBuffer: 1e9 } as const;
    const { status, stdout, stderr, error } = spawnSync(program, args, options);
    if (error !== undefined) throw error;
    return { status, stdout, stderr };
  }

  /** Runs a command on a host, by ssh. */
  on(host: string, command: string): Ended {
    return this.run(['ssh', host, command]);
  }

  /** Builds the collection, and installs it from its tarball. */
  installCollection(): void {
    const output = ['--output-path', this.folder, '--force'];
    this.#demand(['ansible-galaxy', 'collection', 'build', COLLECTION, ...output]);
    const tarball = this.path(`tsntp-tsntp-${VERSION}.tar.gz`);
    this.#demand(['ansible-galaxy', 'collection', 'install', tarball, '-p', this.path('collections')]);
  }

  /** Plays a playbook, a file in this folder or one of the collection. Throws if its output is not Ansible's. */
  play(playbook: string, ...args: readonly string[]): Played {
    const { stdout, stderr } = this.run(['ansible-playbook', playbook, ...args]);
    const start = stdout.indexOf('{"results"');
    if (start === -1) throw new Error(`${stdout}\n${stderr}`);
    const { results, stats }: Records = JSON.parse(stdout.slice(start));
    return {
      stats,
      results: (name, host) =>
        results
          .filter(one => one.task === name && one.host === host)
          .map(({ how, result }) => ({ ...result, how })),
      problems: host =>
        results
          .filter(one => one.host === host && ['failed', 'unreachable'].includes(one.how))
          .map(({ task, result }) => `${task}: ${JSON.stringify(result)}`),
    };
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #demand(command: readonly string[]): void {
    const { status, stdout, stderr } = this.run(command);
    if (status !== 0) throw new Error(`${command.join(' ')}: ${stdout}${stderr}`);
  }
}
