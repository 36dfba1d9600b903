import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  closeSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import koffi from 'koffi';
import { afterEach, describe, expect, test } from 'vitest';
import { type KernelSockets, loadKernelSockets } from '../../src/net/kernel-socket.ts';
import type { Address, Arrival, ChannelListener, TransportError } from '../../src/net/transport.ts';
import { udpTransport } from '../../src/net/udp.ts';
import { monotonicTimeOf, type Reading, type UnixTime, unixTimeOf } from '../../src/ntp/time.ts';

const linux = process.platform === 'linux';
const BETWEEN_CLOCKS = 3_600_000_000_000n;
const read = readOf(linux ? linuxTime() : anyTime);
const nodeAlone = () => Promise.reject(new Error('for a test'));

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

describe.each([
  { sockets: 'of the C library', transport: udpTransport(read), stampedBy: linux ? 'kernel' : 'process' },
  { sockets: 'of node:dgram alone', transport: udpTransport(read, nodeAlone), stampedBy: 'process' },
])('sockets $sockets', ({ transport, stampedBy }) => {
  test.each([
    [4, 48],
    [6, 48],
    [4, 1],
    [4, 65_507],
    [6, 65_000],
  ] as const)('IPv%i: a datagram of %i bytes goes there and back whole', async (family, length) => {
    const address = await echo(family);
    const inbox = new Inbox();
    const channel = await transport.connect(address, inbox);
    const datagram = Uint8Array.from({ length }, (_, index) => index % 251);
    const before = read();
    const sent = channel.send(datagram);
    const after = read();
    const arrival = await inbox.next();
    const now = read();
    channel.close();

    expect(Buffer.compare(arrival.bytes, datagram)).toBe(0);
    expect(arrival.stampedBy).toBe(stampedBy);
    if (stampedBy === 'kernel') expect(arrival).not.toHaveProperty('notByKernel');
    else expect(arrival.notByKernel).toMatch(linux ? 'for a test' : /for a test|not supported on/);
    expectInOrder(before, sent, after);
    expectInOrder(sent, arrival.at, now);
    expect(inbox.errors).toEqual([]);
  });

  test('T4 is when the datagram came in, where the kernel tells, however late it is read', async () => {
    const { address, replied, stop } = await threadedEcho();
    const inbox = new Inbox();
    const channel = await transport.connect(address, inbox);
    channel.send(new Uint8Array(48));
    // The event loop stands still until the reply is here.
    Atomics.wait(replied, 0, 0);
    // A busy kernel delivers on loopback a moment after the send returns.
    Atomics.wait(replied, 0, 1, 50);
    const afterReply = read();
    const { at } = await inbox.next();
    channel.close();
    await stop();
    expect(at.time < afterReply.time).toBe(stampedBy === 'kernel');
    expect(at.time - at.monotonic).toBe(BETWEEN_CLOCKS);
  });

  test('each of several datagrams that wait has its own stamp', async () => {
    const address = await echo(4);
    const inbox = new Inbox();
    const channel = await transport.connect(address, inbox);
    const sent = [1, 2, 3].map(byte => channel.send(Uint8Array.of(byte)));
    const arrivals = [await inbox.next(), await inbox.next(), await inbox.next()];
    channel.close();
    expect(arrivals.map(({ bytes }) => bytes[0])).toEqual([1, 2, 3]);
    const [first, second, third] = arrivals.map(({ at }) => at.time);
    expect(sent[0]!.time < first! && first! < second! && second! < third!).toBe(true);
  });

  test('what another port sends never arrives', async () => {
    const server = await bound(4);
    const inbox = new Inbox();
    const channel = await transport.connect(addressOf(server), inbox);
    channel.send(Uint8Array.of(1));
    const [, client] = await once(server, 'message');
    const stranger = await bound(4);
    await sendTo(stranger, Uint8Array.of(66), client.port);
    await sendTo(server, Uint8Array.of(2), client.port);
    const arrival = await inbox.next();
    channel.close();
    expect([...arrival.bytes]).toEqual([2]);
  });

  test('every channel has its own port', async () => {
    const server = await bound(4);
    const ports = new Set<number>();
    for (let i = 0; i < 5; i++) {
      const channel = await transport.connect(addressOf(server), new Inbox());
      channel.send(Uint8Array.of(1));
      const [, client] = await once(server, 'message');
      ports.add(client.port);
      channel.close();
    }
    // The kernel may give a free port twice, but not five times in a row.
    expect(ports.size).toBeGreaterThan(1);
  });

  test('a refused port is an error of the listener, and the channel stays usable', async () => {
    const closed = createSocket('udp4').bind(0, '127.0.0.1');
    await once(closed, 'listening');
    const address = addressOf(closed);
    closed.close();
    await once(closed, 'close');

    const inbox = new Inbox();
    const channel = await transport.connect(address, inbox);
    channel.send(Uint8Array.of(1));
    const error = await inbox.nextError();
    expect(error.kind).toBe('connection-refused');
    expect(error.message).toBe('refused: no NTP server listens there (ECONNREFUSED)');

    await echo(4, address.port);
    channel.send(Uint8Array.of(3));
    expect([...(await inbox.next()).bytes]).toEqual([3]);
    channel.close();
  });

  test('a send is not lost to the error that an earlier one left on the socket', async () => {
    const server = await bound(4);
    const address = addressOf(server);
    const inbox = new Inbox();
    const channel = await transport.connect(address, inbox);
    sockets.splice(sockets.indexOf(server), 1);
    server.close();
    await once(server, 'close');
    // The second finds the first one's refusal.
    channel.send(Uint8Array.of(1));
    channel.send(Uint8Array.of(2));
    expect((await inbox.nextError()).kind).toBe('connection-refused');
    channel.close();
  });

  test.each([
    ['192.0.2.77', 'no such address'],
    ['::1', 'must be an IPv4 address too'],
    ['eth0', 'must be an IPv4 address too'],
  ])('the source address %s is refused', async (source, message) => {
    const connecting = transport.connect(await echo(4), new Inbox(), source);
    await expect(connecting).rejects.toMatchObject({
      name: 'TransportError',
      kind: 'bad-source-address',
      message: expect.stringContaining(message),
    });
  });

  test('a source address is kept', async () => {
    const source = linux ? '127.0.0.9' : '127.0.0.1';
    const server = await bound(4);
    const channel = await transport.connect(addressOf(server), new Inbox(), source);
    channel.send(Uint8Array.of(1));
    const [, client] = await once(server, 'message');
    channel.close();
    expect(client.address).toBe(source);
  });

  test('a link-local address without its interface, or with one that is not there, has no route', async () => {
    for (const address of ['fe80::1', 'fe80::1%nosuch0']) {
      const connecting = transport.connect({ family: 6, address, port: 123 }, new Inbox());
      await expect(connecting).rejects.toMatchObject({ kind: 'no-route' });
    }
  });

  test('a datagram that is too long fails by name', async () => {
    const inbox = new Inbox();
    const channel = await transport.connect(await echo(4), inbox);
    const outcome = await new Promise<TransportError>((resolve, reject) => {
      inbox.nextError().then(resolve);
      try {
        channel.send(new Uint8Array(65_508));
      } catch (error) {
        resolve(error as TransportError);
      }
      setTimeout(reject, 5000).unref();
    });
    channel.close();
    expect(outcome.kind).toBe('failed');
    expect(outcome.message).toContain('EMSGSIZE');
  });

  test('a closed channel sends nothing, closes again without effect, and says nothing more', async () => {
    const inbox = new Inbox();
    const address = await echo(4);
    const channel = await transport.connect(address, inbox);
    channel.send(Uint8Array.of(1));
    channel.close();
    channel.close();
    // Gets the descriptor that has become free.
    const other = await transport.connect(address, inbox);
    expect(() => channel.send(Uint8Array.of(1))).toThrow(expect.objectContaining({ kind: 'failed' }));
    other.close();
    await new Promise(resolve => setTimeout(resolve, 20));
    expect(inbox.isEmpty()).toBe(true);
  });

  test.runIf(linux)(
    'closing leaves no descriptor open, and closes none that has been given out again',
    async () => {
      const address = await echo(4);
      const openSockets = () => socketDescriptors().length;
      const before = openSockets();
      for (let i = 0; i < 500; i++) {
        const channel = await transport.connect(address, new Inbox());
        channel.close();
        const file = openSync('/dev/null', 'r');
        if (i % 50 === 0) await new Promise(setImmediate);
        fstatSync(file);
        closeSync(file);
      }
      await new Promise(setImmediate);
      expect(openSockets()).toBe(before);
      await expect(transport.connect(address, new Inbox(), '192.0.2.77')).rejects.toThrow();
      await new Promise(setImmediate);
      expect(openSockets()).toBe(before);
    },
  );
});

