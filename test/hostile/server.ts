// A scripted NTP server on loopback: each request → the datagrams that a behaviour answers it with. Behaviours are
// functions of the request and combine; the bytes are laid out here from RFC 5905 §7.3, not by the code under test.
// Sign: `ahead` is how far the server's clock is ahead of this machine's.

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
  /** Pseudorandom, from 0 to 1: the same at every run. */
  readonly random: () => number;
}

export interface Datagram {
  readonly bytes: Uint8Array;
  /** Sent so many seconds after the request came in. */
  readonly after?: number;
  /** Sent by somebody else. */
  readonly from?: 'another port' | 'another address';
}

/** What a server answers, in order. */
export type Behaviour = (ask: Ask) => readonly Datagram[];

/** The header with its fields as they are on the wire. */
export interface Fields {
  readonly leap: number;
  readonly version: number;
  readonly mode: number;
  readonly stratum: number;
  readonly poll: number;
  readonly precision: number;
  /** 2^-16 s. */
  readonly rootDelay: number;
  /** 2^-16 s. */
  readonly rootDispersion: number;
  readonly refid: number;
  readonly reference: bigint;
  readonly origin: bigint;
  readonly receive: bigint;
  readonly transmit: bigint;
}

type Changes = Partial<Fields> | ((ask: Ask) => Partial<Fields>);

const SECOND = 1_000_000_000n;
/** From 1900 to 1970. */
const NTP_TO_UNIX = 2_208_988_800n;

/** 32.32 seconds since 1900, the era cut off. */
export function ntpTime(unixNanoseconds: bigint, ahead = 0): bigint {
  const shifted = unixNanoseconds + BigInt(Math.round(ahead * 1e6)) * 1000n + NTP_TO_UNIX * SECOND;
  return BigInt.asUintN(64, (shifted << 32n) / SECOND);
}

/** The good answer of a stratum 1 server, `ahead` of the truth, with changes. */
export function reply(changes: Changes = {}, ahead = 0): Behaviour {
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

export const truth: Behaviour = reply();

/** A good answer of a clock that is wrong. */
export function lie(ahead: number): Behaviour {
  return reply({}, ahead);
}

/** A kiss-o'-death, from the asked server unless `changes` say otherwise. */
export function kiss(code: string | number, changes: Partial<Fields> = {}): Behaviour {
  return reply({
    stratum: 0,
    leap: 3,
    refid: typeof code === 'number' ? code : ascii(code),
    ...changes,
  });
}

export const silence: Behaviour = () => [];

/** The datagrams of all, in this order. */
export function all(...behaviours: readonly Behaviour[]): Behaviour {
  return ask => behaviours.flatMap(behaviour => behaviour(ask));
}

/** The first request is answered by the first, and so on; the last stays. */
export function script(...behaviours: readonly Behaviour[]): Behaviour {
  return ask => behaviours[Math.min(ask.number, behaviours.length) - 1]!(ask);
}

export function delayed(seconds: number, behaviour: Behaviour): Behaviour {
  return ask => behaviour(ask).map(one => ({ ...one, after: (one.after ?? 0) + seconds }));
}

export function from(whom: 'another port' | 'another address', behaviour: Behaviour): Behaviour {
  return ask => behaviour(ask).map(one => ({ ...one, from: whom }));
}

/** The same with other bytes. */
export function changed(
  behaviour: Behaviour,
  change: (bytes: Uint8Array, ask: Ask) => Uint8Array,
): Behaviour {
  return ask => behaviour(ask).map(one => ({ ...one, bytes: change(one.bytes, ask) }));
}

export function followedBy(tail: Uint8Array, behaviour: Behaviour = truth): Behaviour {
  return changed(behaviour, bytes => concat(bytes, tail));
}

/** `count` datagrams of random bytes and lengths. */
export function junk(count: number): Behaviour {
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

/** The 48 bytes. */
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

/** A server at work. */
export interface ScriptedServer {
  readonly port: number;
  /** When each request came in, in nanoseconds since 1970. */
  readonly asked: readonly bigint[];
  readonly requests: readonly Uint8Array[];
  close(): void;
}

/** Opens a server; of port 0 the system makes a free one. */
export async function openServer(
  behaviour: Behaviour,
  host = '127.0.0.1',
  port = 0,
): Promise<ScriptedServer> {
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
    for (const { bytes, after = 0, from = 'itself' } of behaviour(ask)) {
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

/** Those who send what the asked server did not; open until the process ends. */
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
