// What the documents say against what the command does: options, commands, exit codes, versions, links, the example, and
// report.schema.json against reports of the real command.

import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClockError, type ClockErrorKind } from '../src/clock/clock.ts';
import { acquireLock } from '../src/host/lock.ts';
import { type Outcome, query, type Unsuitable, type Verdict } from '../src/index.ts';
import type { ResponderOptions } from '../src/net/responder.ts';
import type { RejectionKind } from '../src/ntp/sample.ts';
import { formatInstant } from '../src/ntp/time.ts';
import { flagOf, OPTION_NAMES, OPTION_ROWS } from '../src/options/option-names.ts';
import { GROUPS } from '../src/options/option-row.ts';
import { rangeText } from '../src/options/value.ts';
import { RELEASED, VERSION } from '../src/release.ts';
import { EXIT_CODES, exitCodeOf } from '../src/report/exit-code.ts';
import { jsonText } from '../src/report/json.ts';
import {
  BIN,
  onLinux,
  type Result,
  type Surroundings,
  scratch,
  serve,
  serveSilence,
  start,
  tsntp,
} from './support/command.ts';

const README = readFileSync('README.md', 'utf8');
const README_ZH = readFileSync('README.zh-CN.md', 'utf8');
const OPTIONS = readFileSync('docs/options.md', 'utf8');
const OPTIONS_ZH = readFileSync('docs/options.zh-CN.md', 'utf8');
const CHANGELOG = readFileSync('CHANGELOG.md', 'utf8');
const MAN = readFileSync('man/tsntp.8', 'utf8').replaceAll('\\-', '-').replaceAll('\\(aq', "'");

