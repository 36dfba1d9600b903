// The real world behind the ports of sync.ts: this machine's clock, network, resolver, lock and state file.

import { randomBytes } from 'node:crypto';
import { uptime } from 'node:os';
import type { Clock } from './clock/clock.ts';
import { dryRun } from './clock/dry-run.ts';
import { openClock } from './clock/index.ts';
import { acquireLock, lockDirectories } from './clock/lock.ts';
import { findTimeServices } from './clock/services.ts';
import { readState, setSinceBoot, stateDirectory, writeState } from './clock/state.ts';
import { resolve } from './net/resolve.ts';
import { realTimer } from './net/timer.ts';
import { udpTransport } from './net/udp.ts';
import { formatInstant } from './ntp/time.ts';
import type { Contender } from './outcome.ts';
import { RELEASED } from './release.ts';
import type { Claim, Host, Ports, SyncEvent } from './sync.ts';

export interface PortChoices {
  /** False for the null driver: measures, decides, and touches nothing. */
  readonly setsClock: boolean;
  /** Where the state file and the lock are; by default as the platform has it. */
  readonly stateDirectory?: string;
  readonly emit?: (event: SyncEvent) => void;
  readonly signal?: AbortSignal;
}

/** Opens this machine's ports. Never rejects: what is missing shows when it is needed. */
export async function openPorts(choices: PortChoices): Promise<Ports> {
  const real = await openClock();
  const clock = choices.setsClock ? real : dryRun(real);
  return {
    clock,
    transport: udpTransport(() => clock.read()),
    resolve,
    timer: realTimer,
    random: length => randomBytes(length),
    host: choices.setsClock
      ? thisMachine(clock, directoryOf(choices))
      : bystander(clock, directoryOf(choices)),
    release: RELEASED,
    emit: choices.emit ?? (() => {}),
    signal: choices.signal ?? new AbortController().signal,
  };
}

function directoryOf(choices: PortChoices): string | undefined {
  return choices.stateDirectory ?? stateDirectory(process.platform, process.env, process.getuid?.());
}

/** The host of a run that sets the clock. */
function thisMachine(clock: Clock, directory: string | undefined): Host {
  return {
    ...bystander(clock, directory),
    claim: () => claimClock(directory),
    remember({ at, correction, server, errorBound }) {
      if (directory === undefined) return noMemory;
      const bootId = clock.bootId();
      const { kind, offset } = correction;
      const time = formatInstant(at);
      const lastSet = { ...(bootId !== undefined && { bootId }), time, offset, kind, server, errorBound };
      return writeState(directory, { version: 1, lastSet });
    },
  };
}

/** The host of a run that touches nothing: it reads the memory, and that is all. */
function bystander(clock: Clock, directory: string | undefined): Host {
  return {
    claim: async () => ({ contenders: [], warnings: [], release() {} }),
    setSinceBoot() {
      if (directory === undefined) return { value: false };
      const { state, warning } = readState(directory);
      const value = setSinceBoot(state, { bootId: clock.bootId(), now: clock.now(), uptime: uptime() });
      return { value, ...(warning !== undefined && { warning }) };
    },
    remember: () => undefined,
  };
}

const noMemory =
  'there is no folder for the state file, so the next run will not know of this correction: name one with --state DIR';

async function claimClock(directory: string | undefined): Promise<Claim> {
  const directories = lockDirectories(process.platform, process.env, directory);
  const [lock, services] = await Promise.all([acquireLock(directories), findTimeServices()]);
  const contenders: Contender[] = services.map(service => ({ kind: 'service', ...service }));
  const warnings: string[] = [];
  if (lock.kind === 'held')
    contenders.push({ kind: 'tsntp', ...(lock.pid !== undefined && { pid: lock.pid }) });
  if (lock.kind === 'unavailable') warnings.push(`another tsntp would not be noticed: ${lock.reason}`);
  return {
    contenders,
    warnings,
    release() {
      if (lock.kind === 'lock') lock.release();
    },
  };
}
