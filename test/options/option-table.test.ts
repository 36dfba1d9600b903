// The one table of options: its rows fit together, and the pipeline, the library and the flags hold them.

import { describe, expect, test } from 'vitest';
import { MAXDIST } from '../../src/ntp/cluster.ts';
import { STEPT } from '../../src/ntp/decide.ts';
import { COMMAND_NAMES } from '../../src/options/command-table.ts';
import {
  flagOf,
  keywordOf,
  OPTION_NAMES,
  OPTION_ROWS,
  optionsOf,
  variableOf,
} from '../../src/options/option-names.ts';
import { OPTIONS } from '../../src/options/option-table.ts';
import { checkRanges } from '../../src/options/ranges.ts';
import { readValue } from '../../src/options/value.ts';
import type { SyncOptions } from '../../src/sync.ts';
import { inProcess } from '../support/in-process.ts';

test.each(COMMAND_NAMES)('no two options of %s share a flag or a letter', command => {
  const flags = optionsOf(command).flatMap(name => [flagOf(name), OPTION_ROWS[name].letter ?? []].flat());
  expect(new Set(flags).size).toBe(flags.length);
});

test('no two options share a variable or a keyword, even if they share a flag', () => {
  for (const nameOf of [variableOf, keywordOf])
    expect(new Set(OPTION_NAMES.map(nameOf)).size).toBe(OPTION_NAMES.length);
  expect([flagOf('waitTimeout'), keywordOf('waitTimeout')]).toEqual(['timeout', 'wait-timeout']);
});

test('names become flags and variables', () => {
  expect([flagOf('maxOffset'), variableOf('maxOffset')]).toEqual(['max-offset', 'TSNTP_MAX_OFFSET']);
  expect([flagOf('ipv4'), flagOf('ntsCa')]).toEqual(['ipv4', 'nts-ca']);
});

test.each(OPTION_NAMES)('%s: what it takes and what help says fit together', name => {
  const { value, placeholder, conflicts, describe: meaning, hidden } = OPTION_ROWS[name];
  const takesNone = value.kind === 'switch' || value.kind === 'count';
  expect(placeholder === undefined).toBe(takesNone || hidden === true);
  if (conflicts !== undefined) expect(OPTION_NAMES).toContain(conflicts);
  expect(meaning).not.toMatch(/\.$/);
});

test.each(OPTION_NAMES)('%s: its default is a value that it takes', name => {
  const { value, default: otherwise } = OPTION_ROWS[name];
  if (otherwise === undefined || value.kind === 'switch') return;
  expect(readValue(value, String(otherwise))).toBe(otherwise);
});

test('the defaults of NTP are those of the algorithm', () => {
  expect(OPTIONS.maxDistance.default).toBe(MAXDIST);
  expect(OPTIONS.stepThreshold.default).toBe(STEPT);
});

/** What the design says of each range: a row that says otherwise is wrong. */
const LIMITS: readonly (readonly [
  keyof typeof OPTIONS & keyof SyncOptions,
  inside: number,
  outside: number,
])[] = [
  ['samples', 16, 17],
  ['samples', 1, 0],
  ['interval', 3600, 3600.1],
  ['minServers', 10_000, 10_001],
  ['maxDistance', 16, 16.1],
  ['stepThreshold', 0, -0.001],
  ['maxOffset', 1e10, 1.1e10],
];

describe.each(LIMITS)('%s: %d is allowed, and %d is not', (name, inside, outside) => {
  test('in the library', () => {
    checkRanges({ [name]: inside });
    expect(() => checkRanges({ [name]: outside })).toThrow(RangeError);
  });

  test('on the command line', async () => {
    const codeOf = async (value: number) =>
      (await inProcess(['sync', '-q', `--${flagOf(name)}=${value}`, '--file=/no/such/list'])).stderr;
    expect(await codeOf(inside)).toContain('cannot be read: ');
    expect(await codeOf(outside)).toContain(`--${flagOf(name)}: "${outside}" is not allowed`);
  });
});
