// The library as programs use it: options handed through, clusters and threads, listeners that throw, signals.

import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Options, query, report, type SyncEvent, sync } from '../../src/index.ts';
import { onLinux, type Result, scratch, serveSilence, tsntp } from '../support/command.ts';
import { field } from './bench.ts';

const LIBRARY = JSON.stringify(resolve('dist/index.js'));

/** Runs a program that has the library as `tsntp`, to its end. */
function program(text: string, kind: 'mjs' | 'cjs' = 'mjs', flags: readonly string[] = []): Promise<Result> {
  const file = join(scratch(), `program.${kind}`);
  const head = kind === 'mjs' ? `import * as tsntp from ${LIBRARY};` : `const tsntp = require(${LIBRARY});`;
  writeFileSync(file, `${head}\n${text}`);
  return tsntp([], { program: [process.execPath, ...flags, file] });
}

describe('lib-undefined: an option that is undefined is not given', () => {
  const given: readonly Options[] = [
    { samples: undefined, deadline: undefined, timeout: undefined },
    { interval: undefined, minServers: undefined, maxDistance: undefined, version: undefined },
    { family: undefined, source: undefined, keys: undefined, signal: undefined, onEvent: undefined },
    { nts: undefined, stateDirectory: undefined, ports: undefined, allowAnyOffset: undefined },
    {
      ntsTrust: { ca: undefined, ignoreDates: undefined },
      dryRun: undefined,
      ports: { emit: undefined, timer: undefined },
    },
  ];
  test.each(given.map(options => [Object.keys(options).join(', '), options] as const))(
    '%s',
    async (_, options) => {
      const { fill, asked } = await field({ A: {} });
      const outcome = await query(fill('A'), options);
      expect(outcome.kind).toBe('queried');
      expect(asked('A')).toBe(4);
    },
  );
});

describe('lib-range: a value out of its range is an error that names option, value and range', () => {
  const waiting = 'a number above 0, up to Infinity (seconds)';
  const timeouts = 'a number above 0, up to 3600 (seconds), not milliseconds, or Infinity';
  const unknown =
    'no such option; the options are samples, timeout, deadline, interval, minServers, maxDistance, version, family, source, ' +
    'method, stepThreshold, maxOffset, allowAnyOffset, force, wait, rtc, drift, allowTick, forceFrequency, dryRun, keys, nts, ntsTrust, signal, onEvent, ' +
    'stateDirectory, ports';
  test.each<[Options, string]>([
    [{ samples: 0 }, 'samples: 0 is not allowed; give a whole number from 1 to 16'],
    [{ estimator: 'paired-minima' } as Options, `estimator: ${unknown}`],
    [{ maxOfset: 60 } as Options, `maxOfset: ${unknown}`],
    [{ samples: 1.5 }, 'samples: 1.5 is not allowed; give a whole number from 1 to 16'],
    [{ version: 5 as 4 }, 'version: 5 is not allowed; give a whole number from 1 to 4'],
    [{ deadline: NaN }, `deadline: NaN is not allowed; give ${waiting}`],
    [{ deadline: 0 }, `deadline: 0 is not allowed; give ${waiting}`],
    [{ timeout: -1 }, `timeout: -1 is not allowed; give ${timeouts}`],
    [{ timeout: 5000 }, `timeout: 5000 is not allowed; give ${timeouts}`],
    [{ interval: -1 }, "interval: -1 is not allowed; give a number from 0 to 3600 (seconds), or 'auto'"],
    [{ maxDistance: 0 }, 'maxDistance: 0 is not allowed; give a number above 0, up to 16 (seconds)'],
    [{ family: 5 as 4 }, 'family: 5 is not allowed; give 4 or 6'],
    [{ samples: '4' as unknown as number }, "samples: '4' is not allowed; give a whole number from 1 to 16"],
    [{ source: 'lo' }, "source: 'lo' is not allowed; give one of this machine's IP addresses"],
    [
      { maxOffset: Infinity },
      'maxOffset: Infinity is not allowed; give a number from 0 to 10000000000 (seconds)',
    ],
  ])('%o', async (options, message) => {
    await expect(query('127.0.0.1:9', options)).rejects.toThrow(new RangeError(message));
  });
});

describe('lib-infinite: waiting may last for ever', () => {
  test.each([
    [Infinity, Infinity],
    [2 ** 31 / 1000, Infinity],
    [1e9, 3600],
  ])('a deadline of %d s and a timeout of %d s', async (deadline, timeout) => {
    const { fill } = await field({ A: {} });
    const output = await program(`
      const outcome = await tsntp.query('${fill('A')}', { deadline: ${deadline}, timeout: ${timeout}, samples: 1 });
      console.log(outcome.kind);
    `);
    expect(output).toEqual({ code: 0, stdout: 'queried\n', stderr: '' });
  });
});

test('lib-json: JSON.stringify(report(outcome)) is what --format json prints', async () => {
  const { fill } = await field({ A: { ahead: 2 } });
  const text = JSON.stringify(report(await query(fill('A'), { samples: 1 })));
  expect(JSON.parse(text)).toMatchObject({
    version: 1,
    command: 'query',
    result: 'queried',
    exitCode: 0,
    offset: expect.closeTo(2, 1),
  });
});

test('lib-dry-run: dryRun measures and decides, and sets nothing', async () => {
  const { fill } = await field({ A: { ahead: 0.05 } });
  const outcome = await sync(fill('A'), {
    dryRun: true,
    force: true,
    samples: 1,
    stateDirectory: join(scratch(), 'state'),
  });
  expect(outcome).toMatchObject({ kind: 'would-adjust', decision: { kind: 'slew' } });
});

