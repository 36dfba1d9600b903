// A packet → its kiss-o'-death: stratum 0 with a code in place of the reference id (RFC 5905 §7.4). net/burst.ts obeys it.

import type { Packet } from './packet.ts';
import { refidCode } from './refid.ts';

/** What a kiss-o'-death demands of a client (RFC 5905 §7.4). */
export type KissDemand = 'stop' | 'slow-down';

/** A kiss code that a client must obey. */
export interface Kiss {
  readonly code: string;
  readonly demand: KissDemand;
}

const DEMANDS: ReadonlyMap<string, KissDemand> = new Map([
  ['DENY', 'stop'],
  ['RSTR', 'stop'],
  ['RATE', 'slow-down'],
]);

/** The kiss code of a packet, if a client must obey it. Unknown codes demand nothing (RFC 5905 §7.4). */
export function kissOf(packet: Packet): Kiss | undefined {
  if (packet.stratum !== 0) return undefined;
  const code = refidCode(packet.refid) ?? '';
  const demand = DEMANDS.get(code);
  return demand && { code, demand };
}
