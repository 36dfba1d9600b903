// Turns the name of a Debian package into a folder with its files, so that tests can run its programs
// without installing it: no maintainer script runs, no service starts, no privilege is needed.
// Everything lies under .cache/debian of the checkout, apt's own lists of packages included, so that it
// works where `apt-get update` has never been run and leaves the machine as it was.

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A package cannot be had on this machine; the message names the package and says why. */
export class PackageUnavailable extends Error {
  override readonly name = 'PackageUnavailable';
}

/** The files of a package, unpacked. */
export interface DebianPackage {
  /** The folder that stands for `/`: `join(root, 'usr/sbin/chronyd')` is the program. */
  readonly root: string;
  /** What the programs must have in their environment to find the libraries that came with them. */
  readonly env: { readonly LD_LIBRARY_PATH: string };
}

/** The named package with the libraries it needs, fetched at the first call. Throws `PackageUnavailable`. */
export function debianPackage(name: string): DebianPackage {
  fetchPackages([name]);
  const root = folderOf(name);
  return { root, env: { LD_LIBRARY_PATH: libraryFolders(root).join(':') } };
}

/** Fetches those of the packages that are not in the cache yet, in one go. Throws `PackageUnavailable`. */
export function fetchPackages(names: readonly string[]): void {
  const missing = names.filter(name => !existsSync(folderOf(name)));
  if (missing.length === 0) return;
  mkdirSync(cache(), { recursive: true });
  const work = mkdtempSync(join(cache(), '.fetching-'));
  try {
    updateLists(work, missing);
    for (const name of missing) publish(unpack(name, work), folderOf(name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Why the packages cannot be had on this machine, or undefined where they are at hand: what a test that needs
 * them is skipped for. In CI (`CI` set) nothing may be skipped, and the reason is thrown as `PackageUnavailable`.
 */
export function unavailable(names: readonly string[]): string | undefined {
  try {
    fetchPackages(names);
    return undefined;
  } catch (error) {
    if (!(error instanceof PackageUnavailable) || process.env.CI) throw error;
    return error.message;
  }
}

/** One folder for each release and architecture: a checkout may be mounted into several machines. */
function cache(): string {
  const architecture = run('dpkg', ['--print-architecture'], 'dpkg');
  const release = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
  return resolve(import.meta.dirname, '../../.cache/debian', `${release}-${architecture}`);
}

function folderOf(name: string): string {
  return join(cache(), name);
}

/** apt's lists of packages, read into `work` so that neither root nor the machine's own lists are needed. */
function updateLists(work: string, names: readonly string[]): void {
  for (const folder of ['lists/partial', 'archives/partial', 'debs']) {
    mkdirSync(join(work, folder), { recursive: true });
  }
  run('apt-get', [...aptOptions(work), 'update'], names.join(', '));
}

function aptOptions(work: string): readonly string[] {
  const options = {
    'Dir::State::Lists': join(work, 'lists'),
    'Dir::Cache': work,
    // The user _apt, to which apt would drop its downloads, need not be allowed to read the checkout.
    'APT::Sandbox::User': 'root',
  };
  return ['-qq', ...Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`])];
}

/** Unpacks the package and each library that it needs and this machine has not installed; returns the folder. */
function unpack(name: string, work: string): string {
  const root = join(work, 'root', name);
  const wanted = [name];
  for (const one of wanted) {
    const debs = join(work, 'debs', one);
    mkdirSync(debs, { recursive: true });
    run('apt-get', [...aptOptions(work), 'download', one], one, debs);
    const deb = join(debs, readdirSync(debs)[0] ?? '');
    mkdirSync(root, { recursive: true });
    run('dpkg-deb', ['--extract', deb, root], one);
    const depends = run('dpkg-deb', ['--field', deb, 'Pre-Depends', 'Depends'], one);
    wanted.push(...libraries(depends).filter(library => !wanted.includes(library) && !installed(library)));
  }
  return root;
}

/** The libraries among the dependencies, of alternatives the first: `libc6 (>= 2.34), adduser, libedit2 | x`. */
function libraries(depends: string): readonly string[] {
  const names = depends.replaceAll(/^[\w-]+:/gm, ',').split(',');
  return names.map(name => name.trim().split(/[\s:|]/)[0] ?? '').filter(name => name.startsWith('lib'));
}

function installed(name: string): boolean {
  const { stdout } = spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' });
  return /^Status: .* installed$/m.test(stdout);
}

/** Moves the finished folder into place; where another process was quicker, its copy stays. */
function publish(root: string, folder: string): void {
  try {
    renameSync(root, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

function libraryFolders(root: string): readonly string[] {
  const files = readdirSync(root, { recursive: true, withFileTypes: true });
  return [...new Set(files.filter(file => /\.so(\.|$)/.test(file.name)).map(file => file.parentPath))];
}

function run(command: string, args: readonly string[], name: string, cwd = '.'): string {
  try {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio, timeout: 120_000 }).trim();
  } catch (cause) {
    const { code, stderr } = cause as { readonly code?: string; readonly stderr?: string };
    const why =
      code === 'ENOENT'
        ? `there is no ${command} here; it is Debian's and its descendants'`
        : `${command} said: ${stderr?.trim() || String(cause)}`;
    throw new PackageUnavailable(`Debian package ${name} cannot be had: ${why}`, { cause });
  }
}
