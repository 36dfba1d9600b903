// HTTP and ssh as means to read a target's clock: the ports to try, how long to wait, and what to say if none answers.

import type { Target } from '../fleet/fleet-outcome.ts';
import type { OwnReading, ReaderPlan, Unread, ViaReader } from '../fleet/target-reading.ts';
import { combinedUnread } from '../fleet/unread.ts';
import type { HttpPlace, OpenHttp, OpenSsh } from '../net/date-source.ts';
import { deadline } from '../net/deadline.ts';
import { type Resolve, ResolveError } from '../net/resolve.ts';
import type { Timer } from '../net/timer.ts';
import { readByDates } from './read-dates.ts';

/** How much longer than for a reply of NTP to wait: for a connection, and for the whole of it, with the search for the second's edge. */
const CONNECTING = 5;
const READING = 15;

/** Reads clocks by the header Date of HTTP: port 80, then 443 with TLS; or a port that was named, without TLS and with it. */
export function httpReader(open: OpenHttp, resolve: Resolve, timer: Timer): ViaReader {
  return {
    via: 'http',
    async read(target, plan, signal) {
      const over = deadline(READING * plan.timeout, timer, signal);
      try {
        const address = await firstAddress(target, plan, resolve, over.signal);
        return 'kind' in address
          ? address
          : await readPorts(
              address,
              { host: target.host, ...sourceOf(plan) },
              open,
              plan,
              timer,
              over.signal,
            );
      } finally {
        over.clear();
      }
    },
  };
}

/** Asks without TLS, then with it, until the signal aborts. */
async function readPorts(
  resolved: Awaited<ReturnType<Resolve>>[number],
  place: Omit<HttpPlace, 'address' | 'secure'>,
  open: OpenHttp,
  plan: ReaderPlan,
  timer: Timer,
  signal: AbortSignal,
): Promise<OwnReading | Unread> {
  const failures = new Map<string, Unread>();
  for (const secure of [false, true]) {
    const port = plan.port ?? (secure ? 443 : 80);
    const address = { ...resolved, port };
    const read = await readPlace({ ...place, address, secure }, open, plan, timer, signal);
    if (read.kind === 'read') return read;
    failures.set(`${secure ? 'https' : 'http'} port ${port}`, read);
    if (signal.aborted) break;
  }
  return combinedUnread(failures);
}

async function readPlace(
  place: HttpPlace,
  open: OpenHttp,
  plan: ReaderPlan,
  timer: Timer,
  signal: AbortSignal,
): Promise<OwnReading | Unread> {
  const source = open(place);
  try {
    const read = await readByDates(source, plan.anchor, timer, signal, CONNECTING * plan.timeout);
    return 'kind' in read ? read : { kind: 'read', via: 'http', address: place.address.address, ...read };
  } finally {
    source.close();
  }
}

/** Reads clocks by `date` in a shell of ssh. ssh resolves the name: it may be an alias of its configuration. */
export function sshReader(open: OpenSsh, timer: Timer): ViaReader {
  return {
    via: 'ssh',
    async read({ host, user, sshPort }, plan, signal) {
      const { timeout, anchor, family, port = sshPort } = plan;
      const place = {
        host,
        ...(user !== undefined && { user }),
        ...(port !== undefined && { port }),
        ...(family !== undefined && { family }),
        ...sourceOf(plan),
        connectTimeout: CONNECTING * timeout,
      };
      const dates = open(place);
      const over = deadline(READING * timeout, timer, signal);
      try {
        const read = await readByDates(dates, anchor, timer, over.signal, READING * timeout);
        return 'kind' in read
          ? read
          : { kind: 'read', via: 'ssh', address: dates.address() ?? host, ...read };
      } finally {
        over.clear();
        dates.close();
      }
    },
  };
}

function sourceOf({ source }: ReaderPlan): { readonly source?: string } {
  return source === undefined ? {} : { source };
}

async function firstAddress(
  { host }: Target,
  { family }: ReaderPlan,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<Resolve>>[number] | Unread> {
  try {
    const [first] = await resolve(host, family, signal);
    return first!;
  } catch (error) {
    if (error instanceof ResolveError) return { kind: 'unknown-name', reason: error.message };
    if (signal.aborted) return { kind: 'no-answer' };
    throw error;
  }
}
