// The shells that a host may have → what to run there by ssh, how to ask for the date, and how to read the answer.

import { type Seconds, type UnixTime, unixTimeOf } from '../ntp/time.ts';

/** A date that a shell said: the clock showed it, or up to `resolution` seconds more. */
export interface SaidDate {
  readonly date: UnixTime;
  readonly resolution: Seconds;
}

/** How to ask a shell of one kind. After it starts, it says `tsntp-at`, and the value of SSH_CONNECTION. */
export interface RemoteShell {
  /** The command that ssh runs. */
  readonly command: string;
  /** What to send first. */
  readonly greeting: string;
  /** What to send for a date. */
  question(id: number): string;
  /** The date in a line; undefined if it is not the answer to this question. */
  read(line: string, id: number): SaidDate | undefined;
}

/** Unix: `sh` and `date`. Where `date` does not know %N, it prints that itself, an N, or nothing: the time is in whole seconds. */
export const POSIX_SHELL: RemoteShell = {
  command: 'sh',
  greeting: 'echo "tsntp-at $SSH_CONNECTION"\n',
  question: id => `date +tsntp-${id}-%s.%N\n`,
  read(line, id) {
    const [, asked, seconds, fraction] = /^tsntp-(\d+)-(-?\d{1,11})(?!\d)\.?(\d{9}(?!\d))?/.exec(line) ?? [];
    if (seconds === undefined || Number(asked) !== id) return undefined;
    const date = unixTimeOf(BigInt(seconds) * 1_000_000_000n + BigInt(fraction ?? 0));
    return { date, resolution: fraction === undefined ? 1 : 1e-9 };
  },
};

/** 1970 in the ticks of .NET: 100 ns each, from the year 1 on. */
const EPOCH_TICKS = 621_355_968_000_000_000n;
/** Windows PowerShell reads the clock as of the last tick of the system. */
const WINDOWS_TICK: Seconds = 1 / 64;

/** It answers each line with its own text and the time. Both sides of the loop are plain text, whatever the code page. */
const SCRIPT = `$o=[Console]::Out;$o.WriteLine("tsntp-at $env:SSH_CONNECTION");
while($null -ne ($l=[Console]::In.ReadLine())){$o.WriteLine("tsntp-$l-ticks-"+[DateTime]::UtcNow.Ticks);$o.Flush()}`;

/** Windows: PowerShell, from whichever shell ssh starts there. The script is encoded, so that no shell reads its signs. */
export const POWERSHELL: RemoteShell = {
  command: `powershell -NoProfile -NonInteractive -EncodedCommand ${Buffer.from(SCRIPT, 'utf16le').toString('base64')}`,
  greeting: '',
  question: id => `${id}\n`,
  read(line, id) {
    const [, asked, ticks] = /^tsntp-(\d+)-ticks-(\d{1,19})$/.exec(line) ?? [];
    if (ticks === undefined || Number(asked) !== id) return undefined;
    return { date: unixTimeOf((BigInt(ticks) - EPOCH_TICKS) * 100n), resolution: WINDOWS_TICK };
  },
};
