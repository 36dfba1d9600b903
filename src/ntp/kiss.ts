// A packet → the kiss-o'-death in it: a stratum of 0 with a code where the reference id is (RFC 5905 §7.4). net/burst.ts obeys it.

import type { Packet } from './packet.ts';
import { refidCode } from './refid.ts';

/** What a kiss-o'-death asks of a client (RFC 5905 §7.4). */
export type KissDemand = 'stop' | 'slow-down';

/** A kiss code that means something to a client. */
export interface Kiss {
  readonly code: string;
  readonly demand: KissDemand;
}

const DEMANDS: ReadonlyMap<string, KissDemand> = new Map([
  ['DENY', 'stop'],
  ['RSTR', 'stop'],
  ['RATE', 'slow-down'],
]);

/** The kiss in a packet that a client must obey, or undefined: unknown codes ask for nothing (RFC 5905 §7.4). */
export function kissOf(packet: Packet): Kiss | undefined {
  if (packet.stratum !== 0) return undefined;
  const code = refidCode(packet.refid) ?? '';
  const demand = DEMANDS.get(code);
  return demand && { code, demand };
}
