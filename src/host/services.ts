// The processes of this machine → the time services that steer its clock and would conflict with tsntp. A service that
// may not set the clock (capable.ts), or that only measures, is not included. A service that sets the clock once and
// exits is: it may have measured already and would add its correction to ours. Unknown counts as absent: looking is
// never an error.

import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import { maySetClock } from '../clock/capable.ts';
import type { TimeService } from '../pipeline/outcome.ts';

/**
 * Finds the time services that control the clock now; on Linux by process id. Never rejects. `root` is the root of the
 * file system.
 */
export async function findTimeServices(
  platform: string = process.platform,
  root = '/',
): Promise<readonly TimeService[]> {
  switch (platform) {
    case 'linux':
      return onLinux(root);
    case 'win32':
      return onWindows();
    case 'darwin':
      return onDarwin(root);
    default:
      return [];
  }
}

/** The one-letter options of a command line with their values; '' for options without one. */
type Letters = ReadonlyMap<string, string>;

interface Daemon {
  readonly name: string;
  /** The kernel's name of the process: truncated to 15 characters. */
  readonly comm: string;
  /** Must match the program's path, its command line, or its unit. */
  readonly mark?: RegExp;
  /** The letters of the options that take a value. */
  readonly valued?: string;
  /** Whether these options keep the daemon from setting the clock. */
  readonly passes?: (letters: Letters) => boolean;
}

const NTPD = { comm: 'ntpd', valued: 'cDfiIklpPrstTuUwyYz' };

/** If several match, the first one counts. */
const DAEMONS: readonly Daemon[] = [
  {
    name: 'chronyd',
    comm: 'chronyd',
    valued: 'fFlLPtu',
    passes: o => o.has('x') || o.has('Q'),
  },
  {
    name: 'busybox ntpd',
    comm: 'ntpd',
    mark: /busybox/,
    valued: 'IkpS',
    passes: o => o.has('w'),
  },
  { name: 'openntpd', comm: 'ntpd', mark: /openntpd|\[priv\]/ },
  // Debian's second name for it.
  { name: 'openntpd', comm: 'openntpd' },
  { name: 'NTPsec ntpd', mark: /ntpsec/, ...NTPD },
  { name: 'ntpd', ...NTPD },
  { name: 'ntpd-rs', comm: 'ntp-daemon' },
  { name: 'systemd-timesyncd', comm: 'systemd-timesyn' },
  {
    name: 'phc2sys',
    comm: 'phc2sys',
    valued: 'cdEfFiIlLMnNOPRsStuz',
    // Without these options it sets a network card's clock from the system clock.
    passes: o => (o.has('a') ? !o.has('r') : (o.get('c') ?? 'CLOCK_REALTIME') !== 'CLOCK_REALTIME'),
  },
];

interface Found {
  readonly service: TimeService;
  readonly pid: number;
  readonly parent: number;
}

function onLinux(root: string): readonly TimeService[] {
  const proc = posix.join(root, 'proc');
  const systemd = existsSync(posix.join(root, 'run/systemd/system'));
  const found = attempt(() => readdirSync(proc), [])
    .filter(name => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b))
    .map(pid => attempt(() => inspect(posix.join(proc, pid), Number(pid), systemd), undefined))
    .filter(each => each !== undefined);
  // A daemon's helper processes end with it.
  const pids = new Set(found.map(each => each.pid));
  return found.filter(each => !pids.has(each.parent)).map(each => each.service);
}

/** Throws if the process has ended or is hidden. */
function inspect(directory: string, pid: number, systemd: boolean): Found | undefined {
  const read = (name: string): string => readFileSync(posix.join(directory, name), 'utf8');
  const comm = read('comm').trimEnd();
  if (comm !== 'busybox' && !DAEMONS.some(daemon => daemon.comm === comm)) return undefined;

  const [program = '', ...args] = read('cmdline').split('\0');
  // A zombie has no command line.
  if (program === '') return undefined;
  if (!maySetClock(directory, posix.join(directory, '../self'))) return undefined;

  const unit = systemd ? unitOf(attempt(() => read('cgroup'), '')) : undefined;
  // The link of another user's process may not be readable.
  const executable = attempt(() => readlinkSync(posix.join(directory, 'exe')), '');
  const text = [executable, program, ...args, unit].join('\n');
  const title = comm === 'busybox' ? args[0] : comm;
  const daemon = DAEMONS.find(each => each.comm === title && (each.mark?.test(text) ?? true));
  if (daemon === undefined || daemon.passes?.(optionsOf(args, daemon.valued ?? ''))) return undefined;

  const stop = unit === undefined ? `kill ${pid}` : `systemctl stop ${unit}`;
  const parent = Number(/^PPid:\s*(\d+)$/m.exec(read('status'))?.[1] ?? '0');
  return { service: { name: daemon.name, pid, stop }, pid, parent };
}

/** The service's unit, unless it belongs to something else that started the daemon, such as cron. */
function unitOf(cgroup: string): string | undefined {
  return /:\/system\.slice\/(?:.*\/)?([^/\n]*(?:chrony|ntp|timesync|phc2sys)[^/\n]*)\.service$/m.exec(
    cgroup,
  )?.[1];
}

function optionsOf(args: readonly string[], valued: string): Letters {
  const options = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const letters = /^-([^-].*)/.exec(args[i] ?? '')?.[1] ?? '';
    for (let j = 0; j < letters.length; j++) {
      const letter = letters.charAt(j);
      const takesValue = valued.includes(letter);
      options.set(letter, takesValue ? letters.slice(j + 1) || (args[++i] ?? '') : '');
      if (takesValue) break;
    }
  }
  return options;
}

async function onWindows(): Promise<readonly TimeService[]> {
  try {
    const [{ windowsTimeServices }, koffi] = await Promise.all([
      import('./windows/time-services.ts'),
      import('koffi'),
    ]);
    return windowsTimeServices(koffi);
  } catch {
    return [];
  }
}

async function onDarwin(root: string): Promise<readonly TimeService[]> {
  // It answers only root. Other users cannot set the clock and get an error later.
  const answer = await outputOf(posix.join(root, 'usr/sbin/systemsetup'), ['-getusingnetworktime']);
  if (!/^Network Time: On$/m.test(answer)) return [];
  return [{ name: 'timed', stop: 'systemsetup -setusingnetworktime off' }];
}

/** The output of a command; empty if the command is missing, fails, or takes longer than a few seconds. */
async function outputOf(command: string, args: readonly string[]): Promise<string> {
  const { execFile } = await import('node:child_process');
  return new Promise(resolve => {
    execFile(command, args, { timeout: 3000, windowsHide: true }, (error, stdout) =>
      resolve(error ? '' : stdout),
    );
  });
}

function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise;
  }
}
