// A server's report → the block that `ntpdate -d` prints for it. Scripts search it for `transmit timestamp:`.

import { formatRefid } from '../../ntp/refid.ts';
import {
  type NtpTimestamp,
  ntpTimestampOf,
  toNtpTimestamp,
  toUnixTime,
  type UnixTime,
} from '../../ntp/time.ts';
import type { ServerReport } from '../../pipeline/outcome.ts';
import { authenticationOf, measuredOf, nameOf, packetOf, samplesOf, stratumOf } from '../../report/labels.ts';
import { sixDecimals } from '../../report/quantity.ts';
import { prettyDate } from './pretty-date.ts';

/** The values in a filter row. */
const FILTER_ROW = 4;

/**
 * The lines for a server that answered, followed by an empty line; none if it did not answer. `zone` is the value of TZ.
 * The originate timestamp is T1 of the last reply, because the origin in the packet is a random nonce.
 */
export async function ntpdateBlock(
  report: ServerReport,
  zone: string | undefined,
): Promise<readonly string[]> {
  const { burst, estimate } = report;
  const packet = packetOf(report);
  const measured = measuredOf(report);
  if (!packet) return [];
  const samples = samplesOf(burst);
  const last = samples.at(-1);
  const stratum = stratumOf(packet);
  const refid = formatRefid(packet.refid, packet.stratum).replace(/^\.(.*)\.$/, '$1');
  const dispersion = estimate?.dispersion ?? last?.dispersion ?? 0;
  const date = (bits: NtpTimestamp, pivot: UnixTime | undefined) => timestamp(bits, pivot, zone);
  return [
    `server ${nameOf(report)}`,
    `stratum ${stratum}, precision ${packet.precision}, leap ${packet.leap.toString(2).padStart(2, '0')}, trust 000`,
    ...(report.authentication ? [`authenticated: ${authenticationOf(report) || 'no'}`] : []),
    `refid [${refid}], root delay ${packet.rootDelay.toFixed(6)}, root dispersion ${packet.rootDispersion.toFixed(6)}`,
    `reference time:      ${await date(packet.reference, last?.t3)}`,
    `originate timestamp: ${await date(last ? toNtpTimestamp(last.t1) : ntpTimestampOf(0n), last?.t1)}`,
    `transmit timestamp:  ${await date(packet.transmit, last?.t3)}`,
    `filter delay:  ${filterRows(samples.map(({ delay }) => delay))}`,
    `filter offset: ${filterRows(samples.map(({ offset }) => offset))}`,
    `delay ${(measured?.delay ?? 0).toFixed(5)}, dispersion ${dispersion.toFixed(5)}`,
    `offset ${sixDecimals(measured?.offset ?? 0)}`,
    '',
  ];
}

/** The 64 bits in hexadecimal, and the local time if the era is known. */
async function timestamp(
  bits: NtpTimestamp,
  pivot: UnixTime | undefined,
  zone: string | undefined,
): Promise<string> {
  const hex = bits.toString(16).padStart(16, '0');
  const text = `${hex.slice(0, 8)}.${hex.slice(8)}`;
  if (pivot === undefined || bits === 0n) return text;
  return `${text}  ${await prettyDate(new Date(Number(toUnixTime(bits, pivot) / 1_000_000n)), zone)}`;
}

function filterRows(values: readonly number[]): string {
  const rows: string[] = [];
  for (let at = 0; at < values.length; at += FILTER_ROW) {
    const row = values.slice(at, at + FILTER_ROW).map(value => value.toFixed(6));
    rows.push(row.join('  '));
  }
  return rows.join('\n               ');
}
