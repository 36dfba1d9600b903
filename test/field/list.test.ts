// Files that name servers, as ntpd, chronyd, systemd-timesyncd and Red Hat's ntpdate have them.

import { createHash } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Behavior } from '../hostile/server.ts';
import { type Field, field, measured, mounts } from './bench.ts';

/** The measured offset of a run over the list, as JSON. */
async function offsetOf({ tsntp }: Field, line: string, within: readonly string[] = []): Promise<number> {
  return measured(await tsntp(`${line} --format json`, { within })).offset;
}

/** Expects exit 2 and the message. */
async function expectRefused({ tsntp }: Field, line: string, message: RegExp): Promise<void> {
  const { code, stdout, stderr } = await tsntp(line);
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(message) });
}

const PORT_123 = { port: 123 };

test('bare-iburst: a bare HOST with options among directives is refused', async () => {
  const here = await field({ A: PORT_123, B: PORT_123, C: PORT_123 });
  await here.file(
    'bare.conf',
    'driftfile /var/lib/ntp/ntp.drift\nA.addr iburst\nB.addr iburst\nserver C.addr\n',
  );
  await expectRefused(
    here,
    '-q -p 1 -f bare.conf',
    /bare\.conf:2: cannot read .*write servers as "server HOST"/,
  );
});

test('bare-iburst: also one without a dot', async () => {
  const here = await field();
  await here.file('bare.conf', 'driftfile /x\nserver ntp1\nntp2 iburst prefer\n');
  await expectRefused(
    here,
    '-q -f bare.conf',
    /bare\.conf:3: cannot read "ntp2 iburst prefer": .*"server HOST"/,
  );
});

test('guard-bare: a bare HOST among directives is refused', async () => {
  const here = await field({ A: PORT_123, C: PORT_123 });
  await here.file('bare.conf', 'driftfile /x\nA.addr\nserver C.addr\n');
  await expectRefused(here, '-q -p 1 -f bare.conf', /bare\.conf:2: /);
});

test.each(['servers', 'sever', 'Servers', 'serevr', 'pools', 'perr'])(
  'servers-word: "%s HOST" is refused',
  async word => {
    const here = await field({ C: PORT_123 });
    await here.file('s.conf', `server C.addr\n${word} 127.77.0.1\n`);
    await expectRefused(
      here,
      '-q -p 1 -f s.conf',
      /s\.conf:2: cannot read .*is not a directive: write "server HOST"/,
    );
  },
);

test('many-on-a-line: several servers behind one `server` are refused', async () => {
  const here = await field({ A: PORT_123, B: PORT_123, C: PORT_123 });
  await here.file('m.conf', 'driftfile /x\nserver A.addr B.addr C.addr\n');
  await expectRefused(here, '-q -p 1 -f m.conf', /m\.conf:2: .*one server per line, each after "server"/);
  await here.file('short.conf', 'server ntp1 ntp2 ntp3\n');
  await expectRefused(
    here,
    '-q -p 1 -f short.conf',
    /short\.conf:1: .*"ntp2" is not a known option.*one server per line/,
  );
});

test('quoted: a host in quotation marks is read', async () => {
  const here = await field({ A: { ahead: 2, port: 123 } });
  await here.file('q.conf', 'driftfile "/var/db/ntpd.drift"\nserver "A.addr" iburst\n');
  expect(await offsetOf(here, '-q -p 1 -f q.conf')).toBeCloseTo(2, 1);
});

test.each(['Servers=A', 'ntp=A', 'NTPServers=A', 'Fallbackntp=A', 'Server = A', 'NTP A'])(
  'timesyncd-servers: %s is refused, and NTP= named',
  async line => {
    const here = await field({ A: {} });
    await here.file('t.conf', `[Time]\n${line}\n`);
    await expectRefused(here, '-q -f t.conf', /t\.conf:2: .*NTP=/);
  },
);

test('step-tickers: several hosts on one line are all asked', async () => {
  const here = await field({ A: { ahead: 2 }, B: { ahead: 2 } });
  await here.file('step-tickers', '# List of NTP servers used by the ntpdate service.\n\nA B\n');
  expect(await offsetOf(here, '-q -p 1 -f step-tickers')).toBeCloseTo(2, 1);
  expect([here.asked('A'), here.asked('B')]).toEqual([1, 1]);
});

