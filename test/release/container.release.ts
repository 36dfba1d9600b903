// The container image: read by podman in both of its formats, run as the documentation says, and the same as what the
// Containerfile makes.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { debianRoot } from './debian-root.ts';
import { openPodman, type Podman } from './podman.ts';
import { artifact, type Ended, VERSION } from './root.ts';

const FILE = `tsntp-${VERSION}-linux-x64.oci.tar`;
const IMAGE = `tsntp:${VERSION}`;
/** The bit of CAP_SYS_TIME in /proc/PID/status. */
const SYS_TIME = '0000000002000000';

/** The network of this test, and what its machine does not allow; no option that concerns rights or files. */
const HERE = [
  '--network',
  'host',
  '--cgroups',
  'disabled',
  '--ulimit',
  'nofile=1024:1024',
  '--ulimit',
  'nproc=999:999',
];

let containers: Podman;
const folders: string[] = [];
beforeAll(async () => {
  containers = await openPodman();
}, 300_000);
afterAll(() => {
  containers.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The options of `docker run` in the documentation, before the image: to measure, to set the clock, and to keep it right. */
function documented(): readonly (readonly string[])[] {
  const page = readFileSync('docs/containers.md', 'utf8');
  const lines = [...page.matchAll(/^docker run (.*) tsntp:\S+(?: .*)?$/gm)];
  return lines.map(([, options = '']) => options.split(' '));
}
const [TO_MEASURE = [], TO_SET = [], TO_STAY = []] = documented();

const run = (options: readonly string[], ...args: readonly string[]): Ended =>
  containers.podman('run', ...HERE, ...options, IMAGE, ...args);

function ok({ status, stdout, stderr }: Ended): string {
  expect(status, stderr).toBe(0);
  return stdout;
}

/** The options without those for the background, and with a list of this test. */
function foreground(options: readonly string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tsntp-list-'));
  folders.push(folder);
  writeFileSync(join(folder, 'tsntp.conf'), `server ${containers.server}\n`);
  return options
    .filter(option => !['-d', '--restart', 'unless-stopped'].includes(option))
    .map(option => option.replace(/^\/etc\/tsntp\.conf:/, `${folder}/tsntp.conf:`));
}

/** The capability sets of a process that is started in the image. */
function rights(options: readonly string[]): readonly string[] {
  const script = 'process.stdout.write(require("fs").readFileSync("/proc/self/status"))';
  const entry = ['--entrypoint', JSON.stringify(['/usr/lib/tsntp/node', '-e', script])];
  const status = ok(run([...options, ...entry]));
  return [...status.matchAll(/^Cap(?:Prm|Eff|Bnd):\t(.*)$/gm)].map(([, set = '']) => set);
}

describe('the container image', () => {
  it('is named by its digests', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tsntp-image-'));
    folders.push(folder);
    execFileSync('tar', ['-C', folder, '-xf', artifact(FILE)]);
    const blobs = readdirSync(join(folder, 'blobs/sha256'));
    expect(blobs).toHaveLength(3);
    for (const name of blobs) {
      const content = readFileSync(join(folder, 'blobs/sha256', name));
      expect(createHash('sha256').update(content).digest('hex')).toBe(name);
    }
  });

  it.each(['oci-archive', 'docker-archive'])('is read as %s', format => {
    ok(containers.podman('pull', '--quiet', `${format}:${artifact(FILE)}`));
    ok(containers.podman('rmi', '--all', '--force'));
  });

  it('is loaded under its name', () => {
    ok(containers.podman('load', '--input', artifact(FILE)));
    expect(ok(containers.podman('images', '--format', '{{.Repository}}:{{.Tag}}'))).toMatch(
      new RegExp(`/${IMAGE.replaceAll('.', '\\.')}\n`),
    );
  });

  it('prints its version', () => {
    expect(ok(run(TO_MEASURE, '--version'))).toBe(`${VERSION}\n`);
  });

  it('measures without any right, in a root that it cannot write', () => {
    expect(JSON.parse(ok(run(TO_MEASURE, '-q', '--format', 'json', containers.server)))).toMatchObject({
      result: 'queried',
    });
    expect(rights(TO_MEASURE)).toEqual(Array(3).fill('0'.repeat(16)));
    expect(TO_MEASURE).toContain('--read-only');
  });

  it('shows what it would set, with the state on its volume', () => {
    const { stdout } = run(TO_SET, 'sync', '-n', '--format', 'json', containers.server);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 0 });
  });

  it('has no right but CAP_SYS_TIME when it is run to set the clock', () => {
    expect(rights(TO_SET)).toEqual([SYS_TIME, SYS_TIME, SYS_TIME]);
    expect(TO_SET).toContain('--read-only');
  });

  it('keeps the clock right unless it is told otherwise, and fails without the right to set it', () => {
    // Here, CAP_SYS_TIME is not over the machine's clock.
    const { status, stdout, stderr } = run(foreground(TO_STAY));
    expect(status, stderr).toBe(4);
    expect(stdout).toMatch(/^.{15} tsntp\[1\]: .*\n$/m);
    expect(rights(foreground(TO_STAY))).toEqual([SYS_TIME, SYS_TIME, SYS_TIME]);
    expect(TO_STAY).toContain('--read-only');
  });

  it('is asked for its state while it stays, and ends at once when it is stopped', async () => {
    const options = ['--detach', '--name', 'loop', ...foreground(TO_STAY)];
    ok(run(options, 'query', '--every', '8', '--json'));
    const lines = () => ok(containers.podman('logs', 'loop')).trim().split('\n');
    while (lines().length < 2) await new Promise(resume => setTimeout(resume, 200));
    expect(lines().map(line => JSON.parse(line).result)).toEqual(['queried', 'queried']);
    const probe = ['/usr/lib/tsntp/node', '/usr/lib/tsntp/bin/tsntp.js', 'status'];
    const { status, stdout } = containers.podman('exec', 'loop', ...probe);
    expect([0, 3]).toContain(status);
    expect(stdout).toMatch(/synchronized/);
    ok(containers.podman('stop', '--time', '60', 'loop'));
    expect(ok(containers.podman('inspect', '--format', '{{.State.ExitCode}}', 'loop')).trim()).toBe('143');
    ok(containers.podman('rm', 'loop'));
  }, 60_000);

  it('resolves names', () => {
    const port = containers.server.split(':')[1];
    const hosts = ['--add-host', 'time.example:127.0.0.1'];
    expect(
      JSON.parse(ok(run([...TO_MEASURE, ...hosts], '-q', '--json', `time.example:${port}`))),
    ).toMatchObject({
      result: 'queried',
    });
  });

  it('contains no shell', () => {
    expect(run([...TO_MEASURE, '--entrypoint', '/bin/sh'], '-c', 'true').status).toBe(127);
  });

  it('does not start without one of its libraries', () => {
    const { stderr, status } = run(
      [...TO_MEASURE, '--tmpfs', '/lib/x86_64-linux-gnu:notmpcopyup'],
      '--version',
    );
    expect(stderr).toContain('error while loading shared libraries');
    expect(status).toBe(127);
  });
});

