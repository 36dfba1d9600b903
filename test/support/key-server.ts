// A server of the NTS key exchange on loopback that does what a test wants, good or bad.

import { connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { EXPORTER_LABEL, exporterContext, KEY_LENGTH } from '../../src/ntp/nts/ke-records.ts';
import type { Identity } from './certificates.ts';

/** The keys of an exchange, as its server has them. */
export interface ServedKeys {
  readonly c2s: Uint8Array;
  readonly s2c: Uint8Array;
}

/** What it does once it has the request. */
export type Respond = (socket: TLSSocket, keys: ServedKeys) => void;

export interface KeyServerUnderTest {
  readonly port: number;
  /** How many connections have come as far as a request. */
  asked(): number;
  /** Breaks off all connections at once, with a RST. */
  reset(): void;
  stop(): Promise<void>;
}

/** Speaks TLS as this identity and then what `respond` says. */
export async function keyServer(
  identity: Identity,
  respond: Respond,
  options: TlsOptions = {},
): Promise<KeyServerUnderTest> {
  let asked = 0;
  const tls = { minVersion: 'TLSv1.3', ALPNProtocols: ['ntske/1'], ...options } as const;
  const server = createServer({ cert: identity.certificate, key: identity.key, ...tls }, socket => {
    socket.on('error', () => {});
    socket.once('data', () => {
      asked += 1;
      respond(socket, { c2s: keyOf(socket, 'c2s'), s2c: keyOf(socket, 's2c') });
    });
  });
  server.on('tlsClientError', () => {});
  return listening(server, () => asked);
}

/** No TLS at all. */
export function tcpServer(greet: (socket: Socket) => void): Promise<KeyServerUnderTest> {
  return listening(
    createTcpServer(socket => {
      socket.on('error', () => {});
      greet(socket);
    }),
    () => 0,
  );
}

/** Passes on what another says up to the end of the handshake, and breaks off with it. */
export function cutShort({ port }: KeyServerUnderTest): Promise<KeyServerUnderTest> {
  return tcpServer(socket => {
    const other = connect(port, '127.0.0.1');
    other.on('error', () => {});
    socket.on('data', bytes => other.write(bytes));
    other.on('data', bytes => {
      socket.write(bytes);
      socket.resetAndDestroy();
      other.destroy();
    });
  });
}

/** Sends these bytes and closes. */
export function sends(...parts: readonly Uint8Array[]): Respond {
  return socket => void socket.end(Buffer.concat(parts));
}

function keyOf(socket: TLSSocket, direction: 'c2s' | 's2c'): Uint8Array {
  return socket.exportKeyingMaterial(KEY_LENGTH, EXPORTER_LABEL, Buffer.from(exporterContext(direction)));
}

async function listening(server: Server, asked: () => number): Promise<KeyServerUnderTest> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  return {
    port: at.port,
    asked,
    reset() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
