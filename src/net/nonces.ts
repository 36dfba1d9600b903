// Random bytes, fetched for many requests at a time → the nonces of requests.

import { type NtpTimestamp, ntpTimestampOf } from '../ntp/time.ts';

const LENGTH = 8;
const AT_A_TIME = 512;

/** A source of nonces: 64 random bits each, never zero, because a server that leaves the field empty returns zero. */
export class Nonces {
  readonly #random: (length: number) => Uint8Array;
  #bytes: DataView = new DataView(new ArrayBuffer(0));
  #used = 0;

  constructor(random: (length: number) => Uint8Array) {
    this.#random = random;
  }

  next(): NtpTimestamp {
    if (this.#used >= this.#bytes.byteLength) {
      const { buffer, byteOffset, byteLength } = this.#random(LENGTH * AT_A_TIME);
      this.#bytes = new DataView(buffer, byteOffset, byteLength);
      this.#used = 0;
    }
    const nonce = ntpTimestampOf(this.#bytes.getBigUint64(this.#used));
    this.#used += LENGTH;
    return nonce === 0n ? this.next() : nonce;
  }
}
