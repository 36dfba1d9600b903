// A sweep over real sockets on loopback: replies from other addresses, forged ones, full buffers, and an abort.

import { randomBytes } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openClock } from '../../src/clock/index.ts';
import type { Swept } from '../../src/net/asked-host.ts';
import { startSweep } from '../../src/net/sweep.ts';
import { realTimer } from '../../src/net/timer.ts';
import { type Address, type OpenUnconnected, TransportError } from '../../src/net/transport.ts';
import { unconnectedSockets } from '../../src/net/unconnected.ts';
import { decodePacket, encodePacket } from '../../src/ntp/packet.ts';
import { plausibleTimes } from '../../src/ntp/plausible.ts';
import { add, toNtpTimestamp } from '../../src/ntp/time.ts';
import { RELEASED } from '../../src/release.ts';
import { packetWith } from '../support/builders.ts';

const clock = await openClock();
const real = unconnectedSockets(() => clock.read());
const PLAN = {
  rate: 5000,
  timeout: 0.4,
  version: 4,
  plausible: plausibleTimes(RELEASED, true),
  maxDistance: 1.5,
};
const ports = (openUnconnected: OpenUnconnected = real) => ({
  openUnconnected,
  timer: realTimer,
  precision: 1e-7,
  random: randomBytes,
});

/** A reply of a good server to this request. */
function replyTo(request: Uint8Array, changes: Parameters<typeof packetWith>[0] = {}): Uint8Array {
  const now = toNtpTimestamp(clock.now());
  const reference = toNtpTimestamp(add(clock.now(), -9));
  const { transmit } = decodePacket(request)!;
  return encodePacket(
    packetWith({ leap: 0, origin: transmit, receive: now, transmit: now, reference, ...changes }),
  );
}

type Answer = (request: Uint8Array, from: RemoteInfo, socket: Socket) => void;

const honest: Answer = (request, from, socket) => socket.send(replyTo(request), from.port, from.address);

async function serve(answer: Answer = honest): Promise<Address> {
  const socket = createSocket('udp4');
  socket.on('message', (request, from) => answer(request, from, socket));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return { family: 4, address: '127.0.0.1', port: socket.address().port };
}

async function sweep(
  hosts: readonly (readonly Address[])[],
  open?: OpenUnconnected,
  plan = PLAN,
): Promise<readonly Swept[]> {
  const found: Swept[] = [];
  const sweep = await startSweep(plan, ports(open), new AbortController().signal, (i, swept) => {
    found[i] = swept;
  });
  for (const [i, addresses] of hosts.entries()) sweep.add(i, addresses);
  await sweep.finish();
  return found;
}

