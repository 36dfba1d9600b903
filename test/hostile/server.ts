// A scripted NTP server on loopback: each request → the datagrams of a behavior. Behaviors are functions of the request
// and can be combined. The bytes are laid out here from RFC 5905 §7.3, not by the code under test.
// Sign: `ahead` is how far the server's clock is ahead of this machine's, in seconds.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { openClock } from '../../src/clock/index.ts';
import { seeded } from '../support/world/random.ts';

/** One request as the server sees it. */
export interface Ask {
  readonly request: Uint8Array;
  /** 1 for the first request to this server. */
  readonly number: number;
  /** The transmit timestamps of all requests so far, this one last. */
  readonly nonces: readonly bigint[];
  /** Nanoseconds since 1970. */
  readonly now: bigint;
  /** Returns pseudorandom numbers from 0 to 1, the same in every run. */
  readonly random: () => number;
}

export interface Datagram {
  readonly bytes: Uint8Array;
  /** Delay in seconds after the request arrived. */
  readonly after?: number;
  /** The sender, if not the queried server. */
  readonly from?: 'another port' | 'another address';
}

/** The datagrams of a server's answer, in order. */
export type Behavior = (ask: Ask) => readonly Datagram[];

/** The header fields as sent. */
export interface Fields {
  readonly leap: number;
  readonly version: number;
  readonly mode: number;
  readonly stratum: number;
  readonly poll: number;
  readonly precision: number;
  /** In units of 2^-16 s. */
  readonly rootDelay: number;
  /** In units of 2^-16 s. */
  readonly rootDispersion: number;
  readonly refid: number;
  readonly reference: bigint;
  readonly origin: bigint;
  readonly receive: bigint;
  readonly transmit: bigint;
}

type Changes = Partial<Fields> | ((ask: Ask) => Partial<Fields>);

const SECOND = 1_000_000_000n;
/** Seconds from 1900 to 1970. */
const NTP_TO_UNIX = 2_208_988_800n;

/** 32.32 fixed-point seconds since 1900, without the era. */
export function ntpTime(unixNanoseconds: bigint, ahead = 0): bigint {
  const shifted = unixNanoseconds + BigInt(Math.round(ahead * 1e6)) * 1000n + NTP_TO_UNIX * SECOND;
  return BigInt.asUintN(64, (shifted << 32n) / SECOND);
}

/** A valid reply of a stratum 1 server that is `ahead` of the true time, with changes. */
export function reply(changes: Changes = {}, ahead = 0): Behavior {
  return ask => {
    const time = ntpTime(ask.now, ahead);
    return [
      {
        bytes: header({
          leap: 0,
          version: (ask.request[0]! >> 3) & 7,
          mode: 4,
          stratum: 1,
          poll: 6,
          precision: -20,
          rootDelay: 0,
          rootDispersion: 64,
          refid: ascii('GPS'),
          reference: ntpTime(ask.now, ahead - 10),
          origin: ask.nonces.at(-1)!,
          receive: time,
          transmit: time,
          ...(typeof changes === 'function' ? changes(ask) : changes),
        }),
      },
    ];
  };
}

export const truth: Behavior = reply();

/** A valid reply of a wrong clock. */
export function lie(ahead: number): Behavior {
  return reply({}, ahead);
}

/** A kiss-o'-death, from the queried server unless `changes` states otherwise. */
export function kiss(code: string | number, changes: Partial<Fields> = {}): Behavior {
  return reply({
    stratum: 0,
    leap: 3,
    refid: typeof code === 'number' ? code : ascii(code),
    ...changes,
  });
}

export const silence: Behavior = () => [];

/** Sends the datagrams of all behaviors, in this order. */
export function all(...behaviors: readonly Behavior[]): Behavior {
  return ask => behaviors.flatMap(behavior => behavior(ask));
}

/** Answers the first request by the first behavior, and so on; the last one repeats. */
export function script(...behaviors: readonly Behavior[]): Behavior {
  return ask => behaviors[Math.min(ask.number, behaviors.length) - 1]!(ask);
}

