// The archive for linux-x64 wherever a user puts it, and how it starts: with V8's code for its scripts, which is used only by
// the Node that made it, and never written.

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifact, type Ended, type LonelyNetwork, openNetwork, PROBE, VERSION } from './root.ts';

const NAME = `tsntp-${VERSION}-linux-x64`;
const place = mkdtempSync(join(tmpdir(), 'tsntp-launch-'));
const parent = join(place, 'Messgeräte 测 & co');
const folder = join(parent, NAME);
const probe = join(place, 'probe.cjs');
let network: LonelyNetwork;

beforeAll(async () => {
  network = await openNetwork();
  chmodSync(place, 0o755);
  mkdirSync(parent);
  execFileSync('tar', ['-C', parent, '-xzf', artifact(`${NAME}.tar.gz`)]);
  writeFileSync(probe, PROBE);
});
afterAll(() => {
  network.close();
  rmSync(place, { recursive: true, force: true });
});

const query = () => ['-q', '--format', 'json', network.server];
const node = join(folder, 'lib/tsntp/node');
const script = join(folder, 'lib/tsntp/bin/tsntp.js');

/** Every file with its size, its time in seconds, and its mode. */
function files(): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => {
    const { size, mtimeMs, mode } = statSync(join(folder, name));
    return `${name} ${size} ${mtimeMs} ${mode}`;
  });
}

function expectQueried({ status, stdout, stderr }: Ended): void {
  expect([status, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toMatchObject({ result: 'queried' });
}

describe('the archive for linux-x64', () => {
  it('works in a folder whose name has blanks and letters that are not ASCII, with an empty PATH', () => {
    expectQueried(network.run(['/usr/bin/env', 'PATH=', join(folder, 'bin/tsntp'), ...query()]));
  });

  it('works through a link in a folder of PATH, and through a link to that', () => {
    const bin = join(place, 'bin');
    mkdirSync(bin);
    symlinkSync(join(folder, 'bin/tsntp'), join(bin, 'tsntp'));
    symlinkSync('tsntp', join(bin, 'also'));
    for (const name of ['tsntp', 'also'])
      expectQueried(
        network.run(['sh', '-c', `exec ${name} "$@"`, '', ...query()], { PATH: `${bin}:/usr/bin:/bin` }),
      );
  });

  it('works for another user, who may not write to it, and no run changes a file', () => {
    const before = files();
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    expectQueried(network.run([...user, join(folder, 'bin/tsntp'), ...query()], { PATH: '/usr/bin:/bin' }));
    expectQueried(network.run([join(folder, 'bin/tsntp'), ...query()]));
    expect(files()).toEqual(before);
  });

  it('names the place in the sources where a bug is', () => {
    const bug = join(place, 'bug.cjs');
    writeFileSync(bug, "JSON.stringify = () => { throw new Error('broken'); };");
    const { status, stderr } = network.run([node, '--require', bug, script, ...query()]);
    expect(stderr).toMatch(/this is a bug, please report it: Error: broken\n.*src\/report\/\S+\.ts:\d+:\d+/s);
    expect(status).toBe(1);
  });
});

describe('V8’s code for the scripts', () => {
  const probed = (...flags: readonly string[]) =>
    network.run([node, ...flags, '--require', probe, script, ...query()]);

  it('is used', () => {
    expect(probed().stderr).toBe('entry.js false main.js false ');
  });

  it('is used with the flags of the launcher', () => {
    const options = { NODE_OPTIONS: `--require "${probe}"` };
    const { status, stderr } = network.run([join(folder, 'bin/tsntp'), ...query()], options);
    expect([status, stderr]).toEqual([0, 'entry.js false main.js false ']);
  });

  it('is used for a command that has a file of its own', () => {
    const { stderr } = network.run([node, '--require', probe, script, 'completion', 'bash']);
    expect(stderr).toBe('entry.js false main.js false completion.js false ');
  });

  it('is rejected, and the run succeeds all the same, under other flags', () => {
    const { status, stderr } = probed('--max-lazy');
    expect([status, stderr]).toEqual([0, 'entry.js true main.js true ']);
  });

  it('is rejected, and the run succeeds all the same, by another Node', () => {
    const { status, stderr } = network.run([process.execPath, '--require', probe, script, ...query()]);
    expect([status, stderr]).toEqual([0, 'entry.js true main.js true ']);
  });

  it('is not used for another script of the same length', () => {
    const main = join(folder, 'lib/tsntp/dist/cli/main.js');
    const text = readFileSync(main, 'latin1');
    writeFileSync(main, text.replaceAll('"queried"', '"QUERIED"'));
    const { status, stdout, stderr } = probed();
    writeFileSync(main, text);
    expect([status, stderr]).toEqual([0, 'entry.js false main.js undefined ']);
    expect(JSON.parse(stdout)).toMatchObject({ result: 'QUERIED' });
  });

  it('may be missing', () => {
    const scripts = join(folder, 'lib/tsntp/dist/cli');
    const names = readdirSync(scripts);
    const code = names.filter(name => name.endsWith('.code'));
    expect(code).toEqual(names.filter(name => name.endsWith('.js')).map(name => `${name}.code`));
    for (const name of code) rmSync(join(scripts, name));
    const { status, stderr } = probed();
    expect([status, stderr]).toEqual([0, 'entry.js undefined main.js undefined ']);
  });
});