/** All that is written for readers, but for the manual page. */
const DOCUMENTS: readonly string[] = [
  ...['README.md', 'README.zh-CN.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...readdirSync('docs')
    .filter(file => file.endsWith('.md'))
    .map(file => `docs/${file}`),
];
/** Those that show how the command is called. */
const GUIDES: readonly string[] = DOCUMENTS.filter(file => /^README|^docs\//.test(file));

let commands: readonly string[];
/** The --help of each command, by its name; of the whole under ''. */
let help: ReadonlyMap<string, string> | undefined;

beforeEach(async () => {
  help ??= await readHelp();
});

describe('options', () => {
  it('are found in --help', () => {
    expect(commands).toEqual(expect.arrayContaining(['sync', 'query', 'demo', 'completion']));
    expect(optionsOf('sync')).toEqual(expect.arrayContaining(['-q', '--query', '--step-threshold', '-4']));
    for (const command of commands) expect(optionsOf(command), command).toContain('--help');
  });

  it.each([
    ['man/tsntp.8', MAN],
    ['docs/options.md', optionTable(OPTIONS)],
    ['docs/options.zh-CN.md', optionTable(OPTIONS_ZH)],
  ])('of sync and query are in %s', (_, text) => {
    const options = [...optionsOf('sync'), ...optionsOf('query')];
    expect(options.filter(option => !names(text, option))).toEqual([]);
  });

  it.each([
    ['man/tsntp.8', MAN],
    ['docs/options.md', OPTIONS],
    ['docs/options.zh-CN.md', OPTIONS_ZH],
  ])('of every command are in %s', (_, text) => {
    const options = commands.flatMap(command => optionsOf(command));
    expect(options.filter(option => !names(text, option))).toEqual([]);
  });

  it.each(GUIDES)('that %s names are in --help', file => {
    const known = new Set([...commands.flatMap(optionsOf), '--no-color', '-vv']);
    const named = namedOptions(readFileSync(file, 'utf8'));
    expect(named.filter(option => !known.has(option))).toEqual([]);
  });

  it.each([
    ['README.md', 25],
    ['README.zh-CN.md', 40],
    ['docs/options.md', 60],
    ['docs/options.zh-CN.md', 60],
  ])('are found in %s', (file, least) => {
    expect(namedOptions(readFileSync(file, 'utf8')).length).toBeGreaterThan(least);
  });

  it('that the manual page names are in --help', () => {
    const known = new Set([...commands.flatMap(optionsOf), '--no-color']);
    // Of its own options only, not of `ntpq -p` and the like.
    const named = [...MAN.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([option]) => option);
    expect(named.filter(option => !known.has(option))).toEqual([]);
  });

  it.each([
    ['docs/options.md', OPTIONS],
    ['docs/options.zh-CN.md', OPTIONS_ZH],
  ])('of query have a q, and those that sync lacks are marked with their commands in %s', (_, text) => {
    const rows = optionTable(text).matchAll(/^\| `(?:-\w`, `)?(--[\w-]+).*?` \| ([a-z, ]*?) ?\|/gm);
    const marked = [...rows].map(([, option = '', mark = '']) => [option, mark] as const);
    expect(marked.length).toBeGreaterThan(20);
    const [query, sync] = [optionsOf('query'), optionsOf('sync')];
    for (const [option, mark] of marked) {
      if (mark === 'q') expect(query, option).toContain(option);
      else if (mark === '') expect([sync.includes(option), query.includes(option)]).toEqual([true, false]);
      else for (const command of mark.split(', ')) expect(optionsOf(command), option).toContain(option);
    }
  });

  it('and commands have a place in the manual page', () => {
    for (const command of commands) expect(MAN).toMatch(new RegExp(`^\\.BR? ${command}\\b`, 'm'));
  });
});

describe('the tables of options', () => {
  it('are as the table in src/ has them: npm run documents rewrites them', async () => {
    const script: string = '../scripts/documents.js';
    const { documentFiles, languageOf, withTables }: Documents = await import(script);
    const rows = OPTION_NAMES.map(name => {
      const row = OPTION_ROWS[name];
      return { ...row, name, flag: flagOf(name), range: rangeText(row.value) };
    });
    const blocks = documentFiles().map(file => {
      const text = readFileSync(file, 'utf8');
      expect(withTables(text, rows, GROUPS, languageOf(file)), file).toBe(text);
      return [...text.matchAll(/<!-- (common )?options -->|options begin/g)].map(() => file);
    });
    const files = ['README.md', 'README.zh-CN.md', 'docs/options.md', 'docs/options.zh-CN.md', 'man/tsntp.8'];
    expect(blocks.flat()).toEqual(files);
  });

  it('say what a row says', async () => {
    const script: string = '../scripts/documents.js';
    const { withTables }: Documents = await import(script);
    const row = {
      ...OPTION_ROWS.samples,
      name: 'samples',
      flag: 'samples',
      describe: 'samples',
      range: '1 to 17',
      default: 5,
    };
    const table = withTables('<!-- options -->\n<!-- /options -->', [row], GROUPS);
    expect(table).toContain('| `-p`, `--samples N` | q | samples (1 to 17) | 5 |\n');
    const manual = withTables('.\\" options begin\n.\\" options end', [row], GROUPS);
    expect(manual).toContain(
      '.TP\n.BR \\-p ", " \\-\\-samples " \\fIN\\fR"\nSamples.\nRange: 1 to 17.\nDefault: 5.\nCommands: \\fBsync\\fR, \\fBquery\\fR.\n',
    );
  });
});

describe('exit codes', () => {
  it.each(EXIT_CODES)(
    '%s is in --help, README.md, README.zh-CN.md and man/tsntp.8',
    (code, meaning, then) => {
      expect(help?.get('')?.replaceAll(/\s+/g, ' ')).toContain(` ${code} ${meaning}`);
      expect(README).toContain(`| ${code} | ${meaning} | ${then === '' ? '' : `${then} `}|`);
      expect(README_ZH).toContain(`| ${code} | `);
      expect(MAN).toContain(`.TP\n.B ${code}\n${meaning}\n`);
    },
  );

  it('are no more than those', () => {
    const codes = EXIT_CODES.map(([code]) => code);
    const scripts = section(readFileSync('docs/scripts-and-monitoring.md', 'utf8'), 'Exit codes');
    const chinese = section(README_ZH, '退出码：出了什么事，怎么办');
    for (const text of [section(README, 'Exit codes'), chinese, scripts])
      expect([...text.matchAll(/^\| (\d[^|]*?) \|/gm)].map(([, code]) => code)).toEqual(codes);
    const status = MAN.slice(MAN.indexOf('.SH EXIT STATUS'), MAN.indexOf('.SH ENVIRONMENT'));
    expect([...status.matchAll(/^\.B (.*)$/gm)].map(([, code]) => code)).toEqual(codes);
  });
});

describe('the release', () => {
  const newest = /^## \[(.+)\] - (.+)$/m.exec(CHANGELOG);

  it('has one version', () => {
    expect(newest?.[1]).toBe(VERSION);
    expect(JSON.parse(readFileSync('package.json', 'utf8')).version).toBe(VERSION);
    expect(MAN).toContain(`"tsntp ${VERSION}"`);
    for (const file of GUIDES) {
      const packages = readFileSync(file, 'utf8').match(/tsntp-\d[\w.-]*?\.tgz/g) ?? [];
      expect(packages.length > 0).toBe(/^README|windows|install/.test(file));
      for (const name of packages) expect(name, file).toBe(`tsntp-${VERSION}.tgz`);
    }
  });

  it('has it in the names of its files: npm run documents renames them', async () => {
    const script: string = '../scripts/documents.js';
    const { documentFiles, withVersion }: Documents = await import(script);
    for (const file of documentFiles()) {
      const text = readFileSync(file, 'utf8');
      expect(withVersion(text, VERSION), file).toBe(text);
    }
    const names = 'tsntp-0.1.0-linux-x64.tar.gz tsntp_0.1.0_amd64.deb tsntp-1.0.0-rc.1.tgz ntp-4.2.8';
    expect(withVersion(names, '1.2.3')).toBe(
      'tsntp-1.2.3-linux-x64.tar.gz tsntp_1.2.3_amd64.deb tsntp-1.2.3.tgz ntp-4.2.8',
    );
  });

  it('has one date', () => {
    const date = formatInstant(RELEASED).slice(0, 10);
    expect(newest?.[2]).toBe(date);
    expect(MAN).toContain(`.TH TSNTP 8 "${date}"`);
  });
});

describe('links', () => {
  it.each(DOCUMENTS)('within the package resolve: %s', file => {
    const text = readFileSync(file, 'utf8');
    const links = [...text.matchAll(/(?:\]\(|(?:src|srcset)=")(?!https?:)([^)#"]*)(?:#([^)"]*))?[)"]/g)];
    const broken = links.filter(([, path = '', anchor]) => {
      const target = path === '' ? file : join(dirname(file), path);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it('lead from each README to every document', () => {
    const isPage = (file: string) => /^docs\/(?!options)[^.]*\.md$/.test(file);
    const pages = DOCUMENTS.filter(isPage);
    expect(pages).toContain('docs/install.md');
    for (const text of [README, README_ZH])
      expect(
        [...pages, 'SECURITY.md', 'CONTRIBUTING.md'].filter(file => !text.includes(`](${file}`)),
      ).toEqual([]);
    expect(README).toContain('](docs/options.md)');
    for (const page of ['options', 'install']) expect(README_ZH).toContain(`](docs/${page}.zh-CN.md`);
  });

  it('to the repository have one owner', () => {
    const { homepage, repository, bugs } = JSON.parse(readFileSync('package.json', 'utf8'));
    const texts = [homepage, repository.url, bugs, ...DOCUMENTS.map(file => readFileSync(file, 'utf8'))];
    const owners = texts.flatMap(text =>
      [...text.matchAll(/github\.com\/([^/\s]+)\/tsntp\b/g)].map(([, owner]) => owner),
    );
    expect(new Set(owners).size).toBe(1);
    expect(owners.length).toBeGreaterThan(4);
  });
});

describe('a README', () => {
  it.each(['README.md', 'README.zh-CN.md'])('has at most 200 lines: %s', file => {
    expect(readFileSync(file, 'utf8').trimEnd().split('\n').length).toBeLessThanOrEqual(200);
  });

  it('has pictures of what the command prints', async () => {
    const { stdout } = await tsntp(['demo']);
    for (const theme of ['light', 'dark']) {
      const svg = readFileSync(`docs/images/terminal-${theme}.svg`, 'utf8');
      const drawn = [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/g)].map(([, text]) => text);
      const [intro, , head] = stdout.split('\n');
      expect(drawn.slice(1)).toEqual(expect.arrayContaining([intro, ...head!.trim().split(/\s+/)]));
      expect(drawn).toContain('falseticker');
    }
  });
});

describe('the way without internet', () => {
  const headings = (text: string) => [...text.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  const blocks = (text: string, language: string) =>
    [...text.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, block]) => block);
  const english = section(README, 'Without internet');
  const chinese = section(README_ZH, '内网、不能上网的机器');
  const pages = ['docs/install.md', 'docs/install.zh-CN.md'].map(file => readFileSync(file, 'utf8'));

  it('is the second section of README.md, and the first of README.zh-CN.md', () => {
    expect(headings(README).indexOf('Without internet')).toBe(1);
    expect(headings(README_ZH).indexOf('内网、不能上网的机器')).toBe(0);
  });

  it.each(['sh', 'bat'])(
    'has the same three commands (%s) in every language, in short and in full',
    language => {
      const [commands = ''] = blocks(english, language);
      expect(commands.trim().split('\n')).toHaveLength(3);
      expect(blocks(chinese, language)).toEqual([commands]);
      for (const page of pages) expect(blocks(page, language)).toContain(commands);
    },
  );

  it('has the same commands on the page of each language', () => {
    expect(blocks(pages[1]!, 'sh')).toEqual(blocks(pages[0]!, 'sh'));
    expect(headings(pages[1]!)).toHaveLength(headings(pages[0]!).length);
  });

  it('names every archive, and no file that a release does not have', async () => {
    const script: string = '../scripts/release/platforms.js';
    const { PLATFORMS }: { PLATFORMS: readonly { readonly name: string }[] } = await import(script);
    const archives = PLATFORMS.map(
      ({ name }) => `tsntp-${VERSION}-${name}.${/^win/.test(name) ? 'zip' : 'tar.gz'}`,
    );
    const packages = [
      ...['amd64', 'arm64', 'armhf'].map(processor => `tsntp_${VERSION}_${processor}.deb`),
      ...['x86_64', 'aarch64'].map(processor => `tsntp-${VERSION}-1.${processor}.rpm`),
      ...['.tgz', '.cdx.json', '-linux-x64.oci.tar'].map(ending => `tsntp-${VERSION}${ending}`),
    ];
    const named = (text: string) => [
      ...new Set(text.match(/tsntp[-_]\d[\w.-]*?\.(?:tar\.gz|oci\.tar|zip|deb|rpm|tgz|json)/g)),
    ];
    for (const page of pages) expect(named(page).sort()).toEqual([...archives, ...packages].sort());
    for (const text of [english, chinese])
      expect([...archives, ...packages]).toEqual(expect.arrayContaining(named(text)));
  });
});

describe('commands in the documents', () => {
  const shown = [...new Set(GUIDES.flatMap(file => commandsIn(readFileSync(file, 'utf8'))))];

  it('are found', () => {
    expect(shown.length).toBeGreaterThan(20);
    expect(shown).toContain('tsntp -q pool.ntp.org');
  });

  // A file, a key or a certificate that is named there is not on this machine; a loop does not end.
  it.each(
    shown.filter(
      line => !/ -f | -k |--nts|tsntp rtc|tsntp wait --|--state|--metrics|sync --every/.test(line),
    ),
  )('are understood: %s', async line => {
    const env = {
      TSNTP_INTERVAL: '0.01',
      TSNTP_WAIT_TIMEOUT: '0.01',
      TSNTP_SERVERS: (await serve({}, {}))[0]!,
    };
    const words = line.split(' ').slice(1);
    const servers = await serve(...words.map(() => ({})));
    const named = words.map((word, i) => (/\.\w/.test(word) && !/^\d\.\d$/.test(word) ? servers[i]! : word));
    const args = named[0] === 'schedule' ? rehearsed(named, servers[0]!) : named;
    const { code, stderr } = await tsntp(args, { env: sets(args) ? { ...env, TSNTP_DRY_RUN: '1' } : env });
    expect(stderr).not.toContain('Usage');
    expect(code, stderr).not.toBe(2);
  });
});

describe('CONTRIBUTING.md', () => {
  const text = readFileSync('CONTRIBUTING.md', 'utf8');

  it('names scripts that package.json has', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const named = [...text.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(name => !(name in scripts))).toEqual([]);
  });

  it('names test files, tests and cases that are there', () => {
    const files = [...text.matchAll(/vitest run (\S+?\.test\.ts)(?: -t '([^']+)')?/g)];
    expect(files.length).toBeGreaterThan(1);
    for (const [, file = '', name = ''] of files) expect(readFileSync(file, 'utf8')).toContain(name);
    const [, group, part] = /--only (\w+).*?--name '([^']+)'/s.exec(text) ?? [];
    expect(readFileSync(`test/vm/cases/${group}.js`, 'utf8')).toContain(part);
    const [, scenario] = /test:week -- --name '([^']+)'/.exec(text) ?? [];
    expect(readFileSync('test/week/scenarios.js', 'utf8')).toContain(scenario);
  });
});

/** The arguments of `schedule`, so that nothing is installed here, and so that it finds a server. */
function rehearsed([command = '', ...args]: readonly string[], server: string): readonly string[] {
  return [command, '-n', ...args, ...(args.includes('--') ? [] : ['--', server])];
}

/** Whether these arguments ask for the clock to be set: they do without a command or an option that prevents it. */
function sets(args: readonly string[]): boolean {
  return !args.some(arg => ['-q', '-d', '-n', 'query', 'status', 'wait', 'completion', 'demo'].includes(arg));
}

describe.runIf(process.platform !== 'win32')('the lines for cron in docs/scheduling.md', () => {
  const [atBoot, later] = cronIn(readFileSync('docs/scheduling.md', 'utf8'));

  it('are those of "tsntp schedule", but for the minute and the programs of this machine', async () => {
    const args = ['schedule', '--as', 'cron', '--', '--max-offset', '60', 'pool.ntp.org'];
    const { stdout } = await tsntp(args);
    const printed = stdout
      .replaceAll(`${process.execPath} ${BIN}`, '/usr/bin/node /usr/local/bin/tsntp')
      .replace(/^\d+ (?=\* \* \* \* root)/m, '23 ');
    expect(cronIn(printed)).toEqual([atBoot, later]);
    expect([atBoot?.when, later?.when]).toEqual(['@reboot', '23 * * * *']);
  });

  /** Runs the line as cron does, without setting a clock. */
  async function cron(command: string, server: string): Promise<Result> {
    const line = command
      .replace(/\S+ \S+ rtc floor /, ': ')
      .replaceAll('/usr/bin/node /usr/local/bin/tsntp', `'${process.execPath}' '${BIN}'`)
      .replace(' --quiet ', ' ')
      .replace('pool.ntp.org', server)
      .replace('sleep 20', ':');
    const env = { TSNTP_DRY_RUN: '1', TSNTP_FORCE: '1', TSNTP_INTERVAL: '0.01', TSNTP_TIMEOUT: '0.2' };
    return await tsntp([line], { program: ['sh', '-c'], env });
  }

  it('correct ten minutes at boot, once, and refuse them later', async () => {
    const [server = ''] = await serve({ offset: 600 });
    const first = await cron(atBoot!.command, server);
    expect(first.stdout.match(/would step/g)).toHaveLength(1);
    expect(await cron(later!.command, server)).toMatchObject({ code: 5 });
    const [near = ''] = await serve({ offset: 5 });
    expect(await cron(later!.command, near)).toMatchObject({ code: 0 });
  });

  it('try again at boot while no server answers', async () => {
    const { stdout } = await cron(atBoot!.command, '127.0.0.1:1');
    expect(stdout.match(/no server suitable/g)).toHaveLength(9);
  });
});

describe('the example in README.md', () => {
  const example = [...README.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code);

  it('runs', async () => {
    expect(example).toHaveLength(1);
    const folder = scratch();
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(resolve('.'), join(folder, 'node_modules/tsntp'), 'junction');
    writeFileSync(join(folder, 'offset.mjs'), example[0]!);
    const program = [process.execPath, join(folder, 'offset.mjs')];
    const { stdout, stderr, code } = await tsntp(await serve({ offset: 2.5 }), { program });
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    const [, offset, bound] = /^offset (\S+) s ± (\S+) s\n127\.0\.0\.1: system-peer\n$/.exec(stdout) ?? [];
    expect(Math.abs(Number(offset) - 2.5)).toBeLessThanOrEqual(Number(bound));
  });
});

describe('report.schema.json', () => {
  const schema = JSON.parse(readFileSync('report.schema.json', 'utf8'));
  const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false }).compile(schema);

  /** What is asked for with -n sets nothing on any platform, and needs no -q from the environment. */
  const dry = { env: { TSNTP_QUERY: '0' } };

  /** Runs the real command; its report must be valid. */
  async function reportOf(args: readonly string[], surroundings: Surroundings = {}): Promise<Report> {
    const { stdout, stderr, code } = await tsntp(['--format', 'json', ...args], surroundings);
    expect(stdout, stderr).toMatch(/^\{.*\}\n$/);
    const report = JSON.parse(stdout);
    expectValid(report);
    expect(report.exitCode).toBe(code);
    return report;
  }

  function expectValid(report: unknown): void {
    expect(validate(report), `${JSON.stringify(validate.errors)} in ${JSON.stringify(report)}`).toBe(true);
  }

  it('describes a query of servers of every sort', async () => {
    const good = [{ stratum: 1 }, { stratum: 2 }, { stratum: 2 }];
    const bad = [{ offset: 1 }, { stratum: 16, leap: 3 as const }];
    const list = [
      ...(await serve(...good, ...bad)),
      ...(await serve({ offset: 3 })).map(one => `${one} noselect`),
    ];
    const config = list.map(one => `server ${one.replace(/:(\d+)/, ' port $1')}\n`).join('');
    const args = ['-q', '-t', '0.3', '--interval', '0.01', '-f', '-', 'no-such-host.invalid'];
    const report = await reportOf(args, { input: config });
    expect(report).toMatchObject({ result: 'queried', exitCode: 0 });
    const verdicts = new Set(report.servers.map(({ verdict }) => verdict));
    for (const verdict of ['system-peer', 'survivor', 'falseticker', 'dropped', 'noselect', 'not-resolved'])
      expect(verdicts).toContain(verdict);
  });

  it.each<[what: string, servers: readonly ResponderOptions[], options: string[], expected: Partial<Report>]>(
    [
      ['a dry run', [{ offset: 0.05 }], ['-n'], { result: 'would-adjust', exitCode: 0 }],
      ['two that disagree', [{}, { offset: 1 }], ['-q'], { result: 'no-suitable-server', exitCode: 3 }],
      ['too few', [{}], ['-q', '--min-servers', '2'], { result: 'no-suitable-server', exitCode: 3 }],
      ['none that is synchronized', [{ stratum: 16 }], ['-n'], { result: 'no-suitable-server', exitCode: 3 }],
      ['a refusal', [{ offset: 5000 }], ['-n', '--max-offset', '10'], { result: 'refused', exitCode: 5 }],
      ['a usage error', [{}], ['-t', 'abc'], { result: 'error', exitCode: 2 }],
    ],
  )('describes %s', async (_, wanted, options, expected) => {
    const args = ['--interval', '0.01', ...options, ...(await serve(...wanted))];
    expect(await reportOf(args, dry)).toMatchObject(expected);
  });

  // These ask for the clock to be set; only on Linux is it certain that the command may not.
  it.runIf(onLinux)('describes a clock that it may not set', async () => {
    const report = await reportOf(['--force', ...(await serve({ offset: 0.05 }))]);
    expect(report).toMatchObject({ result: 'clock-error', exitCode: 4, error: { kind: 'not-permitted' } });
  });

  it.runIf(onLinux)('describes another tsntp at work', async () => {
    const state = scratch();
    const lock = await acquireLock([state]);
    if (lock.kind !== 'lock') throw new Error(`no lock: ${JSON.stringify(lock)}`);
    const report = await reportOf(['--state', state, ...(await serve({ offset: 0.05 }))]);
    lock.release();
    expect(report).toMatchObject({ result: 'busy', exitCode: 6 });
    expect(report.competitors).toContainEqual({ name: 'tsntp', pid: process.pid });
  });

  it.runIf(process.platform !== 'win32')('describes an interrupted run', async () => {
    const { server, asked } = await serveSilence();
    const { child, ended } = start(['--format', 'json', '-n', server]);
    await asked;
    child.kill('SIGINT');
    const report = JSON.parse((await ended).stdout);
    expectValid(report);
    expect(report).toMatchObject({ result: 'interrupted', exitCode: 130 });
  });

  it('describes every ending, where none may be had without setting a clock, too', async () => {
    const measured = await query(await serve({}), { interval: 0.01 });
    if (measured.kind !== 'queried') throw new Error(measured.kind);
    const decision = { kind: 'slew', offset: 0.01 } as const;
    const refusal = { kind: 'refuse', offset: 5000, limit: 1000, by: 'panic' } as const;
    const slew = { unattended: true, remaining: () => 0.005, release() {} };
    const service = { kind: 'service', name: 'chronyd', pid: 7, stop: 'systemctl stop chronyd' } as const;
    const { estimate: _, ...findings } = measured;
    const endings: { [K in Outcome['kind']]: Extract<Outcome, { kind: K }> } = {
      queried: measured,
      unchanged: {
        ...measured,
        kind: 'unchanged',
        rtc: 'written',
        rtcWritten: { offset: -0.29, keepsSecond: true },
      },
      adjusted: { ...measured, kind: 'adjusted', decision, at: measured.finished, slew, waited: 'finished' },
      'would-adjust': { ...measured, kind: 'would-adjust', decision },
      refused: { ...measured, kind: 'refused', decision: refusal },
      busy: { ...measured, kind: 'busy', decision, competitors: [service, { kind: 'tsntp' }] },
      'clock-error': { ...measured, kind: 'clock-error', decision, error: new ClockError('failed', 'why') },
      'no-suitable-server': { ...findings, kind: 'no-suitable-server', reason: { kind: 'none-passed' } },
      interrupted: { ...findings, kind: 'interrupted' },
    };
    expect([...Object.keys(endings), 'error'].sort()).toEqual([...schema.properties.result.enum].sort());
    for (const outcome of Object.values(endings)) {
      const exitCode = exitCodeOf(outcome, 'SIGTERM');
      expectValid(JSON.parse(jsonText(outcome, { command: 'sync', exitCode })));
    }
  });

  it('knows every kind of verdict, reason, clock error and failed test', () => {
    const verdicts = all<Verdict['kind']>({
      'system-peer': 1,
      survivor: 1,
      outlier: 1,
      falseticker: 1,
      undecided: 1,
      noselect: 1,
      dropped: 1,
      kissed: 1,
      inconsistent: 1,
      'too-far': 1,
      'no-reply': 1,
      unreachable: 1,
      'not-resolved': 1,
      unauthenticated: 1,
      duplicate: 1,
      'no-keys': 1,
    });
    const reasons = all<Unsuitable['kind']>({
      'none-answered': 1,
      'none-passed': 1,
      'none-selectable': 1,
      'none-authenticated': 1,
      'no-majority': 1,
      'required-missing': 1,
      'too-few': 1,
      'clock-unsteady': 1,
    });
    const errors = all<ClockErrorKind>({
      'not-permitted': 1,
      unsupported: 1,
      invalid: 1,
      busy: 1,
      failed: 1,
    });
    const tests = all<RejectionKind>({
      'too-short': 1,
      duplicate: 1,
      late: 1,
      'bogus-origin': 1,
      'wrong-mode': 1,
      'wrong-version': 1,
      'zero-timestamp': 1,
      'malformed-tail': 1,
      'crypto-nak': 1,
      'unasked-mac': 1,
      'absent-mac': 1,
      'wrong-key-id': 1,
      'wrong-digest': 1,
      'absent-nts': 1,
      'wrong-unique-id': 1,
      'false-nts': 1,
      'nts-nak': 1,
      'not-synchronized': 1,
      'bad-precision': 1,
      'root-distance': 1,
      'reference-in-future': 1,
      'bad-delay': 1,
      'bad-server-interval': 1,
      'implausible-time': 1,
      kiss: 1,
    });
    expect([...schema.$defs.server.properties.verdict.enum].sort()).toEqual(verdicts);
    expect([...schema.properties.reason.enum].sort()).toEqual(reasons);
    expect([...schema.properties.error.properties.kind.enum].sort()).toEqual(errors);
    expect([...schema.$defs.rejection.properties.kind.enum].sort()).toEqual(tests);
  });

  it('has no key that the manual page does not explain', () => {
    const json = MAN.slice(MAN.indexOf('.SS JSON'), MAN.indexOf('.SH PANIC LIMIT'));
    expect(keysOf(schema).filter(key => !new RegExp(`(?<![\\w-])${key}(?![\\w-])`).test(json))).toEqual([]);
  });

  it('does not pass a mutated report', async () => {
    const named = await serve({}, {}, { offset: 1 }, { stratum: 16 });
    const report = await reportOf(['-n', '--interval', '0.01', ...named], dry);
    const required = ['version', 'tsntp', 'command', 'result', 'exitCode', 'offset', 'decision', 'servers'];
    for (const key of required) expect(validate({ ...report, [key]: undefined }), key).toBe(false);
    const changes = { offset: '1', exitCode: 3, result: 'fine', started: '2026-11-21', servers: {} };
    for (const [key, value] of Object.entries(changes))
      expect(validate({ ...report, [key]: value }), key).toBe(false);
    // A stray key in any of its objects.
    const objects = objectsIn(report);
    expect(objects.length).toBeGreaterThan(20);
    for (const object of objects) {
      object.stray = 1;
      expect(validate(report), JSON.stringify(object)).toBe(false);
      delete object.stray;
    }
    expectValid(report);
  });
});

