// One NTS key exchange (RFC 8915 §4): a host → TLS 1.3, `ntske/1`, one request, one response → keys, cookies and
// who serves the time. Whatever goes wrong on the way is an NtsError that names it.

import type { TcpSocketConnectOpts } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import {
  type Agreement,
  EXPORTER_LABEL,
  encodeKeRequest,
  exporterContext,
  KEY_LENGTH,
  KeyExchangeRefusal,
  readResponse,
} from '../ntp/auth/ke-records.ts';
import type { Seconds } from '../ntp/time.ts';
import { type KeyExchange, type KeyServer, NtsError } from './nts.ts';
import { type CertificateRules, certificateProblem, summaryOf } from './nts-certificate.ts';
import type { ResolvedAddress } from './resolve.ts';
import { escaped, familyOf, formatServer } from './server.ts';

const ALPN = 'ntske/1';
/** An exchange takes two or three round trips; a server that stalls is not to use up the run. */
const LIMIT: Seconds = 5;
/** Before the next address of a name is tried as well; Node's 250 ms are too short for a satellite link. */
const NEXT_ADDRESS_AFTER: Seconds = 1;

/** Exchanges keys. Rejects with `NtsError`; an abort counts as having waited too long. */
export function exchangeKeys(
  server: KeyServer,
  addresses: readonly ResolvedAddress[],
  rules: CertificateRules,
  signal: AbortSignal,
  source?: string,
): Promise<KeyExchange> {
  const started = performance.now();
  const socket = connect(optionsFor(server, addresses, rules, source));
  return new Promise<KeyExchange>((resolve, reject) => {
    let stage = 'the connection';
    let received: Uint8Array = new Uint8Array();
    const fail = (error: NtsError) => {
      end();
      reject(error);
    };
    const tooLong = () =>
      fail(new NtsError('timeout', `${about(server)} did not end in time, it still waits for ${stage}`));
    const limit = setTimeout(tooLong, LIMIT * 1000);
    const end = () => {
      clearTimeout(limit);
      signal.removeEventListener('abort', tooLong);
      socket.destroy();
    };
    if (signal.aborted) return tooLong();
    signal.addEventListener('abort', tooLong, { once: true });

    socket.once('connect', () => {
      stage = 'the TLS handshake';
    });
    socket.once('secureConnect', () => {
      const problem = protocolProblem(socket, server) ?? certificateProblem(socket, server, rules);
      if (problem) return fail(problem);
      stage = 'the response';
      socket.write(encodeKeRequest());
    });
    socket.on('data', (chunk: Uint8Array) => {
      received = Buffer.concat([received, chunk]);
      try {
        const agreement = readResponse(received);
        if (!agreement) return;
        const duration = (performance.now() - started) / 1000;
        const exchange = { ...exchangeOf(socket, server, agreement), duration };
        end();
        resolve(exchange);
      } catch (error) {
        fail(refusal(error, server));
      }
    });
    const cut = () =>
      fail(new NtsError('truncated', `${about(server)} failed: it ended before ${stage} was complete`));
    socket.once('end', cut);
    socket.once('close', cut);
    socket.once('error', error => fail(connectionError(error, server, stage)));
    // After the first error, Node may tell of another.
    socket.on('error', () => {});
  });
}

function optionsFor(
  { host, port }: KeyServer,
  addresses: readonly ResolvedAddress[],
  { roots }: CertificateRules,
  localAddress: string | undefined,
): ConnectionOptions & Omit<TcpSocketConnectOpts, 'port'> {
  const literal = familyOf(host) !== undefined;
  const [first] = addresses;
  return {
    host: literal ? first!.address : host,
    port,
    // What the certificate must name; a literal address is not sent along (RFC 6066 §3).
    ...(!literal && { servername: host }),
    lookup: (_host, { all }, found) => {
      if (all) found(null, [...addresses]);
      else found(null, first!.address, first!.family);
    },
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER * 1000,
    ...(localAddress !== undefined && { localAddress }),
    minVersion: 'TLSv1.3',
    ALPNProtocols: [ALPN],
    ca: [...roots],
    // Not to let it pass: certificateProblem, which is asked before a byte is sent, can tell what is wrong with it.
    rejectUnauthorized: false,
  };
}

function about(server: KeyServer): string {
  return `the NTS key exchange with ${formatServer(server)}`;
}

function protocolProblem(socket: TLSSocket, server: KeyServer): NtsError | undefined {
  if (socket.alpnProtocol === ALPN) return undefined;
  return new NtsError('no-ntske', `${about(server)} failed: it speaks TLS, but not ${ALPN}`);
}

/** To be called while the connection is there: its keys come from it. */
function exchangeOf(
  socket: TLSSocket,
  { ntpPort }: KeyServer,
  { cookies, host, port }: Agreement,
): Omit<KeyExchange, 'duration'> {
  const key = (direction: 'c2s' | 's2c') =>
    socket.exportKeyingMaterial(KEY_LENGTH, EXPORTER_LABEL, Buffer.from(exporterContext(direction)));
  const address = socket.remoteAddress!;
  return {
    // Without a server record it is the address of the key exchange, not merely its name (RFC 8915 §4.1.7).
    session: { c2s: key('c2s'), s2c: key('s2c'), cookies, host: host ?? address, port: port ?? ntpPort },
    certificate: summaryOf(socket),
    address,
  };
}

function refusal(error: unknown, server: KeyServer): NtsError {
  if (!(error instanceof KeyExchangeRefusal)) throw error;
  return new NtsError('refused', `${about(server)} failed: ${error.message}`, { cause: error });
}

function connectionError(cause: Error, server: KeyServer, stage: string): NtsError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const failed = (kind: NtsError['kind'], why: string) =>
    new NtsError(kind, `${about(server)} failed: ${why}`, { cause });
  if (stage === 'the connection') {
    const reason =
      code === 'ECONNREFUSED' ? 'nobody serves NTS there (ECONNREFUSED)' : code || escaped(message);
    return failed('unreachable', reason);
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') {
    return failed('truncated', `it broke the connection off before ${stage} was complete`);
  }
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
    return failed('no-ntske', `it does not speak ${ALPN}`);
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code))
    return failed('no-tls', 'it does not speak TLS 1.3');
  return failed('no-tls', `it does not speak TLS as it should (${escaped(code || message)})`);
}
