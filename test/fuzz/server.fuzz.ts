// Any text as a server: a server that survives formatting and parsing, or one line that states the problem.

import { expect } from 'vitest';
import { formatServer, parseServer, ServerSyntaxError } from '../../src/sources/server.ts';
import { expectPrintable, fuzz, linesOf } from './fuzz.ts';

const words = [
  'pool.ntp.org',
  'localhost',
  'a',
  '-',
  '.',
  ':',
  '::',
  '[',
  ']',
  '[::1]',
  '[fe80::1%eth0]:123',
  '192.0.2.1',
  '256.1.1.1',
  '0x7f000001',
  '10.1',
  ':123',
  ':0',
  ':65535',
  ':65536',
  '%lo',
  '%',
  'http://',
  '/',
  '@',
  '..',
  'xn--',
  'münchen',
  'ß',
  '٣',
  '１',
  'a'.repeat(64),
  'a.'.repeat(130),
  '::ffff:192.0.2.1',
  '1e3',
];

fuzz('server', linesOf(words), bytes => {
  const text = new TextDecoder().decode(bytes);
  try {
    const server = parseServer(text, 'here');
    expect(server.port >= 1 && server.port <= 65_535).toBe(true);
    expectPrintable(server.host);
    const { host, port } = parseServer(formatServer(server), 'here');
    expect({ host, port }).toEqual({ host: server.host, port: server.port });
  } catch (error) {
    expect(error).toBeInstanceOf(ServerSyntaxError);
    expectPrintable((error as Error).message);
  }
});
