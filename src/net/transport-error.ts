// An error of a socket → a TransportError: what happened, in words, and what to do.

import { escaped, familyOf } from '../sources/server.ts';
import { type Address, TransportError, type TransportErrorKind } from './transport.ts';

/** The remote address, and the local one if it is chosen. */
export interface Path {
  readonly address: Address;
  readonly source?: string;
}

/** Throws `TransportError` for a local address of another family than the remote one. */
export function checkSource({ address, source }: Path): void {
  if (source === undefined || familyOf(source) === address.family) return;
  throw new TransportError(
    'bad-source-address',
    `cannot send from ${escaped(source)} to ${address.address}: the source must be an IPv${address.family} address too`,
  );
}

/** The error of a socket on this path, in words. */
export function transportError(cause: unknown, { address, source }: Path): TransportError {
  if (cause instanceof TransportError) return cause;
  const { code = String(cause), syscall } = cause as NodeJS.ErrnoException;
  const fail = (kind: TransportErrorKind, message: string): TransportError =>
    new TransportError(kind, `${message} (${syscall ?? 'socket'}: ${code})`, { cause });
  if (source !== undefined && syscall === 'bind' && NOT_OURS.has(code)) {
    return fail('bad-source-address', `cannot send from ${source}: this machine has no such address`);
  }
  switch (code) {
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENETDOWN':
    case 'ENODEV':
      return fail('no-route', `no route to ${address.address}`);
    case 'EINVAL':
      return fail(
        'no-route',
        `no route to ${address.address}: add the interface of the link-local address, as in fe80::1%eth0`,
      );
    case 'ECONNREFUSED':
      return new TransportError('connection-refused', `refused: no NTP server listens there (${code})`, {
        cause,
      });
    case 'EACCES':
    case 'EPERM':
      return fail('not-permitted', 'sending is not permitted: a firewall or a sandbox forbids it');
    case 'EMFILE':
    case 'ENFILE':
      return fail(
        'too-many-sockets',
        'too many open sockets: use fewer servers or raise the limit (ulimit -n)',
      );
    default:
      return fail('failed', 'the server cannot be reached');
  }
}

const NOT_OURS: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EINVAL', 'ENODEV', 'EAFNOSUPPORT']);
