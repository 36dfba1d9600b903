import {
  chmodSync,
  linkSync,
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
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { readDriftMemory, writeDriftMemory } from '../../src/host/drift-memory.ts';
import type { DriftGate } from '../../src/ntp/drift/closed-gate.ts';
import { type DriftMemory, EMPTY_DRIFT_MEMORY, MOST_SAMPLES } from '../../src/ntp/drift/drift-record.ts';
import { unixTimeOf } from '../../src/ntp/time.ts';
import { driftSample, hourly } from '../support/drift-samples.ts';

const posix = process.platform !== 'win32';
const roots: string[] = [];
let root: string;
let directory: string;
let file: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tsntp-drift-'));
  roots.push(root);
  directory = join(root, 'tsntp');
  file = join(directory, 'drift.json');
});
afterAll(() => {
  for (const each of roots) rmSync(each, { recursive: true });
});

const MEMORY: DriftMemory = {
  version: 1,
  oscillator: { bootId: '5f0c0f3e-0000-4000-8000-000000000000', clocksource: 'tsc' },
  found: { frequency: 0, tick: 10_000 },
  set: {
    ...{ frequency: 37.412, tick: 10_000, at: '2026-11-26T00:00:00.000000001Z' },
    before: { frequency: 0, tick: 10_000 },
  },
  gate: { kind: 'suspended' },
  boots: [
    { frequency: 37.4, sigma: 0.05, runs: 168, clocksource: 'tsc' },
    { frequency: -12, sigma: 1, runs: 0 },
  ],
  samples: [...hourly(3, -37.5), driftSample(4 * 3600, 0, { asleep: 12.5, peer: 'fe80::1%eth0' })],
};

function plant(contents: string | Uint8Array): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  writeFileSync(file, contents, { mode: 0o600 });
}

/** The memory as its file has it, with some of it changed. */
function planted(change: (memory: never) => unknown): void {
  writeDriftMemory(directory, MEMORY);
  const value = JSON.parse(readFileSync(file, 'utf8'));
  plant(JSON.stringify(change(value as never) ?? value));
}

function expectRefused(reason: RegExp): void {
  const { memory, warning } = readDriftMemory(directory);
  expect(memory).toEqual(EMPTY_DRIFT_MEMORY);
  expect(warning).toMatch(/^cannot tell how this clock drifts, so that its rate is learned anew: /);
  expect(warning).toMatch(reason);
  expect(warning).not.toMatch(/\p{C}/u);
}

test('before the first run there is an empty memory, and nothing to warn of', () => {
  expect(readDriftMemory(directory)).toEqual({ memory: EMPTY_DRIFT_MEMORY });
  mkdirSync(directory, { mode: 0o700 });
  expect(readDriftMemory(directory)).toEqual({ memory: EMPTY_DRIFT_MEMORY });
});

test.each([
  ['a full memory', MEMORY],
  ['an empty one', EMPTY_DRIFT_MEMORY],
])('%s is read as it was written', (_, memory) => {
  expect(writeDriftMemory(directory, memory)).toBeUndefined();
  expect(readDriftMemory(directory)).toEqual({ memory });
  expect(readdirSync(directory)).toEqual(['drift.json']);
});

test.each<DriftGate>([
  { kind: 'another-service', services: ['chronyd', 'PPS'] },
  { kind: 'other-boot' },
  { kind: 'other-clocksource', before: 'tsc', now: 'hpet' },
  { kind: 'raw-went-backwards' },
  { kind: 'suspended' },
  {
    kind: 'set-by-another',
    found: { frequency: 0, tick: 10_000 },
    set: { frequency: 37.4, tick: 10_000 },
  },
  { kind: 'unlike-raw', by: -12.5 },
  { kind: 'jumped', by: 278 },
  { kind: 'too-early' },
  { kind: 'unsure', frequency: 37.5, sigma: 20 },
])('why the rate was left alone is read as it was written: $kind', gate => {
  writeDriftMemory(directory, { ...MEMORY, gate });
  expect(readDriftMemory(directory)).toEqual({ memory: { ...MEMORY, gate } });
});

test.each<[string, unknown]>([
  ['an unknown kind', { kind: 'later' }],
  ['no object', 'suspended'],
  ['a name of the prototype', { kind: 'toString' }],
  ['a name that would spoil the terminal', { kind: 'another-service', services: ['a\u001bb'] }],
  ['a number beyond its limits', { kind: 'unlike-raw', by: 1e12 }],
  ['a rate that no kernel has', { kind: 'set-by-another', found: { frequency: 501, tick: 10_000 }, set: {} }],
])('a gate that is malformed, as %s, is refused', (_, gate) => {
  planted(memory => ({ ...(memory as object), gate }));
  expectRefused(/malformed "gate"/);
});

test('a sample has a line of its own, and its nanoseconds are text', () => {
  writeDriftMemory(directory, MEMORY);
  expect(readFileSync(file, 'utf8').split('\n')[1]).toBe(
    '{"raw":"77000000000","true":"1795263023000000001","jitter":0.0001,"delay":0.0004,"distance":0.005,"peer":"192.0.2.1"},',
  );
});

