// Servers of stratum 1 with this machine's clock: one on the loopback, whose port is printed, and one on port 123 of each
// address that is named.

import { createSocket } from 'node:dgram';

for (const address of process.argv.slice(2)) serve().bind(123, address);
const loopback = serve();
loopback.bind(0, '127.0.0.1', () => console.log(loopback.address().port));

function serve() {
  const socket = createSocket('udp4');
  socket.on('message', (request, from) => socket.send(replyTo(request), from.port, from.address));
  return socket;
}

/** @param {Buffer} request */
function replyTo(request) {
  const reply = Buffer.alloc(48);
  reply.set([0x24, 1, 0, 0xec]);
  reply.write('TEST', 12);
  request.copy(reply, 24, 40, 48);
  for (const field of [16, 32, 40]) {
    const now = (performance.timeOrigin + performance.now()) / 1000 + 2_208_988_800;
    reply.writeUInt32BE(Math.floor(now) % 2 ** 32, field);
    reply.writeUInt32BE(Math.floor((now % 1) * 2 ** 32), field + 4);
  }
  return reply;
}
