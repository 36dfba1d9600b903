// JSON: every way in which a run can end is one object on one line, and says the exit code that the process had.

import { describe, expect, test } from 'vitest';
import { acquireLock } from '../../src/host/lock.ts';
import { onLinux, scratch, serve, serveSilence, start, tsntp } from '../support/command.ts';

const json = ['--format', 'json', '-p', '1'];

describe('one object for', () => {
  test('a query', async () => {
    const servers = await serve({ offset: -2 }, { offset: -2 }, { leap: 3, stratum: 16 });
    const object = await objectOf(['-q', ...servers], 0);
    expect(object).toMatchObject({ command: 'query', result: 'queried', offset: expect.closeTo(-2, 0) });
    const [first, , dropped] = object.servers as Record<string, unknown>[];
    expect(first).toMatchObject({
      name: '127.0.0.1',
      tally: expect.stringMatching(/^[*+]$/),
      sent: 1,
      answered: 1,
    });
    expect(dropped).toMatchObject({
      verdict: 'dropped',
      tally: '?',
      reason: expect.stringContaining('strata too high'),
    });
    const nine = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/;
    const [sample] = first!.samples as Record<string, unknown>[];
    for (const instant of [object.started, object.finished, sample!.t1, sample!.t2, sample!.t3, sample!.t4]) {
      expect(instant).toMatch(nine);
    }
  });

  test('a dry run', async () => {
    const [server] = await serve({ offset: 10 });
    const object = await objectOf(['-n', server!], 0);
    expect(object).toMatchObject({ command: 'sync', result: 'would-adjust', decision: { kind: 'step' } });
    expect(object).not.toHaveProperty('done');
  });

  test('no server answering', async () => {
    const { server } = await serveSilence();
    const object = await objectOf(['-q', '-t', '0.2', server], 3);
    expect(object).toMatchObject({ result: 'no-suitable-server', reason: 'none-answered', warnings: [] });
  });

  test('a server name that does not exist', async () => {
    const object = await objectOf(['-q', 'no-such-host.invalid'], 3);
    expect(object).toMatchObject({ servers: [{ verdict: 'not-resolved', sent: 0, samples: [] }] });
  });

  test('a refusal', async () => {
    const [server] = await serve({ offset: 10 });
    const object = await objectOf(['-n', '--max-offset', '5', server!], 5);
    expect(object).toMatchObject({ result: 'refused', decision: { kind: 'refuse', limit: 5 } });
  });

  test.runIf(onLinux)('no permission', async () => {
    const [server] = await serve({});
    const object = await objectOf(['sync', '--force', server!], 4);
    expect(object).toMatchObject({ result: 'clock-error', error: { kind: 'not-permitted' } });
    expect(object).not.toHaveProperty('done');
  });

  test.runIf(onLinux)('another tsntp', async () => {
    const state = scratch();
    await acquireLock([state]);
    const [server] = await serve({});
    const object = await objectOf(['sync', '--state', state, server!], 6);
    expect(object.competitors).toContainEqual({ name: 'tsntp', pid: process.pid });
  });

  test('an interrupt', async () => {
    const { server, asked } = await serveSilence();
    const { child, ended } = start(['-q', ...json, server]);
    await asked;
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    expect(oneObject(stdout)).toMatchObject({ result: 'interrupted', exitCode: 130 });
  });

  test.each([
    [['-t', 'abc', 'a.example'], '"abc"'],
    [['--tiemout', '3', 'a.example'], 'tiemout'],
    [['host:99999'], '99999'],
    [['-f', '/no/such/list'], '/no/such/list'],
    [['-b', '-B', 'a.example'], 'step'],
  ])('the usage error of %j', async (args, named) => {
    const object = await objectOf(['sync', '-q', ...args], 2);
    expect(object).toMatchObject({ result: 'error', message: expect.stringContaining(named) });
  });
});

test('--format=json counts, too; another format after it does not', async () => {
  expect(oneObject((await tsntp(['-q', '-t', 'abc', '--format=json'])).stdout)).toMatchObject({
    exitCode: 2,
  });
  expect((await tsntp(['-q', '-t', 'abc', '--format', 'table'])).stdout).toBe('');
});

async function objectOf(args: readonly string[], expected: number): Promise<Record<string, unknown>> {
  const { code, stdout } = await tsntp([...args, ...json]);
  const object = oneObject(stdout);
  expect({ code, exitCode: object.exitCode, version: object.version }).toEqual({
    code: expected,
    exitCode: expected,
    version: 1,
  });
  return object;
}

function oneObject(stdout: string): Record<string, unknown> {
  expect(stdout).toMatch(/^\{.*\}\n$/);
  return JSON.parse(stdout);
}
