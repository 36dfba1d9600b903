// Measures how far the guest's clock is from the host's: many round trips over the network, of which the fastest
// counts, because its error is at most half its duration. Independent of tsntp and of NTP.
// Sign: positive = the guest's clock is ahead.

import dgram from 'node:dgram';
import { once } from 'node:events';
import { raw, realtime } from '../clock.js';

/** Returns { error, uncertainty } in seconds after `rounds` exchanges with the server at `truth`. */
export async function clockError(truth, rounds = 150) {
  const socket = dgram.createSocket('udp4');
  socket.connect(truth.port, truth.host);
  await once(socket, 'connect');
  let best;
  for (let round = 0; round < rounds; round++) {
    const sample = await exchange(socket, round);
    if (sample && (!best || sample.trip < best.trip)) best = sample;
  }
  socket.close();
  if (!best) throw new Error('the host does not answer');
  return { error: best.error, uncertainty: best.trip / 2 };
}

/** One round trip; undefined if it was lost. */
function exchange(socket, round) {
  const request = Buffer.alloc(4);
  request.writeUInt32BE(round);
  return new Promise(resolve => {
    const lost = setTimeout(() => finish(undefined), 200);
    const sentRaw = raw();
    const sent = realtime();
    const receive = reply => {
      const trip = raw() - sentRaw;
      if (reply.readUInt32BE() !== round) return;
      const host = reply.readBigInt64BE(4);
      finish({ trip: Number(trip) / 1e9, error: Number(sent + trip / 2n - host) / 1e9 });
    };
    const finish = sample => {
      clearTimeout(lost);
      socket.off('message', receive);
      resolve(sample);
    };
    socket.on('message', receive);
    socket.send(request);
  });
}
