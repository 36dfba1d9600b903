// A real run of `npm start` → docs/images/terminal-light.svg and terminal-dark.svg: what a terminal shows, its colors
// included. Run it with `npm run picture` when the table changes.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = 'docs/images';
/** Of a character, in pixels: what monospace fonts of 14 px have, more or less; each piece is stretched to fit. */
const [CHARACTER, LINE, MARGIN] = [8.4, 20, 20];
const FONT = 'ui-monospace, SFMono-Regular, Menlo, Consolas, Liberation Mono, monospace';

/** GitHub's own colors of a terminal. */
const THEMES = {
  light: {
    paper: '#f6f8fa',
    text: '#1f2328',
    dim: '#59636e',
    red: '#cf222e',
    green: '#116329',
    yellow: '#4d2d00',
  },
  dark: {
    paper: '#0d1117',
    text: '#e6edf3',
    dim: '#9198a1',
    red: '#ff7b72',
    green: '#3fb950',
    yellow: '#d29922',
  },
};

/** What a terminal's codes (SGR, ECMA-48 §8.3.117) mean for the pieces that follow. @type {Readonly<Record<string, Style>>} */
const CODES = {
  0: { bold: false, color: 'text' },
  1: { bold: true },
  2: { color: 'dim' },
  22: { bold: false, color: 'text' },
  31: { color: 'red' },
  32: { color: 'green' },
  33: { color: 'yellow' },
  39: { color: 'text' },
};

/** @typedef {{ bold?: boolean, color?: 'text' | 'dim' | 'red' | 'green' | 'yellow' }} Style */
/** @typedef {keyof typeof THEMES} Theme */

/** The lines of a terminal → an SVG. @param {string} shown @param {Theme} theme */
export function pictureOf(shown, theme) {
  const lines = shown.trimEnd().split('\n').map(piecesOf);
  const columns = Math.max(...lines.map(pieces => pieces.reduce((sum, { text }) => sum + text.length, 0)));
  const [width, height] = [columns * CHARACTER + 2 * MARGIN, lines.length * LINE + 2 * MARGIN].map(Math.ceil);
  const { paper } = THEMES[theme];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${FONT}" font-size="14" xml:space="preserve">
<title>npm start: four servers, one of them a falseticker</title>
<rect width="${width}" height="${height}" rx="8" fill="${paper}"/>
${lines.flatMap((pieces, row) => drawn(pieces, row, theme)).join('\n')}
</svg>
`;
}

/** @param {string} line @returns {readonly (Style & { text: string })[]} */
function piecesOf(line) {
  /** @type {Style} */
  let style = { ...CODES[0] };
  return line.split('\x1b[').flatMap((part, i) => {
    const [, code, rest] = /^(\d*)m(.*)$/s.exec(part) ?? [];
    if (i > 0 && code === undefined) throw new Error(`no color: ${JSON.stringify(part)}`);
    if (i > 0) style = { ...style, ...CODES[code || '0'] };
    const text = i === 0 ? part : rest;
    return text === '' ? [] : [{ ...style, text }];
  });
}

/** One line: each word at its column. @param {ReturnType<typeof piecesOf>} pieces @param {number} row @param {Theme} theme */
function drawn(pieces, row, theme) {
  const y = MARGIN + row * LINE + 14;
  let column = 0;
  return pieces.flatMap(({ text, bold, color = 'text' }) => {
    const start = column;
    column += text.length;
    return [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: words, index }) => {
      const [x, length] = [MARGIN + (start + index) * CHARACTER, words.length * CHARACTER].map(n =>
        n.toFixed(1),
      );
      const weight = bold ? ' font-weight="bold"' : '';
      return `<text x="${x}" y="${y}" textLength="${length}" fill="${THEMES[theme][color]}"${weight}>${escaped(words)}</text>`;
    });
  });
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

function main() {
  const env = { ...process.env, FORCE_COLOR: '1', TERM: 'xterm' };
  const { stdout, stderr, status } = spawnSync(process.execPath, ['bin/tsntp.js', 'demo'], {
    encoding: 'utf8',
    env,
  });
  if (status !== 0) throw new Error(stderr);
  mkdirSync(FOLDER, { recursive: true });
  for (const theme of /** @type {Theme[]} */ (Object.keys(THEMES))) {
    writeFileSync(`${FOLDER}/terminal-${theme}.svg`, pictureOf(`$ npm start\n${stdout}`, theme));
  }
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) main();
