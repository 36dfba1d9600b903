// HEAD requests to one host → the dates of its answers (RFC 9110 §6.6.1), over one connection as long as the host keeps it.
// No redirect is followed and no certificate is verified: nothing but the date is read, and no clock is set by it.
// A hostile answer is bounded in size by Node's parser (16 KiB of headers), and in time by the signal.

import { Agent as PlainAgent, request as requestPlain } from 'node:http';
import { request as requestSecure, Agent as SecureAgent } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { DateReply } from '../ntp/date-search.ts';
import { type MonotonicTime, type Seconds, type UnixTime, unixTimeOf } from '../ntp/time.ts';
import { familyOf } from '../sources/server.ts';
import { DateError, type HttpPlace, type OpenHttp } from './date-source.ts';

/** A second, and the time by which servers that format the date once a second are late. */
const RESOLUTION: Seconds = 1.01;
/** Old devices know old TLS only. */
const ANY_TLS = {
  rejectUnauthorized: false,
  minVersion: 'TLSv1',
  ciphers: 'DEFAULT:@SECLEVEL=0',
} as const;

/** Opens hosts with this monotonic clock. */
export function httpDates(now: () => MonotonicTime): OpenHttp {
  return place => {
    const keep = { keepAlive: true, maxSockets: 1 };
    const agent = place.secure ? new SecureAgent({ ...keep, ...ANY_TLS }) : new PlainAgent(keep);
    return { ask: signal => askOnce(place, agent, now, signal), close: () => agent.destroy() };
  };
}

function askOnce(
  { address, host, secure, source }: HttpPlace,
  agent: PlainAgent,
  now: () => MonotonicTime,
  signal: AbortSignal,
): Promise<DateReply> {
  return new Promise((resolve, reject) => {
    let sent = now();
    const request = (secure ? requestSecure : requestPlain)({
      agent,
      method: 'HEAD',
      path: '/',
      host: address.address,
      port: address.port,
      ...(source !== undefined && { localAddress: source }),
      ...(secure && { servername: familyOf(host) === undefined ? host : '' }),
      headers: { host: hostHeader(host, address.port, secure), 'cache-control': 'no-cache', accept: '*/*' },
      signal,
    });
    request.on('socket', (socket: TLSSocket) => {
      // The request leaves when the connection stands.
      if (socket.connecting) socket.prependOnceListener('connect', () => (sent = now()));
    });
    request.on('error', error => reject(dateErrorOf(error, signal)));
    request.on('response', response => {
      const received = now();
      response.on('error', () => {}).resume();
      const date = dateOf(response.headers);
      if (date instanceof DateError) reject(date);
      else resolve({ sent, received, date, resolution: RESOLUTION });
    });
    request.end();
  });
}

function hostHeader(host: string, port: number, secure: boolean): string {
  const [address = ''] = host.split('%');
  const name = host.includes(':') ? `[${address}]` : host;
  return port === (secure ? 443 : 80) ? name : `${name}:${port}`;
}

/** The date of an answer that no cache has kept. */
function dateOf({
  date,
  age,
}: {
  readonly date?: string | undefined;
  readonly age?: string | undefined;
}): UnixTime | DateError {
  if (age !== undefined && Number(age) !== 0)
    return new DateError('unusable', 'a cache answered (its header Age)');
  if (date === undefined) return new DateError('unusable', 'its answer has no header Date');
  const milliseconds = parseHttpDate(date);
  if (milliseconds === undefined) return new DateError('unusable', 'its header Date is no date');
  return unixTimeOf(BigInt(milliseconds) * 1_000_000n);
}

const FORMS: readonly (readonly [form: RegExp, zone: string])[] = [
  [/^\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d (GMT|UTC)$/, ''],
  [/^\w{6,9}, \d\d-\w{3}-\d\d \d\d:\d\d:\d\d GMT$/, ''],
  [/^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}$/, ' GMT'],
];

/** A date in one of the three forms of HTTP (RFC 9110 §5.6.7), in milliseconds since 1970; undefined if it is none. */
export function parseHttpDate(text: string): number | undefined {
  const form = FORMS.find(([pattern]) => pattern.test(text));
  const milliseconds = form ? Date.parse(text + form[1]) : Number.NaN;
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

function dateErrorOf(error: NodeJS.ErrnoException, signal: AbortSignal): DateError {
  const { code = '' } = error;
  if (signal.aborted || /^(ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN)$/.test(code))
    return new DateError('no-answer', signal.aborted ? 'no answer in time' : `no answer (${code})`);
  if (code === 'ECONNREFUSED') return new DateError('refused', 'no web server listens there');
  if (code === 'HPE_HEADER_OVERFLOW') return new DateError('unusable', 'its answer is too long');
  if (code.startsWith('HPE_')) return new DateError('unusable', 'its answer is not HTTP');
  return new DateError('unusable', `its connection failed${code === '' ? '' : ` (${code})`}`);
}