describe('a sweep', () => {
  test('gets the reply of each host', async () => {
    const hosts = await Promise.all(Array.from({ length: 40 }, () => serve()));
    const found = await sweep(hosts.map(host => [host]));
    expect(found.map(({ address }) => address)).toEqual(hosts);
    for (const one of found) expect(one).toMatchObject({ kind: 'answered', result: { kind: 'sample' } });
  });

  test('takes a reply from another address, and says which', async () => {
    const other = createSocket('udp4');
    other.bind(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const host = await serve((request, from) => other.send(replyTo(request), from.port, from.address));
    const asked = { ...host, address: '127.0.0.1' };
    // The address that was asked is one that only this socket has: 127.0.0.1 answers for it.
    const listener = createSocket('udp4');
    listener.on('message', (request, from) => other.send(replyTo(request), from.port, from.address));
    listener.bind(0, '127.0.0.9');
    await once(listener, 'listening');
    onTestFinished(() => void listener.close());
    const second: Address = { family: 4, address: '127.0.0.9', port: listener.address().port };
    const [same, elsewhere] = await sweep([[asked], [second]]);
    expect(same).not.toHaveProperty('repliedFrom');
    expect(elsewhere).toMatchObject({ kind: 'answered', address: second, repliedFrom: '127.0.0.1' });
  });

  test('asks a silent host twice, and then gives it up', async () => {
    let requests = 0;
    const silent = await serve(() => {
      requests += 1;
    });
    expect(await sweep([[silent]])).toEqual([{ kind: 'silent', address: silent }]);
    expect(requests).toBe(2);
  });

  test('gets the reply to the second request if the first is lost', async () => {
    let requests = 0;
    const lossy = await serve((...request) => {
      requests += 1;
      if (requests > 1) honest(...request);
    });
    expect(await sweep([[lossy]])).toMatchObject([{ kind: 'answered', result: { kind: 'sample' } }]);
  });

  test('ignores replies to other requests, and waits on after unusable ones', async () => {
    const forged = await serve((request, from, socket) => {
      const send = (bytes: Uint8Array) => socket.send(bytes, from.port, from.address);
      send(new Uint8Array(20));
      send(replyTo(request, { origin: 1n as never }));
      send(replyTo(request, { mode: 5 }));
      send(replyTo(request));
    });
    expect(await sweep([[forged]])).toMatchObject([{ kind: 'answered', result: { kind: 'sample' } }]);
  });

  test('reports a reply that no usable one followed', async () => {
    const broken = await serve((request, from, socket) =>
      socket.send(replyTo(request, { mode: 5 }), from.port, from.address),
    );
    expect(await sweep([[broken]])).toMatchObject([{ kind: 'answered', result: { kind: 'wrong-mode' } }]);
  });

  test('goes on where the buffers of the system are full', async () => {
    const host = await serve();
    let refusals = 3;
    const full: OpenUnconnected = async (...how) => {
      const socket = await real(...how);
      return {
        ...socket,
        send(...datagram) {
          if (refusals-- > 0)
            throw new TransportError('failed', 'full', {
              cause: Object.assign(new Error(), { code: 'EAGAIN' }),
            });
          return socket.send(...datagram);
        },
      };
    };
    expect(await sweep([[host], [host]], full)).toMatchObject([{ kind: 'answered' }, { kind: 'answered' }]);
    expect(refusals).toBeLessThan(0);
  });

  test('tries the next address where one cannot be sent to, and says why if there is none', async () => {
    const host = await serve();
    const noRoute = new TransportError('no-route', 'this machine has no IPv6');
    const onlyIPv4: OpenUnconnected = (family, ...how) =>
      family === 4 ? real(4, ...how) : Promise.reject(noRoute);
    const nowhere: Address = { family: 6, address: '2001:db8::1', port: 123 };
    const found = await sweep([[nowhere, host], [nowhere]], onlyIPv4);
    expect(found[0]).toMatchObject({ kind: 'answered', address: host });
    expect(found[1]).toEqual({ kind: 'unreachable', address: nowhere, error: noRoute });
  });

  test.each([true, false])(
    'waits on for the reply to the first request where the second cannot be sent (it comes: %s)',
    async comes => {
      let reply = () => {};
      const host = await serve((...request) => {
        reply = () => honest(...request);
      });
      let sends = 0;
      const once: OpenUnconnected = async (...how) => {
        const socket = await real(...how);
        return {
          ...socket,
          send(...datagram) {
            sends += 1;
            if (sends === 1) return socket.send(...datagram);
            if (comes) reply();
            throw new TransportError('no-route', 'the network is gone');
          },
        };
      };
      const [found] = await sweep([[host]], once);
      expect(found).toMatchObject({ kind: comes ? 'answered' : 'silent', address: host });
      expect(sends).toBe(2);
    },
  );

  test('ends at once when it is aborted, without a word on hosts that have not answered', async () => {
    const stop = new AbortController();
    const silent = await serve(() => stop.abort());
    let answers = 0;
    const sweep = await startSweep({ ...PLAN, timeout: 3600 }, ports(), stop.signal, () => {
      answers += 1;
    });
    sweep.add(0, [silent]);
    await sweep.finish();
    expect(answers).toBe(0);
  });

  test('of nothing ends at once', async () => {
    expect(await sweep([])).toEqual([]);
  });
});
