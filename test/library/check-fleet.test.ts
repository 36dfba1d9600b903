// `check` of the library against servers on loopback: the same outcome as the command's, streamed, with checked arguments.

import { describe, expect, test } from 'vitest';
import {
  type Checked,
  type CheckedTarget,
  check,
  type FleetOptions,
  type FleetOutcome,
  ServerSyntaxError,
} from '../../src/index.ts';
import { serve, serveSilence } from '../support/command.ts';

const QUICK = { timeout: 0.3 };

function checked(outcome: FleetOutcome): Checked {
  if (outcome.kind === 'no-reference') throw new Error(outcome.reason);
  return outcome;
}

describe('check', () => {
  test('compares targets with servers, and streams the verdicts', async () => {
    const reference = await serve({}, {}, {});
    const [right = '', off = ''] = await serve({}, { offset: 7 });
    const [host = '', port] = off.split(':');
    const streamed: CheckedTarget[] = [];
    const outcome = await check([right, { host, port: Number(port), label: 'gate 3', group: 'gates' }], {
      ...QUICK,
      reference,
      onTarget: one => void streamed.push(one),
    });
    const { kind, targets, counts } = checked(outcome);
    expect([kind, counts]).toEqual(['some-off', { right: 1, off: 1 }]);
    expect(targets[1]).toMatchObject({
      target: { label: 'gate 3', group: 'gates' },
      verdict: 'off',
      severity: 'critical',
    });
    expect(targets[1]!.reading!.offset).toBeCloseTo(7, 1);
    expect(streamed.map(({ verdict }) => verdict).toSorted()).toEqual(['off', 'right']);
  });

  test('without a reference goes by the majority, if there can be one', async () => {
    const hosts = await serve({}, {}, {}, {}, { offset: -3600 });
    const outcome = checked(await check(hosts, QUICK));
    expect(outcome.reference.kind).toBe('majority');
    expect(outcome.targets.map(({ verdict }) => verdict)).toEqual([
      'right',
      'right',
      'right',
      'right',
      'zone-off',
    ]);
    expect(await check(hosts.slice(1), QUICK)).toMatchObject({ kind: 'no-reference' });
  });

  test('takes limits as seconds and as ranges', async () => {
    const hosts = await serve({}, {}, {}, {}, { offset: 7 });
    const endOf = async (options: FleetOptions) => (await check(hosts, { ...QUICK, ...options })).kind;
    expect(await endOf({ warn: 60 })).toBe('all-right');
    expect(await endOf({ warn: '~:10', critical: '~:20' })).toBe('all-right');
    expect(await endOf({ warn: '~:5' })).toBe('some-off');
  });

  test('checks a target that is named twice once, and says so', async () => {
    const hosts = await serve({}, {}, {}, {}, {});
    const outcome = checked(await check([...hosts, hosts[0]!], QUICK));
    expect(outcome.targets).toHaveLength(5);
    expect(outcome.warnings).toEqual([expect.stringContaining('is named twice')]);
  });

  test('ends with the targets so far when it is aborted', async () => {
    const { server, asked } = await serveSilence();
    const stop = new AbortController();
    void asked.then(() => stop.abort());
    const hosts = await serve({}, {}, {}, {}, {});
    const outcome = await check([...hosts, server], {
      timeout: 3600,
      signal: stop.signal,
      reference: await serve({}),
    });
    expect(outcome.kind).toBe('interrupted');
  });

  test.each(['throws', 'rejects'])('rejects if onTarget %s', async how => {
    const hosts = await serve({}, {}, {}, {}, {});
    const fail = (): never => {
      throw new Error('no more');
    };
    const onTarget = how === 'throws' ? fail : async () => fail();
    await expect(check(hosts, { ...QUICK, onTarget })).rejects.toThrow('no more');
  });

  test.each<[string, () => Promise<unknown>, RegExp]>([
    ['no target', () => check([]), /^targets: .* give a host such as/],
    ['a number', () => check([42 as never]), /^targets\[0\]: 42 is not allowed/],
    ['an unknown field', () => check({ host: 'a', key: 7 } as never), /^targets\.key: no such field/],
    ['a port of 0', () => check({ host: 'a', port: 0 }), /^targets\.port: 0 is not allowed/],
    ['an unknown option', () => check('a', { warning: 1 } as never), /^warning: no such option/],
    ['a limit that is none', () => check('a', { warn: '2:1' }), /^warn: '2:1' is not allowed; give a size/],
    [
      'swapped limits',
      () => check('a', { warn: 1, critical: 0.1 }),
      /^critical: 0.1 is below warn, 1: give it/,
    ],
    ['a negative limit', () => check('a', { critical: -1 }), /^critical: -1 is not allowed/],
    [
      'an unknown means',
      () => check('a', { via: 'snmp' as never }),
      /^via: 'snmp' is not allowed; give "ntp"/,
    ],
    ['no means', () => check('a', { via: [] }), /^via: .* is not allowed/],
    ['a rate of 0', () => check('a', { rate: 0 }), /^rate: 0 is not allowed/],
    ['an unknown port', () => check('a', { ports: { socket: 1 } as never }), /^ports\.socket: no such port/],
  ])('refuses %s', async (_, call, message) => {
    const error = await call().catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(RangeError);
    expect((error as Error).message).toMatch(message);
  });

  test('refuses a host that cannot be one', async () => {
    await expect(check('http://a.example')).rejects.toBeInstanceOf(ServerSyntaxError);
  });
});
