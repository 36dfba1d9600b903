// What a command runs with: the process's streams and signals, and ways to print that survive a closed pipe or a
// full disk.

import type { EventEmitter } from 'node:events';
import type { Output } from './terminal.ts';

/** The process as the command line sees it; `process` itself is one. */
export interface Io {
  readonly stdout: Output & EventEmitter;
  readonly stderr: Output & EventEmitter;
  readonly env: NodeJS.ProcessEnv;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

export interface Context {
  readonly io: Io;
  /** Aborts at SIGINT, SIGTERM and their like, which end the process as ever until this is asked for. */
  readonly signal: AbortSignal;
  interruptedBy(): NodeJS.Signals | undefined;
  /** The result, to stdout. */
  print(text: string): void;
  /** Whether a result could not be written, other than to a pipe that is not read. */
  isLost(): boolean;
  /** Everything else, to stderr, each a line. */
  note(...lines: readonly string[]): void;
  /** Listens to signals no more. */
  end(): void;
}

/** On Windows also Ctrl+Break, and the console window closed: a slew that is held there has to be let go. */
const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM'];

/** Begins to listen to broken streams. */
export function openContext(io: Io): Context {
  const interrupt = new AbortController();
  let by: NodeJS.Signals | undefined;
  const listeners: { readonly signal: NodeJS.Signals; readonly listener: () => void }[] = [];
  function listen(): void {
    for (const signal of SIGNALS) {
      const listener = () => {
        by ??= signal;
        interrupt.abort();
      };
      io.on(signal, listener);
      listeners.push({ signal, listener });
    }
  }
  const note = (...lines: readonly string[]) => {
    if (lines.length > 0) io.stderr.write(lines.map(line => `${line}\n`).join(''));
  };
  // A report that is not read changes no exit code: the clock's state decides it.
  io.stderr.on('error', () => {});
  io.stdout.on('error', () => {});
  // Not at the event: the process may end before it.
  let lost = false;
  const written = (error?: NodeJS.ErrnoException | null) => {
    if (!error || error.code === 'EPIPE') return;
    lost = true;
    note(`tsntp: cannot write the result to stdout: ${error.message}`);
  };
  return {
    io,
    get signal() {
      if (listeners.length === 0) listen();
      return interrupt.signal;
    },
    interruptedBy: () => by,
    isLost: () => lost,
    print: text => void io.stdout.write(text, written),
    note,
    end() {
      for (const { signal, listener } of listeners) io.off(signal, listener);
    },
  };
}
