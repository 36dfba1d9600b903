// One NTS key exchange (RFC 8915 §4): a host → TLS 1.3, `ntske/1`, one request, one response → keys, cookies and
// who serves the time. Whatever goes wrong on the way is an NtsError that names it.

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
/** An exchange takes two or three round trips; a server that stalls is not to use up the run. */
const LIMIT: Seconds = 5;
/** Before the next address of a name is tried as well; Node's 250 ms are too short for a satellite link. */
const NEXT_ADDRESS_AFTER: Seconds = 1;
/** How Node names a connection that the other end broke off. */
const CUT: readonly string[] = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'];

/** Exchanges keys. Rejects with `NtsError`, whatever goes wrong; an abort counts as having waited too long. */
export async function exchangeKeys(
  server: KeyServer,
  addresses: readonly ResolvedAddress[],
  rules: CertificateRules,
  signal: AbortSignal,
  source?: string,
): Promise<KeyExchange> {
  const started = performance.now();
  let stage = 'the connection';
  const tooLong = () =>
    new NtsError('timeout', `${about(server)} did not end in time, it still waits for ${stage}`);
  if (signal.aborted) throw tooLong();
  const socket = connect(optionsFor(server, addresses, rules, source));
  socket.once('connect', () => {
    stage = 'the TLS handshake';
  });
  const giveUp = () => socket.destroy(tooLong());
  const limit = setTimeout(giveUp, LIMIT * 1000);
  const stopListening = onAbort(signal, giveUp);
  try {
    await secured(socket);
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
    // What the certificate must name; a literal address is not sent along (RFC 6066 §3).
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
    // Not to let it pass: certificateProblem, which is asked before a byte is sent, can tell what is wrong with it.
    rejectUnauthorized: false,
  };
}

/** Waits until TLS is agreed on. */
async function secured(socket: TLSSocket): Promise<void> {
  // After the first error, Node may tell of another.
  socket.on('error', () => {});
  await Promise.race([once(socket, 'secureConnect'), finished(socket)]);
}

/** What the connection itself tells of who is at its other end, and the keys that come from it. */
interface KeyServerSession {
  readonly c2s: Uint8Array;
  readonly s2c: Uint8Array;
  readonly address: string;
  readonly presented: Presented;
  readonly certificate: CertificateSummary;
}

/** To be called as soon as TLS is agreed on: of a connection that has been broken off nothing is known any more. */
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
  // Without a server record it is the address of the key exchange, not merely its name (RFC 8915 §4.1.7).
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

/** The connection ended before all was said. */
class EarlyEnd extends Error {
  readonly code = 'ECONNRESET';
}

/** Whatever was thrown on the way: a server that finds a fault in this program fails alone, and not the run. */
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
  if (CUT.includes(code)) return failed('truncated', `it ended before ${stage} was complete`);
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
    return failed('no-ntske', `it does not speak ${ALPN}`);
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code))
    return failed('no-tls', 'it does not speak TLS 1.3');
  if (/^ERR_SSL_|^EPROTO$/.test(code))
    return failed('no-tls', `it does not speak TLS as it should (${code})`);
  return failed('refused', escaped(message));
}