/** What scripts/documents.js exports. */
interface Documents {
  documentFiles(): readonly string[];
  languageOf(file: string): string;
  withVersion(text: string, version: string): string;
  withTables(
    text: string,
    rows: readonly object[],
    groups: Readonly<Record<string, string>>,
    language?: string,
  ): string;
}

interface Report {
  readonly result: string;
  readonly exitCode: number;
  readonly competitors?: readonly object[];
  readonly error?: object;
  readonly servers: readonly { readonly verdict: string }[];
}

/** All members of a union, sorted; the compiler sees to it that none is missing. */
function all<Kind extends string>(kinds: Record<Kind, 1>): readonly string[] {
  return Object.keys(kinds).sort();
}

async function readHelp(): Promise<ReadonlyMap<string, string>> {
  const main = (await tsntp(['--help'])).stdout;
  commands = [...main.matchAll(/^ +tsntp (\w+)/gm)].map(([, name = '']) => name);
  const texts = commands.map(async name => [name, (await tsntp([name, '--help'])).stdout] as const);
  return new Map([['', main], ...(await Promise.all(texts))]);
}

function optionsOf(command: string): readonly string[] {
  const lines = [...(help?.get(command) ?? '').matchAll(/^ +(?:(-\w), )? *(--[\w-]+)/gm)];
  return lines.flatMap(([, short, long]) => [short, long].filter(option => option !== undefined));
}