/** Answers what has a good MAC of this key alone, and appends one (RFC 5905 §7.3, appendix A.5.1.1). */
function keyed(id: number, hash: string, secret: string): (behavior: Behavior) => Behavior {
  const withMac = (bytes: Uint8Array): Buffer => {
    const number = Buffer.alloc(4);
    number.writeUInt32BE(id);
    return Buffer.concat([bytes, number, createHash(hash).update(secret).update(bytes).digest()]);
  };
  return behavior => ask => {
    if (!withMac(ask.request.subarray(0, 48)).equals(ask.request)) return [];
    return behavior(ask).map(one => ({ ...one, bytes: withMac(one.bytes) }));
  };
}

test('keyfile: the keys are where chrony.conf says', async () => {
  const here = await field({ A: { ahead: 2, also: keyed(3, 'sha1', 'asecret') } });
  await here.file('c.conf', 'server A.addr port A.port key 3 iburst\nkeyfile DIR/c.keys\n');
  await here.file('c.keys', '3 SHA1 ASCII:asecret\n', 0o640);
  expect(await offsetOf(here, '-q -p 1 -f c.conf')).toBeCloseTo(2, 1);
  await here.file('relative.conf', 'server A.addr port A.port key 3\nkeyfile c.keys\n');
  expect(await offsetOf(here, '-q -p 1 -f relative.conf')).toBeCloseTo(2, 1);
});

test('keys: the keys are where ntp.conf says; -k goes before it', async () => {
  const here = await field({ A: { ahead: 2, port: 123, also: keyed(5, 'md5', 'asecret') } });
  await here.file('n.conf', 'keys DIR/n.keys\ntrustedkey 5\nserver A.addr key 5\n');
  await here.file('n.keys', '5 M asecret\n', 0o600);
  expect(await offsetOf(here, '-q -p 1 -f n.conf')).toBeCloseTo(2, 1);
  await expectRefused(here, '-q -p 1 -k none.keys -f n.conf', /cannot read the keys in none\.keys/);
});

test('keys: a key that trustedkey does not name is refused', async () => {
  const here = await field();
  await here.file('n.conf', 'keys DIR/n.keys\ntrustedkey 1 (7 ... 9)\nserver 127.0.0.1 key 5\n');
  await expectRefused(
    here,
    '-q -f n.conf',
    /n\.conf:3: key 5 is not among those of "trustedkey 1 \(7 \.\.\. 9\)"/,
  );
});

test('key-line-0: a line with a number that no key can have is no error', async () => {
  const here = await field({ A: { ahead: 2, also: keyed(3, 'sha1', 'asecret') } });
  await here.file('c.conf', 'server A.addr port A.port key 3\n');
  await here.file('c.keys', '0 secret\n3 SHA1 asecret\n', 0o600);
  expect(await offsetOf(here, '-q -p 1 -k c.keys -f c.conf')).toBeCloseTo(2, 1);
});

test('include: a file, and files that a pattern matches', async () => {
  const here = await field({ A: { ahead: 2 }, B: { ahead: 2 } });
  await here.file(
    'chrony.conf',
    'driftfile /x\ninclude DIR/site.conf\ninclude DIR/more/*.conf\ninclude DIR/none*\n',
  );
  await here.file('site.conf', 'server A.addr port A.port\n');
  await here.file('more/b.conf', 'server B.addr port B.port\n');
  await here.file('more/b.conf.off', 'server 127.77.0.1\n');
  expect(await offsetOf(here, '-q -p 1 -f chrony.conf')).toBeCloseTo(2, 1);
  expect([here.asked('A'), here.asked('B')]).toEqual([1, 1]);
});

test('sourcedir: servers that are in sources.d/*.sources only', async () => {
  const here = await field({ A: { ahead: 2 } });
  await here.file(
    'c/chrony.conf',
    'confdir DIR/c/conf.d\nsourcedir DIR/none\nsourcedir DIR/c/sources.d\nmakestep 1 3\n',
  );
  await here.file('c/conf.d/note', '');
  await here.file('c/sources.d/a.sources', 'server A.addr port A.port iburst\n');
  await here.file('c/sources.d/b.disabled', 'server 127.77.0.1\n');
  expect(await offsetOf(here, '-q -p 1 -f c/chrony.conf')).toBeCloseTo(2, 1);
});

