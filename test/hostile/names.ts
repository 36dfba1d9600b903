// A small simulated internet for its own network namespace: DNS on 127.0.0.1 that answers, fails, lies, or stays silent
// depending on the name (RFC 1035 §4), a name server on 127.0.0.53 that never answers, and NTP servers on port 123 of
// 127.0.0.1 and ::1. Prints a line when all are ready. Bundled, and run outside vitest.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { openServer, truth } from './server.ts';

const A = 1;
const CNAME = 5;
const AAAA = 28;

interface Answer {
  /** RFC 1035 §4.1.1: 2 is SERVFAIL, 3 NXDOMAIN, 5 REFUSED. */
  readonly code?: number;
  readonly records?: readonly { readonly type: number; readonly data: Buffer }[];
  readonly after?: number;
  /** Sent instead of an encoded answer. */
  readonly raw?: Buffer;
}

const ipv4 = (...parts: readonly number[]) => ({ type: A, data: Buffer.from(parts) });
const ipv6 = (hex: string) => ({ type: AAAA, data: Buffer.from(hex, 'hex') });
const alias = (name: string) => ({ type: CNAME, data: encodeName(name) });

const HERE = ipv4(127, 0, 0, 1);
/** An address in a network that discards all packets. */
const BLACK_HOLE = ipv6('fd000000000000000000000000000bad');
/** An address without a route. */
const NOWHERE = ipv6('20010db8000000000000000000000005');

/** The answers by name; undefined means no answer. */
const zone: Readonly<Record<string, Answer | undefined>> = {
  'good.test': { records: [HERE] },
  'slow.test': { records: [HERE], after: 0.6 },
  'silent.test': undefined,
  'failing.test': { code: 2 },
  'missing.test': { code: 3 },
  'refused.test': { code: 5 },
  'empty.test': {},
  'loop.test': { records: [alias('loop.test')] },
  'ping.test': { records: [alias('pong.test')] },
  'pong.test': { records: [alias('ping.test')] },
  'many.test': { records: Array.from({ length: 300 }, (_, i) => ipv4(127, 0, 1 + (i >> 8), i & 255)) },
  'many-and-good.test': { records: [HERE, ...Array.from({ length: 300 }, () => HERE)] },
  'garbage.test': { raw: Buffer.alloc(300, 0xa5) },
  'huge-count.test': { raw: Buffer.from('0000818000010fff00000000', 'hex') },
  'black-hole-and-good.test': { records: [BLACK_HOLE, HERE] },
  'nowhere-and-good.test': { records: [NOWHERE, HERE] },
  'mapped.test': { records: [ipv6('00000000000000000000ffff7f000001')] },
  'broadcast.test': { records: [ipv4(255, 255, 255, 255)] },
  'multicast.test': { records: [ipv4(224, 0, 1, 1)] },
  'zero.test': { records: [ipv4(0, 0, 0, 0)] },
};

function encodeName(name: string): Buffer {
  const labels = name.split('.').map(label => Buffer.from(`${String.fromCharCode(label.length)}${label}`));
  return Buffer.concat([...labels, Buffer.of(0)]);
}

/** Builds the response to a query; undefined for silence. */
function respond(query: Buffer): { readonly bytes: Buffer; readonly after: number } | undefined {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length).toLowerCase());
    at += 1 + length;
  }
  const name = labels.join('.');
  const type = query.readUInt16BE(at + 1);
  const answer = name in zone ? zone[name] : { code: 3 };
  if (answer === undefined) return undefined;
  const { code = 0, records = [], after = 0, raw } = answer;
  if (raw) return { bytes: Buffer.concat([query.subarray(0, 2), raw.subarray(2)]), after };
  const fitting = records.filter(record => record.type === type || record.type === CNAME);
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(fitting.length, 6);
  const bodies = fitting.map(record => {
    const head = Buffer.from('c00c000000010000000a0000', 'hex');
    head.writeUInt16BE(record.type, 2);
    head.writeUInt16BE(record.data.length, 10);
    return Buffer.concat([head, record.data]);
  });
  return { bytes: Buffer.concat([header, query.subarray(12, at + 5), ...bodies]), after };
}

async function bound(address: string): Promise<Socket> {
  const socket = createSocket('udp4').bind(53, address);
  await once(socket, 'listening');
  return socket;
}

const overUdp = await bound('127.0.0.1');
overUdp.on('message', (query, { port, address }) => {
  const response = respond(query);
  if (!response) return;
  const { bytes, after } = response;
  // RFC 1035 §4.2.1: at most 512 bytes, otherwise the TC bit makes the client retry over TCP.
  const truncated = Buffer.from(bytes.subarray(0, 512));
  if (bytes.length > 512) truncated[2]! |= 2;
  setTimeout(() => overUdp.send(truncated, port, address), after * 1000);
});
const overTcp = createServer(connection => {
  connection.on('error', () => {});
  connection.on('data', data => {
    // The queries for A and AAAA may arrive together.
    for (let at = 0; at + 2 < data.length; at += 2 + data.readUInt16BE(at)) {
      const response = respond(data.subarray(at + 2, at + 2 + data.readUInt16BE(at)));
      if (!response) continue;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(response.bytes.length);
      connection.write(Buffer.concat([length, response.bytes]));
    }
  });
}).listen(53, '127.0.0.1');
await once(overTcp, 'listening');
await bound('127.0.0.53');
for (const host of ['127.0.0.1', '::1']) await openServer(truth, host, 123);
console.log('ready');
