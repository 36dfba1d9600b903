// The package for npm on a machine without network: npm finds all that it needs inside.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { artifact, type Ended, type LonelyNetwork, openNetwork, VERSION } from './root.ts';

const folder = mkdtempSync(join(tmpdir(), 'tsntp-npm-'));
const prefix = join(folder, 'prefix');
const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
const env = { HOME: folder, PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
let network: LonelyNetwork;
let installed: Ended;

beforeAll(async () => {
  network = await openNetwork();
  installed = network.run([npm, 'install', '-g', '--prefix', prefix, artifact(`tsntp-${VERSION}.tgz`)], env);
});
afterAll(() => {
  network.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('npm install -g of the package, without network and with an empty cache', () => {
  it('succeeds, and runs no script', () => {
    expect(installed.stderr).not.toMatch(/allow-?scripts/i);
    expect(installed.status, installed.stderr).toBe(0);
  });

  it('installs a command that measures and reads the clock', () => {
    const query = network.run([join(prefix, 'bin/tsntp'), '-n', '--format', 'json', network.server], env);
    expect(query.status, query.stderr).toBe(0);
    const status = network.run([join(prefix, 'bin/tsntp'), 'status', '--format', 'json'], env);
    expect(JSON.parse(status.stdout).result).toMatch(/^(?:un)?synchronized$/);
  });

  it('installs a library that measures', () => {
    const script = join(folder, 'query.mjs');
    const library = join(prefix, 'lib/node_modules/tsntp/dist/index.js');
    writeFileSync(
      script,
      `import { query } from '${library}'; console.log((await query('${network.server}')).kind);`,
    );
    expect(network.run([process.execPath, script], env)).toMatchObject({ status: 0, stdout: 'queried\n' });
  });

  it('is removed without leaving a file', () => {
    expect(network.run([npm, 'uninstall', '-g', '--prefix', prefix, 'tsntp'], env).status).toBe(0);
    expect(execFileSync('find', [prefix, '-not', '-type', 'd'], { encoding: 'utf8' })).toBe('');
  });
});
