// The library's verbs: what they take beyond the pipeline's options, and what they resolve and reject with.

import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openClock } from '../../src/clock/index.ts';
import { KeyFileError, measureOffset, type Options, query, sync } from '../../src/index.ts';
import { scratch, serve, serveSilence } from '../support/command.ts';
import { world } from '../support/world.ts';

const SERVER = '203.0.113.5';

// Loads this platform's clock, which would take longer than a simulated world waits.
beforeAll(async () => void (await openClock()));

describe('options that the command has in another form', () => {
  test.each<[Options, string]>([
    [{ dryRun: 1 as never }, 'dryRun: 1 is not allowed; give true or false'],
    [{ nts: {} as never }, 'nts: {} is not allowed; give true or false'],
    [
      { ntsTrust: true as never },
      'ntsTrust: true is not allowed; give an object with ca, system or ignoreDates',
    ],
    [{ ntsTrust: { ca: '' } }, "ntsTrust.ca: '' is not allowed; give certificates as PEM text"],
    [
      { ntsTrust: { dates: false } as never },
      'ntsTrust.dates: no such field; the fields are ca, system, ignoreDates',
    ],
    [
      { keys: [] as never },
      'keys: [] is not allowed; give the path of a key file, or a Map of symmetric keys by key id',
    ],
    [
      { signal: { aborted: false } as never },
      'signal: { aborted: false } is not allowed; give an AbortSignal',
    ],
    [{ onEvent: 'log' as never }, "onEvent: 'log' is not allowed; give a function"],
    [{ stateDirectory: '' }, "stateDirectory: '' is not allowed; give the path of a directory"],
    [
      { ports: { clok: {} } as never },
      expect.stringMatching(/^ports\.clok: no such port; the ports are clock,/),
    ],
    [{ ports: { timer: 1 as never } }, 'ports.timer: 1 is not allowed; give an object'],
    [
      { timeout: 5000 },
      'timeout: 5000 is not allowed; give a number above 0, up to 3600 (seconds), not milliseconds, or Infinity',
    ],
    [{ nts: true, version: 3 }, 'version: 3 is not allowed with NTS; give 4'],
    [Object.create({ maxOffset: 1 }), 'maxOffset: an inherited option is not read; give the object its own'],
    [
      { ports: Object.create({ clock: {} }) },
      'ports.clock: an inherited port is not read; give the object its own',
    ],
    [null as never, 'options: null is not allowed; give an object'],
  ])('%o', async (options, message) => {
    await expect(query(SERVER, options)).rejects.toMatchObject({ name: 'RangeError', message });
    await expect(sync(SERVER, options)).rejects.toMatchObject({ name: 'RangeError', message });
  });

  test('an argument that is no server rejects, and does not throw', async () => {
    await expect(query(undefined as never)).rejects.toThrow(RangeError);
    await expect(query('http://ntp.example')).rejects.toThrow(RangeError);
    await expect(sync([])).rejects.toThrow(RangeError);
    await expect(measureOffset(42 as never)).rejects.toThrow(RangeError);
  });
});

describe('a dry run', () => {
  test('touches and remembers nothing, whatever clock it is given', async () => {
    const there = world({ behind: 5, servers: { [SERVER]: {} } });
    const outcome = await there.run(sync(SERVER, { dryRun: true, ports: there.ports() }));
    expect(outcome).toMatchObject({ command: 'sync', kind: 'would-adjust', decision: { kind: 'step' } });
    expect(there.clock.behind()).toBeCloseTo(5, 6);
    expect(there.remembered).toEqual([]);
  });

  test('tells of the limit that a sync would hold', async () => {
    const there = world({ behind: 5, servers: { [SERVER]: {} } });
    const run = sync(SERVER, { dryRun: true, maxOffset: 1, ports: there.ports() });
    expect(await there.run(run)).toMatchObject({ kind: 'refused', decision: { by: 'max-offset' } });
  });

  test('on this machine needs no privilege', async () => {
    const [server] = await serve({ offset: 0.05 });
    const stateDirectory = scratch();
    const outcome = await sync(server!, { dryRun: true, force: true, samples: 1, stateDirectory });
    expect(outcome.kind).toBe('would-adjust');
  });
});

describe('keys', () => {
  const server = { host: '127.0.0.1', port: 9, key: 7 };

  test('of a file: those that servers name', async () => {
    const file = keyFile('7 SHA1 secret\n8 no-such-type x\n');
    const outcome = await query(server, { keys: file, samples: 1, timeout: 0.2 });
    expect(outcome.servers[0]?.authentication).toEqual({ kind: 'key', id: 7, type: 'sha1' });
  });

  test('that cannot be had reject with a KeyFileError', async () => {
    const missing = join(scratch(), 'none');
    await expect(query(server, { keys: missing })).rejects.toThrow(
      new KeyFileError(`cannot read the keys in ${missing}: no such file; give the path of another as keys`),
    );
    await expect(query(server, { keys: keyFile('8 MD5 x\n') })).rejects.toThrow(/has no key 7$/);
  });

  test.runIf(process.platform !== 'win32')('of a file that others can read are refused', async () => {
    const file = keyFile('7 MD5 x\n');
    chmodSync(file, 0o644);
    await expect(query(server, { keys: file })).rejects.toThrow(/open to others \(mode 0644\)/);
  });

  function keyFile(text: string): string {
    const file = join(scratch(), 'ntp.keys');
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }
});

test('nts: true requires NTS of every server', async () => {
  const there = world({ behind: 5, servers: { [SERVER]: {} } });
  const nts = {
    exchange: () => Promise.reject(new Error('no exchange is made here')),
    take: async () => undefined,
    keep: async () => {},
  };
  const run = query(SERVER, { nts: true, ports: { ...there.ports(), nts } });
  await expect(there.run(run)).rejects.toThrow('no exchange is made here');
});

describe('measureOffset', () => {
  test('resolves with the offset and its bound', async () => {
    const there = world({ behind: 5, servers: { [SERVER]: {} } });
    const { offset, errorBound, ...rest } = await there.run(measureOffset(SERVER, { ports: there.ports() }));
    expect(Math.abs(offset - 5)).toBeLessThanOrEqual(errorBound);
    expect(rest).toEqual({});
    expect(there.clock.behind()).toBeCloseTo(5, 6);
  });

  test('rejects with the reason where there is none', async () => {
    const { server } = await serveSilence();
    await expect(measureOffset(server, { samples: 1, timeout: 0.2 })).rejects.toMatchObject({
      name: 'Error',
      message: `No server suitable for synchronization found: no reply came. ${server}: no reply to 1 request (-t 0.2)`,
      cause: { kind: 'no-suitable-server' },
    });
    await expect(measureOffset(server, { signal: AbortSignal.abort() })).rejects.toThrow(/^Interrupted/);
  });

  test('rejects for an offset over maxOffset', async () => {
    const there = world({ behind: 5, servers: { [SERVER]: {} } });
    const run = measureOffset(SERVER, { maxOffset: 1, ports: there.ports() });
    await expect(there.run(run)).rejects.toMatchObject({ cause: { kind: 'refused' } });
  });
});

test('an outcome says which verb it is of', async () => {
  const there = world({ servers: { [SERVER]: {} } });
  expect((await there.run(query(SERVER, { ports: there.ports() }))).command).toBe('query');
  expect((await there.run(sync(SERVER, { ports: there.ports() }))).command).toBe('sync');
});
