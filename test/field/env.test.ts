// Surroundings as people have them: variables that others make, time zones, folders that are gone, installs that went
// wrong.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { onLinux, scratch, works } from '../support/command.ts';
import { copyOfPackage } from '../support/package-copy.ts';
import { field } from './bench.ts';

const KUBERNETES = {
  TSNTP_SERVICE_HOST: '10.96.0.9',
  TSNTP_SERVICE_PORT: '123',
  TSNTP_PORT: 'udp://10.96.0.9:123',
  TSNTP_PORT_123_UDP: 'udp://10.96.0.9:123',
  TSNTP_PORT_123_UDP_PROTO: 'udp',
  TSNTP_PORT_123_UDP_ADDR: '10.96.0.9',
};

test.each([
  ['k8s', KUBERNETES, /^warning: TSNTP_SERVICE_HOST, .*Kubernetes.*\n$/],
  ['env-version', { TSNTP_VERSION: '0.1.0' }, /^warning: TSNTP_VERSION: no option has this name; ignored\n$/],
  ['env-unknown', { TSNTP_MAXOFFSET: '60' }, /^warning: TSNTP_MAXOFFSET .*TSNTP_MAX_OFFSET.*\n$/],
  [
    'env-unknown, nothing like an option',
    { TSNTP_COLOUR_SCHEME: 'x' },
    /^warning: TSNTP_COLOUR_SCHEME: .*ignored\n$/,
  ],
])('%s: one warning, exit 0', async (_, env, warning) => {
  const { tsntp } = await field({ A: {} });
  const { code, stderr } = await tsntp('-q -p 1 A', { env });
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(warning);
});

test('env-unknown: a limit without its underscore holds all the same', async () => {
  const { tsntp } = await field({ A: { ahead: 5 } });
  const { code } = await tsntp('-n -p 1 A', { env: { TSNTP_MAXOFFSET: '1' } });
  expect(code).toBe(5);
});

test('a misspelled variable, whose limit would be lost, is exit 2 with a suggestion', async () => {
  const { tsntp, asked } = await field({ A: {} });
  const { code, stderr } = await tsntp('-q -p 1 A', { env: { TSNTP_MAX_OFFSETT: '60' } });
  expect(code).toBe(2);
  expect(stderr).toContain('did you mean TSNTP_MAX_OFFSET?');
  expect(asked('A')).toBe(0);
});

test('guard-env-bad: a bad value of a real option is exit 2', async () => {
  const { tsntp } = await field({ A: {} });
  const { code, stderr } = await tsntp('-q A', { env: { TSNTP_TIMEOUT: 'soon' } });
  expect(stderr).toBe(
    'tsntp: TSNTP_TIMEOUT: "soon" is not allowed; give a number above 0, up to 3600 (seconds); also with a unit, as in 250ms, 2m, 1h\n',
  );
  expect(code).toBe(2);
});

test('guard-env-servers: commas, blanks and line ends part servers', async () => {
  const { tsntp, asked, fill } = await field({ A: {}, B: {} });
  const { code } = await tsntp('-q -p 1', { env: { TSNTP_SERVERS: fill('A, B\n ') } });
  expect({ code, asked: [asked('A'), asked('B')] }).toEqual({ code: 0, asked: [1, 1] });
});

