// A local date and time as the blocks of `ntpdate -d` have it.

import { localTime } from '../../host/local-time.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** The day of the month and the hour without a leading zero: `Wed, Nov 25 2026 18:17:26.445`. `zone` is what TZ says. */
export async function prettyDate(at: Date, zone: string | undefined): Promise<string> {
  const { month, day, hour, minute, second } = await localTime(at, zone);
  const turned = at.getUTCMonth() - month;
  const year = at.getUTCFullYear() + (turned === 11 ? 1 : turned === -11 ? -1 : 0);
  const weekday = new Date(Date.UTC(year, month, day)).getUTCDay();
  const two = (n: number, fill: ' ' | '0') => String(n).padStart(2, fill);
  const time = `${two(hour, ' ')}:${two(minute, '0')}:${two(second, '0')}`;
  const fraction = String(at.getUTCMilliseconds()).padStart(3, '0');
  return `${DAYS[weekday]}, ${MONTHS[month]} ${two(day, ' ')} ${year} ${time}.${fraction}`;
}
