// The arguments of `tsntp check` → the options of a check: hosts of the command line and of lists, the reference, and the limits.

import { readFileSync } from 'node:fs';
import type { CheckOptions } from '../../check.ts';
import type { Limits, Target } from '../../fleet/fleet-outcome.ts';
import { areSwapped, limitsOf } from '../../fleet/limits.ts';
import { readTargetList, targetOf, withoutRepetitions } from '../../fleet/target-list.ts';
import { defaultLimits } from '../../options/default-limits.ts';
import { given } from '../../options/given.ts';
import { readOffsetRange } from '../../options/offset-range.ts';
import { OPTIONS } from '../../options/option-table.ts';
import { readViaOrder } from '../../options/via-order.ts';
import type { ReferenceChoice } from '../../pipeline/check-reference.ts';
import { fileProblem, ListError, namedFiles } from '../../sources/files.ts';
import { escaped, parseServer, ServerSyntaxError, withPools } from '../../sources/server.ts';
import { defaults } from '../../sync.ts';
import type { CommandArguments } from './command-arguments.ts';
import { UsageError } from './usage-error.ts';

type CheckArguments = CommandArguments<'check'>;

/** The options of the check, and what to say about its hosts. Throws `UsageError`. */
export function checkOptionsOf(args: CheckArguments): {
  readonly options: CheckOptions;
  readonly warnings: readonly string[];
} {
  const { targets, warnings } = withoutRepetitions(targetsOf(args));
  const path = given({
    family: args.ipv4 ? (4 as const) : args.ipv6 ? (6 as const) : undefined,
    source: args.source,
  });
  const options = {
    targets,
    reference: referenceOf(args.reference ?? [], path),
    limits: limitsGiven(args),
    failOn: args.failOn ?? OPTIONS.failOn.default,
    via: readViaOrder(args.via ?? OPTIONS.via.default)!,
    rate: args.rate ?? OPTIONS.rate.default,
    timeout: args.checkTimeout ?? OPTIONS.checkTimeout.default,
    version: OPTIONS.ntpVersion.default,
    ...path,
  };
  return { options, warnings };
}

function targetsOf({ host = [], list = [] }: CheckArguments): readonly Target[] {
  try {
    const targets = [...host.map(text => targetOf(text, 'command line')), ...list.flatMap(readList)];
    if (targets.length > 0) return targets;
    const nothing = list.length > 0 ? `${list.map(escaped).join(', ')}: names no hosts` : 'check: no hosts';
    throw new UsageError(`${nothing}; name them, or list them with -f FILE, one per line`);
  } catch (error) {
    if (error instanceof ServerSyntaxError || error instanceof ListError) throw new UsageError(error.message);
    throw error;
  }
}

function readList(file: string): readonly Target[] {
  const name = file === '-' ? 'stdin' : file;
  // `-f <(command)` of a shell is a pipe, which is read to its end like stdin.
  const stream = file === '-' || /^\/(dev|proc\/self)\/(fd\/\d+|stdin)$/.test(file);
  const text = stream ? readStream(file, name) : namedFiles.read(file);
  if (text === undefined) throw new UsageError(`${escaped(file)}: cannot be read: no such file`);
  // As Windows PowerShell writes with ">".
  if (text.includes('\0'))
    throw new UsageError(`${escaped(name)}: is not text in UTF-8, but perhaps UTF-16: save it as UTF-8`);
  return readTargetList(text, name);
}

function readStream(file: string, name: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UsageError(`${escaped(name)}: cannot be read: ${fileProblem(error)}`);
  }
}

/** Several servers may be given one by one, or separated by commas or spaces. */
function referenceOf(
  texts: readonly string[],
  path: { readonly family?: 4 | 6; readonly source?: string },
): ReferenceChoice {
  const words = texts.flatMap(text => text.split(/[\s,]+/)).filter(word => word !== '');
  const [word] = words;
  if (word === undefined && texts.length === 0) return { kind: 'majority' };
  if (words.length === 1 && (word === 'local' || word === 'majority')) return { kind: word };
  if (word === undefined || words.includes('local') || words.includes('majority'))
    throw new UsageError('--reference: give servers, or "local" or "majority" alone');
  try {
    const servers = withPools(
      words.map(text => parseServer(text, '--reference')),
      words.length === 1,
    );
    return { kind: 'servers', survey: { ...defaults, ...path, servers } };
  } catch (error) {
    if (error instanceof ServerSyntaxError) throw new UsageError(error.message);
    throw error;
  }
}

function limitsGiven({ warn, critical }: CheckArguments): Limits {
  const ranges = given({
    warning: warn === undefined ? undefined : readOffsetRange(warn),
    critical: critical === undefined ? undefined : readOffsetRange(critical),
  });
  if (areSwapped(ranges))
    throw new UsageError(
      `--critical: ${critical} is below --warn ${warn}: give the larger limit to --critical`,
    );
  return limitsOf(ranges, defaultLimits());
}
