// The Date of real web servers, and of hostile ones.

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import type { DateError, DateSource, HttpPlace } from '../../src/net/date-source.ts';
import { httpDates, parseHttpDate } from '../../src/net/http-date.ts';
import { realTimer } from '../../src/net/timer.ts';
import type { DateReply } from '../../src/ntp/date-search.ts';
import { forge } from '../support/certificates.ts';

const certificates = forge();
afterAll(() => certificates.remove());

const DATE = 'Tue, 24 Nov 2026 08:49:37 GMT';
const INSTANT = BigInt(Date.UTC(2026, 10, 24, 8, 49, 37)) * 1_000_000n;

async function listening(server: TcpServer | Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

function open(port: number, place: Partial<HttpPlace> = {}): DateSource {
  const address = { family: 4, address: '127.0.0.1', port } as const;
  const source = httpDates(realTimer.now)({ address, host: 'gate.example', secure: false, ...place });
  onTestFinished(() => source.close());
  return source;
}

const never = new AbortController().signal;

async function saying(headers: Readonly<Record<string, string>>, status = 200): Promise<number> {
  const answer: RequestListener = (_request, response) => {
    response.sendDate = false;
    response.writeHead(status, headers).end();
  };
  return listening(createServer(answer));
}

/** A server that sends this text to each connection, and whatever it likes afterwards. */
async function sending(text: string, then: (socket: Socket) => void = () => {}): Promise<number> {
  const server = createTcpServer(socket => {
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    socket.once('data', () => {
      socket.write(text);
      then(socket);
    });
  });
  return listening(server);
}

function ask(port: number, signal: AbortSignal = never): Promise<DateReply | DateError> {
  return open(port)
    .ask(signal)
    .catch((error: DateError) => error);
}

describe('a web server', () => {
  test('says its date to a HEAD request, over one connection', async () => {
    const asked: string[] = [];
    const connections = new Set<unknown>();
    const port = await listening(
      createServer((request, response) => {
        asked.push(`${request.method} ${request.url} ${request.headers.host}`);
        connections.add(request.socket);
        response.sendDate = false;
        response.writeHead(200, { Date: DATE, 'Content-Length': '0' }).end();
      }),
    );
    const source = open(port);
    const replies = [await source.ask(never), await source.ask(never)];
    expect(replies[0]).toMatchObject({ date: INSTANT });
    expect(replies[1]!.sent).toBeGreaterThanOrEqual(replies[0]!.received);
    expect(asked).toEqual(Array(2).fill(`HEAD / gate.example:${port}`));
    expect(connections.size).toBe(1);
  });

  test('that redirects is not followed', async () => {
    expect(await ask(await saying({ Date: DATE, Location: 'http://192.0.2.1/' }, 301))).toMatchObject({
      date: INSTANT,
    });
  });

  test('that refuses HEAD says its date all the same', async () => {
    expect(await ask(await saying({ Date: DATE }, 405))).toMatchObject({ date: INSTANT });
  });

  test('is asked with TLS whatever its certificate says', async () => {
    const { certificate, key } = certificates.selfSigned('camera', {
      valid: ['19700101000000Z', '19710101000000Z'],
    });
    const server = createSecureServer({ cert: certificate, key }, (_request, response) => {
      response.sendDate = false;
      response.setHeader('Date', DATE).end();
    });
    const port = await listening(server);
    expect(await open(port, { secure: true }).ask(never)).toMatchObject({ date: INSTANT });
    expect(await open(port, { secure: true, host: '127.0.0.1' }).ask(never)).toMatchObject({ date: INSTANT });
  });
});

describe('an answer is unusable', () => {
  test.each([
    ['without a Date', {}, 'its answer has no header Date'],
    ['with a Date that is none', { Date: 'yesterday' }, 'its header Date is no date'],
    ['of a cache', { Date: DATE, Age: '37' }, 'a cache answered (its header Age)'],
    ['of a cache, a second old', { Date: DATE, Age: '1' }, 'a cache answered (its header Age)'],
    ['with an Age that is no number', { Date: DATE, Age: 'young' }, 'a cache answered (its header Age)'],
  ])('%s', async (_, headers, message) => {
    expect(await ask(await saying(headers))).toMatchObject({ kind: 'unusable', message });
  });

  test('that is not HTTP', async () => {
    expect(await ask(await sending('SSH-2.0-OpenSSH_9.2\r\n'))).toMatchObject({
      kind: 'unusable',
      message: 'its answer is not HTTP',
    });
  });

  test('with endless headers', async () => {
    const port = await sending('HTTP/1.1 200 OK\r\n', socket => {
      const more = () => {
        if (!socket.destroyed) socket.write(`X-Long: ${'x'.repeat(2000)}\r\n`, () => setImmediate(more));
      };
      more();
    });
    expect(await ask(port)).toMatchObject({ kind: 'unusable', message: 'its answer is too long' });
  });
});

describe('there is no answer', () => {
  test('from a server that sends a byte at a time', async () => {
    const stop = new AbortController();
    const port = await sending('H', socket => {
      const timer = setInterval(() => socket.write('T'), 5);
      onTestFinished(() => clearInterval(timer));
      setTimeout(() => stop.abort(), 50);
    });
    const error = await ask(port, stop.signal);
    expect((error as DateError).kind).toMatch(/^(no-answer|unusable)$/);
  });

  test('from one that is silent', async () => {
    const stop = new AbortController();
    const port = await sending('', () => void stop.abort());
    expect(await ask(port, stop.signal)).toMatchObject({ kind: 'no-answer', message: 'no answer in time' });
  });

  test('from a closed port, which refuses', async () => {
    const server = createTcpServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    expect(await ask(port)).toMatchObject({ kind: 'refused', message: 'no web server listens there' });
  });
});

describe('a date of HTTP', () => {
  test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'is "%s"',
    text => {
      expect(parseHttpDate(text)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37));
    },
  );

  test.each(['', '784111777', '1994-11-06T08:49:37Z', 'Sun, 06 Nov 1994 24:49:61 GMT', `${DATE}, ${DATE}`])(
    'is not "%s"',
    text => {
      expect(parseHttpDate(text)).toBeUndefined();
    },
  );
});
