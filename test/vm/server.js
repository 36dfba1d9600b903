// The host's side of the bench, in its own process: reports the true time and serves NTP with a chosen error. argv[2]
// is a JSON list of { offset, leap, stratum }; prints { truth, servers } with a port for each.
// Sign: a server of offset +1 is one second ahead of the truth.

import dgram from 'node:dgram';
import { realtime } from './clock.js';

const NTP_TO_UNIX = 2_208_988_800n;
const SECOND = 1_000_000_000n;

const servers = await Promise.all(JSON.parse(process.argv[2]).map(listenNtp));
const truth = await listen((request, socket, peer) => {
  const reply = Buffer.concat([request, Buffer.alloc(8)]);
  reply.writeBigInt64BE(realtime(), request.length);
  socket.send(reply, peer.port, peer.address);
});
console.log(JSON.stringify({ truth, servers }));

/** A server whose only source is this clock (RFC 5905 §7.3). */
function listenNtp({ offset, leap = 0, stratum = 1 }) {
  const now = () => realtime() + BigInt(Math.round(offset * 1e9));
  return listen((request, socket, peer) => {
    const receive = now();
    if (request.length < 48) return;
    const reply = Buffer.alloc(48);
    const version = (request[0] >> 3) & 7;
    reply.writeUInt8((leap << 6) | (version << 3) | 4, 0);
    reply.writeUInt8(stratum, 1);
    reply.writeInt8(request[2], 2);
    reply.writeInt8(-20, 3);
    reply.writeUInt32BE(8, 8); // root dispersion: 122 µs
    reply.write('HOST', 12, 'latin1');
    reply.writeBigUInt64BE(ntpTimestamp(receive - 16n * SECOND), 16);
    request.copy(reply, 24, 40, 48);
    reply.writeBigUInt64BE(ntpTimestamp(receive), 32);
    reply.writeBigUInt64BE(ntpTimestamp(now()), 40);
    socket.send(reply, peer.port, peer.address);
  });
}

/** 32.32 fixed-point seconds since 1900, modulo the era (RFC 5905 §6). */
function ntpTimestamp(unixNanoseconds) {
  return BigInt.asUintN(64, ((unixNanoseconds + NTP_TO_UNIX * SECOND) << 32n) / SECOND);
}

/** Answers on a free port; resolves with its number. */
function listen(answer) {
  const socket = dgram.createSocket('udp4');
  socket.on('message', (request, peer) => answer(request, socket, peer));
  return new Promise(resolve => socket.bind(0, '0.0.0.0', () => resolve(socket.address().port)));
}
