// The rules of dependency, checked by reading the import lines of src/:
//
//   bin → cli → verbs (sync.ts …) → pipeline → net → sources → ntp
//                     check.ts → pipeline → fleet → ntp
//                     schedule.ts → schedule → ntp
//                     machine.ts → { net, host → clock, schedule }      report → verbs, pipeline      host → pipeline/ports.ts
//
// ntp/ and fleet/ are pure · net/ and clock/ do not know each other · of sources/, net/ and fleet/ know the server alone · machine.ts alone opens the
// real world · only cli/ prints, colors, reads argv or env, or exits · only pipeline/apply.ts moves the clock · a command
// imports its verb, machine.ts, arguments/, report/ and process/, and nothing below · there are no cycles, no two names alike, and
// no files for odds and ends.
// At the end, each rule is shown to catch what it is there for.

import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/** Paths below src/ with the text of each file. */
type Sources = ReadonlyMap<string, string>;

/** What each folder may import; '' is src/ itself, and anything that is not named there goes by its rules. */
const REACHES: Readonly<Record<string, readonly string[]>> = {
  ntp: ['ntp'],
  sources: ['sources', 'ntp'],
  fleet: ['fleet', 'sources', 'ntp'],
  net: ['net', 'sources', 'ntp'],
  clock: ['clock', 'ntp'],
  schedule: ['schedule', 'ntp'],
  host: ['host', 'schedule', 'pipeline', 'clock', 'net', 'sources', 'ntp'],
  pipeline: ['pipeline', 'fleet', 'net', 'sources', 'clock', 'ntp'],
  options: ['options', '', 'pipeline', 'fleet', 'sources', 'ntp'],
  report: ['report', '', 'schedule', 'pipeline', 'fleet', 'net', 'sources', 'clock', 'ntp'],
  library: ['library', '', 'options', 'report', 'pipeline', 'fleet', 'net', 'sources', 'clock', 'ntp'],
  '': [
    '',
    'schedule',
    'library',
    'options',
    'report',
    'pipeline',
    'fleet',
    'host',
    'net',
    'sources',
    'clock',
    'ntp',
    '..',
  ],
  cli: ['cli', 'options', 'report', 'pipeline', 'fleet', 'host', 'sources', '', 'net', 'clock', 'ntp', '..'],
};

/** Folders without Node, clock and network. */
const PURE = ['ntp', 'fleet'];

/** npm packages, and where they belong. */
const PACKAGES: Readonly<Record<string, RegExp>> = {
  koffi: /^(net|clock|host)\/|^cli\/process\/force-exit\.ts$/,
  '@noble/ciphers': /^ntp\/(auth|nts)\//,
  '@noble/hashes': /^ntp\/(auth|nts)\//,
  yargs: /^cli\//,
  chalk: /^cli\//,
  ora: /^cli\//,
  'cli-table3': /^cli\//,
  'string-width': /^cli\//,
};

/** What the story is told with; what it must not reach, directly or through others, are the real ports. */
const STORY = [
  'sync.ts',
  'status.ts',
  'rtc.ts',
  'schedule.ts',
  'drift.ts',
  'floor.ts',
  'wait.ts',
  'check.ts',
  'pipeline/check-reference.ts',
  'pipeline/read-targets.ts',
  'pipeline/read-otherwise.ts',
  'pipeline/target-finding.ts',
  'pipeline/measure.ts',
  'pipeline/assess.ts',
  'pipeline/voters.ts',
  'pipeline/apply.ts',
  'pipeline/plan-drift.ts',
  'pipeline/finish.ts',
  'pipeline/judge.ts',
  'pipeline/machine-drift.ts',
  'pipeline/ports.ts',
  'pipeline/recall-drift.ts',
  'pipeline/outcome.ts',
];
const isRealPort = (path: string) =>
  ['net/udp.ts', 'net/unconnected.ts', 'net/http-date.ts', 'net/kernel-socket.ts', 'machine.ts'].includes(
    path,
  ) ||
  (path.startsWith('clock/') && !['clock/clock.ts', 'clock/hardware-clock.ts'].includes(path)) ||
  path.startsWith('host/') ||
  path.startsWith('cli/');

