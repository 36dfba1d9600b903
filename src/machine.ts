// The only file that opens the real world: this machine's clock, network, resolver, lock and state, behind pipeline/ports.ts.

import { randomBytes } from 'node:crypto';
import type { Clock } from './clock/clock.ts';
import { dryRun } from './clock/dry-run.ts';
import { openClock } from './clock/index.ts';
import { openRtc } from './clock/rtc/rtc.ts';
import { hardwareAhead } from './clock/rtc/sysfs.ts';
import { bootOf, explainedSince, setSinceBoot } from './host/boot.ts';
import { acquireLock, lockDirectories } from './host/lock.ts';
import { whyHidden } from './host/processes.ts';
import { findTimeServices } from './host/services.ts';
import { readState, stateDirectory, writeState } from './host/state.ts';
import { type NtsTrust, openNts } from './net/nts/open.ts';
import type { CookieStores } from './net/nts/session.ts';
import { resolve } from './net/resolve.ts';
import { realTimer } from './net/timer.ts';
import { udpTransport } from './net/udp.ts';
import { formatInstant } from './ntp/time.ts';
import type { Competitor } from './pipeline/outcome.ts';
import type { Claim, Host, Memory } from './pipeline/ports.ts';
import { RELEASED } from './release.ts';
import type { Ports, SyncEvent } from './sync.ts';

/** A process's environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface HostChoices {
  /** False for the null driver: measures, decides, and touches nothing. */
  readonly setsClock: boolean;
  /** Sets nothing, but names the programs that would keep it from doing so. */
  readonly rehearses?: boolean;
  /** The process's environment: where the user's folders are. */
  readonly env: Environment;
  /** Where the state file and the lock are; by default as the platform has it. */
  readonly stateDirectory?: string;
}

export interface PortChoices extends HostChoices {
  readonly nts?: NtsTrust;
  readonly emit?: (event: SyncEvent) => void;
  readonly signal?: AbortSignal;
}

/** Opens this machine's ports. What is missing shows when it is needed; only a clock that stands still is a `ClockError`. */
export async function openPorts(choices: PortChoices): Promise<Ports> {
  const real = await openClock();
  const clock = choices.setsClock ? real : dryRun(real);
  const directory = stateDirectoryOf(choices);
  const host = openHost(clock, choices);
  return {
    clock,
    transport: udpTransport(() => clock.read()),
    resolve,
    nts: openNts(choices.nts ?? {}, cookieStores(directory), () => isGood(clock, host)),
    timer: realTimer,
    random: length => randomBytes(length),
    host,
    release: RELEASED,
    emit: choices.emit ?? (() => {}),
    signal: choices.signal ?? new AbortController().signal,
  };
}

/** Where cookies are kept beside the state. Not on Windows: there a mode of 0600 hides nothing, and any user can read %ProgramData%. */
export function cookieStores(
  directory: string | undefined,
  platform: NodeJS.Platform = process.platform,
): CookieStores {
  return async trust => {
    if (directory === undefined || platform === 'win32') return undefined;
    const { cookieStore } = await import('./host/cookie-store.ts');
    return cookieStore(directory, trust);
  };
}

/** The host alone, without a network. */
export function openHost(clock: Clock, choices: HostChoices): Host {
  const directory = stateDirectoryOf(choices);
  const { env } = choices;
  if (choices.setsClock) return settingHost(clock, directory, env);
  return { ...readOnlyHost(clock, directory), ...(choices.rehearses && { claim: () => lookAround(env) }) };
}

/** Where this user's memory is, or where the user says. */
function stateDirectoryOf(choices: Pick<PortChoices, 'env' | 'stateDirectory'>): string | undefined {
  return choices.stateDirectory ?? stateDirectory(process.platform, choices.env, process.geteuid?.());
}

/** Whether this clock was set since it came up, and not to nonsense. */
export function isGood(clock: Clock, host: Host): boolean {
  return clock.now() >= RELEASED && (host.recall().setSinceBoot || clock.status().synchronized === true);
}

/** The host of a run that sets the clock. */
function settingHost(clock: Clock, directory: string | undefined, env: Environment): Host {
  return {
    ...readOnlyHost(clock, directory),
    claim: () => claimClock(directory, env),
    remember({ at, correction, server, errorBound, sum }) {
      if (directory === undefined) return noMemory;
      const { bootId, now: _, ...boot } = bootOf(clock);
      const { kind, offset } = correction;
      const set = { time: formatInstant(at), offset, kind, server, errorBound, sum, ...boot };
      return writeState(directory, {
        version: 1,
        lastSet: { ...(bootId !== undefined && { bootId }), ...set },
      });
    },
    async writeRtc(offset) {
      const rtc = await openRtc(clock);
      try {
        await rtc.write(offset);
      } finally {
        rtc.close();
      }
    },
  };
}

/** The host of a run that touches nothing: it reads the memory, and that is all. */
function readOnlyHost(clock: Clock, directory: string | undefined): Host {
  return {
    claim: async () => ({ competitors: [], warnings: [], release() {} }),
    recall: () => recall(clock, directory),
    hardwareAhead: () => hardwareAhead(clock),
    remember: () => undefined,
    writeRtc: async () => {},
  };
}

const NOTHING: Memory = { setSinceBoot: false, sum: 0, explained: 0 };

/** A memory that cannot be believed does not switch the panic limit off. */
function recall(clock: Clock, directory: string | undefined): Memory {
  if (directory === undefined) return NOTHING;
  const { state, warning } = readState(directory);
  if (warning !== undefined)
    return {
      ...NOTHING,
      setSinceBoot: true,
      warning: `${warning}. Until then the panic limit holds; -g lifts it`,
    };
  const boot = bootOf(clock);
  if (state.lastSet === undefined || !setSinceBoot(state, boot)) return NOTHING;
  const { sum = 0 } = state.lastSet;
  return { setSinceBoot: true, sum, explained: explainedSince(state.lastSet, boot) };
}

/** The other programs that set this clock. */
async function lookAround(env: Environment): Promise<Claim> {
  const services = await findTimeServices(process.platform, windowsFolder(env));
  const competitors = services.map(service => ({ kind: 'service', ...service }) as const);
  const hidden = whyHidden();
  const warnings = hidden === undefined ? [] : [`other time services would not be noticed: ${hidden}`];
  return { competitors, warnings, release() {} };
}

/** Where the look for time services begins; elsewhere than on Windows, a variable of that name means nothing. */
export function windowsFolder(env: Environment, platform: string = process.platform): string | undefined {
  return platform === 'win32' ? env.SystemRoot : undefined;
}

const noMemory =
  'there is no folder for the state file, so the next run will not know of this correction: name one with --state DIR';

async function claimClock(directory: string | undefined, env: Environment): Promise<Claim> {
  const directories = lockDirectories(process.platform, env, directory);
  const [lock, others] = await Promise.all([acquireLock(directories), lookAround(env)]);
  const competitors: Competitor[] = [...others.competitors];
  const warnings: string[] = [...others.warnings];
  if (lock.kind === 'held')
    competitors.push({ kind: 'tsntp', ...(lock.pid !== undefined && { pid: lock.pid }) });
  if (lock.kind === 'unavailable') warnings.push(`another tsntp would not be noticed: ${lock.reason}`);
  return {
    competitors,
    warnings,
    release() {
      if (lock.kind === 'lock') lock.release();
    },
  };
}
