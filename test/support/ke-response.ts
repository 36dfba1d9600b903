// What a server of the NTS key exchange sends (RFC 8915 §4), as bytes.

/** One record; critical unless told otherwise. */
export function record(type: number, body: ArrayLike<number>, critical = true): Uint8Array {
  const bytes = Buffer.alloc(4 + body.length);
  bytes.writeUInt16BE(type | (critical ? 0x8000 : 0), 0);
  bytes.writeUInt16BE(body.length, 2);
  bytes.set(body, 4);
  return bytes;
}

export const END: Uint8Array = record(0, []);

/** The records of a good response: protocol, AEAD, cookies, end. */
export function good(cookies: readonly Uint8Array[] = [new Uint8Array(100).fill(7)]): readonly Uint8Array[] {
  return [record(1, [0, 0]), record(4, [0, 15]), ...cookies.map(cookie => record(5, cookie, false)), END];
}
