// NTS as people have it: authorities below a root, names with a final dot, key exchanges in small parts.

import { expect, test } from 'vitest';
import { query } from '../../src/index.ts';
import { onLinux, works } from '../support/command.ts';
import { field, measured } from './bench.ts';
import { type NtsHabits, ntsField } from './nts-bench.ts';

const LINE = '-q -p 2 -t 1 --interval 0.1 --format json --nts';

async function run(habits: NtsHabits, more: (server: Awaited<ReturnType<typeof ntsField>>) => string) {
  const server = await ntsField(habits);
  const { tsntp } = await field();
  return tsntp(`${LINE} ${more(server)} localhost:${server.kePort}`);
}

test('nts-ca-intermediate: the certificate of the intermediate is enough for --nts-ca', async () => {
  const result = await run({ ahead: 2 }, ({ middle }) => `--nts-ca ${middle.file}`);
  expect(measured(result).offset).toBeCloseTo(2, 1);
});

test.each(['localhost.', 'localhost', 'LOCALHOST.'])(
  'sni-dot: the host %s is named without a dot',
  async host => {
    const { kePort, root } = await ntsField({ strictSni: host.replace('.', ''), ahead: 2 });
    const server = { host, port: 123, nts: true, ntsPort: kePort, from: 'here' } as const;
    const resolve = async () => [{ family: 4, address: '127.0.0.1' }] as const;
    const outcome = await query([server], { samples: 1, ntsTrust: { ca: root.pem }, ports: { resolve } });
    expect(outcome).toMatchObject({ kind: 'queried', estimate: { offset: expect.closeTo(2, 1) } });
  },
);

const mounts = onLinux && works(['unshare', '-rm', 'true']);

test.runIf(mounts)('guard-system-certs: the authorities of the system are trusted', async () => {
  const { kePort, root } = await ntsField({ ahead: 2 });
  const { tsntp } = await field();
  const swap = `mount --bind ${root.file} "$(readlink -f /etc/ssl/certs/ca-certificates.crt)" && exec "$@"`;
  const within = ['unshare', '-rm', 'sh', '-c', swap, 'sh'];
  const result = await tsntp(`${LINE} localhost:${kePort}`, { within });
  expect(measured(result).offset).toBeCloseTo(2, 1);
  expect((await tsntp(`${LINE} localhost:${kePort}`)).code).toBe(3);
});

test('guard-nts-parts: a response in small parts, with 16 cookies', async () => {
  const result = await run({ ahead: 2, split: true, cookies: 16 }, ({ root }) => `--nts-ca ${root.file}`);
  expect(measured(result).offset).toBeCloseTo(2, 1);
});

test('guard-nts-record: an unknown critical record ends it', async () => {
  const extraRecords = Buffer.from('84000000', 'hex');
  const result = await run({ extraRecords }, ({ root }) => `--nts-ca ${root.file}`);
  expect(result.code).toBe(3);
  expect(result.stdout).toMatch(/critical/);
});
