// The bench of the field cases: servers, files and command lines as people have them. A case names its servers A, B, …
// and writes `A`, `A.addr`, `A.port`, `DEAD` and `DIR` where the real ones belong; the real command runs against them.

import { writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import {
  type Ask,
  ascii,
  type Behavior,
  type Datagram,
  ntpTime,
  openServer,
  reply,
} from '../hostile/server.ts';
import { onLinux, type Result, type Surroundings, scratch, tsntp, works } from '../support/command.ts';

/** What is out of the ordinary about a server; an ordinary one is right, of stratum 1, and answers at once. Seconds. */
export interface Habits {
  readonly ahead?: number;
  /** Ahead by this instead after so many requests. */
  readonly moves?: { readonly after: number; readonly to: number };
  /** Its clock runs so much too fast, in parts per million, from the first request on. */
  readonly rate?: number;
  readonly version?: number;
  readonly leap?: number;
  readonly stratum?: number;
  readonly poll?: number;
  /** The byte. */
  readonly precision?: number;
  readonly rootDelay?: number;
  readonly rootDispersion?: number;
  /** Four letters, or the 32 bits. */
  readonly refid?: string | number;
  /** The reference time: so long before T2 (negative: after the transmit time), or zero. */
  readonly reference?: number | 'zero';
  /** Its stamps are cut to multiples of this. */
  readonly tick?: number;
  /** The multiples begin so long after a second does. */
  readonly phase?: number;
  readonly cuts?: 'both' | 'receive';
  /** T2 and T3 of one reply are off by the same random amount, up to this either way. */
  readonly noise?: number;
  /** T3 − T2. */
  readonly kept?: number;
  /** The round trip of each request in turn; the last stays. */
  readonly trip?: readonly number[];
  readonly port?: number;
  /** Its address; one of its own on loopback by default. */
  readonly host?: string;
  /** Anything else, on top of what the rest makes. */
  readonly also?: (behavior: Behavior) => Behavior;
}

/** A server of these habits. */
export function habitual(habits: Habits): Behavior {
  const { also = one => one, trip = [0] } = habits;
  let first: bigint | undefined;
  const answer = (ask: Ask): readonly Datagram[] => {
    first ??= ask.now;
    return reply(() => fieldsOf(habits, ask, Number(ask.now - first!) / 1e9))(ask);
  };
  return also(ask => {
    const after = trip[Math.min(ask.number, trip.length) - 1]!;
    return answer(ask).map(one => ({ ...one, after }));
  });
}

function fieldsOf(habits: Habits, ask: Ask, since: number) {
  const { version, leap = 0, stratum = 1, poll = 6, precision = -20, refid = 'GPS' } = habits;
  const {
    rootDelay = 0.001,
    rootDispersion = 0.001,
    reference = 10,
    tick = 0,
    phase = 0,
    cuts = 'both',
  } = habits;
  const { ahead = 0, moves, rate = 0, noise = 0, kept = 0, trip = [0] } = habits;
  const moved = moves !== undefined && ask.number > moves.after ? moves.to : ahead;
  const half = trip[Math.min(ask.number, trip.length) - 1]! / 2;
  const shift = moved + half + rate * 1e-6 * since + noise * (2 * ask.random() - 1);
  const time = ask.now + BigInt(Math.round(shift * 1e9));
  const began = BigInt(Math.round(phase * 1e9));
  const cut = (at: bigint) => (tick === 0 ? at : at - ((at - began) % BigInt(Math.round(tick * 1e9))));
  const receive = cut(time);
  const transmitAt = time + BigInt(Math.round(kept * 1e9));
  const transmit = cuts === 'both' ? cut(transmitAt) : transmitAt;
  const synchronized = reference === 'zero' ? 0n : ntpTime(reference < 0 ? transmit : receive, -reference);
  return {
    leap,
    stratum,
    poll,
    precision,
    rootDelay: Math.round(rootDelay * 0x1_0000),
    rootDispersion: Math.round(rootDispersion * 0x1_0000),
    refid: typeof refid === 'number' ? refid : ascii(refid),
    reference: synchronized,
    receive: ntpTime(receive),
    transmit: ntpTime(transmit),
    ...(version !== undefined && { version }),
  };
}

/** What is there for the time of a test. */
export interface Field {
  readonly directory: string;
  /** How many requests a server has had. */
  asked(name: string): number;
  /** With the real servers and folders in the place of their names. */
  fill(text: string): string;
  /** Writes a file below the folder of the case, filled in; its path. */
  file(name: string, text: string, mode?: number): Promise<string>;
  /** What a command runs within so that the files of the case below etc/ are in /etc, in place of all lists there. */
  inEtc(): readonly string[];
  /** Runs tsntp in that folder with this command line, filled in: words between blanks. */
  tsntp(line: string, surroundings?: Surroundings): Promise<Result>;
}

/** Of /etc, all but lists of servers and what the case has: by links, so that the real ones are not touched. */
const IN_ETC = `set -e
etc=$1/etc host=$1/host-etc; shift
mkdir -p "$etc" "$host"
mount --bind /etc "$host"
for path in "$host"/* "$host"/.[!.]*; do
  name=\${path##*/}
  case $name in tsntp.conf|chrony|chrony.conf|ntpsec|ntp.conf|systemd) continue ;; esac
  [ -e "$etc/$name" ] || ln -s "$path" "$etc/$name"
done
mount --bind "$etc" /etc
exec "$@"`;

/** Whether folders can be put in the place of others: as root. */
export const mounts: boolean = onLinux && works(['unshare', '-m', 'true']);

let addresses = 0;

/** Opens servers, each on an address of its own. */
export async function field(servers: Readonly<Record<string, Habits>> = {}): Promise<Field> {
  const directory = scratch();
  const opened = new Map<string, { host: string; port: number; asked: readonly bigint[] }>();
  for (const [name, habits] of Object.entries(servers)) {
    addresses += 1;
    const host =
      habits.host ?? `127.${130 + (process.pid % 100)}.${1 + (addresses >> 7)}.${1 + (addresses & 127)}`;
    const server = await openServer(habitual(habits), host, habits.port);
    onTestFinished(() => server.close());
    opened.set(name, { host, port: server.port, asked: server.asked });
  }
  const fill = (text: string) =>
    text.replace(/\b(?:([A-F])(\.addr|\.port)?|DEAD|DIR)\b/g, (word, name: string, part: string) => {
      if (word === 'DIR') return directory;
      if (word === 'DEAD') return '127.0.0.1:9';
      const server = opened.get(name);
      if (!server) return word;
      if (part === '.addr') return server.host;
      if (part === '.port') return String(server.port);
      return server.host.includes(':') ? `[${server.host}]:${server.port}` : `${server.host}:${server.port}`;
    });
  return {
    directory,
    asked: name => opened.get(name)!.asked.length,
    fill,
    async file(name, text, mode = 0o644) {
      const path = join(directory, name);
      await mkdir(dirname(path), { recursive: true });
      writeFileSync(path, fill(text), { mode });
      return path;
    },
    inEtc: () => ['unshare', '-m', 'sh', '-c', IN_ETC, 'sh', directory],
    tsntp: (line, surroundings) =>
      tsntp(
        line
          .split(' ')
          .filter(word => word !== '')
          .map(fill),
        { cwd: directory, ...surroundings },
      ),
  };
}

/** What a JSON report says of the result. */
export function measured(result: Result): { readonly offset: number; readonly errorBound: number } {
  expect(result.code, result.stdout + result.stderr).toBe(0);
  return JSON.parse(result.stdout) as { offset: number; errorBound: number };
}
