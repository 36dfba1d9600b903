// NTS in lists: whose certificates chrony.conf and NTPsec's ntp.conf say to trust.

import { expect, test } from 'vitest';
import { forge } from '../support/certificates.ts';
import { field, measured, mounts } from './bench.ts';
import { ntsField } from './nts-bench.ts';

const LINE = '-q -p 2 -t 1 --interval 0.1 --format json';

/** Runs over a list in which KE is the port of the key exchange and CA its root's certificate. */
async function run(list: string, within: readonly string[] = [], more = '') {
  const { kePort, root } = await ntsField({ ahead: 2 });
  const { tsntp, file } = await field();
  const swap = `mount --bind ${root.file} "$(readlink -f /etc/ssl/certs/ca-certificates.crt)" && exec "$@"`;
  await file('c.conf', list.replaceAll(/\bKE\b/g, String(kePort)).replaceAll(/\bCA\b/g, root.file));
  return tsntp(`${LINE} ${more} -f c.conf`, { within: within.map(word => (word === 'SWAP' ? swap : word)) });
}

/** In a machine that trusts the server's authority. */
const trusting = ['unshare', '-m', 'sh', '-c', 'SWAP', 'sh'];

function own(): string {
  const made = forge();
  return made.authority('Another Root').certificateFile;
}

test.each([
  ['ntstrustedcerts', 'server localhost ntsport KE iburst nts\nntstrustedcerts CA\n'],
  ['ntstrustedcerts', 'server localhost ntsport KE nts certset 3\nntstrustedcerts 3 CA\n'],
  ['nosystemcert', 'nosystemcert\nserver localhost ntsport KE nts\nntstrustedcerts CA\n'],
  ['nts-ca-ntpsec', 'nts ca CA\nserver localhost:KE nts iburst\n'],
  ['nts-ca-ntpsec', 'server localhost:KE nts ca CA\n'],
])('%s: obeyed in %j', async (_, list) => {
  expect(measured(await run(list)).offset).toBeCloseTo(2, 1);
});

test.runIf(mounts)('ntstrustedcerts: the system is trusted beside it', async () => {
  const list = `server localhost ntsport KE nts\nntstrustedcerts ${own()}\n`;
  expect(measured(await run(list, trusting)).offset).toBeCloseTo(2, 1);
});

test.runIf(mounts).each([
  ['nosystemcert', 'server localhost ntsport KE iburst nts\nnosystemcert\nntstrustedcerts OWN\n'],
  ['ntstrustedcerts', 'server localhost ntsport KE nts certset 1\nntstrustedcerts 1 OWN\n'],
  ['nts-ca-ntpsec', 'nts ca OWN\nserver localhost:KE nts\n'],
  ['nts-ca-ntpsec', 'nts ca CA\nserver localhost:KE nts ca OWN\n'],
])('%s: what the system trusts is not, with %j', async (_, list) => {
  const { code, stdout } = await run(list.replaceAll('OWN', own()), trusting);
  expect({ code, stdout }).toEqual({ code: 3, stdout: expect.stringMatching(/does not trust/) });
});

test.runIf(mounts)('--nts-ca goes before both: neither the list nor the system is trusted', async () => {
  const list = 'server localhost ntsport KE nts\nntstrustedcerts CA\n';
  const { code, stdout } = await run(list, trusting, `--nts-ca ${own()}`);
  expect({ code, stdout }).toEqual({ code: 3, stdout: expect.stringMatching(/does not trust/) });
});

test.each([
  ['server localhost ntsport KE nts\nnosystemcert\n', /c\.conf:2: trusts no authority for localhost/],
  ['server localhost ntsport KE nts certset 2\n', /c\.conf:1: trusts no authority/],
  [
    'server localhost nts\nntstrustedcerts /none\n',
    /cannot read the authorities of c\.conf:1 in \/none: no such file/,
  ],
])('%j: refused', async (list, message) => {
  const { code, stderr } = await run(list);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) });
});
