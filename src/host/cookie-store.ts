// Stores the NTS sessions of a run (RFC 8915 §4) for later ones, so that an hourly run rarely needs a key exchange.
// Each server and trust store has one file beside the state, which no other user can read. A run takes a file by renaming it, which only
// one process can do, and removes it before use: no cookie is ever sent twice.

import { createHash, randomBytes } from 'node:crypto';
import { renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CookieStore, KeyServer, NtsSession } from '../net/nts/session.ts';
import { COOKIES, isCookie } from '../ntp/nts/fields.ts';
import { KEY_LENGTH } from '../ntp/nts/ke-records.ts';
import { familyOf } from '../sources/server.ts';
import { checkDirectory, prepareDirectory, readOwnSecret, replaceOwn } from './trusted-file.ts';

/** Eight cookies of the maximum length in hexadecimal take half of this. */
const LARGEST = 16_384;
/**
 * Servers keep the key of their cookies for a day or two (RFC 8915 §6), some longer. Older cookies rarely work, and the
 * certificate may have been revoked.
 */
const MAX_AGE_DAYS = 7;

/**
 * Opens the store in `directory`. `trust` identifies the authorities that certificates are checked against; a session
 * that other authorities vouched for is not used. Never throws: without the store, a run only needs another key
 * exchange.
 */
export function cookieStore(
  directory: string,
  trust: string,
  now: () => Date = () => new Date(),
): CookieStore {
  const pathOf = ({ host, port }: KeyServer) => {
    const name = createHash('sha256')
      .update(JSON.stringify([host, port, trust]))
      .digest('hex');
    return join(directory, `nts-${name.slice(0, 32)}.json`);
  };
  return {
    take: server => quietly(() => takeFrom(directory, pathOf(server), now())),
    keep(server, session) {
      if (session.cookies.length === 0) return;
      quietly(() => {
        prepareDirectory(directory);
        replaceOwn(pathOf(server), encode(session, now()));
      });
    },
  };
}

function takeFrom(directory: string, path: string, now: Date): NtsSession | undefined {
  checkDirectory(directory);
  const mine = `${path}.${randomBytes(8).toString('hex')}`;
  renameSync(path, mine);
  let bytes: Uint8Array;
  try {
    bytes = readOwnSecret(mine, LARGEST);
  } finally {
    rmSync(mine, { force: true });
  }
  return decode(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)), now);
}

function encode({ c2s, s2c, cookies, host, port }: NtsSession, now: Date): string {
  const [first, second, ...rest] = [c2s, s2c, ...cookies].map(bytes => Buffer.from(bytes).toString('hex'));
  return `${JSON.stringify({ version: 1, saved: now.toISOString(), host, port, c2s: first, s2c: second, cookies: rest })}\n`;
}

/** Decodes a session; undefined if it is invalid or too old. */
function decode(value: unknown, now: Date): NtsSession | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, saved, host, port, c2s, s2c, cookies } = value as Record<string, unknown>;
  const age = (now.getTime() - Date.parse(String(saved))) / 86_400_000;
  const fresh = Math.abs(age) <= MAX_AGE_DAYS;
  const named = typeof host === 'string' && (familyOf(host) !== undefined || /^[\w.-]{1,253}$/.test(host));
  const keys = [c2s, s2c].map(bytesOf);
  const several = Array.isArray(cookies) && cookies.length > 0 && cookies.length <= COOKIES ? cookies : [];
  const whole = several.map(bytesOf).filter(bytes => bytes !== undefined && isCookie(bytes));
  if (version !== 1 || !fresh || !named || !isPort(port) || whole.length !== several.length) return undefined;
  if (whole.length === 0 || keys.some(key => key?.length !== KEY_LENGTH)) return undefined;
  return { host, port, c2s: keys[0]!, s2c: keys[1]!, cookies: whole as Uint8Array[] };
}

function bytesOf(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'string' || !/^([\da-f]{2})*$/.test(value)) return undefined;
  return Uint8Array.from(Buffer.from(value, 'hex'));
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535;
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
