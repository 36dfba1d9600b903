// One NTP server for all of 127.0.0.0/8: a socket bound to any address that replies from the queried address
// (IP_PKTINFO), which node:dgram cannot do. Writes its port to stdout; ends after 20 s without a request, or on a
// signal. Linux only. Ignores requests whose third octet is 33, to simulate dead servers.

import koffi from 'koffi';

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const SO_RCVBUFFORCE = 33;
const SO_RCVBUF = 8;
const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const DEAD = 33;
const IDLE_SECONDS = 20n;
/** Seconds from 1900 to 1970. */
const ERA = 2_208_988_800;

const libc = koffi.load(null);
const socket = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, const void *address, uint32_t length)');
const getsockname = libc.func('int getsockname(int fd, void *address, void *length)');
const setsockopt = libc.func(
  'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
);
const recvmsg = libc.func('long recvmsg(int fd, void *message, int flags)');
const sendmsg = libc.func('long sendmsg(int fd, const void *message, int flags)');

const fd = socket(AF_INET, SOCK_DGRAM, 0);
setsockopt(fd, IPPROTO_IP, IP_PKTINFO, new Int32Array([1]), 4);
setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, new BigInt64Array([IDLE_SECONDS, 0n]), 16);
const megabytes = new Int32Array([4 << 20]);
if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, megabytes, 4) !== 0) {
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, megabytes, 4);
}

const name = new Uint8Array(16);
name[0] = AF_INET;
if (bind(fd, name, 16) !== 0) throw new Error('cannot bind');
getsockname(fd, name, new Uint32Array([16]));
console.log((name[2] ?? 0) * 256 + (name[3] ?? 0));

// struct msghdr and the memory it points to. A reply reuses the name and control data of its request: it goes to the
// sender, from the address that was queried.
const packet = new ArrayBuffer(1024);
const control = new ArrayBuffer(64);
const vector = new BigUint64Array([koffi.address(packet), 1024n]);
const message = new BigUint64Array(7);
message[2] = koffi.address(vector.buffer);
message[3] = 1n;
message[0] = koffi.address(name.buffer);
message[4] = koffi.address(control);

const header = new DataView(packet);
const asked = new Uint8Array(control, 20, 4);
for (;;) {
  message[1] = 16n;
  message[5] = 64n;
  vector[1] = 1024n;
  const length = recvmsg(fd, message, 0);
  if (length < 0) break;
  if (length < 48 || asked[2] === DEAD) continue;
  reply();
  vector[1] = 48n;
  sendmsg(fd, message, 0);
}

/** Mode 4, stratum 1; the transmit timestamp becomes the origin. */
function reply() {
  const now = (performance.timeOrigin + performance.now()) / 1000 + ERA;
  const timestamp = (BigInt(Math.floor(now)) << 32n) | BigInt(Math.floor((now % 1) * 2 ** 32));
  header.setUint8(0, (header.getUint8(0) & 0b00_111_000) | 4);
  header.setUint8(1, 1);
  header.setInt8(3, -20);
  header.setUint32(4, 0);
  header.setUint32(8, 0x40);
  header.setUint32(12, 0x4c_4f_43_4c);
  header.setBigUint64(24, header.getBigUint64(40));
  header.setBigUint64(16, timestamp - (1n << 32n));
  header.setBigUint64(32, timestamp);
  header.setBigUint64(40, timestamp);
}