/** Facts of the machine and the process that all but the pure folders may ask for; not argv, env, stdout or exit. */
const PROCESS_FACTS = ['arch', 'execPath', 'geteuid', 'getuid', 'hrtime', 'pid', 'platform'];

/** The library's edge also looks where the user's folders are. */
const LIBRARY_FACTS = [...PROCESS_FACTS, 'env'];

/** Who holds the clock's rate lets it go when the process ends. */
const HOLDER_FACTS = [...PROCESS_FACTS, 'off', 'once'];

/** What opens the real world, and is opened by machine.ts alone. */
const DOORS = [
  'clock/index.ts',
  'clock/rtc/device.ts',
  'net/udp.ts',
  'net/unconnected.ts',
  'net/http-date.ts',
  'host/lock.ts',
  'host/log/index.ts',
  'host/memory.ts',
  'host/services.ts',
  'host/ssh-date.ts',
  'host/scheduler-host.ts',
  'host/scheduled-files.ts',
];

/** What a command may import: verbs (files of src/ itself), the words of reports, the tables, and what is the command line's own. */
const COMMANDS_REACH = /^(?!index\.ts)[\w-]+\.ts$|^report\/|^options\/|^cli\//;

const ODDS_AND_ENDS = /(^|\/)(utils?|helpers?|types?|constants?|common|misc)(\/|\.ts$)/;

const FACTS_OF: Readonly<Record<string, readonly string[]>> = {
  'library/check-fleet.ts': LIBRARY_FACTS,
  'library/run.ts': LIBRARY_FACTS,
  'library/this-machine.ts': LIBRARY_FACTS,
  'clock/windows/held-slew.ts': HOLDER_FACTS,
};

function violationsOf(sources: Sources): readonly string[] {
  const each = [...sources].flatMap(([path, text]) => {
    const code = withoutComments(text);
    return [
      ...(ODDS_AND_ENDS.test(path) ? [`${path}: a file for odds and ends`] : []),
      ...importsOf(code).flatMap(specifier => importViolations(path, specifier)),
      ...(path.startsWith('cli/') ? [] : edgeViolations(path, code)),
      ...doorViolations(path, code),
      ...roomViolations(path, code),
    ];
  });
  const graph = graphOf(sources);
  return [
    ...each,
    ...STORY.flatMap(path => portViolations(path, graph)),
    ...cyclesOf(graph),
    ...namesakesOf(sources),
  ];
}

