// One NTS key exchange (RFC 8915 §4): a host → TLS 1.3, `ntske/1`, one request, one response → keys, cookies, and the
// address of the NTP server. Every failure is an NtsError of a specific kind.

import { once } from 'node:events';
import type { TcpSocketConnectOpts } from 'node:net';
import { finished } from 'node:stream/promises';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import {
  EXPORTER_LABEL,
  encodeKeRequest,
  exporterContext,
  KEY_LENGTH,
  type KeyResponse,
  readResponse,
} from '../../ntp/nts/ke-records.ts';
import type { Seconds } from '../../ntp/time.ts';
import { escaped, formatServer } from '../../sources/server.ts';
import { onAbort } from '../abort.ts';
import type { ResolvedAddress } from '../resolve.ts';
import {
  type CertificateRules,
  certificateProblem,
  certificateSummaryOf,
  type Presented,
  presentedBy,
  serverName,
} from './certificate.ts';
import { type CertificateSummary, type KeyExchange, type KeyServer, NtsError } from './session.ts';

const ALPN = 'ntske/1';
/** An exchange takes two or three round trips; a stalling server must not use up the whole run. */
const LIMIT: Seconds = 5;
/** Delay before trying a name's next address in parallel; Node's default of 250 ms is too short for satellite links. */
const NEXT_ADDRESS_AFTER: Seconds = 1;
/** Node's codes for a connection closed by the peer. */
const CUT: readonly string[] = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'];

/** Exchanges keys. Rejects only with `NtsError`; an abort counts as a timeout. */
export async function exchangeKeys(
  server: KeyServer,
  addresses: readonly ResolvedAddress[],
  rules: CertificateRules,
  signal: AbortSignal,
  source?: string,
): Promise<KeyExchange> {
  const started = performance.now();
  let stage = 'the connection';
  const tooLong = () => new NtsError('timeout', `${about(server)} timed out waiting for ${stage}`);
  if (signal.aborted) throw tooLong();
  const socket = connect(optionsFor(server, addresses, rules, source));
  socket.once('connect', () => {
    stage = 'the TLS handshake';
  });
  const giveUp = () => socket.destroy(tooLong());
  const limit = setTimeout(giveUp, LIMIT * 1000);
  const stopListening = onAbort(signal, giveUp);
  try {
    await tlsHandshake(socket);
    const peer = sessionWith(socket, server);
    const problem = await certificateProblem(peer.presented, server, rules);
    if (problem) throw problem;
    stage = 'the response';
    socket.write(encodeKeRequest());
    const agreement = await responseOf(socket);
    return exchangeOf(peer, server, agreement, (performance.now() - started) / 1000);
  } catch (error) {
    throw failureOf(error, server, stage);
  } finally {
    clearTimeout(limit);
    stopListening();
    socket.destroy();
  }
}

function optionsFor(
  { host, port }: KeyServer,
  addresses: readonly ResolvedAddress[],
  { trust }: CertificateRules,
  localAddress: string | undefined,
): ConnectionOptions & Omit<TcpSocketConnectOpts, 'port'> {
  const servername = serverName(host);
  const [first] = addresses;
  return {
    host: servername === undefined ? first!.address : host,
    port,
    // The name that the certificate must contain. A literal address is not sent (RFC 6066 §3).
    ...(servername !== undefined && { servername }),
    lookup: (_host, { all }, found) => {
      if (all) found(null, [...addresses]);
      else found(null, first!.address, first!.family);
    },
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER * 1000,
    ...(localAddress !== undefined && { localAddress }),
    secureContext: trust.context,
    ALPNProtocols: [ALPN],
    // The connection is not accepted blindly: certificateProblem checks it before any data is sent, and reports what is
    // wrong.
    rejectUnauthorized: false,
  };
}

/** Waits for the TLS handshake to complete. */
async function tlsHandshake(socket: TLSSocket): Promise<void> {
  // Node may emit further errors after the first one.
  socket.on('error', () => {});
  await Promise.race([once(socket, 'secureConnect'), finished(socket)]);
}

/** The peer's identity as the connection reports it, and the keys exported from it. */
interface KeyServerSession {
  readonly c2s: Uint8Array;
  readonly s2c: Uint8Array;
  readonly address: string;
  readonly presented: Presented;
  readonly certificate: CertificateSummary;
}

/** Reads the peer right after the handshake: a closed connection reports nothing. */
function sessionWith(socket: TLSSocket, server: KeyServer): KeyServerSession {
  const address = socket.remoteAddress;
  if (address === undefined) throw new EarlyEnd();
  const problem = protocolProblem(socket, server);
  if (problem) throw problem;
  const key = (direction: 'c2s' | 's2c') =>
    socket.exportKeyingMaterial(KEY_LENGTH, EXPORTER_LABEL, Buffer.from(exporterContext(direction)));
  const keys = { c2s: key('c2s'), s2c: key('s2c') };
  return { ...keys, address, presented: presentedBy(socket), certificate: certificateSummaryOf(socket) };
}

async function responseOf(socket: TLSSocket): Promise<KeyResponse> {
  let received: Uint8Array = new Uint8Array();
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk]);
    const agreement = readResponse(received);
    if (agreement) return agreement;
  }
  throw new EarlyEnd();
}

function exchangeOf(
  { c2s, s2c, address, certificate }: KeyServerSession,
  { ntpPort }: KeyServer,
  { cookies, host, port }: KeyResponse,
  duration: Seconds,
): KeyExchange {
  // Without a server record, NTP uses the address of the key exchange, not just its name (RFC 8915 §4.1.7).
  const session = { c2s, s2c, cookies, host: host ?? address, port: port ?? ntpPort };
  return { session, certificate, address, duration };
}

function about(server: KeyServer): string {
  return `the NTS key exchange with ${formatServer(server)}`;
}

function protocolProblem(socket: TLSSocket, server: KeyServer): NtsError | undefined {
  if (socket.alpnProtocol === ALPN) return undefined;
  return new NtsError('no-ntske', `${about(server)} failed: it speaks TLS, but not ${ALPN}`);
}

/** The connection ended before the exchange was complete. */
class EarlyEnd extends Error {
  readonly code = 'ECONNRESET';
}

/** Converts any thrown value. A server that triggers a bug in this program fails alone and does not end the run. */
function failureOf(cause: unknown, server: KeyServer, stage: string): NtsError {
  if (cause instanceof NtsError) return cause;
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const failed = (kind: NtsError['kind'], why: string) =>
    new NtsError(kind, `${about(server)} failed: ${why}`, { cause });
  if (stage === 'the connection') {
    const reason =
      code === 'ECONNREFUSED' ? 'no NTS server listens there (ECONNREFUSED)' : code || escaped(message);
    return failed('unreachable', reason);
  }
  if (CUT.includes(code)) return failed('truncated', `the connection closed before ${stage} was complete`);
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
    return failed('no-ntske', `it does not speak ${ALPN}`);
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code))
    return failed('no-tls', 'it does not speak TLS 1.3');
  if (/^ERR_SSL_|^EPROTO$/.test(code)) return failed('no-tls', `TLS failed (${code})`);
  return failed('refused', escaped(message));
}
