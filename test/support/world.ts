// A whole world in virtual time: a local clock that is wrong, servers as data, a network between them. `sync`
// and `query` run in it with everything but the ports being the real code, in no time and always alike.
//
//   const w = world({ behind: 2, servers: { a: { delay: 0.02 }, b: { offset: 1 } } });
//   const outcome = await w.sync({ samples: 2 });   // w.clock.behind() is what is left of the 2 s

import { ClockError, type ClockErrorKind } from '../../src/clock/clock.ts';
import { type Nts, NtsError } from '../../src/net/nts/session.ts';
import { sleepBy, type Timer } from '../../src/net/timer.ts';
import { floorAfter } from '../../src/ntp/clock-floor.ts';
import { type DriftMemory, type DriftReading, EMPTY_DRIFT_MEMORY } from '../../src/ntp/drift/drift-record.ts';
import { add, difference, type Seconds, type UnixTime, unixTimeOf } from '../../src/ntp/time.ts';
import type { Competitor, Outcome } from '../../src/pipeline/outcome.ts';
import type { ClockLock, DriftStore, FloorStore, Host, Remembered } from '../../src/pipeline/ports.ts';
import { familyOf, NTP_PORT, type Server } from '../../src/sources/server.ts';
import { defaults, type Ports, query, type SyncEvent, type SyncOptions, sync } from '../../src/sync.ts';
import { type ClockSetup, type SimulatedClock, simulatedClock } from './world/clock.ts';
import { type Asked, type Lookup, simulatedNetwork, simulatedResolve } from './world/network.ts';
import { seeded } from './world/random.ts';
import { type Schedule, schedule } from './world/schedule.ts';
import type { SimulatedServer } from './world/server.ts';

/** The true time when a world begins: no round one, or its clocks would seem to tick. */
export const BEGINNING: UnixTime = unixTimeOf(BigInt(Date.UTC(2026, 10, 21)) * 1_000_000n + 271_828_183n);
/** When the program was released, in every world. */
export const RELEASE: UnixTime = unixTimeOf(BigInt(Date.UTC(2026, 0, 1)) * 1_000_000n);

export interface WorldSetup extends ClockSetup {
  readonly seed?: number;
  /** By address; or by a name, which then has one address of its own, 203.0.113.N. */
  readonly servers?: Readonly<Record<string, SimulatedServer>>;
  /** Names with more or fewer addresses than one. */
  readonly names?: Readonly<Record<string, Lookup>>;
  readonly competitors?: readonly Competitor[];
  readonly setSinceBoot?: boolean;
  /** By how much there is a hardware clock that is ahead of the truth; none unless given. */
  readonly hardwareOffset?: Seconds;
  /** What keeping the memory comes to. */
  readonly memoryWarning?: string;
  /** The name of the kernel's clock source. */
  readonly clocksource?: () => string;
  /** What earlier runs remember of the oscillator; a `steerable` clock begins with nothing. */
  readonly driftMemory?: DriftReading;
  /** What keeping that comes to. */
  readonly driftWarning?: string;
  /** The floor of the clock when the world begins. */
  readonly floor?: UnixTime;
  /** What keeping the floor comes to. */
  readonly floorWarning?: string;
  /** What comes of writing the hardware clock. */
  readonly rtcRefusesWith?: ClockErrorKind;
}

export interface World extends Pick<Schedule, 'now' | 'run'> {
  readonly clock: SimulatedClock;
  /** What was sent, to which server, and when. */
  readonly asked: readonly Asked[];
  readonly events: readonly SyncEvent[];
  readonly remembered: readonly Remembered[];
  /** What is remembered of the oscillator, each time that it was kept. */
  readonly driftMemories: readonly DriftMemory[];
  /** The floor of the clock at present. */
  floor(): UnixTime | undefined;
  /** What the hardware clock was set to, beyond what the clock showed. */
  readonly rtcWritten: readonly Seconds[];
  /** How often the clock was locked and not released, how many sleep, how many channels are open: 0 after a run. */
  unfinished(): number;
  /** Lets something happen at a time. */
  at(time: Seconds, action: () => void): void;
  /** The machine sleeps: time goes on, and so does the clock, but not the monotonic one. */
  suspend(duration: Seconds): void;
  ports(changes?: Partial<Ports>): Ports;
  /** All names and all servers that are no name's, in the order of the setup; the command's defaults for the rest. */
  options(changes?: Partial<SyncOptions>): SyncOptions;
  sync(changes?: Partial<SyncOptions>, ports?: Partial<Ports>): Promise<Outcome>;
  query(changes?: Partial<SyncOptions>, ports?: Partial<Ports>): Promise<Outcome>;
}

/** Builds a world; `setup` alone decides what will happen in it. */
export function world(setup: WorldSetup): World {
  const time = schedule();
  const random = seeded(setup.seed ?? 1);
  let asleep: Seconds = 0;
  const trueTime = (): UnixTime => add(BEGINNING, time.now() + asleep);
  const clock = simulatedClock(setup, time.now, trueTime);
  const timer = countingTimer(time, clock);
  const { names, servers } = addressBook(setup);
  const network = simulatedNetwork(servers, { schedule: time, trueTime, read: clock.read, random });
  const host = simulatedHost(setup, timer, clock, () => asleep);
  const nonces = seeded((setup.seed ?? 1) + 1);
  const events: SyncEvent[] = [];

  const ports = (changes: Partial<Ports> = {}): Ports => ({
    transport: network.transport,
    timer,
    resolve: simulatedResolve(names, time),
    nts: withoutNts,
    random: length => Uint8Array.from({ length }, () => nonces() * 256),
    clock,
    host,
    release: RELEASE,
    emit: event => events.push(event),
    signal: new AbortController().signal,
    ...changes,
  });
  const options = (changes: Partial<SyncOptions> = {}): SyncOptions => ({
    ...defaults,
    servers: hostsOf(setup).map(host => server(host)),
    ...changes,
  });
  return {
    now: time.now,
    run: time.run,
    clock,
    asked: network.asked,
    events,
    remembered: host.remembered,
    driftMemories: host.driftMemories,
    floor: () => host.floor.recall().time,
    rtcWritten: host.rtcWritten,
    unfinished: () => network.open() + timer.sleeping() + host.locked(),
    at: (when, action) => void time.after(when - time.now(), action),
    suspend(duration) {
      asleep += duration;
    },
    ports,
    options,
    sync: (changes, replaced) => time.run(sync(options(changes), ports(replaced))),
    query: (changes, replaced) => time.run(query(options(changes), ports(replaced))),
  };
}

