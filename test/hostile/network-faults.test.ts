// Faults of the network: failing calls, closed ports, silent servers, no network at all. Each test checks the exit
// code, the message, the untouched clock, and an end by the deadline.

import { describe, expect, test } from 'vitest';
import { counted, startServer, withoutStrace } from './bench.ts';
import { address, injected, isolated, PACE, withoutNamespaces } from './faults.ts';
import { type Behavior, delayed, silence, truth } from './server.ts';

describe.skipIf(withoutStrace !== undefined)('the network calls', () => {
  const faults: readonly (readonly [call: string, error: string, says: RegExp])[] = [
    ['connect', 'ENETUNREACH', /no route/],
    ['connect', 'EHOSTUNREACH', /no route/],
    ['connect', 'EADDRNOTAVAIL', /no route/],
    ['connect', 'EACCES', /not permitted/],
    ['connect', 'EPERM', /not permitted/],
    ['sendto', 'ENETUNREACH', /no route/],
    ['sendto', 'EHOSTUNREACH', /no route/],
    ['sendto', 'ENETDOWN', /no route/],
    ['sendto', 'EACCES', /not permitted/],
    ['sendto', 'EPERM', /not permitted/],
    ['sendto', 'ECONNREFUSED', /refused/],
    ['sendto', 'ENOBUFS', /ENOBUFS/],
    ['sendto', 'EMSGSIZE', /EMSGSIZE/],
    ['socket', 'EMFILE', /too many open sockets/],
    ['socket', 'ENFILE', /too many open sockets/],
    ['socket', 'EAFNOSUPPORT', /no route/],
    ['socket', 'EACCES', /not permitted/],
    ['socket', 'ENOMEM', /ENOMEM/],
  ];
  test.each(faults)('%s fails with %s', async (call, error, says) => {
    const { code, report } = await injected([`${call}:error=${error}`], [await address()]);
    expect(code).toBe(3);
    expect(report.servers[0]).toMatchObject({ verdict: 'unreachable', reason: expect.stringMatching(says) });
    expect(report.servers[0]!.reason).toContain(error);
  });

  test.each(['ENOMEM', 'ECONNREFUSED', 'EIO'])('receiving fails with %s', async error => {
    const { code } = await injected([`recvmsg:error=${error}`], [await address()]);
    expect(code).toBe(3);
  });
});

describe('closed ports', () => {
  test('alone: exit 3 immediately', async () => {
    const { port, close } = await startServer(truth);
    close();
    const { code, report } = await counted(['-p3', '-t60', `127.0.0.1:${port}`]);
    expect(report.servers[0]).toMatchObject({
      verdict: 'unreachable',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
    expect(code).toBe(3);
  });

  test('in addition to three good servers: exit 4 without waiting', async () => {
    const good = await Promise.all([address(), address(), address()]);
    const { code, report } = await counted([...PACE, '127.0.0.1:9', ...good]);
    expect(report.servers.map(({ verdict }) => verdict)).toContain('unreachable');
    expect(code).toBe(4);
  });

  test.each(['255.255.255.255', '224.0.1.1', '0.0.0.0', '[::]', '[ff02::101]', '240.0.0.1'])(
    '%s',
    async host => {
      const { code } = await counted([...PACE, `${host}:9`]);
      expect(code).toBe(3);
    },
  );
});

describe('deadline', () => {
  // Well below the time to wait for all replies, well above what a busy machine adds.
  const soon = 20_000;
  test.each([
    ['one silent server', [silence]],
    ['six silent servers', Array<Behavior>(6).fill(silence)],
    ['a server that answers too late', [delayed(30, truth)]],
    [
      'junk without end',
      [(ask => Array.from({ length: 200 }, (_, i) => ({ bytes: ask.request, after: i / 20 }))) as Behavior],
    ],
  ])(
    '%s',
    async (_name, behaviors) => {
      const servers = await Promise.all(behaviors.map(behavior => address(behavior)));
      const { code, attempts = 0 } = await counted(['-p16', '-t600', '--deadline=1', ...servers]);
      expect({ code, attempts }).toEqual({ code: 3, attempts: 0 });
    },
    soon,
  );

  test(
    'a silent server among good ones does not delay the result',
    async () => {
      const { code } = await counted([
        '-p2',
        '-t600',
        '--interval=0.05',
        '--deadline=5',
        await address(),
        await address(),
        await address(silence),
      ]);
      expect(code).toBe(4);
    },
    soon,
  );
});

describe.skipIf(withoutNamespaces)('without a network', () => {
  test.each(['192.0.2.1', '[2001:db8::1]', '127.0.0.1', 'pool.example'])(
    '%s: exit 3 and the reason',
    async host => {
      const { code, report } = await counted([...PACE, '--deadline=5', host], { within: isolated });
      expect(code).toBe(3);
      expect(report.servers[0]!.reason).toMatch(/no route|no name server|no address found/);
    },
  );
});
