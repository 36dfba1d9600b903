// The trace of -d and -vv: every packet and test, then what users of ntpdate -d know; to stderr, the result to stdout.

import { expect, test } from 'vitest';
import { traceLines } from '../../../src/cli/report/debug.ts';
import { prettyDate } from '../../../src/cli/report/pretty-date.ts';
import { sampleOf } from '../../support/builders.ts';
import { onLinux, serve, serveSilence, tsntp } from '../../support/command.ts';

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

test("a T4 that is not the kernel's stamp is traced with the reason", () => {
  const result = sampleOf();
  const arrival = { bytes: new Uint8Array(48), at: result.received, stampedBy: 'process' } as const;
  const address = { family: 4, address: '192.0.2.1', port: 123 } as const;
  const why = { notByKernel: 'not supported on plan9' };
  expect(traceLines({ kind: 'receive', address, arrival: { ...arrival, ...why }, result }).at(-1)).toBe(
    '  T4 stamped by the process, not by the kernel: not supported on plan9',
  );
});

test('the block that ntpdate -d prints: on stdout before the classic report, else in the trace', async () => {
  const [server] = await serve({ stratum: 1, refid: 0x47505300 });
  const { stderr, stdout } = await tsntp(['-d', '-p', '2', server!]);
  const date = String.raw`[A-Z][a-z]{2}, [A-Z][a-z]{2} [ \d]\d \d{4} [ \d]\d:\d\d:\d\d\.\d{3}`;
  const stamp = String.raw`[0-9a-f]{8}\.[0-9a-f]{8}`;
  const block = [
    String.raw`server 127\.0\.0\.1:\d+`,
    'stratum 1, precision -20, leap 00, trust 000',
    String.raw`refid \[GPS\], root delay 0\.000000, root dispersion 0\.001\d{3}`,
    `reference time:      ${stamp}  ${date}`,
    `originate timestamp: ${stamp}  ${date}`,
    `transmit timestamp:  ${stamp}  ${date}`,
    String.raw`filter delay:  0\.\d{6}  0\.\d{6}`,
    String.raw`filter offset: -?0\.\d{6}  -?0\.\d{6}`,
    String.raw`delay 0\.\d{5}, dispersion 0\.\d{5}`,
    String.raw`offset -?0\.\d{6}`,
  ];
  expect(stdout).toMatch(
    new RegExp(`^${block.join('\n')}\n\n.{15} tsntp\\[\\d+\\]: would adjust time server .* sec\n$`),
  );
  expect(stderr).not.toContain('transmit timestamp');
  const json = await tsntp(['-d', '-p', '1', '--format', 'json', server!]);
  expect(json.stderr).toMatch(new RegExp(`^transmit timestamp:  ${stamp}  ${date}$`, 'm'));
  expect(stderr).toMatch(/^intersection -0\.\d{6} to 0\.\d{6} s$/m);
  expect(stderr).toMatch(/^\* 127\.0\.0\.1:\d+ system-peer: .*, weight 1\.000$/m);
  expect(stderr).toMatch(
    /^intersection .*\n\* 127.*\ndecide: (slew|none|step) \(set since boot: .*\)\nThis clock is /m,
  );
});

test('a server that is dropped: the test by number and name, and why', async () => {
  const [server] = await serve({ leap: 3, stratum: 16 });
  const { code, stderr, stdout } = await tsntp(['-d', '-p', '1', server!]);
  expect(code).toBe(3);
  expect(stderr).toMatch(/^receive\(127\.0\.0\.1\) test 6 failed: not-synchronized: strata too high/m);
  expect(stdout).toMatch(/^stratum 16, precision -20, leap 11, trust 000$/m);
  expect(stderr).toMatch(/^127\.0\.0\.1:\d+: Server dropped: strata too high/m);
});

test('a falseticker is named', async () => {
  const servers = await serve({}, {}, { offset: 1 });
  const { stderr } = await tsntp(['-d', '-p', '1', ...servers]);
  expect(stderr).toMatch(new RegExp(`^x ${servers[2]} falseticker: `, 'm'));
});

test('a silent server: "no reply" is not the first word of a line, and stays lower case', async () => {
  const { server } = await serveSilence();
  const { stderr } = await tsntp(['-d', '-p', '1', '-t', '0.2', server]);
  expect(stderr).toContain(`${server}: no reply to 1 request (-t 0.2)\n`);
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

test("a date in ntpdate's form: the day of the month and the hour without a leading zero", async () => {
  const here = process.env.TZ;
  expect(await prettyDate(new Date(2026, 10, 25, 18, 17, 26, 445), here)).toBe(
    'Wed, Nov 25 2026 18:17:26.445',
  );
  expect(await prettyDate(new Date(2027, 0, 3, 4, 5, 6, 7), here)).toBe('Sun, Jan  3 2027  4:05:06.007');
});

test.runIf(onLinux)(
  'the block has the local time of a POSIX TZ, also where the year is another one',
  async () => {
    const offset = (Date.UTC(2027, 11, 31, 20, 1) - Date.now()) / 1000;
    const [server] = await serve({ offset });
    const transmitted = async (TZ: string) => {
      const { stdout } = await tsntp(['-d', '-q', '-p', '1', server!], { env: { TZ } });
      return /^transmit timestamp: .{19} (.*):\d\d\.\d{3}$/m.exec(stdout)![1]!.trim();
    };
    expect(await transmitted('XXX0')).toBe('Fri, Dec 31 2027 20:01');
    expect(await transmitted('XXX-12')).toBe('Sat, Jan  1 2028  8:01');
  },
);
