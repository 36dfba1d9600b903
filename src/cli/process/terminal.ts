// A stream and the environment → its colors, its width, and whether it is interactive. Separately for each stream,
// because stdout may be a pipe while stderr is a terminal. chalk itself supports neither NO_COLOR nor FORCE_COLOR.

import { WriteStream } from 'node:tty';
import type { ColorSupportLevel } from 'chalk';

/** A stream for output: process.stdout, process.stderr, or one of a test. */
export interface Output {
  write(text: string, done?: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a stream can show. */
export interface Terminal {
  readonly colors: ColorSupportLevel;
  /** The columns; undefined if lines have no limit (a pipe, a file, a terminal of unknown width). */
  readonly width: number | undefined;
  /** Whether lines can be redrawn: a terminal, neither dumb nor in CI. */
  readonly interactive: boolean;
  /** Whether it shows block characters. */
  readonly blocks: boolean;
}

/** Determines what a stream can show. `color` is true for --color, false for --no-color. */
export function terminalOf(output: Output, env: NodeJS.ProcessEnv, color: boolean | undefined): Terminal {
  const width = output.isTTY && output.columns ? output.columns : undefined;
  return {
    colors: levelOf(output, env, color),
    width,
    interactive: width !== undefined && env.TERM !== 'dumb' && env.CI === undefined,
    blocks: showsBlocks(output, env),
  };
}

/** What a stream can show besides colors. */
export interface Display {
  /** The columns; undefined if lines have no limit. */
  readonly width: number | undefined;
  /** Whether it shows block characters; otherwise only ASCII is safe. */
  readonly blocks: boolean;
}

/** Determines what a stream can show besides colors. */
export function displayOf(output: Output, env: NodeJS.ProcessEnv): Display {
  const { width, blocks } = terminalOf(output, env, false);
  return { width, blocks };
}

/** Whether a stream shows block characters: a terminal whose locale is UTF-8; on Windows, one that is known to have them. */
export function showsBlocks(
  output: Output,
  env: NodeJS.ProcessEnv,
  platform: string = process.platform,
): boolean {
  if (!output.isTTY || env.TERM === 'dumb' || env.TERM === 'linux') return false;
  if (platform === 'win32') return isModernConsole(output, env);
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /\.utf-?8\b/i.test(locale);
}

/** Whether a stream shows signs such as ±: everywhere but on Windows, where only newer terminals are known to. */
export function showsSigns(output: Output, env: NodeJS.ProcessEnv, platform: string): boolean {
  return platform !== 'win32' || isModernConsole(output, env);
}

/** Windows Terminal, or the terminal of an editor. Others show what the code page and the font have. */
function isModernConsole({ isTTY }: Output, env: NodeJS.ProcessEnv): boolean {
  return isTTY === true && (env.WT_SESSION !== undefined || env.TERM_PROGRAM !== undefined);
}

function levelOf(output: Output, env: NodeJS.ProcessEnv, color: boolean | undefined): ColorSupportLevel {
  if (color === false) return 0;
  const requested = color === true || (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0');
  if (!output.isTTY && !requested) return 0;
  const depth = WriteStream.prototype.getColorDepth.call(output, env);
  const level = depth >= 24 ? 3 : depth >= 8 ? 2 : depth >= 4 ? 1 : 0;
  return color === true && level === 0 ? 1 : level;
}
