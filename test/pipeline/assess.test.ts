// What servers of the simulated world answered → verdicts and an estimate, or the reason why there is none.

import { describe, expect, test } from 'vitest';
import type { Authentication } from '../../src/net/authentication.ts';
import { NtsError } from '../../src/net/nts/session.ts';
import { type Source, survey } from '../../src/net/survey.ts';
import { MAXDIST } from '../../src/ntp/cluster.ts';
import { decodePacket, type Packet } from '../../src/ntp/packet.ts';
import { plausibleTimes } from '../../src/ntp/plausible.ts';
import { ntpTimestampOf } from '../../src/ntp/time.ts';
import { type Assessment, type AssessmentRules, assess } from '../../src/pipeline/assess.ts';
import type { Server } from '../../src/sources/server.ts';
import { type Exchange, kissAfter, otherNonce, type SimulatedServer } from '../support/world/server.ts';
import { RELEASE, server, type WorldSetup, world } from '../support/world.ts';

interface Terms extends Partial<AssessmentRules> {
  readonly setup?: WorldSetup;
  readonly marks?: Readonly<Record<string, Partial<Server>>>;
  /** Those that were to be authenticated; what came of it is in their samples. */
  readonly authenticated?: readonly string[];
  /** Authenticated ones that are named a second time, with another key. */
  readonly twice?: readonly string[];
  /** Seconds from the last answer to the assessment. */
  readonly waiting?: number;
}

const rules: AssessmentRules = {
  minServers: 1,
  maxDistance: MAXDIST,
  estimator: 'paired-minima',
  slewRate: 0,
};

/** Surveys these servers with a clock that is right, and assesses them. */
async function judge(
  servers: Readonly<Record<string, SimulatedServer>>,
  { setup, marks = {}, authenticated = [], twice = [], waiting = 0, ...changes }: Terms = {},
): Promise<Assessment> {
  const w = world({ ...setup, servers });
  const options = w.options();
  const marked = options.servers.map(({ host }) => server(host, marks[host]));
  const plan = { ...options, plausible: plausibleTimes(RELEASE, false) };
  const ports = { ...w.ports(), precision: w.clock.precision };
  const sources = await w.run(survey(marked, plan, ports, () => {}, new AbortController().signal));
  await w.run(new Promise<void>(resolve => w.at(w.now() + waiting, resolve)));
  return assess(
    sources.flatMap((source): readonly Source[] => {
      if (!authenticated.includes(source.server.host)) return [source];
      const one = { ...source, authentication };
      const other = { ...source, authentication: { ...authentication, id: 2 } };
      return twice.includes(source.server.host) ? [one, other] : [one];
    }),
    { ...rules, ...changes },
    w.clock.monotonic(),
  );
}

const authentication: Extract<Authentication, { kind: 'key' }> = { kind: 'key', id: 1, type: 'sha1' };

const verdictsOf = ({ servers }: Assessment): readonly string[] => servers.map(({ verdict }) => verdict.kind);

function agreed(assessment: Assessment): Extract<Assessment, { kind: 'agreed' }> {
  if (assessment.kind !== 'agreed') throw new Error(`no agreement: ${assessment.reason.kind}`);
  return assessment;
}

const honest: SimulatedServer = {};
const best: SimulatedServer = { delay: 0.005 };
const ahead: SimulatedServer = { offset: 1 };

