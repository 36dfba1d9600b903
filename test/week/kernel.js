// Debian's kernel source → a User Mode Linux kernel under simulated time: a process that boots in a second, and whose
// clock jumps to the next timer while every process sleeps, so that a day takes seconds. Two minutes on two processors.

import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { fetchPackages, libraryPath, packageBehind, withDependencies } from '../vm/tools.js';

const CONFIG = join(import.meta.dirname, 'kernel.config');
const ARCHIVE = /\.tar\.\w+$/;
/** What `make` calls, and what that calls. */
const BUILD_TOOLS = ['flex', 'bison', 'm4', 'bc'];
/** What the configuration leaves out, as patterns of tar: two thirds of the source. */
const UNNEEDED = [
  ...['*.rst', '*.dts*', '*.json', '*.yaml', '*/tools/*', '*/sound/*.[ch]', '*/arch/[!ux]*/*.[chS]'],
  ...['gpu', 'media', 'net/*', 'staging', 'scsi', 'infiniband', 'iio', 'usb'].map(
    name => `*/drivers/${name}/*.[ch]`,
  ),
];
/**
 * A real alarm of the host sets the simulated time to the next event, which a reading of the clock may have passed
 * already; the kernel would then panic because its time goes backwards.
 */
const PASSED_EVENT = {
  file: 'arch/um/kernel/time.c',
  line: 'time_travel_set_time(time_travel_next_event);',
  mended: 'time_travel_set_time(max(time_travel_next_event, time_travel_time));',
};

/** The kernel in `folder`, built there if it is not. Throws if Debian's packages or a compiler are unavailable. */
export function kernelIn(folder) {
  const kernel = join(folder, 'linux');
  const marker = join(folder, 'kernel.config');
  const config = readFileSync(CONFIG, 'utf8');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === config) return kernel;
  const work = join(folder, 'build');
  rmSync(work, { recursive: true, force: true });
  fetchPackages(work, [packageBehind('linux-source', 'linux-source-'), ...withDependencies(BUILD_TOOLS)]);
  const source = unpackSource(work);
  mend(join(source, PASSED_EVENT.file));
  make(source, work, [`KCONFIG_ALLCONFIG=${CONFIG}`, 'allnoconfig']);
  checkConfiguration(config, readFileSync(join(source, '.config'), 'utf8'));
  make(source, work, [`-j${availableParallelism()}`, 'linux']);
  copyFileSync(join(source, 'linux'), `${kernel}.new`);
  renameSync(`${kernel}.new`, kernel);
  rmSync(work, { recursive: true });
  writeFileSync(marker, config);
  return kernel;
}

function unpackSource(work) {
  const archives = join(work, 'usr/src');
  const archive = readdirSync(archives, { recursive: true }).find(name => ARCHIVE.test(name));
  const exclusions = UNNEEDED.map(pattern => `--exclude=${pattern}`);
  run('tar', ['-xf', join(archives, archive), '-C', work, ...exclusions], process.env);
  return join(work, basename(archive).replace(ARCHIVE, ''));
}

function mend(file) {
  const { line, mended } = PASSED_EVENT;
  const text = readFileSync(file, 'utf8');
  if (!text.includes(line)) throw new Error(`${file} has no line ${line}: this kernel is not known`);
  writeFileSync(file, text.replace(line, mended));
}

/** Throws if the kernel's own rules have dropped one of the wanted settings. */
function checkConfiguration(wanted, config) {
  const settings = wanted.split('\n').filter(line => line.startsWith('CONFIG_'));
  const dropped = settings.filter(line => !config.includes(`${line}\n`));
  if (dropped.length > 0) throw new Error(`the kernel cannot be configured with ${dropped.join(', ')}`);
}

function make(source, work, args) {
  run('make', ['-s', '-C', source, 'ARCH=um', ...args], {
    ...process.env,
    PATH: `${join(work, 'usr/bin')}:${process.env.PATH}`,
    LD_LIBRARY_PATH: libraryPath(work),
    M4: join(work, 'usr/bin/m4'),
    BISON_PKGDATADIR: join(work, 'usr/share/bison'),
  });
}

/** A failed command is an error with its output. */
function run(program, args, env) {
  execFileSync(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1e8 });
}
