// This machine, or the root of an image → the ports of `schedule`: its schedulers, their files, and the commands that put
// the files into effect.

import { execFile } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { basename, dirname, join, sep, win32 } from 'node:path';
import type { TimeService } from '../pipeline/outcome.ts';
import {
  NotSchedulable,
  type ScheduledLink,
  type SchedulerCommand,
  type SchedulerName,
} from '../schedule/plan.ts';
import type { Existing, OtherService, SchedulePorts } from '../schedule/schedule-outcome.ts';
import { machineMinute } from './machine-identity.ts';
import { removeAll, writeAll } from './scheduled-files.ts';

/** Where the files of a scheduler are, and for which machine. */
export interface SchedulerSite {
  /** The root of an image; absent for this machine. */
  readonly root?: string;
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly findServices: () => Promise<readonly TimeService[]>;
}

/** Opens the schedulers of a site. */
export function schedulerHost({ root, platform, env, findServices }: SchedulerSite): SchedulePorts {
  const at = (path: string) => insideOf(root, installedPath(path, root, env));
  const linkAt = ({ path, target }: ScheduledLink) => ({ path: at(path), target });
  return {
    image: root !== undefined,
    schedulers: () => schedulersOf(root, platform),
    minute: () =>
      machineMinute(root === undefined ? platform : 'linux', root ?? '/', async (program, args) => {
        const { output } = await runProgram([program, ...args], env);
        return output;
      }),
    exists: path => existsSync(at(path)),
    read: path => readExisting(at(path)),
    isLinked: link => isLinkTo(linkAt(link)),
    write: (files, links) =>
      writeAll(
        files.map(file => ({ ...file, path: at(file.path) })),
        links.map(linkAt),
      ),
    remove: (paths, links) => removeAll(paths.map(at), links.map(linkAt)),
    async run([program, ...args]) {
      const { failure } = await runProgram(
        [program, ...args.map(arg => installedPath(arg, undefined, env))],
        env,
      );
      return failure;
    },
    otherServices: async () => (await findServices()).map(otherServiceOf),
  };
}

/** The place of a scheduler's path: on Windows under %ProgramFiles%, in an image below its root. */
export function installedPath(path: string, root: string | undefined, env: SchedulerSite['env']): string {
  const variable = '%ProgramFiles%';
  if (root === undefined) return path.replace(variable, () => env.ProgramFiles ?? 'C:\\Program Files');
  const inImage = path.replace(variable, 'Program Files');
  return join(root, ...inImage.replace(/^[a-z]:/i, '').split(inImage === path ? '/' : /[\\/]/));
}

/** The path itself, unless a symbolic link of the image leads it out of the image. Throws `NotSchedulable`. */
function insideOf(root: string | undefined, path: string): string {
  if (root === undefined || !existsSync(root)) return path;
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  if (!`${realpathSync(folder)}${sep}`.startsWith(`${realpathSync(root)}${sep}`.replace(/\/{2,}$/, sep)))
    throw new NotSchedulable(
      `${folder} leads out of the image ${root} to ${realpathSync(folder)}; replace that link by a folder`,
    );
  return path;
}

/** The schedulers of a machine, the one in charge first; sd_booted(3) tells whether systemd runs it. */
function schedulersOf(root: string | undefined, platform: string): readonly SchedulerName[] {
  if (root !== undefined) {
    const hasSystemd = ['usr/lib/systemd/systemd', 'lib/systemd/systemd'].some(path =>
      existsSync(join(root, path)),
    );
    return hasSystemd ? ['systemd', 'cron', 'launchd', 'windows'] : ['cron', 'systemd', 'launchd', 'windows'];
  }
  if (platform === 'darwin') return ['launchd', 'cron'];
  if (platform === 'win32') return ['windows'];
  return existsSync('/run/systemd/system') ? ['systemd', 'cron'] : ['cron'];
}

function readExisting(path: string): Existing {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return { kind: 'absent' };
    if (!stats.isFile()) return { kind: 'other' };
    const bytes = readFileSync(path);
    const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
    return { kind: 'file', text: utf16 ? bytes.subarray(2).toString('utf16le') : bytes.toString('utf8') };
  } catch {
    return { kind: 'other' };
  }
}

/** systemd goes by the name of the unit: the link may also lead to the unit of a package in /usr/lib or /lib. */
function isLinkTo({ path, target }: ScheduledLink): boolean {
  try {
    return basename(readlinkSync(path)) === basename(target);
  } catch {
    return false;
  }
}

/** A time service, with the command that also keeps it from starting at the next boot. */
function otherServiceOf({ name, stop }: TimeService): OtherService {
  return {
    name,
    stop: stop
      .replace(/^systemctl stop /, 'systemctl disable --now ')
      .replace(/^net stop (.*)/, 'net stop $1 & sc config $1 start= disabled'),
  };
}

interface ProgramRun {
  readonly output: string;
  /** Why it failed; absent on success. */
  readonly failure?: string;
}

/** Runs a program to its end, on Windows by its full path: a bare name is searched in the current directory first. */
function runProgram([program, ...args]: SchedulerCommand, env: SchedulerSite['env']): Promise<ProgramRun> {
  const file =
    env.SystemRoot === undefined || /[\\/]/.test(program)
      ? program
      : win32.join(env.SystemRoot, 'System32', `${program}.exe`);
  return new Promise(resolve => {
    execFile(file, args, { timeout: 60_000, windowsHide: true }, (error, stdout, stderr) => {
      const said = stderr.trim() || stdout.trim() || (error?.message ?? '');
      const missing = error?.code === 'ENOENT' ? `there is no ${program}` : said;
      resolve({ output: stdout, ...(error && { failure: `${[program, ...args].join(' ')}: ${missing}` }) });
    });
  });
}