describe('which servers are believed', () => {
  test('a single server is used', async () => {
    const { estimate, servers } = agreed(await judge({ a: { offset: 0.3 } }));
    expect(servers[0]!.verdict).toEqual({ kind: 'system-peer', weight: 1 });
    expect(estimate.offset).toBeCloseTo(0.3, 6);
  });

  test('of four, the one that is a second off is a falseticker', async () => {
    const assessment = agreed(await judge({ a: best, b: honest, c: ahead, d: honest }));
    expect(verdictsOf(assessment)).toEqual(['system-peer', 'survivor', 'falseticker', 'survivor']);
    expect(assessment.estimate.offset).toBeCloseTo(0, 6);
    expect(assessment.servers[2]!.estimate!.offset).toBeCloseTo(1, 6);
  });

  test.each<[what: string, servers: Readonly<Record<string, SimulatedServer>>]>([
    ['two that disagree', { a: honest, b: ahead }],
    ['two against two', { a: honest, b: honest, c: ahead, d: ahead }],
    ['three of three kinds', { a: honest, b: ahead, c: { offset: 2 } }],
    ['two of five', { a: honest, b: honest, c: ahead, d: { offset: 2 }, e: { offset: 3 } }],
  ])('%s have no majority', async (_, servers) => {
    const assessment = await judge(servers);
    const usable = Object.keys(servers).length;
    expect(assessment).toMatchObject({
      kind: 'no-suitable-server',
      reason: { kind: 'no-majority', usable },
    });
    expect(verdictsOf(assessment)).toEqual(Array(usable).fill('undecided'));
  });

  test('fewer truechimers than wanted are not believed', async () => {
    const servers = { a: honest, b: honest, c: ahead };
    expect(await judge(servers, { minServers: 3 })).toMatchObject({
      kind: 'no-suitable-server',
      reason: { kind: 'too-few', truechimers: 2, wanted: 3 },
    });
    expect(verdictsOf(await judge(servers, { minServers: 3 }))).toEqual([
      'undecided',
      'undecided',
      'falseticker',
    ]);
    expect((await judge(servers, { minServers: 2 })).kind).toBe('agreed');
  });

  test('the one that scatters most is an outlier, and its offset has no part in the result', async () => {
    const rough: SimulatedServer = { offset: 0.004, says: { rootDispersion: 0.01 } };
    const assessment = agreed(await judge({ a: best, b: honest, c: honest, d: rough }));
    expect(verdictsOf(assessment)).toEqual(['system-peer', 'survivor', 'survivor', 'outlier']);
    expect(assessment.estimate.offset).toBeCloseTo(0, 6);
  });

  test('the survivors weigh one in all', async () => {
    const servers = { a: honest, b: { delay: 0.05 }, c: { delay: 0.1 } };
    const { estimate } = agreed(await judge(servers));
    expect(estimate.weights).toHaveLength(3);
    expect(estimate.weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
  });

  test('the intersection is where the believed all agree', async () => {
    const { intersection, estimate } = agreed(await judge({ a: honest, b: honest, c: ahead }));
    expect(intersection!.low).toBeLessThanOrEqual(0);
    expect(intersection!.high).toBeGreaterThanOrEqual(0);
    expect(intersection!.high - intersection!.low).toBeLessThanOrEqual(2 * estimate.rootDistance);
  });
});

describe('marks of the list', () => {
  test('a preferred server is the system peer, though another is better', async () => {
    const servers = { a: best, b: honest };
    expect(verdictsOf(await judge(servers))).toEqual(['system-peer', 'survivor']);
    const marks = { b: { prefer: true } } as const;
    expect(verdictsOf(await judge(servers, { marks }))).toEqual(['survivor', 'system-peer']);
  });

  test('a preferred falseticker is none the less one', async () => {
    const marks = { c: { prefer: true } } as const;
    const assessment = await judge({ a: best, b: honest, c: ahead }, { marks });
    expect(verdictsOf(assessment)).toEqual(['system-peer', 'survivor', 'falseticker']);
  });

  test('a noselect server is measured, and has no vote', async () => {
    const marks = { c: { noselect: true } } as const;
    const assessment = await judge({ a: honest, b: ahead, c: honest }, { marks });
    expect(assessment).toMatchObject({ reason: { kind: 'no-majority', usable: 2 } });
    expect(verdictsOf(assessment)).toEqual(['undecided', 'undecided', 'noselect']);
    expect(assessment.servers[2]!.estimate).toBeDefined();
  });
});

describe('servers that the list trusts', () => {
  const mob = { a: honest, b: ahead, c: ahead, d: ahead };

  test('are no falsetickers for any number of others', async () => {
    const assessment = agreed(await judge(mob, { marks: { a: { trust: true } } }));
    expect(verdictsOf(assessment)).toEqual(['system-peer', 'falseticker', 'falseticker', 'falseticker']);
    expect(assessment.estimate.offset).toBeCloseTo(0, 6);
  });

  test('are falsetickers for each other', async () => {
    const marks = { a: { trust: true }, b: { trust: true }, e: { trust: true } } as const;
    const assessment = agreed(await judge({ ...mob, e: honest }, { marks }));
    expect(assessment.servers[1]!.verdict.kind).toBe('falseticker');
    const two = await judge({ a: honest, b: ahead, c: honest }, { marks: { a: marks.a, b: marks.b } });
    expect(two).toMatchObject({ reason: { kind: 'no-majority', usable: 2 } });
  });

  test('leave no part in the result to others, though they agree', async () => {
    const assessment = agreed(await judge({ a: honest, b: best }, { marks: { a: { trust: true } } }));
    expect(verdictsOf(assessment)).toEqual(['system-peer', 'outlier']);
  });

  test('are not pulled by others whose wide intervals reach them', async () => {
    const wide: SimulatedServer = { offset: 0.5, says: { rootDispersion: 0.6 } };
    const terms = { marks: { a: { trust: true } } } as const;
    const assessment = agreed(await judge({ a: honest, b: wide, c: wide, d: wide }, terms));
    expect(verdictsOf(assessment)).toEqual(['system-peer', 'outlier', 'outlier', 'outlier']);
    expect(assessment.estimate.offset).toBeCloseTo(0, 6);
    expect(assessment.estimate.rootDistance).toBeLessThan(0.1);
  });

  test('that give no time leave the word to the others', async () => {
    const terms = { marks: { a: { trust: true } } } as const;
    const assessment = agreed(await judge({ a: { fault: 'silent' }, b: best, c: honest }, terms));
    expect(verdictsOf(assessment)).toEqual(['no-reply', 'system-peer', 'survivor']);
  });

  test('count with those that agree for the least number', async () => {
    const terms = { marks: { a: { trust: true } }, minServers: 2 } as const;
    expect((await judge({ a: honest, b: honest }, terms)).kind).toBe('agreed');
    expect(await judge({ a: honest, b: ahead }, terms)).toMatchObject({ reason: { kind: 'too-few' } });
  });
});

describe('servers that the list requires', () => {
  const marks = { a: { require: true } } as const;
  const others = { b: honest, c: honest };

  test.each<[what: string, a: SimulatedServer, verdict: string]>([
    ['silent', { fault: 'silent' }, 'no-reply'],
    ['wrong', ahead, 'falseticker'],
    ['not synchronized', { says: { leap: 3 } }, 'dropped'],
  ])('stop the run where none is believed: %s', async (_, a, verdict) => {
    const assessment = await judge({ a, ...others }, { marks });
    expect(assessment).toMatchObject({
      kind: 'no-suitable-server',
      reason: { kind: 'required-missing', required: ['a'] },
    });
    expect(verdictsOf(assessment)[0]).toBe(verdict);
  });

  test('let the run go on where one of them is believed, as an outlier, too', async () => {
    const rough: SimulatedServer = { offset: 0.004, says: { rootDispersion: 0.01 } };
    const more = { b: best, c: honest, d: honest, e: { fault: 'silent' } } as const;
    const terms = { marks: { ...marks, e: { require: true } } } as const;
    expect(verdictsOf(agreed(await judge({ a: rough, ...more }, terms)))[0]).toBe('outlier');
  });

  test('with trust: never without that one', async () => {
    const both = { a: { trust: true, require: true } } as const;
    const mob = { b: ahead, c: ahead, d: ahead };
    expect(agreed(await judge({ a: honest, ...mob }, { marks: both })).estimate.offset).toBeCloseTo(0, 6);
    expect(await judge({ a: { fault: 'silent' }, ...mob }, { marks: both })).toMatchObject({
      reason: { kind: 'required-missing' },
    });
  });
});

describe('there is one vote', () => {
  const at = { setup: { names: { a: { addresses: ['203.0.113.9'] }, b: { addresses: ['203.0.113.9'] } } } };
  const servers = { '203.0.113.9': honest, c: ahead };

  test('for an address of two names: the first one has it', async () => {
    const assessment = await judge(servers, at);
    expect(assessment.servers.slice(0, 2).map(({ verdict }) => verdict)).toEqual([
      { kind: 'undecided' },
      { kind: 'duplicate', of: 'a' },
    ]);
    expect(assessment).toMatchObject({ reason: { kind: 'no-majority', usable: 2 } });
  });

  test.each(['trust', 'require', 'prefer'] as const)(
    'the one with %s has it, wherever it stands',
    async mark => {
      const { servers: reports } = await judge(
        { ...servers, d: honest },
        { ...at, marks: { b: { [mark]: true } } },
      );
      expect(reports[0]).toMatchObject({ verdict: { kind: 'duplicate', of: 'b' }, estimate: {} });
      expect(reports[1]!.verdict.kind).toMatch(/^(system-peer|survivor)$/);
    },
  );

  test.each<[mark: string, first: Partial<Server>, second: Partial<Server>]>([
    ['trust before require and prefer', { require: true, prefer: true }, { trust: true }],
    ['require before prefer', { prefer: true }, { require: true }],
  ])('for an address of two names, by their marks: %s', async (_, a, b) => {
    const { servers: reports } = await judge({ ...servers, d: honest }, { ...at, marks: { a, b } });
    expect(reports[0]).toMatchObject({ verdict: { kind: 'duplicate', of: 'b' } });
  });

  test('for a name that is listed twice, though its addresses are two', async () => {
    const names = { a: { addresses: ['2001:db8::9', '203.0.113.9'] } };
    const w = world({ names, servers: { '2001:db8::9': honest, '203.0.113.9': honest } });
    const plan = { ...w.options(), plausible: plausibleTimes(RELEASE, false) };
    const ports = { ...w.ports(), precision: w.clock.precision };
    const listed = [server('a', { family: 4 }), server('a', { family: 6 })];
    const sources = await w.run(survey(listed, plan, ports, () => {}, new AbortController().signal));
    expect(sources.map(({ address }) => address?.family)).toEqual([4, 6]);
    const { servers: reports } = assess(sources, rules, w.clock.monotonic());
    expect(reports.map(({ verdict }) => verdict.kind)).toEqual(['system-peer', 'duplicate']);
  });
});

describe('servers without a usable answer', () => {
  test('one whose root distance is over MAXDIST is too far, however small its offset', async () => {
    const far: SimulatedServer = { says: { rootDelay: 2, rootDispersion: 1 } };
    const assessment = agreed(await judge({ a: far, b: honest }));
    expect(verdictsOf(assessment)).toEqual(['too-far', 'system-peer']);
    expect(await judge({ a: far })).toMatchObject({ reason: { kind: 'none-passed' } });
  });

  const later = ({ reply }: Exchange, seconds: bigint): Partial<Packet> => {
    const { receive, transmit } = decodePacket(reply())!;
    const shifted = (bits: bigint) => ntpTimestampOf(bits + (seconds << 32n));
    return { receive: shifted(receive), transmit: shifted(transmit) };
  };

  test.each<[verdict: object, server: SimulatedServer]>([
    [{ kind: 'no-reply' }, { fault: 'silent' }],
    [{ kind: 'unreachable' }, { fault: 'refuses' }],
    [{ kind: 'unreachable', message: 'no route to 203.0.113.1' }, { fault: 'no-route' }],
    [{ kind: 'kissed', kiss: { code: 'DENY' } }, { answers: kissAfter(0, 'DENY') }],
    [{ kind: 'dropped', rejection: { test: '6' } }, { says: { stratum: 16, leap: 3 } }],
    [{ kind: 'dropped', rejection: { kind: 'implausible-time' } }, { offset: -3e8 }],
    [
      { kind: 'dropped', rejection: { test: '2' } },
      { answers: ({ reply, request }) => [{ bytes: reply(otherNonce(request)) }] },
    ],
    [
      { kind: 'dropped', rejection: { test: '7' } },
      {
        says: { precision: 100 },
        answers: ({ reply, request }) => [{ bytes: reply(otherNonce(request)) }, { bytes: reply() }],
      },
    ],
    [
      { kind: 'inconsistent' },
      { answers: exchange => [{ bytes: exchange.reply(exchange.number > 2 ? later(exchange, 2n) : {}) }] },
    ],
  ])('%j', async (verdict, a) => {
    const alone = await judge({ a });
    expect(alone.kind).toBe('no-suitable-server');
    expect(alone.servers[0]).toMatchObject({ verdict });
    const { servers, estimate } = agreed(await judge({ a, b: honest }));
    expect(servers[0]).toMatchObject({ verdict });
    expect(servers[1]!.verdict.kind).toBe('system-peer');
    expect(estimate.offset).toBeCloseTo(0, 6);
  });

  test('a name that does not resolve', async () => {
    const { servers } = await judge({ a: honest }, { setup: { names: { gone: { fails: 'not-found' } } } });
    expect(servers[0]!.verdict).toEqual({
      kind: 'not-resolved',
      cause: 'not-found',
      message: 'gone does not resolve',
    });
  });

  test('a server that was kissed after it had answered is used', async () => {
    const { servers } = agreed(await judge({ a: { answers: kissAfter(2, 'DENY') } }));
    expect(servers[0]).toMatchObject({ verdict: { kind: 'system-peer' }, burst: { kiss: { code: 'DENY' } } });
  });

  test('the result says whether any server answered', async () => {
    const none = { kind: 'no-suitable-server', reason: { kind: 'none-answered' } };
    expect(await judge({})).toMatchObject(none);
    expect(await judge({ a: { fault: 'silent' }, b: { fault: 'no-route' } })).toMatchObject(none);
    expect(await judge({ a: { fault: 'silent' }, b: { says: { leap: 3 } } })).toMatchObject({
      kind: 'no-suitable-server',
      reason: { kind: 'none-passed' },
    });
  });
});

test('an estimate grows worse by 515 µs a second while the others are waited for, by 15 where the rate is known', async () => {
  const growth = async (rules: Terms) => {
    const bound = async (waiting: number) =>
      agreed(await judge({ a: honest }, { ...rules, waiting })).estimate.rootDistance;
    return (await bound(10)) - (await bound(0));
  };
  expect(await growth({})).toBeCloseTo(5150e-6, 4);
  expect(await growth({ rate: { rate: 0, uncertainty: 0 } })).toBeCloseTo(150e-6, 8);
});

test.each([
  [0.5, 0.5],
  [5, 1],
])(
  'a slew in progress adds what it may move the clock by in a second: after %d s that of %d s',
  async (waiting, seconds) => {
    const w = world({ servers: { a: honest } });
    const plan = { ...w.options({ samples: 1 }), plausible: plausibleTimes(RELEASE, false) };
    const ports = { ...w.ports(), precision: w.clock.precision };
    const asked = survey(plan.servers, plan, ports, () => {}, new AbortController().signal);
    const sources = await w.run(asked);
    await w.run(new Promise<void>(resolve => w.at(w.now() + waiting, resolve)));
    const bound = (slewRate: number) =>
      agreed(assess(sources, { ...rules, slewRate }, w.clock.monotonic())).estimate.rootDistance;
    expect(bound(500e-6) - bound(0)).toBeCloseTo(500e-6 * seconds, 7);
    expect(bound(-500e-6) - bound(0)).toBeCloseTo(500e-6 * seconds, 7);
  },
);

test('what is added for waiting makes no server too far: only what it claims does', async () => {
  const claims: SimulatedServer = { says: { rootDispersion: 1.48 } };
  const { estimate } = agreed(await judge({ a: claims }, { waiting: 60 }));
  expect(estimate.rootDistance).toBeGreaterThan(MAXDIST);
});

test('the estimator is the one asked for', async () => {
  const uneven: SimulatedServer = { jitter: 0.02 };
  const paired = agreed(await judge({ a: uneven }, { setup: { seed: 4 } }));
  const least = agreed(await judge({ a: uneven }, { setup: { seed: 4 }, estimator: 'least-delay' }));
  const { samples } = least.servers[0]!.burst!;
  expect(least.estimate.offset).toBeCloseTo(samples.toSorted((a, b) => a.delay - b.delay)[0]!.offset, 8);
  expect(paired.servers[0]!.estimate!.delay).toBeLessThan(least.servers[0]!.estimate!.delay);
});

describe('authenticated servers', () => {
  const crowd = { a: honest, b: ahead, c: ahead, d: ahead };

  test('are not outvoted by any number of others, which are only measured', async () => {
    const assessment = agreed(await judge(crowd, { authenticated: ['a'] }));
    expect(verdictsOf(assessment)).toEqual(['system-peer', ...Array(3).fill('unauthenticated')]);
    expect(assessment.estimate.offset).toBeCloseTo(0, 6);
    expect(assessment.servers[1]!.estimate!.offset).toBeCloseTo(1, 6);
  });

  test('are outvoted by each other', async () => {
    const assessment = agreed(await judge({ ...crowd, e: honest }, { authenticated: ['a', 'b', 'e'] }));
    expect(verdictsOf(assessment).filter(verdict => verdict === 'falseticker')).toHaveLength(1);
    expect(assessment.servers[1]!.verdict.kind).toBe('falseticker');
  });

  test('have one vote each, however often they are named', async () => {
    const terms = { authenticated: ['a', 'b', 'c'], twice: ['a', 'c'] } as const;
    const assessment = agreed(await judge({ a: honest, b: honest, c: ahead }, terms));
    expect(verdictsOf(assessment).toSorted()).toEqual([
      'duplicate',
      'duplicate',
      'falseticker',
      'survivor',
      'system-peer',
    ]);
    expect(assessment.servers[1]).toMatchObject({
      authentication: { id: 2 },
      verdict: { kind: 'duplicate' },
      estimate: {},
    });
    expect(assessment.estimate.offset).toBeCloseTo(0, 6);
  });

  test('that are named twice are not two for the least number', async () => {
    const terms = { authenticated: ['a'], twice: ['a'], minServers: 2 } as const;
    expect(await judge({ a: honest }, terms)).toMatchObject({ reason: { kind: 'too-few', truechimers: 1 } });
  });

  test('alone count for the least number', async () => {
    expect(await judge(crowd, { authenticated: ['a'], minServers: 2 })).toMatchObject({
      reason: { kind: 'too-few', truechimers: 1, wanted: 2 },
    });
  });

  test('that give nothing do not leave the word to the others', async () => {
    const assessment = await judge({ a: { fault: 'silent' }, b: honest }, { authenticated: ['a'] });
    expect(assessment).toMatchObject({ reason: { kind: 'none-authenticated' } });
    expect(verdictsOf(assessment)).toEqual(['no-reply', 'unauthenticated']);
  });

  test('that are not to be selected do not silence the others', async () => {
    const terms = { authenticated: ['a'], marks: { a: { noselect: true } } } as const;
    expect(verdictsOf(agreed(await judge({ a: honest, b: honest }, terms)))).toEqual([
      'noselect',
      'system-peer',
    ]);
  });

  test('without keys are named so', () => {
    const error = new NtsError('certificate-name', 'it is for another');
    const source = { server: server('a', { nts: true }), error, authentication: { kind: 'nts' } } as const;
    expect(assess([source], rules, world({ servers: {} }).clock.monotonic())).toMatchObject({
      reason: { kind: 'none-authenticated' },
      servers: [{ verdict: { kind: 'no-keys', message: 'it is for another' } }],
    });
  });

  test('that do not answer, with no other server beside them, did not answer', async () => {
    expect(await judge({ a: { fault: 'silent' } }, { authenticated: ['a'] })).toMatchObject({
      reason: { kind: 'none-answered' },
    });
  });
});