/** Comments that begin a line or follow a space; enough for this code, and it leaves URLs and globs alone. */
function withoutComments(text: string): string {
  return text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** The specifiers of all imports and re-exports, of types too; `?` for one that is computed. */
function importsOf(code: string): readonly string[] {
  // At the start of a line: 'import' is also a word of the command line.
  const statements = code.matchAll(/^(?:import|export)\b(?:[^'"`;=()]*?\bfrom)?\s*['"]([^'"]+)['"]/gm);
  const calls = code.matchAll(/\b(?:import|require)\(\s*(?:['"]([^'"]+)['"])?/g);
  return [...statements, ...calls].map(([, specifier]) => specifier ?? '?');
}

function importViolations(path: string, specifier: string): readonly string[] {
  const from = folderOf(path);
  if (specifier.startsWith('.')) {
    const target = targetOf(path, specifier);
    const to = folderOf(target);
    const reaches = REACHES[from] ?? REACHES['']!;
    const aList =
      ['net', 'pipeline', 'fleet'].includes(from) && to === 'sources' && target !== 'sources/server.ts';
    return to === from || (reaches.includes(to) && !aList)
      ? []
      : [`${path}: ${from || 'src'}/ imports ${specifier}`];
  }
  if (specifier.startsWith('node:'))
    return PURE.includes(from) ? [`${path}: ${from}/ imports ${specifier}`] : [];
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  return PACKAGES[name]?.test(path) ? [] : [`${path}: the package ${specifier} does not belong here`];
}

/** Uses of `process` and `console` that only the edge may make. */
function edgeViolations(path: string, code: string): readonly string[] {
  const facts = PURE.includes(folderOf(path)) ? [] : (FACTS_OF[path] ?? PROCESS_FACTS);
  const members = [...code.matchAll(/(?<![\w.'"-])(process|console)(?:\?\.|\.|\[['"])(\w+)/g)];
  const whole = [
    ...code.matchAll(
      /(?:[=(,]|\bglobalThis\.)\s*(process|console)\s*(?=[;,)])|['"]node:(process|console)['"]/g,
    ),
  ];
  return [
    ...members
      .filter(([, object, member]) => object !== 'process' || !facts.includes(member!))
      .map(([use]) => `${path}: uses ${use}`),
    ...whole.map(([use]) => `${path}: uses ${use}`),
  ];
}

/** Whatever moves the clock goes through the one door, with its limits, competitors, lock and memory. */
function doorViolations(path: string, code: string): readonly string[] {
  if (path === 'pipeline/apply.ts' || path.startsWith('clock/')) return [];
  return [...code.matchAll(/[\w$]*\??\.(?:step|slew|setFrequency)(?:\?\.)?\(/g)].map(
    ([call]) => `${path}: calls ${call} beside pipeline/apply.ts`,
  );
}

/** Imports that a folder as a whole may make, and this file may not. */
function roomViolations(path: string, code: string): readonly string[] {
  const targets = importsOf(code)
    .filter(specifier => specifier.startsWith('.'))
    .map(specifier => targetOf(path, specifier));
  const opened = path === 'machine.ts' ? [] : targets.filter(target => DOORS.includes(target));
  const below = path.startsWith('cli/commands/')
    ? targets.filter(target => !COMMANDS_REACH.test(target))
    : [];
  return [
    // A door's own parts may know its types.
    ...opened
      .filter(target => folderOf(target) !== folderOf(path))
      .map(target => `${path}: opens ${target} beside machine.ts`),
    ...below.map(target => `${path}: a command imports ${target}`),
  ];
}

/** Names that stand for two things: exports of two files, and files. The library and the commands are named after the verbs. */
function namesakesOf(sources: Sources): readonly string[] {
  const exported = new Map<string, string[]>();
  const files = new Map<string, string[]>();
  const file = (map: Map<string, string[]>, name: string, path: string) =>
    map.set(name, [...(map.get(name) ?? []), path]);
  for (const [path, text] of sources) {
    if (!path.startsWith('library/'))
      for (const name of exportsOf(withoutComments(text))) file(exported, name, path);
    const name = posix.basename(path);
    if (name !== 'index.ts' && !path.startsWith('cli/commands/')) file(files, name, path);
  }
  return [...exported, ...files]
    .filter(([, paths]) => paths.length > 1)
    .map(([name, paths]) => `${name} is the name of two things: ${paths.join(', ')}`);
}

/** The names that a file declares and exports, an overloaded one once. */
function exportsOf(code: string): readonly string[] {
  const declared =
    /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm;
  return [...new Set([...code.matchAll(declared)].map(([, name]) => name!))];
}

/** Each file with the files that it imports. */
type Graph = ReadonlyMap<string, readonly string[]>;

function graphOf(sources: Sources): Graph {
  return new Map(
    [...sources].map(([path, text]) => {
      const relative = importsOf(withoutComments(text)).filter(specifier => specifier.startsWith('.'));
      return [path, relative.map(specifier => targetOf(path, specifier))];
    }),
  );
}

function portViolations(start: string, graph: Graph): readonly string[] {
  const seen = new Set([start]);
  for (const path of seen) for (const next of graph.get(path) ?? []) seen.add(next);
  return [...seen].filter(isRealPort).map(port => `${start}: reaches the real port ${port}`);
}

/** Every way that comes back to where it was, once for each file that closes one. */
function cyclesOf(graph: Graph): readonly string[] {
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): readonly string[] => {
    if (way.includes(path)) return [`cycle: ${[...way.slice(way.indexOf(path)), path].join(' → ')}`];
    if (done.has(path)) return [];
    const found = (graph.get(path) ?? []).flatMap(next => walk(next, [...way, path]));
    done.add(path);
    return found;
  };
  return [...graph.keys()].flatMap(path => walk(path, []));
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : '';
}

function targetOf(path: string, specifier: string): string {
  return posix.join(posix.dirname(path), specifier);
}

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

function readSources(): Sources {
  const found = readdirSync(SRC, { encoding: 'utf8', recursive: true }).filter(path => path.endsWith('.ts'));
  return new Map(found.map(path => [path.replaceAll('\\', '/'), readFileSync(`${SRC}${path}`, 'utf8')]));
}

test('src/ keeps the rules', () => {
  const sources = readSources();
  expect([...sources.keys()]).toEqual(
    expect.arrayContaining([...STORY, 'ntp/time.ts', 'net/udp.ts', 'clock/linux.ts']),
  );
  expect(violationsOf(sources)).toEqual([]);
});

test.each(['ntp/auth/key.ts', 'ntp/nts/fields.ts'])(
  '%s compares what must stay unguessed in constant time',
  path => {
    const code = withoutComments(readSources().get(path)!);
    expect(code).toContain('equalBytes(');
    expect(code).not.toMatch(
      /(digest|expected|uniqueId)\b[^;\n]*[!=]==|[!=]==[^;\n]*(digest|expected|uniqueId)\b/i,
    );
  },
);

test('the import lines are read', () => {
  const graph = graphOf(readSources());
  expect(graph.get('ntp/sample.ts')).toEqual([
    'ntp/offset.ts',
    'ntp/packet.ts',
    'ntp/plausible.ts',
    'ntp/reply-tests.ts',
    'ntp/time.ts',
  ]);
  expect(graph.get('pipeline/assess.ts')).toEqual(
    expect.arrayContaining(['ntp/select.ts', 'pipeline/outcome.ts']),
  );
  const code = `import 'a';\nimport b from "b";\nexport * from 'c';\nimport type {\n  D,\n} from 'd';\nawait import('e');
    import(name);\nconst f: typeof import('f') = require('g');\nexport const h = Array.from('h');\nlog("from 'i'");`;
  expect(importsOf(code).toSorted()).toEqual(['?', 'a', 'b', 'c', 'd', 'e', 'f', 'g']);
});

describe('a breach is caught', () => {
  const clean: readonly [string, string][] = [
    ['ntp/time.ts', "// import 'node:fs' and console.log() are only words here\nexport const PHI = 15e-6;"],
    ['ntp/auth/siv.ts', "import { aessiv } from '@noble/ciphers/aes.js';\nimport { PHI } from '../time.ts';"],
    [
      'net/survey.ts',
      "import type { Address } from './transport.ts';\nimport { PHI } from '../ntp/time.ts';",
    ],
    ['net/transport.ts', "import { isIP } from 'node:net';"],
    ['net/udp.ts', "import koffi from 'koffi';\nconst now = process.hrtime.bigint();"],
    ['clock/clock.ts', "import type { UnixTime } from '../ntp/time.ts';"],
    [
      'clock/linux.ts',
      "import { Clock } from './clock.ts';\nif (process.platform !== 'linux') throw new Error('a process. ');",
    ],
    ['sync.ts', "import { survey } from './net/survey.ts';\nimport type { Clock } from './clock/clock.ts';"],
    [
      'cli/main.ts',
      "import yargs from 'yargs/helpers';\nimport { open } from '../clock/linux.ts';\nconsole.log(process.env);",
    ],
  ];

  test('clean files have no breach', () => {
    expect(violationsOf(new Map(clean))).toEqual([]);
  });

  test.each([
    ['ntp/a.ts', "import { randomBytes } from 'node:crypto';", /ntp\/ imports node:crypto/],
    ['fleet/a.ts', "import { readFileSync } from 'node:fs';", /fleet\/ imports node:fs/],
    ['fleet/a.ts', "import { survey } from '../net/survey.ts';", /fleet\/ imports \.\.\/net/],
    ['fleet/a.ts', "import { parse } from '../sources/read.ts';", /fleet\/ imports \.\.\/sources/],
    ['fleet/a.ts', 'const { pid } = process;', /uses = process/],
    ['check.ts', "import { open } from './net/unconnected.ts';", /check\.ts: opens net\/unconnected\.ts/],
    ['ntp/a.ts', "import type { Clock } from '../clock/clock.ts';", /ntp\/ imports \.\.\/clock/],
    ['ntp/a.ts', "export * from '../net/transport.ts';", /ntp\/ imports \.\.\/net/],
    ['ntp/a.ts', "import { siv } from '@noble/ciphers/aes.js';", /@noble\/ciphers\/aes\.js does not belong/],
    ['ntp/a.ts', "const fs = await import('fs');", /package fs does not belong/],
    ['ntp/a.ts', 'const t = process.hrtime();', /uses process\.hrtime/],
    ['net/a.ts', "import { open } from '../clock/linux.ts';", /net\/ imports \.\.\/clock/],
    ['net/a.ts', "import { sync } from '../sync.ts';", /net\/ imports \.\.\/sync/],
    ['net/a.ts', "import chalk from 'chalk';", /chalk does not belong/],
    ['clock/a.ts', "import type { Address } from '../net/transport.ts';", /clock\/ imports \.\.\/net/],
    ['sources/a.ts', "import type { Clock } from '../clock/clock.ts';", /sources\/ imports \.\.\/clock/],
    ['net/a.ts', "import { parseServerList } from '../sources/read.ts';", /net\/ imports \.\.\/sources/],
    ['pipeline/assess.ts', "import { parse } from '../sources/read.ts';", /pipeline\/ imports \.\.\/sources/],
    ['clock/a.ts', 'process.exit(1);', /uses process\.exit/],
    ['clock/a.ts', "const home = process['env'].HOME;", /uses process\['env/],
    ['clock/a.ts', 'const { env } = process;', /uses = process/],
    ['clock/a.ts', "import { argv } from 'node:process';", /node:process/],
    ['clock/a.ts', 'await import(name);', /package \? does not belong/],
    [
      'pipeline/assess.ts',
      "import { udp } from '../net/udp.ts';",
      /assess\.ts: reaches the real port net\/udp/,
    ],
    [
      'pipeline/outcome.ts',
      "import type { Linux } from '../clock/linux.ts';",
      /reaches the real port clock\/linux/,
    ],
    ['net/survey.ts', "import { udp } from './udp.ts';", /sync\.ts: reaches the real port net\/udp/],
    ['rtc.ts', "import { print } from './cli/main.ts';", /src\/ imports \.\/cli/],
    ['pipeline/assess.ts', "console.warn('no');", /uses console\.warn/],
    ['cli/main.ts', 'clock.step(offset);', /calls clock\.step\( beside pipeline\/apply\.ts/],
    ['pipeline/finish.ts', 'slew?.step(offset);', /calls slew\?\.step\( beside/],
    ['net/a.ts', 'machine.clock.slew(offset);', /calls clock\.slew\( beside pipeline\/apply\.ts/],
    ['index.ts', 'real.setFrequency(ppm);', /calls real\.setFrequency\( beside pipeline\/apply\.ts/],
    [
      'index.ts',
      "import { openClock } from './clock/index.ts';",
      /index\.ts: opens clock\/index\.ts beside machine\.ts/,
    ],
    ['cli/a.ts', "import { udp } from '../net/udp.ts';", /opens net\/udp\.ts beside machine\.ts/],
    ['status.ts', "import { lock } from './host/lock.ts';", /opens host\/lock\.ts beside machine\.ts/],
    [
      'cli/commands/sync.ts',
      "import type { Packet } from '../../ntp/packet.ts';",
      /a command imports ntp\/packet\.ts/,
    ],
    ['cli/commands/rtc.ts', "import { apply } from '../../pipeline/apply.ts';", /a command imports pipeline/],
    ['cli/commands/rtc.ts', "import { rtc } from '../../index.ts';", /a command imports index\.ts/],
    ['net/a.ts', 'export type PHI = number;', /PHI is the name of two things: ntp\/time\.ts, net\/a\.ts/],
    ['net/time.ts', '', /time\.ts is the name of two things: ntp\/time\.ts, net\/time\.ts/],
    ['index.ts', "import yargs from 'yargs';", /yargs does not belong/],
    ['ntp/utils.ts', '', /odds and ends/],
    ['net/types/address.ts', '', /odds and ends/],
    ['clock/constants.ts', '', /odds and ends/],
    [
      'ntp/time.ts',
      "import type { Siv } from './auth/siv.ts';",
      /cycle: ntp\/time\.ts → ntp\/auth\/siv\.ts → ntp\/time\.ts/,
    ],
  ])('%s: %s', (path, text, expected) => {
    expect(violationsOf(new Map([...clean, [path, text]])).join('\n')).toMatch(expected);
  });
});
