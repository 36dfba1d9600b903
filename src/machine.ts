// The only file that opens the real world: implements the ports of the pipeline and the verbs with this machine's
// clock, network, resolver, lock, state, and hardware clock.

import type { CheckPorts } from './check.ts';
import type { Clock } from './clock/clock.ts';
import { dryRun, dryRunRtc } from './clock/dry-run.ts';
import { openClock } from './clock/index.ts';
import { missingPermission } from './clock/permission.ts';
import { openRtc, peekRtc } from './clock/rtc/device.ts';
import { hardwareAhead } from './clock/rtc/sysfs.ts';
import { secondsAsleep } from './host/boot.ts';
import { driftStore } from './host/drift-store.ts';
import { effectiveUser } from './host/effective-user.ts';
import { floorStore } from './host/floor-file.ts';
import { localInstant } from './host/local-time.ts';
import { acquireLock, lockDirectories } from './host/lock.ts';
import { memoryDirectories, readDriftMemories, readMemories, recall, remember } from './host/memory.ts';
import { whyHidden } from './host/processes.ts';
import { loadRandom } from './host/random.ts';
import { findTimeServices } from './host/services.ts';
import { stateDirectory } from './host/state.ts';
import { loadAccessLists } from './host/windows/access-lists.ts';
import { type NtsTrust, openNts } from './net/nts/open.ts';
import type { CookieStores } from './net/nts/session.ts';
import { resolve } from './net/resolve.ts';
import { realTimer } from './net/timer.ts';
import { udpTransport } from './net/udp.ts';
import type { Competitor } from './pipeline/outcome.ts';
import type { ClockLock, Host } from './pipeline/ports.ts';
import type { SystemLog } from './pipeline/system-log.ts';
import { RELEASED } from './release.ts';
import type { RepeatPorts } from './repeat.ts';
import type { RtcPorts } from './rtc.ts';
import type { SchedulePorts } from './schedule/schedule-outcome.ts';
import type { StatusPorts, TimeServices } from './status.ts';
import type { Ports, SyncEvent } from './sync.ts';

export { readSecret } from './host/secret-file.ts';

/** A process's environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface MachineOptions {
  /**
   * `set`: the clocks can be set. `rehearse`: nothing is set, but programs that would keep a run from setting the clock
   * are reported. `look`: nothing is set, and other programs are ignored.
   */
  readonly mode: 'set' | 'rehearse' | 'look';
  /** The environment variables, which locate the user's directories. */
  readonly env: Environment;
  /** The directory of the state file and the lock; by default the platform's. */
  readonly stateDirectory?: string;
  readonly nts?: NtsTrust;
  readonly emit?: (event: SyncEvent) => void;
  readonly signal?: AbortSignal;
}

/** This machine, as used by every verb. */
export interface Machine
  extends Ports,
    StatusPorts,
    Pick<RtcPorts, 'openRtc'>,
    Pick<CheckPorts, 'openUnconnected' | 'readers'> {}

/**
 * Opens this machine. Missing parts cause errors only when they are used; only a clock that stands still rejects with
 * `ClockError`.
 */
export async function openMachine(options: MachineOptions): Promise<Machine> {
  const { mode, env } = options;
  await loadAccessLists();
  const real = await openClock();
  const clock = mode === 'set' ? real : { ...dryRun(real), ...(mode === 'look' && { name: real.name }) };
  const ownDirectory = stateDirectory(process.platform, env, effectiveUser());
  const directory = options.stateDirectory ?? ownDirectory;
  const host = hostOf(real, directory, options);
  return {
    clock,
    transport: udpTransport(() => clock.read()),
    async openUnconnected(...socket) {
      const { unconnectedSockets } = await import('./net/unconnected.ts');
      return unconnectedSockets(() => clock.read())(...socket);
    },
    readers: dateReaders(clock, env),
    resolve,
    nts: openNts(options.nts ?? {}, cookieStores(directory), () => isGood(clock, host)),
    timer: realTimer,
    random: await loadRandom(),
    host,
    release: RELEASED,
    emit: options.emit ?? (() => {}),
    signal: options.signal ?? new AbortController().signal,
    ...surroundingsOf(real, options),
    oscillator: () => host.drift?.oscillator() ?? {},
  };
}

/** The means besides NTP to read a clock over the network. */
function dateReaders(clock: Clock, env: Environment): CheckPorts['readers'] {
  const now = () => clock.monotonic();
  const timer = { ...realTimer, now };
  const folder = process.platform === 'win32' ? env.SystemRoot : undefined;
  return [
    {
      via: 'http',
      async read(...asked) {
        const { httpDates } = await import('./net/http-date.ts');
        const { httpReader } = await import('./pipeline/date-readers.ts');
        return httpReader(httpDates(now), resolve, timer).read(...asked);
      },
    },
    {
      via: 'ssh',
      async read(...asked) {
        const { sshDates } = await import('./host/ssh-date.ts');
        const { sshReader } = await import('./pipeline/date-readers.ts');
        return sshReader(sshDates(now, folder), timer).read(...asked);
      },
    },
  ];
}

