// An instant → the local time at the start of a classic line, in the form of syslog and ntpdate.

import { type LocalTime, localTime } from '../../host/local-time.ts';

/** The abbreviated names of the months. */
export const MONTHS: readonly string[] = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
];

/** Formats an instant in the local time of the environment `env`: ` 5 Nov 12:10:23`. */
export async function timestampOf(at: Date, env: NodeJS.ProcessEnv): Promise<string> {
  return formatTimestamp(await localTime(at, env.TZ));
}

/** Formats a local time to the second: ` 5 Nov 12:10:23`. */
export function formatTimestamp({ month, day, hour, minute, second }: LocalTime): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${String(day).padStart(2)} ${MONTHS[month]} ${[hour, minute, second].map(two).join(':')}`;
}
