// chronyd as an NTS server on loopback, with the certificate that a test gives it.

import { createServer } from 'node:net';
import type { Identity } from './certificates.ts';
import { chronyd, type RealServer } from './real-server.ts';

export interface NtsServer extends RealServer {
  /** Where it exchanges keys. */
  readonly kePort: number;
}

/** Starts it; at `ports` that another has left, it is like that one started again, its cookies forgotten. */
export async function ntsServer(
  identity: Identity,
  ports?: { readonly port: number; readonly kePort: number },
): Promise<NtsServer> {
  const kePort = ports?.kePort ?? (await freeTcpPort());
  const server = await chronyd({
    stratum: 3,
    ...(ports && { port: ports.port }),
    config: [
      `ntsservercert ${identity.certificateFile}`,
      `ntsserverkey ${identity.keyFile}`,
      `ntsport ${kePort}`,
      'ntsprocesses 0',
    ],
  });
  return { ...server, kePort };
}

function freeTcpPort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('no port'));
      server.close(() => resolve(address.port));
    });
  });
}
