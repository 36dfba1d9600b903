// A Unix datagram socket that keeps what is sent to it, as a journal or a syslogd would read it; node:dgram has none.

import { rmSync } from 'node:fs';
import koffi from 'koffi';
import { onTestFinished } from 'vitest';

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK = 2 | 0o4000;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;

/** Listens at `path` until the test is over. */
export interface UnixReceiver {
  /** The datagrams that came since the last call. */
  received(): readonly Buffer[];
  close(): void;
}

/** Binds a socket to `path`, which must not exist. */
export function unixReceiver(path: string): UnixReceiver {
  const libc = koffi.load(null);
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const bind = libc.func('int bind(int fd, const void *address, uint32_t length)');
  const recv = libc.func('long recv(int fd, void *bytes, size_t length, int flags)');
  const setsockopt = libc.func(
    'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
  );
  const closeSocket = libc.func('int close(int fd)');

  const fd: number = socket(AF_UNIX, SOCK_DGRAM_NONBLOCK, 0);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, Buffer.from(new Int32Array([1 << 22]).buffer), 4);
  const address = Buffer.alloc(2 + Buffer.byteLength(path) + 1);
  address.writeUInt16LE(AF_UNIX);
  address.write(path, 2);
  if (bind(fd, address, address.length) !== 0) throw new Error(`cannot bind ${path}`);
  let open = true;
  const close = () => {
    if (open) closeSocket(fd);
    open = false;
  };
  onTestFinished(() => {
    close();
    rmSync(path, { force: true });
  });
  return {
    received() {
      const datagrams: Buffer[] = [];
      const buffer = Buffer.alloc(1 << 20);
      for (
        let length = recv(fd, buffer, buffer.length, 0);
        length >= 0;
        length = recv(fd, buffer, buffer.length, 0)
      )
        datagrams.push(Buffer.from(buffer.subarray(0, length)));
      return datagrams;
    },
    close,
  };
}

/** The fields of a journal datagram as [name, value] pairs in their order, as journald reads them. */
export function journalFields(datagram: Buffer): readonly (readonly [name: string, value: string])[] {
  const fields: (readonly [string, string])[] = [];
  for (let at = 0; at < datagram.length; ) {
    const end = datagram.indexOf('\n', at);
    const line = datagram.subarray(at, end);
    const equals = line.indexOf('=');
    if (equals >= 0) {
      fields.push([line.subarray(0, equals).toString(), line.subarray(equals + 1).toString()]);
      at = end + 1;
      continue;
    }
    const from = end + 9;
    const to = from + Number(datagram.readBigUInt64LE(end + 1));
    if (datagram[to] !== 0x0a) throw new Error(`the value of ${line} does not end with a line feed`);
    fields.push([line.toString(), datagram.subarray(from, to).toString()]);
    at = to + 1;
  }
  return fields;
}
