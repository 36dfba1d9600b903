// The four bytes of a reference id → text that is safe to print (RFC 5905 §7.3 figure 12).

/** From this stratum on, a server is not synchronized and its reference id is a code (RFC 5905 §7.3). */
const UNSYNCHRONIZED = 16;

/**
 * Formats a reference id: a code such as `.GPS.` or `.STEP.` for stratum 0, 1, or at least 16; otherwise the upstream
 * server's IPv4 address (or four bytes of a hash of its IPv6 address, which look the same). An id with non-printable
 * bytes is never shown as text: it becomes hexadecimal for stratum 0 and 1, and an address otherwise.
 */
export function formatRefid(refid: number, stratum: number): string {
  const bytes = bytesOf(refid);
  if (stratum > 1 && stratum < UNSYNCHRONIZED) return bytes.join('.');
  const text = ascii(bytes);
  if (text === '') return '';
  if (text !== undefined) return `.${text}.`;
  return stratum > 1 ? bytes.join('.') : `0x${refid.toString(16).padStart(8, '0')}`;
}

/** The reference id as a code in printable ASCII without padding; undefined for anything else. */
export function refidCode(refid: number): string | undefined {
  return ascii(bytesOf(refid));
}

function bytesOf(refid: number): readonly number[] {
  return [refid >>> 24, (refid >>> 16) & 0xff, (refid >>> 8) & 0xff, refid & 0xff];
}

/** Left-justified, zero-padded printable ASCII. */
function ascii(bytes: readonly number[]): string | undefined {
  const text = String.fromCharCode(...bytes).replace(/\0+$/, '');
  return /^[\x21-\x7e]*$/.test(text) ? text : undefined;
}
