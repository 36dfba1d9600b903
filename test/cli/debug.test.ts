// The trace of -d and -vv: every packet and test, then what users of ntpdate -d know; to stderr, the result to stdout.

import { expect, test } from 'vitest';
import { traceLines } from '../../src/cli/report/debug.ts';
import { sampleOf } from '../support/builders.ts';
import { onLinux, serve, tsntp } from '../support/command.ts';

const INSTANT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z`;

test('each packet: sent, received, T1 to T4, offset and delay', async () => {
  const [server] = await serve({ offset: 3 });
  const { stderr } = await tsntp(['-d', '-p', '2', server!]);
  const packet = [
    String.raw`transmit\(127\.0\.0\.1\)`,
    String.raw`receive\(127\.0\.0\.1\)`,
    ...['T1', 'T2', 'T3', 'T4'].map(name => `  ${name} ${INSTANT}`),
    String.raw`  offset [23]\.\d{9}, delay 0\.\d{9}, dispersion 0\.\d{9}`,
    String.raw`  T4 stamped by the \w+`,
  ].join('\n');
  expect(stderr).toMatch(new RegExp(`^resolve\\(.*\\) 127\\.0\\.0\\.1\n${packet}\n${packet}\n`));
  const instants = [...stderr.matchAll(new RegExp(`T[14] (${INSTANT})`, 'g'))].map(([, instant]) => instant!);
  expect(instants).toEqual([...instants].sort());
});

test("a T4 that is not the kernel's: why", () => {
  const result = sampleOf();
  const arrival = { bytes: new Uint8Array(48), at: result.received, stampedBy: 'process' } as const;
  const address = { family: 4, address: '192.0.2.1', port: 123 } as const;
  const why = { notByKernel: 'not done on plan9' };
  expect(traceLines({ kind: 'receive', address, arrival: { ...arrival, ...why }, result }).at(-1)).toBe(
    '  T4 stamped by the process, not by the kernel: not done on plan9',
  );
});

test('the block that ntpdate -d prints, then intersection, weight, decision', async () => {
  const [server] = await serve({ stratum: 1, refid: 0x47505300 });
  const { stderr, stdout } = await tsntp(['-d', '-p', '2', server!]);
  const stamp = String.raw`[0-9a-f]{8}\.[0-9a-f]{8}`;
  const block = [
    String.raw`server 127\.0\.0\.1:\d+`,
    'stratum 1, precision -20, leap 00, trust 000',
    String.raw`refid \[GPS\], root delay 0\.000000, root dispersion 0\.001\d{3}`,
    `reference time:      ${stamp}  ${INSTANT}`,
    `originate timestamp: ${stamp}`,
    `transmit timestamp:  ${stamp}  ${INSTANT}`,
    String.raw`filter delay:  0\.\d{6}  0\.\d{6}`,
    String.raw`filter offset: -?0\.\d{6}  -?0\.\d{6}`,
    String.raw`delay 0\.\d{5}, dispersion 0\.\d{5}, jitter 0\.\d{6}`,
    String.raw`offset -?0\.\d{6}`,
  ];
  expect(stderr).toMatch(new RegExp(`^${block.join('\n')}$`, 'm'));
  expect(stderr).toMatch(/^intersection -0\.\d{6} to 0\.\d{6} s$/m);
  expect(stderr).toMatch(/^\* 127\.0\.0\.1:\d+ system-peer: .*, weight 1\.000$/m);
  expect(stderr).toMatch(/^decide: (slew|none|step) \(set since boot: /m);
  expect(stdout).toMatch(/^.{15} tsntp\[\d+\]: adjust time server .* sec\n$/);
});

test('a server that is dropped: the test by number and name, and why', async () => {
  const [server] = await serve({ leap: 3, stratum: 16 });
  const { code, stderr } = await tsntp(['-d', '-p', '1', server!]);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^receive\(127\.0\.0\.1\) test 6 failed: not-synchronised: strata too high/m);
  expect(stderr).toMatch(/^stratum 16, precision -20, leap 11, trust 000$/m);
  expect(stderr).toMatch(/^127\.0\.0\.1:\d+: Server dropped: strata too high/m);
});

test('a falseticker is named', async () => {
  const servers = await serve({}, {}, { offset: 1 });
  const { stderr } = await tsntp(['-d', '-p', '1', ...servers]);
  expect(stderr).toMatch(new RegExp(`^x ${servers[2]} falseticker: `, 'm'));
});

test('a loss shows as a timeout', async () => {
  const { stderr } = await tsntp(['-d', '-p', '1', '-t', '0.2', '192.0.2.1']);
  expect(stderr).toMatch(/^(timeout|unreachable)\(192\.0\.2\.1\)/m);
});

test.runIf(onLinux)('-d never sets the clock, whatever else is asked for; -vv does', async () => {
  const [server] = await serve({});
  expect((await tsntp(['sync', '-d', '-b', '--force', '-p', '1', server!])).code).toBe(0);
  const { code, stderr } = await tsntp(['sync', '-vv', '--force', '-p', '1', server!]);
  expect(code).toBe(4);
  expect(stderr).toContain('transmit(127.0.0.1)');
});

test('stdout has the result alone', async () => {
  const [server] = await serve({});
  const { stdout } = await tsntp(['-d', '--format', 'json', '-p', '1', server!]);
  expect(JSON.parse(stdout)).toMatchObject({ result: 'would-adjust' });
});