export function delayed(seconds: number, behavior: Behavior): Behavior {
  return ask => behavior(ask).map(one => ({ ...one, after: (one.after ?? 0) + seconds }));
}

export function from(sender: 'another port' | 'another address', behavior: Behavior): Behavior {
  return ask => behavior(ask).map(one => ({ ...one, from: sender }));
}

/** The same behavior with changed bytes. */
export function changed(behavior: Behavior, change: (bytes: Uint8Array, ask: Ask) => Uint8Array): Behavior {
  return ask => behavior(ask).map(one => ({ ...one, bytes: change(one.bytes, ask) }));
}

export function followedBy(tail: Uint8Array, behavior: Behavior = truth): Behavior {
  return changed(behavior, bytes => concat(bytes, tail));
}

/** `count` datagrams of random bytes and lengths. */
export function junk(count: number): Behavior {
  return ({ random }) =>
    Array.from({ length: count }, () => {
      const bytes = Uint8Array.from({ length: Math.floor(random() * 200) }, () => random() * 256);
      return { bytes };
    });
}

export function ascii(text: string): number {
  return [0, 1, 2, 3].reduce((refid, i) => refid * 256 + (text.charCodeAt(i) || 0), 0);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap(part => [...part]));
}

/** Encodes the 48 bytes of the header. */
function header(fields: Fields): Uint8Array {
  const bytes = new Uint8Array(48);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, (fields.leap << 6) | (fields.version << 3) | fields.mode);
  view.setUint8(1, fields.stratum);
  view.setInt8(2, fields.poll);
  view.setInt8(3, fields.precision);
  view.setUint32(4, fields.rootDelay);
  view.setUint32(8, fields.rootDispersion);
  view.setUint32(12, fields.refid);
  view.setBigUint64(16, fields.reference);
  view.setBigUint64(24, fields.origin);
  view.setBigUint64(32, fields.receive);
  view.setBigUint64(40, fields.transmit);
  return bytes;
}

/** A running server. */
export interface ScriptedServer {
  readonly port: number;
  /** When each request arrived, in nanoseconds since 1970. */
  readonly asked: readonly bigint[];
  readonly requests: readonly Uint8Array[];
  close(): void;
}

/** Starts a server; port 0 selects a free port. */
export async function openServer(behavior: Behavior, host = '127.0.0.1', port = 0): Promise<ScriptedServer> {
  const clock = await openClock();
  const socket = await bound(host, port);
  const senders = { ...(await strangers()), itself: socket };
  const random = seeded(42);
  const asked: bigint[] = [];
  const requests: Uint8Array[] = [];
  let open = true;
  socket.on('message', (request, { port, address }) => {
    const now = clock.now();
    asked.push(now);
    requests.push(request);
    const nonces = requests.map(bytes => Buffer.from(bytes).readBigUInt64BE(40));
    const ask = { request, number: asked.length, nonces, now, random };
    for (const { bytes, after = 0, from = 'itself' } of behavior(ask)) {
      const send = () => void (open && senders[from].send(bytes, port, address, () => {}));
      if (after === 0) send();
      else setTimeout(send, after * 1000);
    }
  });
  const close = () => {
    if (open) socket.close();
    open = false;
  };
  return { port: socket.address().port, asked, requests, close };
}

type Stranger = NonNullable<Datagram['from']>;

let opened: Promise<Record<Stranger, Socket>> | undefined;

/** Sockets that send as another address or port; they stay open until the process ends. */
function strangers(): Promise<Record<Stranger, Socket>> {
  opened ??= Promise.all([bound('127.0.0.1'), bound('127.0.0.77')]).then(([port, address]) => ({
    'another port': port.unref(),
    'another address': address.unref(),
  }));
  return opened;
}

async function bound(host: string, port = 0): Promise<Socket> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').bind(port, host);
  await once(socket, 'listening');
  return socket;
}