test.each([
  ['name', { peer: 'a\nb' }],
  ['number', { jitter: Number.NaN }],
])('a sample whose %s would spoil the file is left out', (_, changes) => {
  const samples = [driftSample(0), driftSample(3600, 0, changes), driftSample(7200)];
  expect(writeDriftMemory(directory, { ...MEMORY, samples })).toBeUndefined();
  expect(readDriftMemory(directory).memory.samples).toEqual([samples[0], samples[2]]);
});

test('what a later version adds is dropped', () => {
  planted((memory: Record<string, object>) => ({
    ...memory,
    later: 1,
    found: { ...memory.found, later: 1 },
  }));
  expect(readDriftMemory(directory)).toEqual({ memory: MEMORY });
});

describe('the size', () => {
  const peer = 'f'.repeat(100);

  test('of a week of hourly runs is under 64 KiB, whatever the names', () => {
    const samples = hourly(MOST_SAMPLES, -37.512_345_678, {
      ...{ jitter: 1 / 3e4, delay: 1 / 3e2, distance: 1 / 3e2, asleep: 1e8 / 3, peer },
    }).map(sample => ({ ...sample, raw: sample.raw + 10n ** 18n }));
    const boot = { frequency: -37.512_345_678, sigma: 1 / 3e4, runs: 168, clocksource: peer };
    const memory = { ...MEMORY, samples, boots: Array(8).fill(boot) };
    expect(writeDriftMemory(directory, memory)).toBeUndefined();
    expect(readDriftMemory(directory)).toEqual({ memory });
    expect(statSync(file).size).toBeGreaterThan(45_000);
    expect(statSync(file).size).toBeLessThanOrEqual(65_536);
  });

  test('is kept by letting the oldest go: of samples, of boots, and of what is still too much', () => {
    const boots = Array.from({ length: 20 }, (_, i) => ({ frequency: i, sigma: 1, runs: 2 }));
    writeDriftMemory(directory, { ...MEMORY, samples: hourly(500, 1), boots });
    const { memory } = readDriftMemory(directory);
    expect(memory.samples).toEqual(hourly(500, 1).slice(-MOST_SAMPLES));
    expect(memory.boots).toEqual(boots.slice(-8));
    const wide = hourly(168, 1, { peer: '時'.repeat(100) });
    expect(writeDriftMemory(directory, { ...MEMORY, samples: wide })).toBeUndefined();
    expect(statSync(file).size).toBeLessThanOrEqual(65_536);
    const kept = readDriftMemory(directory).memory.samples;
    expect(kept.length).toBeGreaterThan(100);
    expect(kept).toEqual(wide.slice(-kept.length));
  });

  test('counts the names of the longest servers', () => {
    const named = hourly(168, 1, { peer: 'n'.repeat(253) });
    writeDriftMemory(directory, { ...MEMORY, samples: named });
    const kept = readDriftMemory(directory).memory.samples;
    expect(kept.length).toBeGreaterThan(140);
    expect(kept.at(-1)).toEqual(named.at(-1));
  });

  test('of a file that is larger is a reason to refuse it', () => {
    plant(`${' '.repeat(65_536)}{}`);
    expectRefused(/larger than 65536 bytes: remove it/);
  });
});

