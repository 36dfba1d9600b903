// A server of stratum 1 on the loopback, with this machine's clock. Prints its port.

import { createSocket } from 'node:dgram';

const socket = createSocket('udp4');
socket.on('message', (request, from) => {
  const reply = Buffer.alloc(48);
  reply.set([0x24, 1, 0, 0xec]);
  reply.write('TEST', 12);
  request.copy(reply, 24, 40, 48);
  for (const field of [16, 32, 40]) {
    const now = (performance.timeOrigin + performance.now()) / 1000 + 2_208_988_800;
    reply.writeUInt32BE(Math.floor(now) % 2 ** 32, field);
    reply.writeUInt32BE(Math.floor((now % 1) * 2 ** 32), field + 4);
  }
  socket.send(reply, from.port, from.address);
});
socket.bind(0, '127.0.0.1', () => console.log(socket.address().port));