/** Opens the schedulers of this machine, or of the image at `root`. */
export async function openSchedulers(env: Environment, root?: string): Promise<SchedulePorts> {
  const { schedulerHost } = await import('./host/scheduler-host.ts');
  return schedulerHost({
    ...(root !== undefined && { root }),
    platform: process.platform,
    env,
    findServices: () => findTimeServices(),
  });
}

/** Opens what a loop of runs is timed by. */
export function openRepetition(signal: AbortSignal): RepeatPorts {
  return { timer: realTimer, random: Math.random, asleep: secondsAsleep, signal };
}

/** What `status` and `rtc` read beyond the clock. */
function surroundingsOf(
  clock: Clock,
  { mode, env, stateDirectory: directory }: MachineOptions,
): Omit<StatusPorts, 'clock' | 'oscillator'> & Pick<RtcPorts, 'openRtc'> {
  const directories =
    directory === undefined ? memoryDirectories(process.platform, env, effectiveUser()) : [directory];
  return {
    memories: () => readMemories(clock, directories),
    driftMemories: () => readDriftMemories(directories),
    timeServices,
    localTime: at => localInstant(new Date(Number(at / 1_000_000n)), env.TZ),
    peekRtc: () => peekRtc(clock),
    async openRtc(path) {
      const device = await openRtc(clock, path === undefined ? {} : { path });
      return mode === 'set' ? device : dryRunRtc(device);
    },
  };
}

/** Opens this machine's system log for entries of a program of this name. Rejects with the reason if there is none. */
export async function openSystemLog(program: string): Promise<SystemLog> {
  const { openLog } = await import('./host/log/index.ts');
  return openLog({ program, pid: process.pid });
}

/** The directory for cookies, beside the state. */
export function cookieStores(directory: string | undefined): CookieStores {
  return async trust => {
    if (directory === undefined) return undefined;
    const { cookieStore } = await import('./host/cookie-store.ts');
    return cookieStore(directory, trust);
  };
}

/** Whether this clock was set since boot, and to a plausible time. */
export function isGood(clock: Clock, host: Host): boolean {
  return clock.now() >= RELEASED && (host.recall().setSinceBoot || clock.status().synchronized === true);
}

/** The host port. A run that sets nothing uses only its memory and its hardware clock. */
function hostOf(clock: Clock, directory: string | undefined, options: MachineOptions): Host {
  const { mode, env } = options;
  const others = memoryDirectories(process.platform, env, effectiveUser());
  const floor = floorStore(
    directory,
    options.stateDirectory === undefined ? others.filter(other => other !== directory) : [],
  );
  const readOnly: Host = {
    lockClock: async () => (mode === 'look' ? UNLOCKED : rehearseLock()),
    recall: () => recall(clock, directory),
    hardwareAhead: () => hardwareAhead(clock),
    remember: () => undefined,
    writeRtc: async () => undefined,
    ...(directory !== undefined && { drift: driftStore(clock, directory, { keeps: mode === 'set' }) }),
    floor: { ...floor, remember: () => undefined },
  };
  if (mode !== 'set') return readOnly;
  return {
    ...readOnly,
    lockClock: () => lockClock(directory, env),
    remember: correction => remember(clock, directory, correction),
    floor,
    async writeRtc(offset) {
      if (process.platform === 'win32') return 'kept-by-system';
      const rtc = await openRtc(clock);
      try {
        return await rtc.write(offset);
      } finally {
        rtc.close();
      }
    },
  };
}

const UNLOCKED: ClockLock = { competitors: [], warnings: [], release() {} };

/** A rehearsal says what would keep it from setting the clock: other programs, and a right that this process lacks. */
async function rehearseLock(): Promise<ClockLock> {
  const { competitors, warnings, release } = competitorsOf(await timeServices());
  const missing = missingPermission(process.platform, process.geteuid?.());
  return { competitors, warnings: missing === undefined ? warnings : [...warnings, missing], release };
}

/** The other programs that set this clock. */
async function timeServices(): Promise<TimeServices> {
  const hidden = whyHidden();
  const services = await findTimeServices();
  return { services, ...(hidden !== undefined && { hidden }) };
}

function competitorsOf({ services, hidden }: TimeServices): ClockLock {
  return {
    ...UNLOCKED,
    competitors: services.map(service => ({ kind: 'service', ...service })),
    warnings: hidden === undefined ? [] : [`other time services would not be noticed: ${hidden}`],
  };
}

async function lockClock(directory: string | undefined, env: Environment): Promise<ClockLock> {
  const directories = lockDirectories(process.platform, env, directory);
  const [lock, others] = await Promise.all([acquireLock(directories), timeServices()]);
  const { competitors, warnings } = competitorsOf(others);
  const held: readonly Competitor[] =
    lock.kind === 'held' ? [{ kind: 'tsntp', ...(lock.pid !== undefined && { pid: lock.pid }) }] : [];
  const unnoticed = lock.kind === 'unavailable' ? [`another tsntp would not be noticed: ${lock.reason}`] : [];
  return {
    competitors: [...competitors, ...held],
    warnings: [...warnings, ...unnoticed],
    release() {
      if (lock.kind === 'lock') lock.release();
    },
  };
}
