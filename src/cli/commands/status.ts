// `tsntp status`: what the kernel and the last runs say of this machine's clock, as lines or JSON.

import { slewDuration } from '../../clock/clock.ts';
import type { Arguments } from '../../options/parsed.ts';
import { VERSION } from '../../release.ts';
import { formatDuration, formatOffset } from '../../report/quantity.ts';
import { readStatus, type Status } from '../../status.ts';
import type { Context } from '../process/context.ts';

export async function runStatus(args: Arguments<'status'>, context: Context): Promise<number> {
  const status = await readStatus(args.state, context.io.env);
  for (const warning of status.warnings) context.note(`warning: ${warning}`);
  context.print(args.format === 'json' ? `${JSON.stringify(jsonOf(status))}\n` : textOf(status));
  return 0;
}

function jsonOf({ kernel, ...status }: Status): object {
  return { version: 1, tsntp: VERSION, command: 'status', exitCode: 0, ...status, ...kernel };
}

/** Names and values, the values in one column. */
function textOf(status: Status): string {
  const rows = rowsOf(status);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${`${name}:`.padEnd(width + 2)}${value}\n`).join('');
}

function rowsOf(status: Status): readonly (readonly [string, string])[] {
  const { now, kernel, lastSet, rtc, clock, warnings } = status;
  const { maxError, estimatedError, frequency, slewRemaining } = kernel;
  const rows: (readonly [string, string | undefined])[] = [
    ['clock', `${now} (${clock})`],
    ['synchronized', synchronizedText(status)],
    ['error bound', maxError === undefined ? undefined : `± ${formatDuration(maxError)}`],
    ['likely error', estimatedError === undefined ? undefined : formatDuration(estimatedError)],
    ['slew left', slewRemaining === undefined ? undefined : slewText(slewRemaining)],
    [
      'frequency',
      frequency === undefined ? undefined : `${frequency >= 0 ? '+' : ''}${frequency.toFixed(3)} ppm`,
    ],
    ['last set', lastSet ? lastSetText(lastSet) : warnings.length > 0 ? 'unknown' : 'never by tsntp'],
    ['also set by', servicesText(status)],
    ['hardware clock', rtc ? `${formatOffset(rtc.offset)} from the system clock (${rtc.path})` : 'none'],
  ];
  return rows.filter((row): row is readonly [string, string] => row[1] !== undefined);
}

/** With the time since when, where no program but tsntp has set the clock. */
function synchronizedText({ kernel: { synchronized }, lastSet, services, servicesHidden }: Status): string {
  if (synchronized === undefined) return 'this platform does not tell';
  if (!synchronized) return 'no';
  const alone = services.length === 0 && servicesHidden === undefined;
  return lastSet?.sinceBoot && alone ? `yes, since ${secondsOf(lastSet.time)}` : 'yes';
}

function servicesText({ services, servicesHidden }: Status): string {
  if (services.length > 0) return services.map(({ name }) => name).join(', ');
  return servicesHidden === undefined ? 'no other program' : `unknown: ${servicesHidden}`;
}

/** An instant without the fraction of its second. */
function secondsOf(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z');
}

function slewText(left: number): string {
  if (left === 0) return 'none';
  return `${formatOffset(left)}, for ${Math.ceil(slewDuration(left))} s`;
}

function lastSetText({
  time,
  kind,
  offset,
  server,
  errorBound,
  sinceBoot,
}: NonNullable<Status['lastSet']>): string {
  const when = sinceBoot ? '' : ', before the machine came up';
  const how = `${kind} of ${formatOffset(offset)} to ${server} (± ${formatDuration(errorBound)})`;
  return `${secondsOf(time)}${when}: ${how}`;
}
