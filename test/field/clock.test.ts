// Memory, rights and limits of a clock as people have them.

import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { listRtcs } from '../../src/clock/rtc/sysfs.ts';
import { onLinux, type Result } from '../support/command.ts';
import { type Field, field } from './bench.ts';

const SLEPT = { A: { ahead: 93_600 } };

/** The memory of a clock that was set in this boot, or in `boot`. */
function memory(changes: object = {}): string {
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const set = { time: '2026-11-24T10:00:00.000000000Z', offset: 0.2, kind: 'step' };
  const lastSet = { bootId, ...set, server: '192.0.2.1', errorBound: 0.01, ...changes };
  return JSON.stringify({ version: 1, lastSet });
}

/** Runs a command line with that folder of the case as its state. */
async function withState(bench: Field, line: string): Promise<Result & { readonly out: string }> {
  const result = await bench.tsntp(line, { env: { TSNTP_STATE: join(bench.directory, 'state') } });
  return { ...result, out: result.stdout + result.stderr };
}

// A machine with a hardware clock has a witness that agrees with its system clock: refused all the same.
describe.runIf(onLinux)('the panic limit', () => {
  test('guard-slept: a laptop slept for 26 h, its clock was set since boot: exit 5, names -g', async () => {
    const bench = await field(SLEPT);
    await bench.file('state/state.json', memory(), 0o600);
    const { code, out } = await withState(bench, '-n -p 1 A');
    expect({ code, out }).toEqual({
      code: 5,
      out: expect.stringMatching(/panic limit of 1000 s.*run again with -g/),
    });
    expect(out.includes('The hardware clock agrees with this clock')).toBe(listRtcs().length > 0);
  });

  test('guard-slept-g: the same with -g: exit 0', async () => {
    const bench = await field(SLEPT);
    await bench.file('state/state.json', memory(), 0o600);
    expect(await withState(bench, '-n -g -p 1 A')).toMatchObject({ code: 0 });
  });

  test.each<[string, object, string, number]>([
    ['the sum of this boot and this correction is over it', { sum: 600 }, '500', 5],
    ['a sum backward', { sum: -600 }, '-500', 5],
    ['back again', { sum: 600 }, '-500', 0],
    ['a sum of another boot', { bootId: 'another', sum: 600 }, '500', 0],
    ['no sum, from an older release', {}, '500', 0],
    ['with -g it begins anew', { sum: 600 }, '500 -g', 0],
    ['what drift explains does not count', { sum: 999, uptime: Math.max(0, uptime() - 1200) }, '0.5', 0],
  ])('holds for sums: %s', async (_, changes, offset, expected) => {
    const [ahead, option = ''] = offset.split(' ');
    const bench = await field({ A: { ahead: Number(ahead) } });
    await bench.file('state/state.json', memory(changes), 0o600);
    const { code, out } = await withState(bench, `-n -p 1 ${option} A`);
    expect({ code, out }).toMatchObject({ code: expected });
    if (expected === 5)
      expect(out).toMatch(/with the corrections since boot, the total is .*run again with -g/);
  });

  const unbelievable: Readonly<Record<string, (folder: string) => void>> = {
    'is no JSON': folder => writeFileSync(join(folder, 'state.json'), 'garbage', { mode: 0o600 }),
    'is malformed': folder =>
      writeFileSync(join(folder, 'state.json'), memory({ sum: 'x' }), { mode: 0o600 }),
    'is empty': folder => writeFileSync(join(folder, 'state.json'), '', { mode: 0o600 }),
    'can be written by all': folder => {
      writeFileSync(join(folder, 'state.json'), memory({ bootId: 'another' }));
      chmodSync(join(folder, 'state.json'), 0o666);
    },
    'is a folder': folder => mkdirSync(join(folder, 'state.json')),
    'is a symbolic link': folder => symlinkSync('/nowhere', join(folder, 'state.json')),
    'is in a folder that all can write': folder => chmodSync(folder, 0o777),
    'is in a folder that is a file': folder => {
      rmSync(folder, { recursive: true });
      writeFileSync(folder, '');
    },
  };
  test.each(Object.entries(unbelievable))(
    'holds where the memory %s, and says how to go on',
    async (_, make) => {
      const bench = await field(SLEPT);
      mkdirSync(join(bench.directory, 'state'));
      make(join(bench.directory, 'state'));
      const refused = await withState(bench, '-n -p 1 A');
      expect(refused).toMatchObject({
        code: 5,
        out: expect.stringMatching(/cannot tell whether.*-g lifts it/),
      });
      expect(await withState(bench, '-n -g -p 1 A')).toMatchObject({ code: 0 });
    },
  );

  test('holds where the memory is from the future and names no boot', async () => {
    const bench = await field(SLEPT);
    const time = '2031-01-01T00:00:00.000000000Z';
    await bench.file('state/state.json', memory({ bootId: undefined, time }), 0o600);
    expect(await withState(bench, '-n -p 1 A')).toMatchObject({ code: 5 });
  });

  test('does not hold where there is no memory, and the kernel alone decides', async () => {
    const bench = await field(SLEPT);
    const { code, stdout } = await withState(bench, '-n -p 1 --format json A');
    const { clockTrust } = JSON.parse(stdout);
    expect(clockTrust.setSinceBoot).toBe(false);
    expect(code).toBe(clockTrust.synchronized ? 5 : 0);
  });

  test('says in JSON what it was decided on', async () => {
    const bench = await field({ A: { ahead: 500 } });
    await bench.file('state/state.json', memory({ sum: 600, uptime: uptime() }), 0o600);
    const { stdout } = await withState(bench, '-n -p 1 --format json A');
    const { decision, clockTrust } = JSON.parse(stdout);
    expect(decision).toMatchObject({ kind: 'refuse', by: 'panic', limit: 1000 });
    expect(clockTrust).toMatchObject({ setSinceBoot: true, beforeRelease: false });
    expect(clockTrust.sum).toBeCloseTo(1100, 1);
  });
});

test.runIf(onLinux && process.getuid?.() === 0)(
  'guard-container: a container without CAP_SYS_TIME: exit 4, says --cap-add SYS_TIME',
  async () => {
    const bench = await field({ A: { ahead: 0.3 } });
    const { code, stdout, stderr } = await bench.tsntp('-p 1 --force A');
    expect({ code, out: stdout + stderr }).toEqual({
      code: 4,
      out: expect.stringContaining('--cap-add SYS_TIME'),
    });
  },
);