describe('lib-onevent: a listener that throws ends the run, and not the process', () => {
  const KINDS: readonly SyncEvent['kind'][] = [
    'resolved',
    'transmit',
    'receive',
    'timeout',
    'unresponsive',
    'unreachable',
  ];
  test.each(KINDS.flatMap(kind => [[kind, ''] as const, [kind, 'async '] as const]))(
    'at %s, %s',
    async (kind, how) => {
      const { fill } = await field({ A: {} });
      const { server: silent } = await serveSilence();
      const servers = JSON.stringify([fill('A'), silent, fill('DEAD')]);
      const output = await program(`
        const sockets = () => process.getActiveResourcesInfo().filter(name => name === 'UDPWrap').length;
        const onEvent = ${how} event => { if (event.kind === '${kind}') throw new Error('mine'); };
        await tsntp.query(${servers}, { samples: 2, timeout: 0.3, interval: 0.1, deadline: 5, onEvent })
          .then(({ kind }) => console.log(kind), error => console.log(error.message));
        // What is closed is gone a turn of the event loop later.
        for (let i = 0; i < 100 && sockets() > 0; i++) await new Promise(resolve => setTimeout(resolve, 10));
        console.log(sockets());
      `);
      expect(output).toEqual({ code: 0, stdout: 'mine\n0\n', stderr: '' });
    },
  );

  test('and so does a port that throws', async () => {
    const { fill } = await field({ A: {} });
    const { server: silent } = await serveSilence();
    const output = await program(`
      const resolve = async host => {
        if (host === 'odd') throw new Error('mine');
        return [{ family: 4, address: host }];
      };
      const servers = ['${fill('A')}', '${silent}', 'odd'];
      await tsntp.query(servers, { ports: { resolve } }).catch(error => console.log(error.message));
    `);
    expect(output).toEqual({ code: 0, stdout: 'mine\n', stderr: '' });
  });
});

test('guard-lib-abort: a signal that is aborted already', async () => {
  const { fill, asked } = await field({ A: {} });
  expect((await query(fill('A'), { signal: AbortSignal.abort() })).kind).toBe('interrupted');
  expect(asked('A')).toBe(0);
});

test.each(['new AbortController().signal', 'AbortSignal.timeout(60_000)'])(
  'guard-lib-require: require() from CommonJS, 30 queries with the one signal %s',
  async signal => {
    const { fill } = await field({ A: {} });
    const output = await program(
      `(async () => {
        const signal = ${signal};
        const all = await Promise.all(
          Array.from({ length: 30 }, () => tsntp.query('${fill('A')}', { samples: 1, signal })),
        );
        console.log(all.every(({ kind }) => kind === 'queried'));
        process.exit();
      })();`,
      'cjs',
    );
    expect(output).toEqual({ code: 0, stdout: 'true\n', stderr: '' });
  },
);

test('a signal of AbortSignal.timeout is not lost to garbage collection', async () => {
  const { server } = await serveSilence();
  const output = await program(
    `
      const collect = setInterval(gc, 20);
      const run = () => tsntp.query('${server}', { timeout: 20, deadline: 20, signal: AbortSignal.timeout(400) });
      console.log((await run()).kind);
      clearInterval(collect);
    `,
    'mjs',
    ['--expose-gc'],
  );
  expect(output).toEqual({ code: 0, stdout: 'interrupted\n', stderr: '' });
});

describe.runIf(onLinux)('descriptors', () => {
  const measure = (server: string) => `
    const { readdirSync } = require('node:fs');
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const measure = async () => {
      const stamps = new Set();
      const onEvent = ({ kind, arrival }) => kind === 'receive' && stamps.add(arrival.stampedBy);
      const ask = () => tsntp.query('${server}', { samples: 1, onEvent });
      await ask();
      const before = descriptors();
      const outcomes = [...await Promise.all(Array.from({ length: 20 }, ask)), await ask()];
      await new Promise(resolve => setTimeout(resolve, 20));
      return JSON.stringify([outcomes.every(({ kind }) => kind === 'queried'), [...stamps], descriptors() - before]);
    };
  `;
  const GOOD = '[true,["kernel"],0]';

  test('many queries at once leave none behind', async () => {
    const { fill } = await field({ A: {} });
    const output = await program(`${measure(fill('A'))} measure().then(console.log);`, 'cjs');
    expect(output).toEqual({ code: 0, stdout: `${GOOD}\n`, stderr: '' });
  });

  test('nor in the workers of a cluster, where sockets work as elsewhere', async () => {
    const { fill } = await field({ A: {} });
    const output = await program(
      `const cluster = require('node:cluster');
      ${measure(fill('A'))}
      if (cluster.isPrimary) {
        for (let i = 0; i < 2; i++) {
          const worker = cluster.fork();
          worker.on('message', text => { console.log(text); worker.kill(); });
        }
      } else measure().then(text => process.send(text), error => process.send(String(error)));`,
      'cjs',
    );
    expect(output).toEqual({ code: 0, stdout: `${GOOD}\n${GOOD}\n`, stderr: '' });
  });

  test('nor in a thread', async () => {
    const { fill } = await field({ A: {} });
    const output = await program(
      `const { isMainThread, parentPort, Worker } = require('node:worker_threads');
      ${measure(fill('A'))}
      if (isMainThread) new Worker(__filename).on('message', text => console.log(text));
      else measure().then(text => parentPort.postMessage(text));`,
      'cjs',
    );
    expect(output).toEqual({ code: 0, stdout: `${GOOD}\n`, stderr: '' });
  });
});