describe('the Containerfile', () => {
  it('makes the same image', () => {
    const base = debianRoot();
    folders.push(base);
    const from = ok(containers.buildah('from', 'scratch')).trim();
    ok(containers.buildah('copy', '--quiet', from, base, '/'));
    ok(containers.buildah('commit', '--quiet', '--rm', from, 'localhost/base'));
    const build = [
      'bud',
      '--quiet',
      '--isolation',
      'chroot',
      '--pull-never',
      '--build-arg',
      'BASE=localhost/base',
    ];
    ok(
      containers.buildah(
        ...build,
        '--tag',
        'localhost/built',
        '--file',
        resolve('Containerfile'),
        resolve('.'),
      ),
    );
    expect(contents('localhost/built')).toEqual(contents(IMAGE));
  }, 600_000);

  /** What an image starts, and the paths of its files. */
  function contents(image: string): object {
    const container = ok(containers.buildah('from', '--pull-never', image)).trim();
    const root = ok(containers.buildah('mount', container)).trim();
    const files = execFileSync('find', [root, '-not', '-type', 'd', '-printf', '%P\n'], { encoding: 'utf8' });
    const { OCIv1 } = JSON.parse(ok(containers.buildah('inspect', '--type', 'image', image)));
    const { Entrypoint, Cmd, Volumes } = OCIv1.config;
    ok(containers.buildah('rm', container));
    return { Entrypoint, Cmd, Volumes, files: files.trim().split('\n').sort() };
  }
});
