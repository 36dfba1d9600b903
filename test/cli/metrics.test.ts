// --metrics of `sync`, and the gauges of `status` and `query`, as users see them. No run here has the right to set the clock.

import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { onLinux, scratch, serve, serveSilence, tsntp } from '../support/command.ts';

describe('--metrics', () => {
  test.runIf(onLinux)(
    'has the measurement and the exit code of a run that may not set the clock',
    async () => {
      const [server] = await serve({ offset: 0.02 });
      const folder = scratch();
      const file = join(folder, 'tsntp.prom');
      writeFileSync(file, 'tsntp_sync_last_success_timestamp_seconds 1795676400.5\n');
      const { code } = await tsntp(['sync', '--force', '--metrics', file, '--state', scratch(), server!]);
      expect(code).toBe(4);
      const text = readFileSync(file, 'utf8');
      expect(text).toMatch(/^tsntp_sync_offset_seconds 0\.0[12]\d+$/m);
      expect(text).toMatch(
        /^tsntp_sync_last_success_timestamp_seconds 1795676400\.5\n[\s\S]*^tsntp_sync_exit_code 4$/m,
      );
      expect(readdirSync(folder)).toEqual(['tsntp.prom']);
      expect(statSync(file).mode & 0o777).toBe(0o644);
    },
  );

  test('has the exit code of a run without an answer, and of one whose list cannot be read', async () => {
    const file = join(scratch(), 'tsntp.prom');
    const { server } = await serveSilence();
    const silent = await tsntp([
      'sync',
      '-p',
      '1',
      '-t',
      '0.2',
      '--metrics',
      file,
      '--state',
      scratch(),
      server,
    ]);
    expect(silent.code).toBe(3);
    expect(readFileSync(file, 'utf8')).toContain('\ntsntp_sync_exit_code 3\n');
    const unreadable = await tsntp(['sync', '--metrics', file, '-f', '/no/such/list']);
    expect(unreadable.code).toBe(2);
    expect(readFileSync(file, 'utf8')).toContain('\ntsntp_sync_exit_code 2\n');
  });

  test('is for runs that set the clock: a query and a dry run leave the file alone', async () => {
    const file = join(scratch(), 'tsntp.prom');
    const [server] = await serve({});
    for (const option of ['-q', '-n', '-d'])
      await tsntp(['sync', option, '-p', '1', '--metrics', file, server!]);
    expect(existsSync(file)).toBe(false);
  });

  test('that cannot be written is a warning, and does not change the exit code', async () => {
    const folder = scratch();
    const { server } = await serveSilence();
    const run = (file: string) =>
      tsntp(['sync', '-p', '1', '-t', '0.2', '--metrics', file, '--state', scratch(), server]);
    const missing = await run(join(folder, 'no', 'tsntp.prom'));
    expect(missing.code).toBe(3);
    expect(missing.stderr).toMatch(/^warning: --metrics: cannot write .*: its directory does not exist$/m);
    mkdirSync(join(folder, 'dir.prom'));
    expect((await run(join(folder, 'dir.prom'))).stderr).toContain('is not a regular file');
  });

  test('takes nothing from a file that is too large to be of a run before', async () => {
    const file = join(scratch(), 'tsntp.prom');
    writeFileSync(file, `tsntp_sync_last_success_timestamp_seconds 1795676400.5\n${'#\n'.repeat(40_000)}`);
    const { server } = await serveSilence();
    await tsntp(['sync', '-p', '1', '-t', '0.2', '--metrics', file, '--state', scratch(), server]);
    expect(readFileSync(file, 'utf8')).toMatch(/^(?![\s\S]*1795676400)[\s\S]*^tsntp_sync_exit_code 3$/m);
  });

  test.runIf(onLinux)('that is a FIFO is a warning, and does not block', async () => {
    const file = join(scratch(), 'tsntp.prom');
    execFileSync('mkfifo', [file]);
    const { server } = await serveSilence();
    const args = ['sync', '-p', '1', '-t', '0.2', '--metrics', file, '--state', scratch(), server];
    const { code, stderr } = await tsntp(args, { within: ['timeout', '-s', 'KILL', '10'] });
    expect(stderr).toContain(`warning: --metrics: ${file} is not a regular file`);
    expect(code).toBe(3);
  });

  test.runIf(onLinux)('does not follow a symbolic link', async () => {
    const folder = scratch();
    writeFileSync(join(folder, 'victim'), 'untouched');
    symlinkSync(join(folder, 'victim'), join(folder, 'tsntp.prom'));
    const { server } = await serveSilence();
    const { stderr } = await tsntp([
      'sync',
      '-p',
      '1',
      '-t',
      '0.2',
      '--metrics',
      join(folder, 'tsntp.prom'),
      '--state',
      scratch(),
      server,
    ]);
    expect(stderr).toContain('is a symbolic link');
    expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('untouched');
  });

  test.each(['-', ''])('%j is no file', async file => {
    const { code, stderr } = await tsntp(['sync', '--metrics', file, 'a.example']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `tsntp: --metrics: "${file}" is no file; name one, or give --format prometheus for stdout\n`,
    });
  });

  test('must end in .prom, as collectors demand', async () => {
    const { code, stderr } = await tsntp(['sync', '--metrics', '/none/tsntp.txt', 'a.example']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'tsntp: --metrics: "/none/tsntp.txt" does not end in .prom; the node exporter reads no other file\n',
    });
  });
});

test('a query in the format of Prometheus has its offset', async () => {
  const [server] = await serve({ offset: -2 });
  const { code, stdout } = await tsntp(['query', '-p', '1', '--format', 'prometheus', server!]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^tsntp_sync_offset_seconds -[12]\.\d+$/m);
  expect(stdout).toMatch(/^tsntp_sync_exit_code 0$/m);
});

test.runIf(onLinux)('a status in the format of Prometheus has the state of the kernel', async () => {
  const { stdout } = await tsntp(['status', '--format', 'prometheus', '--state', scratch()]);
  expect(stdout).toMatch(/^# TYPE tsntp_clock_synchronized gauge\ntsntp_clock_synchronized [01]$/m);
});
