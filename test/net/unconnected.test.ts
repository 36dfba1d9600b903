// Unconnected sockets against real ones on loopback, with the C library and with node:dgram alone.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openClock } from '../../src/clock/index.ts';
import type { Arrival } from '../../src/net/transport.ts';
import { unconnectedSockets } from '../../src/net/unconnected.ts';

const linux = process.platform === 'linux';
const clock = await openClock();
const read = () => clock.read();

/** A socket that sends each datagram back. */
async function echo(address: string): Promise<number> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (bytes, from) => socket.send(bytes, from.port, from.address));
  socket.bind(0, address);
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return socket.address().port;
}

describe.each([
  { sockets: 'of the C library', open: unconnectedSockets(read), stampedBy: linux ? 'kernel' : 'process' },
  {
    sockets: 'of node:dgram alone',
    open: unconnectedSockets(read, () => Promise.reject(new Error('for a test'))),
    stampedBy: 'process',
  },
])('a socket $sockets', ({ open, stampedBy }) => {
  test.each([
    [4, ['127.0.0.1', '127.0.0.2']],
    [6, ['::1']],
  ] as const)('exchanges datagrams with many hosts, IPv%i', async (family, hosts) => {
    const heard = new Map<string, { readonly arrival: Arrival; readonly from: string }>();
    let all = () => {};
    const done = new Promise<void>(resolve => {
      all = resolve;
    });
    const socket = await open(family, (arrival, from) => {
      heard.set(String(arrival.bytes[0]), { arrival, from });
      if (heard.size === hosts.length) all();
    });
    onTestFinished(() => socket.close());
    const before = read();
    const sent = [];
    for (const [i, address] of hosts.entries()) {
      const port = await echo(address);
      const datagram = Uint8Array.of(i, 1, 2);
      sent.push(socket.send(datagram, { family, address, port }));
      // The caller may use its buffer again at once.
      datagram.fill(99);
    }
    await done;
    for (const [i, address] of hosts.entries()) {
      const { arrival, from } = heard.get(String(i))!;
      expect(from).toBe(address);
      expect([...arrival.bytes]).toEqual([i, 1, 2]);
      expect(arrival.stampedBy).toBe(stampedBy);
      expect(sent[i]!.time).toBeGreaterThanOrEqual(before.time);
      expect(arrival.at.time).toBeGreaterThanOrEqual(sent[i]!.time);
    }
  });

  test('refuses a source of the other family', async () => {
    await expect(open(4, () => {}, '::1')).rejects.toMatchObject({ kind: 'bad-source-address' });
  });

  test('refuses a source that is not of this machine', async () => {
    await expect(open(4, () => {}, '192.0.2.1')).rejects.toMatchObject({ kind: 'bad-source-address' });
  });

  test('may be closed twice', async () => {
    const socket = await open(4, () => {});
    socket.close();
    expect(() => socket.close()).not.toThrow();
  });
});
