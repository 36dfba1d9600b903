// An unexpected error → its stack, with positions in the sources instead of the bundle. The source maps are read only
// here: with --enable-source-maps, Node would read them at every start.

import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The report of a bug: the stack of an error, or the text of any other thrown value. */
export function describeBug(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const maps = new Map<string, SourceMap | undefined>();
  const inSources = stack.replace(/(file:\S+?):(\d+):(\d+)/g, (place, file: string, line, column) => {
    if (!maps.has(file)) maps.set(file, mapOf(file));
    const origin = maps.get(file)?.findOrigin(Number(line), Number(column));
    if (!origin || !('fileName' in origin)) return place;
    return `${origin.fileName.replace(/^(\.\.\/)+/, '')}:${origin.lineNumber}:${origin.columnNumber}`;
  });
  return `this is a bug, please report it: ${inSources}`;
}

/** The source map of a file; undefined if it has none, as when run from the sources. */
function mapOf(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(file)}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}
