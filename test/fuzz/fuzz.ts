// Bytes → a property that must hold of them, for as long as there is time. What has once failed is kept in corpus/ and
// tried first ever after. FUZZ_SECONDS (30) is for each property; FUZZ_SEED repeats a run.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const SECONDS = Number(process.env.FUZZ_SECONDS ?? 30);
const SEED = Number(process.env.FUZZ_SEED);

/** Two tests: the corpus, then new inputs. `holds` throws when the property does not hold. */
export function fuzz(
  name: string,
  inputs: fc.Arbitrary<Uint8Array>,
  holds: (bytes: Uint8Array) => void,
): void {
  const corpus = join(import.meta.dirname, 'corpus', name);
  describe(name, () => {
    const kept = existsSync(corpus) ? readdirSync(corpus) : [];
    test.each(kept)('corpus: %s', file => holds(readFileSync(join(corpus, file))));

    test(`random, seed ${SEED}`, () => {
      const { counterexample, failed, errorInstance, numRuns } = fc.check(fc.property(inputs, holds), {
        seed: SEED,
        numRuns: 2 ** 31 - 1,
        interruptAfterTimeLimit: SECONDS * 1000,
      });
      console.log(`${name}: ${numRuns} inputs, seed ${SEED}`);
      if (!failed || !counterexample) return;
      const hash = createHash('sha256').update(counterexample[0]).digest('hex').slice(0, 12);
      mkdirSync(corpus, { recursive: true });
      writeFileSync(join(corpus, `${hash}.bin`), counterexample[0]);
      throw new Error(`seed ${SEED}, kept as corpus/${name}/${hash}.bin`, { cause: errorInstance });
    });
  });
}

/** Lines made of the words of a grammar, of stray characters, and of anything; as UTF-8 that need not be valid. */
export function linesOf(words: readonly string[]): fc.Arbitrary<Uint8Array> {
  const word = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...words) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
    { weight: 1, arbitrary: fc.integer().map(String) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('\x1b[2J', '\u202e', '\0', '\u2028', '"', '#', ';', '%', '\t', '\ufeff'),
    },
  );
  const line = fc
    .array(word, { maxLength: 8 })
    .chain(parts => fc.constantFrom(' ', '', '\t', ':').map(by => parts.join(by)));
  const lines = fc
    .array(line, { maxLength: 12 })
    .chain(all => fc.constantFrom('\n', '\r\n', '\r').map(end => all.join(end)));
  return fc.oneof(
    { weight: 8, arbitrary: mutated(lines.map(text => Buffer.from(text))) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  );
}

/** The same with a few bytes changed, cut off, put in or repeated. */
export function mutated(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), at: fc.nat(), to: fc.nat(255) }),
    fc.record({ kind: fc.constant('flip' as const), at: fc.nat(), to: fc.nat(7) }),
    fc.record({ kind: fc.constant('cut' as const), at: fc.nat(), to: fc.nat(64) }),
    fc.record({ kind: fc.constant('repeat' as const), at: fc.nat(), to: fc.nat(64) }),
  );
  return fc.tuple(bytes, fc.array(change, { maxLength: 4 })).map(([start, changes]) => {
    let now = Buffer.from(start);
    for (const { kind, at, to } of changes) {
      const i = now.length === 0 ? 0 : at % now.length;
      if (kind === 'cut') now = Buffer.concat([now.subarray(0, i), now.subarray(i + to)]);
      else if (kind === 'repeat')
        now = Buffer.concat([now.subarray(0, i), now.subarray(i, i + to), now.subarray(i)]);
      else if (now.length > 0) now[i] = kind === 'set' ? to : now[i]! ^ (1 << to);
    }
    return now;
  });
}

/** One line, and nothing in it that could steer a terminal. */
export function expectPrintable(text: string): void {
  expect(text).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
}
