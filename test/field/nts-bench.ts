// An NTS server as people have them, on loopback: key exchange and time, with a certificate below an intermediate below
// "Test Root".

import { createSecureContext, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';
import { openServer, reply } from '../hostile/server.ts';
import { forge } from '../support/certificates.ts';
import { END, record } from '../support/ke-response.ts';
import { keyServer } from '../support/key-server.ts';
import { ntsReply } from '../support/nts-reply.ts';

/** What is out of the ordinary about it. */
export interface NtsHabits {
  /** Seconds ahead of the truth. */
  readonly ahead?: number;
  /** Talks only to clients that name this host. */
  readonly strictSni?: string;
  /** Sends its response byte by byte. */
  readonly split?: boolean;
  readonly cookies?: number;
  /** Records in front of the last. */
  readonly extraRecords?: Uint8Array;
}

export interface NtsField {
  /** Of the key exchange. */
  readonly kePort: number;
  /** Certificates: file and PEM. */
  readonly root: Certificate;
  readonly middle: Certificate;
}

interface Certificate {
  readonly file: string;
  readonly pem: string;
}

/** Opens one, for localhost and time.test. */
export async function ntsField(habits: NtsHabits = {}): Promise<NtsField> {
  const { ahead = 0, strictSni, split = false, cookies: count = 8, extraRecords } = habits;
  const made = forge();
  onTestFinished(() => made.remove());
  const root = made.authority('Test Root');
  const middle = root.issue('Test Intermediate', { authority: true });
  const names = ['DNS:localhost', 'DNS:time.test'];
  const identity = middle.issue('time.test', { names });

  let s2c: Uint8Array = new Uint8Array(32);
  const cookies = Array.from({ length: count }, (_, i) => new Uint8Array(100).fill(i + 1));
  const time = await openServer(ask => {
    const [answer] = reply({}, ahead)(ask);
    return [{ bytes: ntsReply(ask.request, answer!.bytes, { s2c, cookies }) }];
  });
  onTestFinished(() => time.close());
  const response = Buffer.concat([
    ...[record(1, [0, 0]), record(4, [0, 15]), record(7, [time.port >> 8, time.port & 255])],
    ...cookies.map(cookie => record(5, cookie, false)),
    ...[extraRecords ?? new Uint8Array(), END],
  ]);
  const context = createSecureContext({ cert: identity.certificate, key: identity.key });
  const SNICallback: TlsOptions['SNICallback'] = (name, answer) =>
    name === strictSni ? answer(null, context) : answer(new Error(`no such host: ${name}`));
  const exchange = await keyServer(
    identity,
    (socket, keys) => {
      s2c = keys.s2c;
      socket.setNoDelay();
      const parts = split ? [...response].map(byte => Buffer.of(byte)) : [response];
      for (const part of parts) socket.write(part);
      socket.end();
    },
    strictSni === undefined ? {} : { SNICallback },
  );
  onTestFinished(() => exchange.stop());
  return {
    kePort: exchange.port,
    root: { file: root.certificateFile, pem: root.certificate },
    middle: { file: middle.certificateFile, pem: middle.certificate },
  };
}
