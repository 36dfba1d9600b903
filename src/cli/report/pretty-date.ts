// An instant → the local date and time in the form of the blocks of `ntpdate -d`.

import { localTime } from '../../host/local-time.ts';
import { MONTHS } from './timestamp.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Formats an instant in local time: `Wed, Nov 25 2026 18:17:26.445`. `zone` is the value of TZ. */
export async function prettyDate(at: Date, zone: string | undefined): Promise<string> {
  const { year, month, day, hour, minute, second } = await localTime(at, zone);
  const weekday = new Date(Date.UTC(year, month, day)).getUTCDay();
  const two = (n: number, fill: ' ' | '0') => String(n).padStart(2, fill);
  const time = `${two(hour, ' ')}:${two(minute, '0')}:${two(second, '0')}`;
  const fraction = String(at.getUTCMilliseconds()).padStart(3, '0');
  return `${DAYS[weekday]}, ${MONTHS[month]} ${two(day, ' ')} ${year} ${time}.${fraction}`;
}
