// The network of the bench: each address is a perfect server behind a path of paths.js, all in one process, so that
// only the path affects the result. The kernel timestamps a request on arrival. The request is "at the server" after
// its forward delay, and the reply leaves after the backward delay. A liar's T2 and T3 are wrong by the same amount. If
// the profile drifts, the server is right when it is opened and gains from then on.
//
// Commands on standard input, one JSON object per line: { open: id, profile, seed, servers: [{ address, lie }] } is
// answered by `open id`; { close: id } by `close id PACKETS AHEAD`, where AHEAD is how far drift has moved the servers,
// in seconds. At the end of the input it reports how late its replies were.

import { writeSync } from 'node:fs';
import { close, goFirst, now, open, readInput, receive, send, socketAddress, wait } from './network.js';
import { PROFILES, pathOf } from './paths.js';

/**
 * @typedef {{ fd: number, id: string, lie: bigint, drift: number, opened: bigint, path: import('./paths.js').Path, first?: bigint, packets: number }} Server
 */

const STANDARD_INPUT = 0;
const NTP_PORT = 123;
/**
 * Sleeps end up to half a millisecond late, so this last part is spent polling for requests, on a processor of its own.
 */
const AWAKE = 1_000_000n;
/** Polling for requests takes tens of microseconds, so this last part is spent polling the clock only. */
const INTENT = 100_000n;
const KEPT = 10_000n;
const IDLE = 1_000_000_000n;
const NTP_TO_UNIX = 2_208_988_800n;

/** @type {Map<number, Server>} */
const servers = new Map();
/** @type {{ due: bigint, fd: number, bytes: Uint8Array, to: Uint8Array }[]} */
let replies = [];
/** @type {number[]} */
const lateness = [];

goFirst();
let running = true;
warmUp();
lateness.length = 0;
while (running) step();
lateness.sort((a, b) => a - b);
const share = (/** @type {number} */ p) => (lateness[Math.floor(p * lateness.length)] ?? 0) / 1000;
say(
  `late ${JSON.stringify({ replies: lateness.length, median: share(0.5), p90: share(0.9), p99: share(0.99) })}`,
);

function step() {
  const next = replies.reduce((least, { due }) => (due < least ? due : least), now() + IDLE);
  const left = next - now() - AWAKE;
  for (const fd of wait([STANDARD_INPUT, ...servers.keys()], left > 0n ? left : 0n)) {
    if (fd === STANDARD_INPUT) obey(readInput());
    else accept(/** @type {Server} */ (servers.get(fd)));
  }
  sendDue();
}

/** Polls the clock during the last moments before a reply. */
function sendDue() {
  const soon = replies.filter(({ due }) => due - now() <= INTENT).sort((a, b) => Number(a.due - b.due));
  if (soon.length === 0) return;
  replies = replies.filter(reply => !soon.includes(reply));
  for (const { due, fd, bytes, to } of soon) {
    let at = now();
    while (at < due) at = now();
    send(fd, bytes, to);
    lateness.push(Number(at - due));
  }
}

/** @param {Server} server */
function accept(server) {
  const arrival = receive(server.fd);
  if (!arrival || arrival.bytes.length < 48) return;
  const { bytes, from, at } = arrival;
  server.first ??= at;
  server.packets += 1;
  const sent = Number(at - server.first) / 1e9;
  const there = server.path.forward(sent);
  const back = server.path.backward(sent + (there ?? 0));
  if (there === undefined || back === undefined) return;
  const arrived = at + nanoseconds(there);
  const ahead = server.lie + nanoseconds(drifted(server, arrived));
  const reply = replyTo(bytes, arrived + ahead, arrived + KEPT + ahead);
  replies.push({ due: arrived + KEPT + nanoseconds(back), fd: server.fd, bytes: reply, to: from });
}

/** How far drift has moved the server since it was opened, in seconds. @param {Server} server @param {bigint} at */
function drifted({ drift, opened }, at) {
  return (drift * Number(at - opened)) / 1e9;
}

/** Stratum 1, refid GPS, precision 2^-23, root dispersion 1 ms. @param {Buffer} request @param {bigint} t2 @param {bigint} t3 */
function replyTo(request, t2, t3) {
  const reply = Buffer.alloc(48);
  reply.set([/** @type {number} */ (request[0] & 0b00111000) | 4, 1, 6, -23 & 0xff]);
  reply.writeUInt32BE(66, 8);
  reply.write('GPS', 12, 'latin1');
  reply.writeBigUInt64BE(timestamp(t2 - 10_000_000_000n), 16);
  request.copy(reply, 24, 40, 48);
  reply.writeBigUInt64BE(timestamp(t2), 32);
  reply.writeBigUInt64BE(timestamp(t3), 40);
  return reply;
}

/** @param {bigint} unix */
function timestamp(unix) {
  return BigInt.asUintN(64, ((unix + NTP_TO_UNIX * 1_000_000_000n) << 32n) / 1_000_000_000n);
}

/** @param {number} seconds */
function nanoseconds(seconds) {
  return BigInt(Math.round(seconds * 1e9));
}

/** @param {string} input */
function obey(input) {
  running = input !== '';
  for (const line of input.split('\n').filter(line => line !== '')) {
    const command = JSON.parse(line);
    if (command.open !== undefined) {
      const opened = now();
      for (const [k, { address, lie }] of command.servers.entries()) {
        /** @type {import('./paths.js').Profile} */
        const profile = PROFILES[/** @type {keyof typeof PROFILES} */ (command.profile)];
        const { drift = 0 } = profile;
        const path = pathOf(profile, command.seed * 8 + k);
        const fd = open(address, NTP_PORT);
        servers.set(fd, { fd, id: command.open, lie: nanoseconds(lie), drift, opened, path, packets: 0 });
      }
      say(`open ${command.open}`);
    } else {
      const closing = [...servers.values()].filter(({ id }) => id === command.close);
      for (const { fd } of closing) {
        close(fd);
        servers.delete(fd);
        replies = replies.filter(reply => reply.fd !== fd);
      }
      const packets = closing.reduce((sum, server) => sum + server.packets, 0);
      const [first] = closing;
      say(`close ${command.close} ${packets} ${first ? drifted(first, now()) : 0}`);
    }
  }
}

/** A few hundred exchanges with this process itself, because the first ones of a process are slow. */
function warmUp() {
  const [client, fd] = [open('127.0.0.1', 40_123), open('127.0.0.1', 40_124)];
  servers.set(fd, {
    fd,
    id: 'warm-up',
    lie: 0n,
    drift: 0,
    opened: now(),
    path: pathOf(PROFILES.LAN, 0),
    packets: 0,
  });
  for (let i = 0; i < 500; i++) {
    send(client, Buffer.alloc(48), socketAddress('127.0.0.1', 40_124));
    do step();
    while (replies.length > 0);
    receive(client);
  }
  servers.delete(fd);
  close(client);
  close(fd);
}

/** @param {string} line */
function say(line) {
  writeSync(1, `${line}\n`);
}
