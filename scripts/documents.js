// The option table of src/options → the tables of options in the documents: `npm run documents` rewrites the text between
// their marks. option-texts.json adds what the table lacks: further sentences for the manual page, and the Chinese. The
// version in package.json → the names of a release's files.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** @typedef {import('../src/options/option-row.ts').OptionRow & { readonly name: string, readonly flag: string, readonly range: string | undefined }} Row */

const TEXTS = JSON.parse(readFileSync(new URL('./option-texts.json', import.meta.url), 'utf8'));

/** Marks begin and end a block: in Markdown and in the manual page. */
const BLOCK =
  /(?<begin><!-- (?<which>options|common options) -->\n|\.\\" options begin\n).*?(?<end><!-- \/options -->|\.\\" options end)/gs;

/** Documents that may have blocks. */
export function documentFiles() {
  const readmes = readdirSync('.').filter(name => /^README[\w.-]*\.md$/.test(name));
  const docs = readdirSync('docs').filter(name => name.endsWith('.md'));
  return [...readmes, ...docs.map(name => `docs/${name}`), 'man/tsntp.8'].sort();
}

/**
 * The text of a document with its blocks as the table has them.
 * @param {string} text
 * @param {readonly Row[]} rows
 * @param {Readonly<Record<string, string>>} groups the headings, by group
 * @param {'en' | 'zh'} language
 */
export function withTables(text, rows, groups, language = 'en') {
  const shown = inOrder(
    rows.filter(({ hidden }) => !hidden),
    groups,
  );
  return text.replace(BLOCK, (...match) => {
    const { begin, which, end } = match.at(-1);
    return `${begin}${which === undefined ? manual(shown, groups) : markdown(shown, which, language)}${end}`;
  });
}

/** The text of a document with the names of a release's files as those of `version`. @param {string} text @param {string} version */
export function withVersion(text, version) {
  return text.replaceAll(/(?<=\btsntp[-_])\d+\.\d+\.\d+(?:-(?:alpha|beta|rc)\.\d+)?/g, version);
}

/** The language of a document. @param {string} file @returns {'en' | 'zh'} */
export function languageOf(file) {
  return file.endsWith('.zh-CN.md') ? 'zh' : 'en';
}

/** @param {readonly Row[]} rows @param {'options' | 'common options'} which @param {'en' | 'zh'} language */
function markdown(rows, which, language) {
  const all = which === 'options';
  const [option, meaning, otherwise] =
    language === 'zh' ? ['选项', '含义', '默认'] : ['option', 'meaning', 'default'];
  const lines = rows
    .filter(({ common, commands }) => all || (common && commands.includes('sync')))
    .map(row => [
      flags(row),
      ...(all ? [mark(row)] : []),
      language === 'zh'
        ? chinese(row)
        : row.range === undefined
          ? row.describe
          : `${row.describe} (${row.range})`,
      (language === 'zh' && TEXTS[row.name].zhDefault) || (row.default ?? ''),
    ]);
  const head = [option, ...(all ? [''] : []), meaning, otherwise];
  return [head, head.map(() => '---'), ...lines].map(cells => `${line(cells)}\n`).join('');
}

/** Which command takes an option: `q` for query too, no mark for sync alone. @param {Row} row */
function mark({ commands }) {
  if (commands.includes('query')) return 'q';
  return commands.includes('sync') ? '' : commands.join(', ');
}

/** @param {readonly (string | number)[]} cells */
function line(cells) {
  const isRule = cells.every(cell => cell === '---');
  return isRule
    ? `|${cells.join('|')}|`
    : `|${cells.map(cell => (cell === '' ? ' ' : ` ${cell} `)).join('|')}|`;
}

/** @param {Row} row */
function flags({ letter, flag, placeholder }) {
  const value = placeholder === undefined ? '' : ` ${placeholder}`;
  return [...(letter === undefined ? [] : [`\`-${letter}\``]), `\`--${flag}${value}\``].join(', ');
}

/** @param {Row} row */
function chinese({ name, range }) {
  const text = TEXTS[name]?.zh;
  if (text === undefined) throw new Error(`scripts/option-texts.json has no "zh" for ${name}`);
  const allowed = range?.replace('up to ', '不超过 ').replace(' to ', ' 到 ').replace(/ s$/, ' 秒');
  return allowed === undefined ? text : `${text}（${allowed}）`;
}

/** @param {readonly Row[]} rows @param {Readonly<Record<string, string>>} groups */
function manual(rows, groups) {
  return Object.entries(groups)
    .flatMap(([group, title]) => {
      const intro = TEXTS[`group ${group}`]?.man;
      const own = rows.filter(row => row.group === group);
      return [`.SS ${title}`, ...(intro === undefined ? [] : [roff(intro)]), ...own.map(manualEntry)];
    })
    .map(line => `${line}\n`)
    .join('');
}

/** @param {Row} row */
function manualEntry(row) {
  const { letter, flag, placeholder, describe, range, default: otherwise, name } = row;
  const short = letter === undefined ? '' : `\\-${letter} ", " `;
  const value = placeholder === undefined ? '' : ` " \\fI${placeholder}\\fR"`;
  const more = TEXTS[name]?.man;
  const sentences = [
    `${describe[0].toUpperCase()}${describe.slice(1)}.`,
    ...(more === undefined ? [] : [more]),
    ...(range === undefined ? [] : [`Range: ${range}.`]),
    ...(otherwise === undefined ? [] : [`Default: ${otherwise}.`]),
    `Commands: ${list(row.commands)}.`,
  ];
  return ['.TP', `.BR ${short}\\-\\-${flag.replaceAll('-', '\\-')}${value}`, ...sentences.map(roff)].join(
    '\n',
  );
}

/** @param {readonly string[]} commands */
function list(commands) {
  return commands.includes('completion') ? 'all' : commands.map(name => `\`${name}\``).join(', ');
}

/** Sentences, each on a line of its own; what stands between backquotes is bold. @param {string} text */
function roff(text) {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll(/`([^`]*)`/g, '\\fB$1\\fR')
    .replaceAll(/(?<=[.:]) (?=[A-Z])/g, '\n');
}

/** By group, as --help has them. @param {readonly Row[]} rows @param {Readonly<Record<string, string>>} groups */
function inOrder(rows, groups) {
  return Object.keys(groups).flatMap(group => rows.filter(row => row.group === group));
}

if (process.argv[1] === import.meta.filename) {
  const { flagOf, OPTION_NAMES, OPTION_ROWS } = await import('../dist/options/option-names.js');
  const { GROUPS } = await import('../dist/options/option-row.js');
  const { rangeText } = await import('../dist/options/value.js');
  const rows = OPTION_NAMES.map(name => {
    const row = OPTION_ROWS[name];
    return { ...row, name, flag: flagOf(name), range: rangeText(row.value) };
  });
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  for (const file of documentFiles()) {
    const text = readFileSync(file, 'utf8');
    const fresh = withVersion(withTables(text, rows, GROUPS, languageOf(file)), version);
    if (fresh !== text) writeFileSync(file, fresh);
  }
}
