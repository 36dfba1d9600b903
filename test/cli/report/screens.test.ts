// Whole screens of real outcomes, at the widths that terminals have: every reason in full, nothing cut, no line too wide,
// no control character but those of colors.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cellsOf, columnsFor } from '../../../src/cli/report/columns.ts';
import { tableText } from '../../../src/cli/report/table.ts';
import { breakWord } from '../../../src/cli/report/wrap.ts';
import type { Outcome } from '../../../src/pipeline/outcome.ts';
import { namesOf } from '../../../src/report/labels.ts';
import { noteOf } from '../../../src/report/note.ts';
import { fullReasonOf } from '../../../src/report/reason.ts';
import { summaryOf } from '../../../src/report/summary.ts';
import { plain } from '../../support/terminal.ts';
import { kiss, refid, type SimulatedServer } from '../../support/world/server.ts';
import { server, type WorldSetup, world } from '../../support/world.ts';

const WIDTHS = [40, 80, 120] as const;

const trouble: Readonly<Record<string, SimulatedServer>> = {
  '192.0.2.1': { delay: 0.002 },
  'ntp2.example.org': { delay: 0.004, says: { stratum: 2, refid: 0xc633_6401 } },
  '192.0.2.3': { offset: 1 },
  'unset.example.org': { says: { leap: 3, stratum: 16, refid: refid('INIT') } },
  '192.0.2.5': { fault: 'refuses' },
  '192.0.2.6': { fault: 'no-route' },
  'quiet.example.org': { fault: 'silent' },
  '2001:db8:1234:5678:9abc:def0:1234:5678': { fault: 'silent' },
  '192.0.2.9': { answers: ({ reply }) => [{ bytes: reply(kiss('RATE')) }] },
  '192.0.2.10': { answers: ({ reply }) => [{ bytes: reply(kiss('DENY')) }] },
  'far.away.department.of.a.large.university.example.org': { delay: 0.2, says: { rootDispersion: 3 } },
  'old.example.org': { offset: -2e9 },
};

const screens: Readonly<Record<string, () => Promise<Outcome>>> = {
  'servers in every sort of trouble': () =>
    world({
      behind: 0.0004,
      servers: trouble,
      names: { 'nope.example.org': { fails: 'not-found' }, 'later.example.org': { fails: 'temporary' } },
    }).query(),
  'a disagreement': () =>
    world({
      servers: {
        '10.1.0.1': { offset: 0.03 },
        '10.1.0.2': { offset: 0.03 },
        '10.1.0.3': { offset: 5 },
        '10.1.0.4': { offset: -3 },
      },
    }).sync(),
  'no server at all': () => world({ servers: { a: { fault: 'silent' }, b: { fault: 'silent' } } }).query(),
  'a refusal': () => world({ setSinceBoot: true, servers: { a: { offset: 5000 } } }).sync(),
  'a step': () => world({ behind: 2000, servers: { a: {}, b: {} } }).sync(),
  'a missing right': () => world({ behind: 2, refusesWith: 'not-permitted', servers: { a: {} } }).sync(),
  'too few': () => world({ servers: { a: {}, b: {} } }).query({ minServers: 3 }),
  'a list that says noselect': () => {
    const w = world({ servers: { a: {}, b: {} } });
    return w.query({ servers: [server('a'), server('b', { noselect: true }), server('a')] });
  },
};

const lines = (text: string) => text.replace(/\n$/, '').split('\n');

/** A screen as one line of words: what was wrapped or broken is whole again. */
const unwrapped = (text: string) => plain(text).replace(/\s+/g, '');

/** What stands in the column of names, as one text: broken names are whole again. */
function remoteColumn(shown: readonly string[], outcome: Outcome, width: number, verbose: boolean): string {
  const remote = columnsFor(cellsOf(outcome.servers, outcome, verbose), width).find(
    ({ key }) => key === 'remote',
  );
  const pieces = outcome.servers
    .map(namesOf(outcome.servers))
    .flatMap(title => breakWord(title, remote!.limit!, 1).map(({ length }) => length));
  const end = 3 + Math.max('remote'.length, ...pieces);
  return shown.map(line => line.slice(3, end).trim()).join('');
}

function expectWhole(text: string, outcome: Outcome, width: number, verbose: boolean): void {
  const shown = plain(text);
  expect(lines(shown).filter(line => line.length > width)).toEqual([]);
  expect(lines(shown).filter(line => /\s$/.test(line))).toEqual([]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none is what must be there
  expect(shown).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]/);
  expect(shown).not.toContain('…');
  const all = unwrapped(text);
  const summary = summaryOf(outcome);
  expect(all).toContain(summary.replace(/\s+/g, ''));
  const titleOf = namesOf(outcome.servers);
  const names = remoteColumn(lines(shown), outcome, width, verbose);
  for (const report of outcome.servers) {
    const reason = fullReasonOf(report, outcome);
    const isNote = reason === noteOf(report, outcome);
    const isSummary = report.verdict.kind === 'undecided' || summary.endsWith(`: ${reason}.`);
    if (!isNote && !isSummary) expect(all).toContain(reason.replace(/\s+/g, ''));
    expect(names).toContain(titleOf(report));
  }
}

