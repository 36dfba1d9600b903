// The NTS key exchange (RFC 8915 §4): encodes our request, and parses a server's response record by record into what
// was agreed. A record is: critical bit (1) and type (15), body length (16), body; big-endian.

import { isCookie } from './fields.ts';

const END = 0;
const NEXT_PROTOCOL = 1;
const ERROR = 2;
const WARNING = 3;
const AEAD = 4;
const NEW_COOKIE = 5;
const SERVER = 6;
const PORT = 7;

const CRITICAL = 0x8000;
const RECORD_HEADER = 4;
/** Eight cookies of the maximum length take a third of this. */
const MAX_RESPONSE = 16_384;
/** The only values requested: NTPv4 and AEAD_AES_SIV_CMAC_256 (RFC 8915 §5.1). */
const NTPV4 = 0;
const AEAD_AES_SIV_CMAC_256 = 15;

/** The label of the TLS exporter that yields the keys (RFC 8915 §4.3). */
export const EXPORTER_LABEL = 'EXPORTER-network-time-security';
export const KEY_LENGTH = 32;

/** The exporter context of one direction (RFC 8915 §5.1). */
export function exporterContext(direction: 'c2s' | 's2c'): Uint8Array {
  return Uint8Array.of(0, NTPV4, 0, AEAD_AES_SIV_CMAC_256, direction === 'c2s' ? 0 : 1);
}

/** What the server's response agreed to. */
export interface KeyResponse {
  readonly cookies: readonly Uint8Array[];
  /** The NTP server, if it is not the host of the key exchange. */
  readonly host?: string;
  readonly port?: number;
}

/** The server refused, or sent an invalid response. The message is safe to print. */
export class KeyExchangeRefusal extends Error {
  override readonly name = 'KeyExchangeRefusal';
}

/** Encodes the complete request. */
export function encodeKeRequest(): Uint8Array {
  const records = [record(NEXT_PROTOCOL, NTPV4), record(AEAD, AEAD_AES_SIV_CMAC_256), record(END)];
  return Uint8Array.from(records.flat());
}

/**
 * Parses a response; returns undefined while it is incomplete. Throws `KeyExchangeRefusal` as soon as the response is
 * known to be unacceptable.
 */
export function readResponse(bytes: Uint8Array): KeyResponse | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const seen = new Map<number, Uint8Array>();
  const cookies: Uint8Array[] = [];
  for (let at = 0; at + RECORD_HEADER <= bytes.length; ) {
    const type = view.getUint16(at) & ~CRITICAL;
    const critical = (view.getUint16(at) & CRITICAL) !== 0;
    const end = at + RECORD_HEADER + view.getUint16(at + 2);
    if (end > MAX_RESPONSE)
      throw new KeyExchangeRefusal(`its response is not NTS, or exceeds ${MAX_RESPONSE} bytes`);
    if (end > bytes.length) return undefined;
    const body = bytes.subarray(at + RECORD_HEADER, end);
    if (type === END) return keyResponseOf(seen, cookies);
    takeRecord(type, critical, body, seen, cookies);
    at = end;
  }
  return undefined;
}

function takeRecord(
  type: number,
  critical: boolean,
  body: Uint8Array,
  seen: Map<number, Uint8Array>,
  cookies: Uint8Array[],
): void {
  switch (type) {
    case ERROR:
      throw new KeyExchangeRefusal(`it answers with ${errorText(numbersIn(body)[0])}`);
    case WARNING:
      // RFC 8915 §4.1.4 defines no warning codes and requires treating unknown ones as errors.
      throw new KeyExchangeRefusal(`it answers with the unknown warning ${numbersIn(body)[0] ?? ''}`.trim());
    case NEW_COOKIE:
      if (!isCookie(body)) throw new KeyExchangeRefusal(`it sent a cookie of ${body.length} bytes`);
      cookies.push(Uint8Array.from(body));
      return;
    case NEXT_PROTOCOL:
    case AEAD:
    case SERVER:
    case PORT:
      if (seen.has(type)) throw new KeyExchangeRefusal(`it sent record ${type} twice`);
      seen.set(type, body);
      return;
    default:
      if (critical) throw new KeyExchangeRefusal(`it sent the unknown critical record ${type}`);
  }
}

function keyResponseOf(seen: ReadonlyMap<number, Uint8Array>, cookies: readonly Uint8Array[]): KeyResponse {
  if (numbersOf(seen, NEXT_PROTOCOL, 'protocol')[0] !== NTPV4) {
    throw new KeyExchangeRefusal('it does not offer NTPv4');
  }
  if (numbersOf(seen, AEAD, 'AEAD')[0] !== AEAD_AES_SIV_CMAC_256) {
    throw new KeyExchangeRefusal('it does not offer AEAD_AES_SIV_CMAC_256');
  }
  if (cookies.length === 0) throw new KeyExchangeRefusal('it sent no cookie');
  const server = seen.get(SERVER);
  const port = seen.get(PORT);
  return {
    cookies,
    ...(server && { host: hostIn(server) }),
    ...(port && { port: portIn(port) }),
  };
}

/** Returns the single number of a mandatory record. */
function numbersOf(seen: ReadonlyMap<number, Uint8Array>, type: number, what: string): readonly number[] {
  const body = seen.get(type);
  if (!body) throw new KeyExchangeRefusal(`it sent no ${what} record`);
  const numbers = numbersIn(body);
  if (body.length % 2 !== 0 || numbers.length > 1) {
    throw new KeyExchangeRefusal(`it sent a malformed ${what} record`);
  }
  return numbers;
}

function hostIn(body: Uint8Array): string {
  const host = String.fromCharCode(...body);
  if (/^[\w.:-]{1,253}$/.test(host)) return host;
  throw new KeyExchangeRefusal('it sent an invalid server name');
}

function portIn(body: Uint8Array): number {
  const port = numbersIn(body)[0] ?? 0;
  if (body.length === 2 && port > 0) return port;
  throw new KeyExchangeRefusal('it sent an invalid port');
}

function numbersIn(body: Uint8Array): readonly number[] {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  return Array.from({ length: body.length >> 1 }, (_, i) => view.getUint16(2 * i));
}

/** RFC 8915 §4.1.3. */
function errorText(code: number | undefined): string {
  const meaning = ['unrecognized critical record', 'bad request', 'internal server error'][code ?? -1];
  return meaning === undefined ? `error ${code ?? 'without a code'}` : `error ${code}: ${meaning}`;
}

/** Encodes a critical record with a body of 16-bit numbers. */
function record(type: number, ...numbers: readonly number[]): readonly number[] {
  const body = numbers.flatMap(number => [number >> 8, number & 0xff]);
  return [(CRITICAL | type) >> 8, type, body.length >> 8, body.length & 0xff, ...body];
}
