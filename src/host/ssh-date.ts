// The system's ssh client → the dates that a shell of a host says: one login, then a line for each question to that shell, so
// that the login does not count. What ssh needs (keys, users, jump hosts) is in its own configuration; it asks for nothing.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { isIP } from 'node:net';
import { onAbort } from '../net/abort.ts';
import { DateError, type OpenSsh, type SshDates, type SshPlace } from '../net/date-source.ts';
import type { DateReply } from '../ntp/date-search.ts';
import type { MonotonicTime } from '../ntp/time.ts';
import { escaped } from '../sources/server.ts';
import { POSIX_SHELL, POWERSHELL, type RemoteShell } from './remote-shell.ts';

/** What is kept of what a host prints, in characters. */
const KEPT = 4096;

/** Opens logins with this monotonic clock, and with the client in the path; on Windows, with the one in this folder of the system. */
export function sshDates(now: () => MonotonicTime, windowsFolder?: string): OpenSsh {
  const program = windowsFolder === undefined ? 'ssh' : `${windowsFolder}\\System32\\OpenSSH\\ssh.exe`;
  return place =>
    new AnyShell(shell => {
      const child = spawn(program, sshArguments(place, shell), { windowsHide: true });
      return new Login(child, shell, now);
    });
}

/** The arguments: never a shell word of the user's, and after `--` never an option. */
export function sshArguments(place: SshPlace, shell: RemoteShell): readonly string[] {
  const { host, user, port, family, source, connectTimeout } = place;
  const settings = {
    BatchMode: 'yes',
    ConnectTimeout: Math.max(1, Math.ceil(connectTimeout)),
    ConnectionAttempts: 1,
    ControlMaster: 'no',
    ClearAllForwardings: 'yes',
    PermitLocalCommand: 'no',
    LogLevel: 'ERROR',
  };
  return [
    ...['-T', '-x', '-a'],
    ...Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]),
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(family === undefined ? [] : [`-${family}`]),
    ...(source === undefined ? [] : ['-b', source]),
    ...['--', host, shell.command],
  ];
}

/** A question that waits for its line. */
interface Question {
  readonly id: number;
  readonly sent: MonotonicTime;
  resolve(reply: DateReply): void;
  reject(error: DateError): void;
}

/** Dates of the first shell that says any: of Unix, then of Windows. */
class AnyShell implements SshDates {
  readonly #open: (shell: RemoteShell) => Login;
  #login: Login;
  #isDecided = false;

  constructor(open: (shell: RemoteShell) => Login) {
    this.#open = open;
    this.#login = open(POSIX_SHELL);
  }

  async ask(signal: AbortSignal): Promise<DateReply> {
    try {
      const reply = await this.#login.ask(signal);
      this.#isDecided = true;
      return reply;
    } catch (error) {
      const isWithoutShell =
        error instanceof DateError && error.kind === 'unusable' && !this.#login.unstarted;
      if (this.#isDecided || !isWithoutShell || signal.aborted) throw error;
      return await this.#askWindows(error, signal);
    }
  }

  async #askWindows(without: DateError, signal: AbortSignal): Promise<DateReply> {
    this.#isDecided = true;
    this.#login = this.#open(POWERSHELL);
    try {
      return await this.#login.ask(signal);
    } catch (error) {
      // What the shell of Unix said is the better reason, where there is none of Windows.
      throw error instanceof DateError && error.kind === 'unusable' ? without : error;
    }
  }

  address(): string | undefined {
    return this.#login.address();
  }

  close(): void {
    this.#login.close();
  }
}

class Login implements SshDates {
  /** Whether there is no client here. */
  unstarted = false;
  readonly #shell: RemoteShell;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #now: () => MonotonicTime;
  #asked = 0;
  #question: Question | undefined;
  #line = '';
  #complaint = '';
  #address: string | undefined;
  #ended: DateError | undefined;

  constructor(child: ChildProcessWithoutNullStreams, shell: RemoteShell, now: () => MonotonicTime) {
    this.#child = child;
    this.#shell = shell;
    this.#now = now;
    child.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      this.unstarted = true;
      this.#end(clientError(code));
    });
    child.on('close', code => this.#end(dateErrorOfSsh(code, this.#complaint)));
    child.stdin.on('error', () => {});
    child.stdout.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#complaint = (this.#complaint + text).slice(-KEPT);
    });
    child.stdin.write(shell.greeting);
  }

  ask(signal: AbortSignal): Promise<DateReply> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(this.#ended);
      const late = () => reject(new DateError('no-answer', 'no answer in time'));
      if (signal.aborted) return late();
      const stopListening = onAbort(signal, late);
      const id = ++this.#asked;
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          stopListening();
          this.#question = undefined;
          settle(value);
        };
      this.#question = { id, sent: this.#now(), resolve: settled(resolve), reject: settled(reject) };
      this.#child.stdin.write(this.#shell.question(id));
    });
  }

  address(): string | undefined {
    return this.#address;
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill();
  }

  #hear(text: string): void {
    const received = this.#now();
    const lines = (this.#line + text).split(/\r?\n/);
    this.#line = lines.pop()!.slice(-KEPT);
    for (const line of lines) this.#read(line, received);
  }

  #read(line: string, received: MonotonicTime): void {
    const [, at] = /^tsntp-at \S+ \S+ (\S+) \S+$/.exec(line) ?? [];
    if (at !== undefined && isIP(at) !== 0) this.#address = at;
    const question = this.#question;
    const read = question && this.#shell.read(line, question.id);
    if (read) question.resolve({ sent: question.sent, received, ...read });
  }

  #end(error: DateError): void {
    this.#ended ??= error;
    this.#question?.reject(this.#ended);
  }
}

function clientError(code: string): DateError {
  const problem = code === 'ENOENT' ? 'there is no ssh client here: install OpenSSH' : `ssh fails (${code})`;
  return new DateError('unusable', problem);
}

/** The status of ssh itself; another one is that of the shell. */
const SSH_FAILED = 255;

/** Why there are no dates, from the status of the client and what it printed. */
export function dateErrorOfSsh(code: number | null, stderr: string): DateError {
  const lines = stderr.split(/[\r\n]+/).filter(line => line.trim() !== '');
  const said = escaped((lines.at(-1) ?? 'the connection ended').slice(0, 200)).replace(/\.$/, '');
  if (code !== SSH_FAILED) return new DateError('unusable', `no shell with a date there: ${said}`);
  if (/could not resolve/i.test(said)) return new DateError('unknown-name', said);
  if (/timed out|timeout|no route|unreachable|host is down/i.test(said))
    return new DateError('no-answer', said);
  return new DateError('refused', said);
}
