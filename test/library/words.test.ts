// report and explain: the command's JSON and words for outcomes of the library.

import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { check, explain, query, report, sync } from '../../src/index.ts';
import { scratch, serve, serveSilence, tsntp } from '../support/command.ts';

const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(
  JSON.parse(readFileSync('report.schema.json', 'utf8')),
);

describe('report', () => {
  test('has what --format json has, and survives JSON.stringify', async () => {
    const named = await serve({ offset: 2 }, { offset: 2 }, { stratum: 16 });
    const object = report(await query(named, { samples: 1 }));
    const { stdout } = await tsntp(['-q', '-p', '1', '--format', 'json', ...named]);
    const printed = JSON.parse(stdout);
    expect(JSON.parse(JSON.stringify(object))).toEqual(object);
    expect(shapeOf(object)).toEqual(shapeOf(printed));
    expect(object).toMatchObject({ version: 1, command: 'query', result: 'queried', exitCode: 0 });
  });

  test('describes a dry run, a run without an answer and one that was aborted', async () => {
    const [server] = await serve({ offset: 0.05 });
    const { server: silent } = await serveSilence();
    const stateDirectory = scratch();
    const outcomes = [
      await sync(server!, { dryRun: true, force: true, samples: 1, stateDirectory }),
      await query(silent, { samples: 1, timeout: 0.2 }),
      await query(silent, { signal: AbortSignal.abort() }),
    ];
    const reports = outcomes.map(report);
    for (const one of reports) expect(validate(one), JSON.stringify(validate.errors)).toBe(true);
    expect(reports.map(({ result, exitCode }) => [result, exitCode])).toEqual([
      ['would-adjust', 0],
      ['no-suitable-server', 3],
      ['interrupted', 130],
    ]);
  });
});

describe('explain', () => {
  test('an outcome is a sentence', async () => {
    const [server] = await serve({ offset: 2 });
    const outcome = await query(server!, { samples: 1 });
    expect(explain(outcome)).toBe(report(outcome).message);
  });

  test('a server says why it was dropped, or that it was used', async () => {
    const outcome = await query(await serve({}, { stratum: 16 }), { samples: 1 });
    const [used, dropped] = outcome.servers;
    expect(explain(used!)).toBe('used');
    expect(explain(dropped!)).toMatch(/^server dropped: /);
  });

  test('a server of an outcome without a majority says that, where the outcome is given', async () => {
    const outcome = await query(await serve({}, { offset: 1 }), { samples: 1 });
    const [one] = outcome.servers;
    expect(explain(one!, outcome)).toBe('no majority agrees');
    expect(explain(one!)).toBe('measured only');
  });
});

/** The keys of an object and of what is in it. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
}

test.each([[{ runs: 0, boots: [] }], [{ kind: 'unknown', now: 0n }]])(
  '%o is no outcome, and they say what they take',
  other => {
    expect(() => report(other as never)).toThrow(
      new TypeError('report() takes the outcome of sync(), query() or check()'),
    );
    expect(() => explain(other as never)).toThrow(
      /^explain\(\) takes the outcome of sync\(\), query\(\) or check\(\), or one of its servers or targets$/,
    );
  },
);

describe('the outcome of a check', () => {
  test('is the object that check --json prints, and explain says it in a sentence', async () => {
    const [reference, right, ahead] = await serve({}, {}, { offset: 5 });
    const outcome = await check([right!, ahead!], { reference: reference! });
    const object = report(outcome);
    const valid = new Ajv2020({ allErrors: true }).compile(
      JSON.parse(readFileSync('fleet.schema.json', 'utf8')),
    );
    expect(valid(object), JSON.stringify(valid.errors)).toBe(true);
    expect(object).toMatchObject({ command: 'check', result: 'some-off', exitCode: 5 });
    expect(JSON.parse(JSON.stringify(object))).toEqual(object);
    const { stdout } = await tsntp(['check', '--json', '--reference', reference!, right!, ahead!]);
    expect(shapeOf(object)).toEqual(shapeOf(JSON.parse(stdout)));
    expect(explain(outcome)).toBe('1 of 2 clocks is off.');
    const [fine, wrong] = outcome.kind === 'no-reference' ? [] : outcome.targets;
    expect(explain(wrong!)).toMatch(/^off \+(5\.0|4\.9)\d+ s ± /);
    expect(explain(fine!)).toMatch(/^right /);
  });

  test('without a reference has the reason as its sentence', async () => {
    const outcome = await check(await serve({}, {}));
    expect(report(outcome)).toMatchObject({ result: 'no-reference', exitCode: 3 });
    expect(explain(outcome)).toMatch(/^nothing to compare with/);
  });
});