test.runIf(linux).each<[string, (now: bigint) => bigint | undefined, why: RegExp]>([
  ['none', () => undefined, /no timestamp/],
  ['one from before the request', now => now - 60_000_000_000n, /is implausible: 60\.\d+ s before/],
  ['one from the future', now => now + 60_000_000_000n, /is implausible: -59\.\d+ s before/],
])("of the kernel's stamps, %s is not taken: the process reads T4, and says why", async (_, stamp, why) => {
  const kernel = await loadKernelSockets();
  const arrivalStamp = () => stamp(read().time) as UnixTime | undefined;
  const transport = udpTransport(read, async () => ({ ...kernel, arrivalStamp }));
  const inbox = new Inbox();
  const channel = await transport.connect(await echo(4), inbox);
  const sent = channel.send(Uint8Array.of(1));
  const { at, stampedBy, notByKernel } = await inbox.next();
  channel.close();
  expect(stampedBy).toBe('process');
  expect(notByKernel).toMatch(why);
  expectInOrder(sent, at, read());
});

test.runIf(linux)(
  'a request is rehearsed, then T1 is read, then it leaves: nothing comes between',
  async () => {
    const kernel = await loadKernelSockets();
    const done: string[] = [];
    const noting: KernelSockets = {
      ...kernel,
      warmUp(datagram) {
        done.push('warmUp');
        kernel.warmUp(datagram);
      },
      send(fd, datagram) {
        done.push('send');
        kernel.send(fd, datagram);
      },
    };
    const readNoting = () => {
      done.push('read');
      return read();
    };
    const transport = udpTransport(readNoting, async () => noting);
    const inbox = new Inbox();
    const channel = await transport.connect(await echo(4), inbox);
    done.length = 0;
    channel.send(Uint8Array.of(1));
    expect(done).toEqual(['warmUp', 'read', 'send']);
    await inbox.next();
    channel.close();
  },
);