function names(text: string, option: string): boolean {
  return new RegExp(`(?<![\\w-])${option}(?![\\w-])`).test(text);
}

/** In code: the options that follow `tsntp` up to the next command, and those that stand alone. */
function namedOptions(text: string): readonly string[] {
  const code = [...text.matchAll(/```.*?\n(.*?)```|`([^`\n]+)`/gs)].map(
    ([, block, span]) => block ?? span ?? '',
  );
  const ours = code.flatMap(piece =>
    piece.startsWith('-')
      ? [piece]
      : [...piece.matchAll(/\btsntp(?:\.cmd)?\\?"? ([^|#;\n]*)/g)].map(([, rest]) => rest!),
  );
  return ours.flatMap(line => [...line.matchAll(/(?<![\w-])--?[a-z\d][\w-]*/gi)].map(([option]) => option));
}

/** The lines of a shell that begin with tsntp, as a user types them: without sudo, comments and pipes. */
function commandsIn(text: string): readonly string[] {
  const blocks = [...text.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block = '']) => block.split('\n'));
  return blocks
    .map(line =>
      line
        .replace(/^sudo /, '')
        .replace(/ *(#|\|).*/, '')
        .trim(),
    )
    .filter(line => line.startsWith('tsntp'));
}

/** The lines of the first crontab in a document. */
function cronIn(text: string): readonly { readonly when: string; readonly command: string }[] {
  const lines = [...text.matchAll(/^(@\w+|(?:[\d*/,-]+ ){4}[\d*/,-]+) root (.*)$/gm)];
  return lines.map(([, when = '', command = '']) => ({ when, command }));
}

/** What stands between the marks of the generated table. */
function optionTable(text: string): string {
  const table = /<!-- options -->\n(.*)\n<!-- \/options -->/s.exec(text)?.[1];
  if (table === undefined) throw new Error('no table of options');
  return table;
}

function section(text: string, title: string): string {
  const from = text.indexOf(`\n## ${title}\n`);
  if (from === -1) throw new Error(`no section "${title}"`);
  const to = text.indexOf('\n## ', from + 1);
  return text.slice(from, to === -1 ? undefined : to);
}

/** As GitHub makes them of headings. */
function anchorsOf(file: string): readonly string[] {
  const headings = readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm);
  return [...headings].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** Every name of a property in a schema. */
function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const own = 'properties' in schema ? Object.keys(schema.properties as object) : [];
  return [...new Set([...own, ...Object.values(schema).flatMap(keysOf)])];
}

function objectsIn(value: unknown): readonly Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inside : [value as Record<string, unknown>, ...inside];
}
