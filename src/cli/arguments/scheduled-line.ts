// The words after `tsntp schedule` → the arguments of the scheduled `sync`, checked now, as `sync` would check them later.
// The runs happen in another folder, as another user, without a terminal: a word that would mean something else there is an error.

import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { flagOf, OPTION_ROWS, type OptionName } from '../../options/option-names.ts';
import { significantLines } from '../../sources/lines.ts';
import { escaped, isPublicPool } from '../../sources/server.ts';
import { DEFAULT_LISTS } from '../../sources/well-known.ts';
import {
  type CommandLine,
  canonicalArgv,
  type Given,
  poolsIn,
  readArgv,
  refuseForeignOptions,
} from './argv.ts';
import { chooseServers } from './chosen-servers.ts';
import { refuseCommandWords } from './command-words.ts';
import { readFlags } from './flags.ts';
import { argumentsOf } from './settings.ts';
import { UsageError } from './usage-error.ts';

/** The scheduled command line. */
export interface ScheduledLine {
  /** Options as `--name=value`, then servers; without --max-offset. */
  readonly arguments: readonly string[];
  /** The value of --max-offset. */
  readonly maxOffset?: string;
  /** Whether a server is a public pool. */
  readonly pool: boolean;
}

/** Options that make no sense in a scheduled run, and why. */
const REFUSED: Partial<Readonly<Record<OptionName, string>>> = {
  query: 'no run would set the clock',
  dryRun: 'no run would set the clock; to preview the files, give -n before --',
  debug: 'no run would set the clock; -vv also shows the trace',
  repeat: 'the scheduler repeats the run: give --every before --',
  jitter: 'the scheduler spreads the runs',
};

/** Reads the words. Servers may also come from the lists of this machine, or of the image at `root`. Throws `UsageError`. */
export function readScheduledLine(words: readonly string[], root?: string): ScheduledLine {
  for (const word of words) refuseControls(word);
  const line = readArgv(words);
  const { command = 'sync', options } = line;
  if (command !== 'sync')
    throw new UsageError(`schedule: the job runs sync, not ${command}: leave out "${command}"`);
  refuseForeignOptions('sync', options);
  refuseCommandWords([...line.words, ...poolsIn(options)]);
  for (const option of options) refuseUnfit(option);
  argumentsOf('sync', [readFlags('sync', line)]);
  const limit = options.find(({ name, value }) => name === 'maxOffset' && value !== 'none');
  const rest = options.filter(option => option !== limit);
  return {
    arguments: canonicalArgv({ command: undefined, options: rest, words: line.words }).filter(
      word => word !== '--',
    ),
    ...(limit !== undefined && { maxOffset: String(limit.value) }),
    pool: usesPool(line, root),
  };
}

/** No format of a job has a place for a line break. */
function refuseControls(word: string): void {
  if (/\p{Cc}/u.test(word))
    throw new UsageError(`schedule: "${escaped(word)}" has a control character, which no job can hold`);
}

function refuseUnfit({ name, value, written }: Given): void {
  const why = REFUSED[name] ?? (OPTION_ROWS[name].flagOnly ? 'give it before --' : undefined);
  if (why !== undefined && value !== false)
    throw new UsageError(`schedule: ${written} is not for a job: ${why}`);
  if (!['FILE', 'DIR', 'DEV'].includes(OPTION_ROWS[name].placeholder ?? '') || typeof value !== 'string')
    return;
  if (value === '-') throw new UsageError(`schedule: ${written} -: a job has no input; name a file`);
  if (!isAbsolute(value))
    throw new UsageError(
      `schedule: ${written} ${escaped(value)}: the job runs in another folder; give the whole path: --${flagOf(name)}=${escaped(resolve(value))}`,
    );
}

/** Whether a server is a public pool. Throws `UsageError` if there are no servers. */
function usesPool(line: CommandLine, root: string | undefined): boolean {
  const files = line.options.flatMap(({ name, value }) => (name === 'file' ? [String(value)] : []));
  const pools = poolsIn(line.options);
  if (root === undefined) return chosen(line.words, files, pools).some(({ host }) => isPublicPool(host));
  const inImage = (path: string) => hasLines(join(root, path));
  const named = line.words.length + pools.length > 0;
  if (!named && files.length === 0 && !DEFAULT_LISTS.some(inImage))
    throw new UsageError(`schedule: no servers: ${ADVICE}, in the image`);
  return named && chosen(line.words, [], pools).some(({ host }) => isPublicPool(host));
}

/** The list of a package contains only comments until its first line is written. */
function hasLines(list: string): boolean {
  return existsSync(list) && significantLines(readFileSync(list, 'utf8'), list).length > 0;
}

const ADVICE =
  'name them, as in "tsntp schedule -- ntp1.example ntp2.example", or write them into /etc/tsntp.conf, one per line';

/** The servers, also those of the lists on this machine. TSNTP_SERVERS does not reach the job. */
function chosen(words: readonly string[], files: readonly string[], pools: readonly string[]) {
  try {
    return chooseServers(words, files, '', DEFAULT_LISTS, pools).servers;
  } catch (error) {
    if (!(error instanceof UsageError) || !error.message.startsWith('no servers: ')) throw error;
    throw new UsageError(error.message.replace(/^no servers: .*$/m, `schedule: no servers: ${ADVICE}`));
  }
}