describe('what is no memory', () => {
  test.each([
    ['nothing', ''],
    ['half a file', '{"version":1,"samples":[{"raw":"1"'],
    ['an escape sequence', '\x1b[2J'],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
  ])('%s is not JSON', (_, contents) => {
    plant(contents);
    expectRefused(/drift\.json is not JSON: remove it/);
  });

  test('what a newer tsntp wrote is not replaced', () => {
    plant('{"version":2}');
    expect(writeDriftMemory(directory, MEMORY)).toMatch(/written by a newer tsntp, and is left as it is/);
    expect(readFileSync(file, 'utf8')).toBe('{"version":2}');
  });

  test.each(['null', '[]', '1', '{}', '{"version":2}', '{"version":"1"}'])(
    '%s is another format',
    contents => {
      plant(contents);
      expectRefused(/drift\.json is not a drift file of version 1: remove it/);
    },
  );

  type Loose = Record<string, Record<string, unknown>> & {
    samples: Record<string, unknown>[];
    boots: Record<string, unknown>[];
  };
  test.each<[string, (memory: Loose) => void]>([
    ['oscillator', memory => Reflect.deleteProperty(memory, 'oscillator')],
    ['oscillator', memory => (memory.oscillator!.bootId = 'a\nb')],
    ['oscillator', memory => (memory.oscillator!.clocksource = '')],
    ['found', memory => (memory.found!.tick = 11_001)],
    ['found', memory => (memory.found!.tick = 10_000.5)],
    ['found', memory => (memory.found!.frequency = 501)],
    ['set', memory => (memory.set!.frequency = null)],
    ['set', memory => (memory.set!.at = '2026-13-41T25:61:61.000000000Z')],
    ['set', memory => (memory.set!.at = 'now')],
    ['boots', memory => (memory.boots[0]!.frequency = '37')],
    ['boots', memory => (memory.boots[0]!.sigma = -1)],
    ['boots', memory => (memory.boots[0]!.runs = 1.5)],
    ['boots', memory => (memory.boots = Array(9).fill(memory.boots[0]))],
    ['samples', memory => (memory.samples = {} as never)],
    ['samples', memory => (memory.samples = Array(169).fill(memory.samples[0]))],
    ['samples', memory => (memory.samples[1] = null as never)],
    ['samples', memory => (memory.samples[1]!.raw = 77)],
    ['samples', memory => (memory.samples[1]!.raw = '9223372036854775808')],
    ['samples', memory => (memory.samples[1]!.raw = '1e9')],
    ['samples', memory => (memory.samples[1]!.true = ' 1')],
    ['samples', memory => (memory.samples[1]!.jitter = -1e-9)],
    ['samples', memory => (memory.samples[1]!.delay = null)],
    ['samples', memory => (memory.samples[1]!.distance = 1e10)],
    ['samples', memory => (memory.samples[1]!.asleep = 'no')],
    ['samples', memory => (memory.samples[1]!.peer = '\u202e')],
    ['samples', memory => (memory.samples[1]!.peer = 'x'.repeat(256))],
  ])('a malformed "%s" is not believed (%#)', (member, spoil) => {
    planted(memory => {
      spoil(memory);
    });
    expectRefused(new RegExp(`drift\\.json has a malformed "${member}": remove it`));
  });
});

describe.runIf(posix)('another user', () => {
  test.each([
    ['file', 0o666],
    ['directory', 0o777],
  ])('who can write the %s (mode %o) is not believed', (which, mode) => {
    writeDriftMemory(directory, MEMORY);
    chmodSync(which === 'file' ? file : directory, mode);
    expectRefused(/can be written by others \(mode 0\d{3}\): chmod go-w it/);
  });

  test('cannot have a file overwritten by a symbolic link in its place', () => {
    const victim = join(root, 'passwd');
    writeFileSync(victim, 'precious', { mode: 0o600 });
    mkdirSync(directory, { mode: 0o700 });
    symlinkSync(victim, file);
    expectRefused(/drift\.json is a symbolic link/);
    expect(writeDriftMemory(directory, MEMORY)).toMatch(
      /^cannot remember how this clock drifts: .*drift\.json is a symbolic link/,
    );
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });

  test('cannot choose which file is read by a hard link', () => {
    writeDriftMemory(directory, MEMORY);
    linkSync(file, join(root, 'other'));
    expectRefused(/is a hard link/);
  });
});

test.runIf(posix)('a place that cannot be written is a warning', () => {
  writeFileSync(join(root, 'file'), '');
  expect(writeDriftMemory(join(root, 'file/tsntp'), MEMORY)).toMatch(
    /^cannot remember how this clock drifts: .*ENOTDIR/,
  );
  expect(readDriftMemory(join(root, 'file/tsntp')).warning).toMatch(/ENOTDIR/);
});

test('any memory is read as it was written', () => {
  const name = fc.stringMatching(/^[\x21-\x7e]{1,60}$/);
  const span = fc.double({ min: 0, max: 1e9, noNaN: true }).map(value => value + 0);
  const ppm = fc.double({ min: -500, max: 500, noNaN: true }).map(value => value + 0);
  const nanoseconds = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const rate = fc.record({ frequency: ppm, tick: fc.integer({ min: 9_000, max: 11_000 }) });
  const sample = fc.record(
    {
      raw: nanoseconds,
      true: nanoseconds.map(unixTimeOf),
      jitter: span,
      delay: span,
      distance: span,
      peer: name,
      asleep: span,
    },
    { requiredKeys: ['raw', 'true', 'jitter', 'delay', 'distance', 'peer'] },
  );
  const boot = fc.record(
    { frequency: ppm, sigma: span.map(value => value / 1e5), runs: fc.nat(168), clocksource: name },
    { requiredKeys: ['frequency', 'sigma', 'runs'] },
  );
  const memories = fc.record(
    {
      version: fc.constant(1 as const),
      oscillator: fc.record({ bootId: name, clocksource: name }, { requiredKeys: [] }),
      found: rate,
      set: rate.map(one => ({ ...one, at: '2026-11-26T00:00:00.000000001Z' })),
      boots: fc.array(boot, { maxLength: 8 }),
      samples: fc.array(sample, { maxLength: 168, size: 'max' }),
    },
    { requiredKeys: ['version', 'oscillator', 'boots', 'samples'] },
  );
  fc.assert(
    fc.property(memories, memory => {
      expect(writeDriftMemory(directory, memory)).toBeUndefined();
      expect(readDriftMemory(directory)).toEqual({ memory });
    }),
    { numRuns: 60 },
  );
});