/** A server as the command line names it, with what a list file may say of it. */
export function server(host: string, marks: Partial<Server> = {}): Server {
  return { host, port: NTP_PORT, from: 'command line', ...marks };
}

/** No server in this world exchanges keys unless a test adds one that does. */
const withoutNts: Nts = {
  exchange: ({ host }) => Promise.reject(new NtsError('unreachable', `${host} serves no NTS`)),
  take: async () => undefined,
  async keep() {},
};

function hostsOf({ names = {}, servers = {} }: WorldSetup): readonly string[] {
  const named = Object.values(names).flatMap(({ addresses = [] }) => addresses);
  return [...Object.keys(names), ...Object.keys(servers).filter(host => !named.includes(host))];
}

/** Gives each server that is known by name an address, and each address its server. */
function addressBook({ names = {}, servers = {} }: WorldSetup): {
  readonly names: ReadonlyMap<string, Lookup>;
  readonly servers: ReadonlyMap<string, SimulatedServer>;
} {
  const lookups = new Map<string, Lookup>(Object.entries(names));
  const at = new Map<string, SimulatedServer>();
  for (const [i, [name, simulated]] of Object.entries(servers).entries()) {
    const literal = familyOf(name) !== undefined;
    const address = literal ? name : `203.0.113.${i + 1}`;
    at.set(address, simulated);
    if (!literal) lookups.set(name, { addresses: [address] });
  }
  return { names: lookups, servers: at };
}

function countingTimer({ after }: Schedule, clock: SimulatedClock): Timer & { sleeping(): number } {
  let sleeping = 0;
  const later: Timer['after'] = (duration, action) => {
    const awake = (): void => {
      if (pending) sleeping -= 1;
      pending = false;
    };
    let pending = true;
    sleeping += 1;
    const cancel = after(duration, () => {
      awake();
      action();
    });
    return () => {
      awake();
      cancel();
    };
  };
  return {
    now: clock.monotonic,
    sleeping: () => sleeping,
    after: later,
    sleep: (duration, signal) => sleepBy({ after: later }, duration, signal),
  };
}

interface SimulatedHost extends Host {
  readonly floor: FloorStore;
  readonly remembered: readonly Remembered[];
  readonly driftMemories: readonly DriftMemory[];
  readonly rtcWritten: readonly Seconds[];
  locked(): number;
}

function simulatedHost(
  setup: WorldSetup,
  timer: Timer,
  clock: SimulatedClock,
  asleep: () => Seconds,
): SimulatedHost {
  const { competitors = [], setSinceBoot = false, hardwareOffset, memoryWarning, rtcRefusesWith } = setup;
  const driftMemories: DriftMemory[] = [];
  const remembered: Remembered[] = [];
  const rtcWritten: Seconds[] = [];
  let locked = 0;
  const drift: DriftStore = {
    oscillator: () => ({ bootId: clock.bootId()!, clocksource: setup.clocksource?.() ?? 'tsc' }),
    asleep,
    recall() {
      const memory = driftMemories.at(-1);
      return memory ? { memory } : (setup.driftMemory ?? { memory: EMPTY_DRIFT_MEMORY });
    },
    remember(memory) {
      if (setup.driftWarning === undefined) driftMemories.push(memory);
      return setup.driftWarning;
    },
  };
  return {
    ...(setup.steerable && { drift }),
    driftMemories,
    floor: simulatedFloor(setup),
    remembered,
    rtcWritten,
    locked: () => locked,
    async lockClock(): Promise<ClockLock> {
      await timer.sleep(0.001);
      locked += 1;
      const release = (): void => {
        locked -= 1;
      };
      return { competitors, warnings: [], release };
    },
    recall() {
      const last = remembered.at(-1);
      if (!last) return { setSinceBoot, sum: 0, explained: 0 };
      const since = Math.max(0, difference(clock.now(), last.at));
      return { setSinceBoot: true, sum: last.sum, explained: 500e-6 * since };
    },
    hardwareAhead: () => (hardwareOffset === undefined ? undefined : clock.behind() + hardwareOffset),
    remember(correction) {
      remembered.push(correction);
      return memoryWarning;
    },
    async writeRtc(offset) {
      if (rtcRefusesWith)
        throw new ClockError(rtcRefusesWith, `the simulated hardware clock refuses: ${rtcRefusesWith}`);
      rtcWritten.push(offset);
      return undefined;
    },
  };
}

function simulatedFloor({ floor, floorWarning }: WorldSetup): FloorStore {
  let time = floor;
  return {
    recall: () => (time === undefined ? { warnings: [] } : { time, path: '/state/floor', warnings: [] }),
    remember(measured) {
      time = floorAfter(measured, time);
      return floorWarning;
    },
  };
}