test('quiet-empty-dirs: nothing on stderr of a success', async () => {
  const here = await field({ A: { ahead: 2 } });
  await here.file(
    'c/chrony.conf',
    'confdir DIR/c/conf.d\nserver A.addr port A.port iburst minpoll 8\nserver 127.127.1.0\nsourcedir DIR/c/sources.d\n',
  );
  await here.file('c/conf.d/README', 'x\n');
  await here.file('c/sources.d/README', 'x\n');
  expect(await here.tsntp('-q -p 1 -f c/chrony.conf')).toMatchObject({ code: 0, stderr: '' });
});

test('continuation: a line that ends in a backslash goes on in the next', async () => {
  const here = await field({ A: { ahead: 2 }, B: { ahead: 2 } });
  await here.file('t.conf', '[Time]\nNTP=A \\\n# between\n    B\nFallbackNTP=127.77.0.1\n');
  expect(await offsetOf(here, '-q -p 1 -f t.conf')).toBeCloseTo(2, 1);
  expect([here.asked('A'), here.asked('B')]).toEqual([1, 1]);
});

test('refclocks-only: the error says that the lines are reference clocks', async () => {
  const here = await field();
  await here.file(
    'r.conf',
    'server 127.127.20.0 mode 1 prefer\nfudge 127.127.20.0 time2 0.1\nserver 127.127.1.0\n',
  );
  await expectRefused(
    here,
    '-q -f r.conf',
    /r\.conf: names no servers.*\n.*r\.conf:1: 127\.127\.20\.0 is a reference clock.*\n.*r\.conf:3: 127\.127\.1\.0 is a ref/,
  );
});

test('minsources: fewer servers than the list wants are not believed', async () => {
  const here = await field({ A: {} });
  await here.file('c.conf', 'server A.addr port A.port\nminsources 3\n');
  const { code, stdout, stderr } = await here.tsntp('-q -p 1 -f c.conf');
  expect({ code, said: stdout + stderr }).toEqual({
    code: 3,
    said: expect.stringMatching(/requires 3/),
  });
  expect((await here.tsntp('-q -p 1 --min-servers 1 -f c.conf')).code).toBe(0);
  await here.file('n.conf', 'server A.addr:A.port\ntos minclock 4 minsane 3\n');
  expect((await here.tsntp('-q -p 1 -f n.conf')).code).toBe(3);
});

test('guard-centos6: a slip in `prefer`, a full-width space, comments', async () => {
  const here = await field({ A: PORT_123, B: PORT_123, C: PORT_123 });
  const text = `driftfile /var/lib/ntp/drift
restrict -6 default kod nomodify
# 允许内网
server A.addr perfer
server B.addr     # 1.cn.pool.ntp.org
server　C.addr
restrict A.addr nomodify
server  127.127.1.0     # local clock
fudge   127.127.1.0 stratum 10
disable monitor
`;
  await here.file('ntp.conf', text);
  expect((await here.tsntp('-q -p 1 -f ntp.conf')).code).toBe(0);
  expect([here.asked('A'), here.asked('B'), here.asked('C')]).toEqual([1, 1, 1]);
});

test('guard-commas: commas in NTP= are refused', async () => {
  const here = await field({ A: {}, B: {} });
  await here.file('t.conf', '[Time]\nNTP=A, B\n');
  await expectRefused(here, '-q -f t.conf', /t\.conf:2: .*separate servers with spaces, not commas/);
});

test('guard-crlf: blanks, tabs, CRLF, several NTP=', async () => {
  const here = await field({ A: {}, B: {} });
  await here.file('t.conf', '  [Time]  \r\n  NTP = A\r\n  NTP\t=\tB\r\n');
  expect((await here.tsntp('-q -p 1 -f t.conf')).code).toBe(0);
  expect([here.asked('A'), here.asked('B')]).toEqual([1, 1]);
});

/** A stand-alone Windows domain controller. */
const CONTROLLER = {
  ...{ version: 3, refid: 'LOCL', precision: -6, poll: 17, rootDelay: 0, rootDispersion: 10.35 },
  ...{ reference: 600, ahead: 7.25 },
};

