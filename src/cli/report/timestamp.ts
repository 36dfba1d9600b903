// The time in front of a classic line, as syslog and ntpdate write it.

import { type LocalTime, localTime } from '../../host/local-time.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** An instant in the local time of this process's environment: ` 5 Nov 12:10:23`. */
export async function timestampOf(at: Date, env: NodeJS.ProcessEnv): Promise<string> {
  return formatTimestamp(await localTime(at, env.TZ));
}

/** Local time to the second: ` 5 Nov 12:10:23`. */
export function formatTimestamp({ month, day, hour, minute, second }: LocalTime): string {
  const two = (n: number) => String(n).padStart(2, '0');
  return `${String(day).padStart(2)} ${MONTHS[month]} ${[hour, minute, second].map(two).join(':')}`;
}