test.runIf(linux)('a descriptor that node:dgram refuses is closed, and Node makes the socket', async () => {
  const opened: number[] = [];
  const closed: number[] = [];
  const refused: KernelSockets = {
    ...(await loadKernelSockets()),
    open() {
      opened.push(openSync('/dev/null', 'r'));
      return opened.at(-1)!;
    },
    close(fd) {
      closeSync(fd);
      closed.push(fd);
    },
  };
  const inbox = new Inbox();
  const channel = await udpTransport(read, async () => refused).connect(await echo(4), inbox);
  channel.send(new Uint8Array(48));
  const { stampedBy, notByKernel } = await inbox.next();
  channel.close();
  expect([stampedBy, notByKernel]).toEqual([
    'process',
    'node:dgram refuses its socket (ERR_INVALID_FD_TYPE)',
  ]);
  expect(closed).toEqual(opened);
});

describe.runIf(linux).each([
  ['of the C library', ''],
  ['of node:dgram alone', ', () => Promise.reject(new Error())'],
])('in a process of its own, sockets %s', (_name, load) => {
  const prelude = `
    import { udpTransport } from './udp.ts';
    const read = () => ({ time: BigInt(Date.now()) * 1000000n, monotonic: process.hrtime.bigint() });
    const transport = udpTransport(read${load});
    const arrivals = [];
    const listener = { arrival: a => arrivals.push(a), error: e => console.log('error', e.kind) };
    const kindOf = (address, source) => transport.connect(address, listener, source)
      .then(channel => { channel.close(); return 'connected'; }, error => error.kind);
  `;

  test('no network: no route, at once', () => {
    const script = `
      console.log(await kindOf({ family: 4, address: '192.0.2.1', port: 123 }));
      console.log(await kindOf({ family: 6, address: '2001:db8::1', port: 123 }));
      console.log(await kindOf({ family: 4, address: '127.0.0.1', port: 123 }));
    `;
    const { stdout, stderr } = runAlone(prelude + script, [...unshare(), process.execPath]);
    expect(stdout + stderr).toBe('no-route\nno-route\nno-route\n');
  });

  test('a link-local address is reached by its zone', () => {
    const script = `
      import { createSocket } from 'node:dgram';
      const server = createSocket('udp6', (bytes, peer) => server.send(bytes, peer.port, peer.address));
      await new Promise(resolve => server.bind(0, '::', resolve));
      const address = { family: 6, address: 'fe80::7%lo', port: server.address().port };
      const answered = new Promise(resolve => { listener.arrival = resolve; });
      const channel = await transport.connect(address, listener, 'fe80::7%lo');
      channel.send(new Uint8Array(48));
      console.log((await answered).bytes.length);
      channel.close();
      server.close();
    `;
    const setUp = 'ip link set lo up && ip address add fe80::7/64 dev lo nodad && exec "$@"';
    const { stdout, stderr } = runAlone(prelude + script, [
      ...unshare(),
      ...['sh', '-c', setUp, 'sh', process.execPath],
    ]);
    expect(stdout + stderr).toBe('48\n');
  });

  test('without free descriptors: too many sockets, and well again when some are closed', () => {
    const script = `
      const address = { family: 4, address: '127.0.0.1', port: 123 };
      const channels = [];
      let kind;
      while (kind === undefined) {
        await transport.connect(address, listener).then(c => channels.push(c), e => { kind = e.kind; });
      }
      for (const channel of channels) channel.close();
      await new Promise(setImmediate);
      console.log(kind, channels.length > 10, await kindOf(address));
    `;
    const { stdout, stderr } = runAlone(prelude + script, [
      'sh',
      '-c',
      'ulimit -n 100; exec "$@"',
      'sh',
      process.execPath,
    ]);
    expect(stdout + stderr).toBe('too-many-sockets true connected\n');
  });
});