describe.each(Object.entries(screens))('%s', (_, made) => {
  describe.each(WIDTHS)('%i columns', width => {
    test.each([
      [0, false],
      [1, false],
      [3, true],
      [0, true],
    ] as const)('colors %i, -v %s: all reasons, no line too wide', async (colors, verbose) => {
      const outcome = await made();
      const text = tableText(outcome, { terminal: { colors, width }, verbose });
      expectWhole(text, outcome, width, verbose);
      expect(text.includes('\x1b')).toBe(colors > 0);
    });
  });
});

test('80 columns: a falseticker, a refused one, an unsynchronized one, an unknown name', async () => {
  const outcome = await world({
    behind: 0.0004,
    servers: {
      'ntp1.example.org': { delay: 0.002 },
      '192.0.2.2': { delay: 0.002 },
      '192.0.2.3': { offset: 1 },
      'unset.example.org': { says: { leap: 3, stratum: 16, refid: refid('INIT') } },
      '192.0.2.5': { fault: 'refuses' },
    },
    names: { 'nope.example.org': { fails: 'not-found' } },
  }).query();
  expect(lines(tableText(outcome, { terminal: { colors: 0, width: 80 }, verbose: false }))).toEqual([
    '   remote             refid   st     delay     offset  reach  note',
    '?  nope.example.org                                           unknown name',
    '*  ntp1.example.org   .GPS.    1   4.00 ms  +0.400 ms    4/4',
    '+  192.0.2.2          .GPS.    1   4.00 ms  +0.400 ms    4/4',
    'x  192.0.2.3          .GPS.    1  20.00 ms   +1.000 s    4/4  falseticker',
    '?  unset.example.org  .INIT.  16  20.00 ms  +0.400 ms    3/4  unsynchronized',
    '?  192.0.2.5                                             0/2  refused',
    '',
    'nope.example.org: nope.example.org does not resolve',
    '192.0.2.3: falseticker: the majority contradicts it (its offset is +1.000 s',
    '    ± 10.21 ms, theirs +0.400 ms)',
    'unset.example.org: server dropped: strata too high (not synchronized yet:',
    '    stratum 16, leap 3, .INIT.)',
    '192.0.2.5: no server listens there',
    '',
    'This clock is right to within 2.61 ms (+0.400 ms ± 2.21 ms; 2 of 3 servers',
    'agree).',
  ]);
});

test('at 40 columns the offset and a whole name stay, and notes where they fit', async () => {
  const outcome = await world({
    servers: { 'ntp.lan': {}, 'ntp2.lan': {}, 'gone.lan': { fault: 'silent' } },
  }).query();
  const [head, , , row] = lines(tableText(outcome, { terminal: { colors: 0, width: 40 }, verbose: false }));
  expect(head).toMatch(/^ {3}remote +st +offset +note$/);
  expect(row).toMatch(/^\? {2}gone\.lan .* no reply$/);
});

test('a column in which nothing stands is not there: auth, version, address, note', async () => {
  const outcome = await world({ servers: { '192.0.2.1': {} } }).query();
  const keys = columnsFor(cellsOf(outcome.servers, outcome, true), undefined).map(({ key }) => key);
  expect(keys).toEqual([
    'tally',
    'remote',
    'refid',
    'stratum',
    'delay',
    'offset',
    'jitter',
    'reach',
    'version',
  ]);
});

test('a name with several addresses: the address tells its rows apart, a name with one keeps its name', async () => {
  const setup: WorldSetup = {
    names: {
      'pool.example': { addresses: ['192.0.2.1', '192.0.2.2'] },
      'one.example': { addresses: ['192.0.2.3'] },
    },
    servers: { '192.0.2.1': {}, '192.0.2.2': {}, '192.0.2.3': {} },
  };
  const w = world(setup);
  const outcome = await w.query({ servers: [server('pool.example', { pool: true }), server('one.example')] });
  const titles = outcome.servers.map(namesOf(outcome.servers));
  expect(titles).toEqual(['192.0.2.1', '192.0.2.2', 'one.example']);
  const text = tableText(outcome, { terminal: { colors: 0, width: 120 }, verbose: true });
  expect(text).toMatch(/one\.example +192\.0\.2\.3/);
});

const name = fc.oneof(
  fc.ipV4().filter(ip => !ip.startsWith('203.0.113.')),
  fc.ipV6().filter(ip => !ip.includes('.')),
  fc.domain(),
);
const simulated = fc.oneof(
  fc.constantFrom<SimulatedServer>(...Object.values(trouble)),
  fc.record({ offset: fc.double({ min: -1e6, max: 1e6, noNaN: true }) }),
  fc.record({ says: fc.record({ refid: fc.integer({ min: 0, max: 2 ** 32 - 1 }), stratum: fc.nat(17) }) }),
);

test('random outcomes at random widths: every reason, no line too wide, no control character', {
  timeout: 120_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.tuple(name, simulated), { minLength: 1, maxLength: 8, selector: ([host]) => host }),
      fc.integer({ min: 40, max: 160 }),
      fc.boolean(),
      fc.double({ min: -1e4, max: 1e4, noNaN: true }),
      async (servers, width, verbose, behind) => {
        const w = world({ behind, servers: Object.fromEntries(servers) });
        const outcome = await w.sync({ samples: 1 });
        expectWhole(tableText(outcome, { terminal: { colors: 0, width }, verbose }), outcome, width, verbose);
      },
    ),
    { numRuns: 60 },
  );
});