test('distance-ntpd: tos maxdist', async () => {
  const here = await field({ A: { ...CONTROLLER, port: 123 } });
  await here.file('ntp.conf', 'server A.addr\ntos maxdist 30\n');
  expect(await offsetOf(here, '-q -p 1 -f ntp.conf')).toBeCloseTo(7.25, 1);
});

test('distance-chrony: maxdistance; an option goes before it', async () => {
  const here = await field({ A: CONTROLLER });
  await here.file('chrony.conf', 'server A.addr port A.port iburst\nmaxdistance 16.0\n');
  expect(await offsetOf(here, '-q -p 1 -f chrony.conf')).toBeCloseTo(7.25, 1);
  expect((await here.tsntp('-q -p 1 --max-distance 2 -f chrony.conf')).code).toBe(3);
  expect((await here.tsntp('-q -p 1 -f chrony.conf', { env: { TSNTP_MAX_DISTANCE: '2' } })).code).toBe(3);
});

test.each(['30', '30s', '1min 5s', '12000ms', 'infinity'])(
  'distance-timesyncd: RootDistanceMaxSec=%s',
  async span => {
    const here = await field({ A: CONTROLLER });
    await here.file('time.conf', `[Time]\nNTP=A\nRootDistanceMaxSec=${span}\n`);
    expect(await offsetOf(here, '-q -p 1 -f time.conf')).toBeCloseTo(7.25, 1);
  },
);

test.runIf(mounts)('sourcedir-default: the same as the default /etc/chrony/chrony.conf', async () => {
  const here = await field({ A: { ahead: 2 } });
  await here.file('etc/chrony/chrony.conf', 'sourcedir /etc/chrony/sources.d\n');
  await here.file('etc/chrony/sources.d/local.sources', 'server A.addr port A.port iburst\n');
  expect(await offsetOf(here, '-q -p 1', here.inEtc())).toBeCloseTo(2, 1);
});

test.runIf(mounts)('timesyncd-dropin: a stock timesyncd.conf, the server in timesyncd.conf.d', async () => {
  const here = await field({ A: { ahead: 2 } });
  await here.file('etc/systemd/timesyncd.conf', '[Time]\n#NTP=\n');
  await here.file('etc/systemd/timesyncd.conf.d/10-site.conf', '[Time]\nNTP=A\n');
  expect(await offsetOf(here, '-q -p 1', here.inEtc())).toBeCloseTo(2, 1);
});

/** As an ordinary user, who may read only what is open to all. */
const ordinary = ['setpriv', '--bounding-set', '-dac_override,-dac_read_search'];

test.runIf(mounts)('unreadable-default: the file is named, and no other is used', async () => {
  const here = await field({ A: PORT_123 });
  chmodSync(await here.file('etc/chrony/chrony.conf', 'server 127.77.0.1\n'), 0);
  await here.file('etc/ntp.conf', 'server A.addr\n');
  const within = [...here.inEtc(), ...ordinary];
  const { code, stderr } = await here.tsntp('-q -p 1', { within });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringMatching(/\/etc\/chrony\/chrony\.conf: cannot be read: permission denied/),
  });
  expect(here.asked('A')).toBe(0);
});

test.each([
  'srv 127.77.0.2',
  '- 127.77.0.2',
  'Source 127.77.0.2',
  'default server 127.77.0.2',
  'ntp server gps',
  'timeserver gps',
  'gps ibrust',
  'fallback gps',
])('unknown-server-line: "%s" is refused', async line => {
  const here = await field({ A: PORT_123 });
  await here.file('s.conf', `server A.addr\n${line}\n`);
  await expectRefused(here, '-q -p 1 -f s.conf', /s\.conf:2: cannot read .*"server HOST"/);
  expect(here.asked('A')).toBe(0);
});

test.each(['restrict 127.0.0.0 mask 255.0.0.0 ignore', 'restrict default ignore'])(
  'restricted-server: %s',
  async line => {
    const here = await field({ A: PORT_123 });
    await here.file('n.conf', `${line}\nserver A.addr\n`);
    await expectRefused(here, '-q -p 1 -f n.conf', /n\.conf:1: "restrict .* denies 127/);
    await here.file('open.conf', `${line}\nrestrict A.addr nomodify noquery\nserver A.addr\n`);
    expect((await here.tsntp('-q -p 1 -f open.conf')).code).toBe(0);
  },
);