/** Keeps what a channel reports until it is asked for. */
class Inbox implements ChannelListener {
  readonly errors: TransportError[] = [];
  readonly #arrivals: Arrival[] = [];
  #wake: () => void = () => {};

  arrival(arrival: Arrival): void {
    this.#arrivals.push(arrival);
    this.#wake();
  }

  error(error: TransportError): void {
    this.errors.push(error);
    this.#wake();
  }

  next(): Promise<Arrival> {
    return this.#shift(this.#arrivals);
  }

  nextError(): Promise<TransportError> {
    return this.#shift(this.errors);
  }

  isEmpty(): boolean {
    return this.#arrivals.length + this.errors.length === 0;
  }

  async #shift<T>(queue: T[]): Promise<T> {
    while (queue.length === 0) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    return queue.shift()!;
  }
}

/** By both clocks. */
function expectInOrder(...readings: readonly Reading[]): void {
  readings.slice(1).forEach((reading, index) => {
    expect(reading.time).toBeGreaterThanOrEqual(readings[index]!.time);
    expect(reading.monotonic).toBeGreaterThanOrEqual(readings[index]!.monotonic);
  });
}

async function bound(family: 4 | 6, port = 0): Promise<Socket> {
  const socket = createSocket({ type: `udp${family}`, recvBufferSize: 1 << 20 });
  sockets.push(socket);
  socket.bind(port, family === 4 ? '127.0.0.1' : '::1');
  await once(socket, 'listening');
  return socket;
}

async function echo(family: 4 | 6, port?: number): Promise<Address> {
  const socket = await bound(family, port);
  socket.on('message', (bytes, peer) => socket.send(bytes, peer.port, peer.address));
  return addressOf(socket);
}

function addressOf(socket: Socket): Address {
  const { address, port, family } = socket.address();
  return { family: family === 'IPv6' ? 6 : 4, address, port };
}

function sendTo(socket: Socket, bytes: Uint8Array, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(bytes, port, '127.0.0.1', error => (error ? reject(error) : resolve()));
  });
}

/** A server in a thread, which sets `replied` when its first reply is out. */
async function threadedEcho() {
  const replied = new Int32Array(new SharedArrayBuffer(4));
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    const socket = require('node:dgram').createSocket('udp4');
    socket.on('message', (bytes, peer) => socket.send(bytes, peer.port, peer.address, () => {
      Atomics.store(workerData, 0, 1);
      Atomics.notify(workerData, 0);
    }));
    socket.bind(0, '127.0.0.1', () => parentPort.postMessage(socket.address().port));
  `;
  const worker = new Worker(code, { eval: true, workerData: replied });
  const [port] = await once(worker, 'message');
  const address: Address = { family: 4, address: '127.0.0.1', port };
  return { address, replied, stop: () => worker.terminate() };
}

function socketDescriptors(): readonly string[] {
  return readdirSync('/proc/self/fd').filter(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  });
}

/** Runs a script that imports from src/net, as `command FILE`. */
function runAlone(script: string, command: readonly string[]): SpawnSyncReturns<string> {
  const root = join(import.meta.dirname, '../..');
  const cache = join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'udp-test-'));
  try {
    const outfile = join(folder, 'script.mjs');
    const stdin = { contents: script, resolveDir: join(root, 'src', 'net'), loader: 'ts' } as const;
    buildSync({ stdin, outfile, bundle: true, platform: 'node', format: 'esm', external: ['koffi'] });
    return spawnSync(command[0]!, [...command.slice(1), outfile], { encoding: 'utf8', timeout: 20_000 });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A network of its own, in which nothing is up yet. */
function unshare(): readonly string[] {
  return process.getuid?.() === 0 ? ['unshare', '-n'] : ['unshare', '-rn'];
}

/** Readings of two clocks that differ by exactly the same at all times, unlike real ones. */
function readOf(time: () => bigint): () => Reading {
  return () => {
    const now = time();
    return { time: unixTimeOf(now), monotonic: monotonicTimeOf(now - BETWEEN_CLOCKS) };
  };
}

function linuxTime(): () => bigint {
  const clockGettime = koffi.load(null).func('int clock_gettime(int id, void *time)');
  const time = new BigInt64Array(2);
  return () => {
    clockGettime(0, time);
    return time[0]! * 1_000_000_000n + time[1]!;
  };
}

function anyTime(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1e6));
}
