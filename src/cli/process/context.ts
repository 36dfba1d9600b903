// The process → what a command needs of it: streams, signals, and functions for output that survive a closed pipe or a
// full disk.

import type { EventEmitter } from 'node:events';
import { signsFor } from './ascii-signs.ts';
import type { Output } from './terminal.ts';

/** The parts of `process` that the command uses. */
export interface Io {
  readonly stdout: Output & EventEmitter;
  readonly stderr: Output & EventEmitter;
  readonly env: NodeJS.ProcessEnv;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}

/** What a command needs of its process. */
export interface Context {
  readonly io: Io;
  /** Aborts on SIGINT, SIGTERM and similar signals. Until this property is first read, they end the process. */
  readonly signal: AbortSignal;
  /** The signal that caused the abort; undefined before. */
  interruptedBy(): NodeJS.Signals | undefined;
  /** Writes a text for people to stdout, with the signs that it can show. */
  print(text: string): void;
  /** Writes to stdout what programs read: JSON, a script, the contents of a file. Every character is kept. */
  printData(text: string): void;
  /** Whether writing the result failed. A pipe closed by its reader does not count. */
  isLost(): boolean;
  /** Whether the reader of stdout has closed it. */
  isUnread(): boolean;
  /** Writes everything but the result to stderr, one line each. */
  note(...lines: readonly string[]): void;
  /** Stops listening to signals. */
  end(): void;
}

/** On Windows also Ctrl+Break and the closing of the console window: a slew that this process holds must be released. */
const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] : ['SIGINT', 'SIGTERM'];

/** Opens the context of a process on `platform`, and handles the errors of its streams. */
export function openContext(io: Io, platform: string = process.platform): Context {
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
  const forStdout = signsFor(io.stdout, io.env, platform);
  const forStderr = signsFor(io.stderr, io.env, platform);
  const note = (...lines: readonly string[]) => {
    if (lines.length > 0) io.stderr.write(forStderr(lines.map(line => `${line}\n`).join('')));
  };
  // A closed pipe does not change the exit code, which reports the state of the clock.
  io.stderr.on('error', () => {});
  io.stdout.on('error', () => {});
  // In the callback of `write`, because the process may end before the `error` event.
  let lost = false;
  let unread = false;
  const written = (error?: NodeJS.ErrnoException | null) => {
    unread ||= error?.code === 'EPIPE';
    if (!error || error.code === 'EPIPE' || lost) return;
    lost = true;
    note(`tsntp: cannot write the result to stdout: ${error.message}`);
  };
  const printData = (text: string) => void io.stdout.write(text, written);
  return {
    io,
    get signal() {
      if (listeners.length === 0) listen();
      return interrupt.signal;
    },
    interruptedBy: () => by,
    isLost: () => lost,
    isUnread: () => unread,
    print: text => printData(forStdout(text)),
    printData,
    note,
    end() {
      for (const { signal, listener } of listeners) io.off(signal, listener);
    },
  };
}
