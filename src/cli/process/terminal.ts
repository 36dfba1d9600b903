// What a stream can show: colors, width, and whether it is a terminal. Decided once for each stream, because
// stdout may be a pipe while stderr is a terminal. chalk itself knows neither NO_COLOR nor FORCE_COLOR.

import { WriteStream } from 'node:tty';
import type { ColorSupportLevel } from 'chalk';

/** A stream to write to: process.stdout, process.stderr, or a test's. */
export interface Output {
  write(text: string, done?: (error?: Error | null) => void): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Terminal {
  readonly colors: ColorSupportLevel;
  /** Columns; undefined where lines need no limit (a pipe, a file, a terminal that does not say). */
  readonly width: number | undefined;
  /** Whether a person sees it and lines can be redrawn. */
  readonly interactive: boolean;
}

/** `color` is the wish of --color or --no-color. */
export function terminalOf(output: Output, env: NodeJS.ProcessEnv, color: boolean | undefined): Terminal {
  const width = output.isTTY && output.columns ? output.columns : undefined;
  return {
    colors: levelOf(output, env, color),
    width,
    interactive: width !== undefined && env.TERM !== 'dumb' && env.CI === undefined,
  };
}

function levelOf(output: Output, env: NodeJS.ProcessEnv, color: boolean | undefined): ColorSupportLevel {
  if (color === false) return 0;
  const wished = color === true || (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0');
  if (!output.isTTY && !wished) return 0;
  const depth = WriteStream.prototype.getColorDepth.call(output, env);
  const level = depth >= 24 ? 3 : depth >= 8 ? 2 : depth >= 4 ? 1 : 0;
  return color === true && level === 0 ? 1 : level;
}