describe.runIf(process.platform !== 'win32')('local time is what date(1) prints', () => {
  test.each([
    ['tz-india', 'IST-5:30'],
    ['tz-us', 'EST5EDT,M3.2.0,M11.1.0'],
    ['guard-tz', 'Asia/Shanghai'],
    ['quoted letters', '<+0330>-3:30'],
    ['a colon', ':Asia/Kathmandu'],
    ['a file', '/usr/share/zoneinfo/Asia/Kathmandu'],
    ['south of the equator', 'NZST-12NZDT,M9.5.0,M4.1.0/3'],
    ['nonsense', 'no zone'],
    ['nothing', ''],
  ])('%s: TZ=%s', async (_, zone) => {
    const { tsntp } = await field({ A: {} });
    const date = () =>
      execFileSync('date', ['+%e %b %H:%M'], {
        env: { ...process.env, TZ: zone, LC_ALL: 'C' },
        encoding: 'utf8',
      }).trimEnd();
    const before = date();
    const { code, stdout } = await tsntp('-q -p 1 A', { env: { TZ: zone } });
    expect(code).toBe(0);
    const stamp = /^(.{12}):\d\d tsntp\[/m.exec(stdout)?.[1];
    expect([before, date()]).toContain(stamp);
  });
});

describe.runIf(onLinux)('the working folder', () => {
  /** Runs tsntp in a folder that is deleted meanwhile. */
  const inDeleted = ['sh', '-c', 'cd "$0" && rmdir "$0" && exec "$@"'];

  test.each([
    ['-q -p 1 A', 0],
    ['--help', 0],
    ['help query', 0],
    ['completion bash', 0],
    ['-q -f list', 2],
  ])('cwd-gone: %s is exit %i', async (line, expected) => {
    const { tsntp } = await field({ A: {} });
    const folder = scratch();
    mkdirSync(join(folder, 'gone'));
    const { code, stderr } = await tsntp(line, { within: [...inDeleted, join(folder, 'gone')] });
    expect(code, stderr).toBe(expected);
    expect(stderr).not.toContain('bug');
  });

  test.each(['-q -p 1 A', '--help', 'version', 'completion bash'])(
    'with a FIFO for a package.json: %s',
    async line => {
      const { tsntp, directory } = await field({ A: {} });
      execFileSync('mkfifo', [join(directory, 'package.json')]);
      expect((await tsntp(line)).code).toBe(0);
    },
  );

  test('with a package.json that would have yargs read options otherwise', async () => {
    const { tsntp, file } = await field({ A: {} });
    const yargs = { 'short-option-groups': false, 'boolean-negation': false, 'camel-case-expansion': false };
    await file('package.json', JSON.stringify({ type: 'commonjs', yargs, config: { query: false } }));
    expect((await tsntp('-qup1 --no-color --dryRun A')).code).toBe(0);
  });
});

test.runIf(onLinux && process.geteuid?.() === 0)('guard-user: an ordinary user with HOME=/', async () => {
  const { tsntp } = await field({ A: {} });
  const within = ['setpriv', '--reuid', '10001', '--clear-groups'];
  const { code, stderr } = await tsntp('-q -p 1 --state DIR A', { within, env: { HOME: '/' } });
  expect(code, stderr).toBe(0);
});

test.runIf(onLinux)('neither HOME nor any other variable is needed', async () => {
  const { tsntp } = await field({ A: {} });
  for (const line of ['-q -p 1 A', '-n -p 1 A']) {
    const { code, stderr } = await tsntp(line, { within: ['env', '-i', `PATH=${process.env.PATH}`] });
    expect(code, stderr).toBe(0);
  }
});

test.runIf(onLinux)('SystemRoot means nothing: no other place is looked at for time services', async () => {
  const { tsntp, directory, file } = await field({ A: {} });
  await file('proc/77/comm', 'chronyd\n');
  await file('proc/77/status', 'PPid:\t1\nCapEff:\tffffffffffffffff\n');
  await file('proc/77/cmdline', 'chronyd\0');
  const { code, stderr } = await tsntp('-n -p 1 A', { env: { SystemRoot: directory } });
  expect(code, stderr).toBe(0);
  expect((await tsntp('status', { env: { SystemRoot: directory } })).stdout).not.toContain('chronyd');
});

test.runIf(onLinux)('without stdin, stdout and stderr', async () => {
  const { tsntp } = await field({ A: {} });
  const closed = ['sh', '-c', 'exec "$@" <&- >&- 2>&-', 'sh'];
  expect((await tsntp('-q -p 1 A', { within: closed })).code).toBe(0);
  expect((await tsntp('qeury A', { within: closed })).code).toBe(2);
});

const ownMounts = ['unshare', '-rm', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'];
describe.runIf(onLinux && works([...ownMounts, 'true']))('without /proc', () => {
  // setpriv reads /proc: it goes first.
  const within = ['setpriv', '--bounding-set', '-sys_time', '--inh-caps', '-sys_time', ...ownMounts];

  test.each([
    ['-q -p 1 A', 0],
    ['-n -p 1 A', 0],
    ['demo', 0],
  ])('%s is exit %i', async (line, expected) => {
    const { tsntp } = await field({ A: {} });
    const { code, stderr } = await tsntp(line, { within });
    expect(code, stderr).toBe(expected);
  });

  test('that other time services cannot be seen is said', async () => {
    const { tsntp } = await field({ A: {} });
    const { stderr } = await tsntp('-n -p 1 A', { within });
    expect(stderr).toContain('warning: other time services would not be noticed: /proc');
    const seen = await tsntp('status');
    const { code, stdout } = await tsntp('status', { within });
    expect(code).toBe(seen.code);
    expect(stdout).toMatch(/^other programs: +unknown/m);
  });
});

test('a Node that is too old is told so in one sentence, exit 4, before anything is imported', async () => {
  const { tsntp } = await field({ A: {} });
  const older = 'data:text/javascript,process.getBuiltinModule=undefined';
  const program = [process.execPath, '--import', older, resolve('bin/tsntp.js')];
  expect(await tsntp('-q A', { program })).toEqual({
    code: 4,
    stdout: '',
    stderr: `tsntp: Node.js ${process.version} is too old: install 20.19 or later, or 22.12 or later\n`,
  });
});

describe.runIf(onLinux)('without what sets the clock', () => {
  test('guard-container: without CAP_SYS_TIME, exit 4 says how a container gets it', async () => {
    const { tsntp } = await field({ A: { ahead: 0.3 } });
    const { code, stderr } = await tsntp('-p 1 --force A');
    expect(code).toBe(4);
    if (process.geteuid?.() === 0) expect(stderr).toContain('--cap-add SYS_TIME');
  });

  test('koffi-missing: without its binary, exit 4 says how to install it', async () => {
    const { tsntp } = await field({ A: { ahead: 0.3 } });
    const program = copyOfPackage('withoutBinary');
    const { code, stdout, stderr } = await tsntp('-p 1 --force A', { program });
    expect(code).toBe(4);
    expect(stdout).toContain('cannot set time server');
    expect(stderr).toContain('install with optional dependencies (npm install --include=optional)');
    expect((await tsntp('-q -p 1 A', { program })).code).toBe(0);
  });

  test.each([
    ['bundled-cjs', 'cjs'],
    ['bundled as ESM', 'esm'],
  ] as const)('%s: the message says to exclude koffi from the bundle', async (_, format) => {
    const { fill, tsntp, directory } = await field({ A: { ahead: 0.3 } });
    const program = bundle(directory, format);
    const { code, stdout, stderr } = await tsntp(fill('A'), { program });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^clock-error: .*exclude koffi from a bundle \(esbuild: --external:koffi\)/);
  });
});

/** A program that sets the clock by the library, bundled with all that it needs. */
function bundle(directory: string, format: 'cjs' | 'esm'): readonly string[] {
  const source = join(directory, 'program.js');
  writeFileSync(
    source,
    `import { sync } from ${JSON.stringify(resolve('dist/index.js'))};
     sync(process.argv[2], { samples: 1, force: true }).then(({ kind, error }) => console.log(kind + ': ' + error?.message));`,
  );
  const outfile = join(directory, format === 'cjs' ? 'bundle.cjs' : 'bundle.mjs');
  buildSync({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format,
    loader: { '.node': 'copy' },
    logLevel: 'error',
  });
  return [process.execPath, outfile];
}
