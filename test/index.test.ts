// The library: typed results; it prints nothing, and never ends the process.

import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatRefid, query, ServerSyntaxError, type SyncEvent, sync } from '../src/index.ts';
import { onLinux, type Result, scratch, serve, serveSilence, tsntp } from './support/command.ts';
import { world } from './support/world.ts';

describe('query', () => {
  test('takes one server or several, by name or as data', async () => {
    const [a, b] = await serve({ offset: 2, refid: 0x47505300 }, { offset: 2 });
    const one = await query(a!, { samples: 1 });
    expect(one).toMatchObject({ kind: 'queried', estimate: { offset: expect.closeTo(2, 0) } });
    const [report] = one.servers;
    expect(report).toMatchObject({ verdict: { kind: 'system-peer' }, estimate: { stratum: 1 } });
    expect(formatRefid(0x47505300, 1)).toBe('.GPS.');
    const [host, port] = b!.split(':');
    const both = await query([a!, { host: host!, port: Number(port), from: 'here' }], { samples: 1 });
    expect(both.servers.map(({ server }) => server.from)).toEqual(['argument', 'here']);
  });

  test('no server answering is an outcome', async () => {
    const { server } = await serveSilence();
    const outcome = await query(server, { samples: 1, timeout: 0.2 });
    expect(outcome).toMatchObject({ kind: 'no-suitable-server', reason: { kind: 'none-answered' } });
  });

  test('a server that cannot be read is thrown', async () => {
    await expect(query('host:99999')).rejects.toThrow(ServerSyntaxError);
    await expect(sync(['a.example', 'b c'])).rejects.toThrow(ServerSyntaxError);
  });

  test('an abort ends it, before and while it runs', async () => {
    const { server, asked } = await serveSilence();
    expect(await query(server, { signal: AbortSignal.abort() })).toMatchObject({ kind: 'interrupted' });
    const stop = new AbortController();
    const running = query(server, { signal: stop.signal, timeout: 600, deadline: 900 });
    await asked;
    stop.abort();
    expect(await running).toMatchObject({ kind: 'interrupted' });
  });

  test('onEvent hears of each packet', async () => {
    const [server] = await serve({});
    const events: SyncEvent[] = [];
    await query(server!, { samples: 2, onEvent: event => events.push(event) });
    const count = (kind: SyncEvent['kind']) => events.filter(event => event.kind === kind).length;
    expect([count('resolved'), count('transmit'), count('receive')]).toEqual([1, 2, 2]);
  });
});

describe('with ports that the caller gives', () => {
  test('sync steps the clock that it is given, and remembers', async () => {
    const there = world({ behind: 5, servers: { '203.0.113.5': {} } });
    const outcome = await there.run(sync('203.0.113.5', { ports: there.ports() }));
    expect(outcome).toMatchObject({ kind: 'adjusted', decision: { kind: 'step' } });
    expect(there.clock.behind()).toBeCloseTo(0, 6);
    expect(there.remembered).toHaveLength(1);
  });

  test('query leaves the clock alone; options reach the pipeline', async () => {
    const there = world({ behind: 5, servers: { '203.0.113.5': {} } });
    const outcome = await there.run(query('203.0.113.5', { ports: there.ports(), samples: 7 }));
    expect(outcome.servers[0]?.burst?.sent).toBe(7);
    expect(there.clock.behind()).toBeCloseTo(5, 6);
    const refused = await there.run(sync('203.0.113.5', { ports: there.ports(), maxOffset: 1 }));
    expect(refused).toMatchObject({ kind: 'refused', decision: { by: 'max-offset' } });
  });

  test.each(['decided', 'receive', 'transmit'])(
    'a listener that throws at %s leaves it alone, too',
    async kind => {
      const there = world({ behind: 5, servers: { '203.0.113.5': {}, '203.0.113.6': {} } });
      const emit = (event: SyncEvent) => {
        if (event.kind === kind) throw new RangeError('mine');
      };
      const run = sync(['203.0.113.5', '203.0.113.6'], { ports: there.ports({ emit }) });
      await expect(there.run(run)).rejects.toThrow(new RangeError('mine'));
      expect(there.clock.behind()).toBeCloseTo(5, 6);
      expect(there.unfinished()).toBe(0);
    },
  );

  test('an abort leaves the clock alone', async () => {
    const there = world({ behind: 5, servers: { '203.0.113.5': {} } });
    const stop = new AbortController();
    there.at(0.005, () => stop.abort());
    const outcome = await there.run(sync('203.0.113.5', { ports: there.ports({ signal: stop.signal }) }));
    expect(outcome.kind).toBe('interrupted');
    expect(there.clock.behind()).toBeCloseTo(5, 6);
  });
});

describe('as a package, in a process of its own', () => {
  test('prints nothing, leaves no listener, and lets the process end by itself', async () => {
    const output = await run(`
      import { query } from ${JSON.stringify(resolve('dist/index.js'))};
      const before = process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
      const outcome = await query('127.0.0.1:9', { samples: 1, timeout: 0.2 });
      const after = process.listenerCount('SIGINT') + process.listenerCount('SIGTERM');
      process.on('exit', code => process.stdout.write(JSON.stringify([outcome.kind, after - before, code])));
    `);
    expect(output).toEqual({ code: 0, stdout: '["no-suitable-server",0,0]', stderr: '' });
  });

  test.runIf(onLinux)('what sync may not do is an outcome with a ClockError', async () => {
    const [server] = await serve({});
    const output = await run(`
      import { ClockError, sync } from ${JSON.stringify(resolve('dist/index.js'))};
      const outcome = await sync(${JSON.stringify(server)}, {
        samples: 1, force: true, stateDirectory: ${JSON.stringify(scratch())},
      });
      process.stdout.write(JSON.stringify([outcome.kind, outcome.error instanceof ClockError, outcome.error.kind]));
    `);
    expect(output).toEqual({ code: 0, stdout: '["clock-error",true,"not-permitted"]', stderr: '' });
  });
});

function run(script: string): Promise<Result> {
  const file = join(scratch(), 'program.mjs');
  writeFileSync(file, script);
  return tsntp([], { program: [process.execPath, file] });
}
