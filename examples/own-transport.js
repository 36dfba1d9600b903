// Measures through a network of its own, here one that answers in this process with a clock 2.5 s ahead.

import { add, formatInstant, query } from 'tsntp';

const AHEAD = 2.5;

/** A transport in place of UDP; a program with a proxy or a radio link would send the datagram there. */
const transport = {
  /** @type {import('tsntp').Transport['connect']} */
  async connect(_address, listener) {
    return {
      send(request) {
        const sent = reading();
        const reply = replyTo(request);
        setTimeout(() => listener.arrival({ bytes: reply, at: reading(), stampedBy: 'process' }), 1);
        return sent;
      },
      close() {},
    };
  },
};

const outcome = await query('192.0.2.1', { samples: 1, ports: { transport } });
if (outcome.kind === 'queried')
  console.log(`ahead by ${outcome.estimate.offset.toFixed(1)} s at ${formatInstant(outcome.finished)}`);
else process.exitCode = 3;

/** Both clocks of this machine, as `Reading` has them. */
function reading() {
  const time = BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
  return /** @type {import('tsntp').Reading} */ ({ time, monotonic: process.hrtime.bigint() });
}

/** The reply of a server of stratum 1 (RFC 5905 §7.3). @param {Uint8Array} request */
function replyTo(request) {
  const reply = new Uint8Array(48);
  reply.set([0x24, 1, 0, 0xec]);
  reply.set(new TextEncoder().encode('DEMO'), 12);
  reply.set(request.subarray(40, 48), 24);
  const { time } = reading();
  const sinceEpoch = add(time, AHEAD + 2_208_988_800);
  const timestamp = (sinceEpoch << 32n) / 1_000_000_000n;
  for (const field of [16, 32, 40]) new DataView(reply.buffer).setBigUint64(field, timestamp);
  return reply;
}
