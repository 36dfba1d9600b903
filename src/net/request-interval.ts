// How long to wait between two requests to one server. On a wide-area path 2 s: servers drop or kiss faster clients,
// and samples spread over seconds outlast a burst of congestion. On a local path, waiting has no benefit.

import net from 'node:net';
import type { Seconds } from '../ntp/time.ts';
import type { Address } from './transport.ts';

/** The interval that the default rate limits of ntpd and chrony allow, in seconds. */
export const REQUEST_INTERVAL: Seconds = 2;
/**
 * The interval on a local path, in seconds. Four requests at this interval meet a clock that ticks every 1, 2, 4, 5, 10,
 * 15.6, 16.7, or 20 ms at least once in each half of its tick, so that the replies reveal how coarse the clock is.
 */
export const LOCAL_REQUEST_INTERVAL: Seconds = 0.0433;
/** A private address with a shorter round trip than this, in seconds, is local. */
const LOCAL_ROUND_TRIP: Seconds = 0.005;

/** The observations of a burst so far. */
export interface Pace {
  /**
   * The shortest round trip so far in seconds, because the first may be delayed (ARP, a sleeping link); undefined
   * before the first reply.
   */
  readonly leastRoundTrip: Seconds | undefined;
  readonly lost: boolean;
  readonly kissed: boolean;
}

/**
 * The time from one request to the next in seconds: `interval` if given, but at least 2 s after a RATE kiss. Recomputed
 * after each reply.
 */
export function requestIntervalOf(interval: 'auto' | Seconds, address: Address, pace: Pace): Seconds {
  if (interval !== 'auto') return pace.kissed ? Math.max(interval, REQUEST_INTERVAL) : interval;
  const nextDoor =
    pace.leastRoundTrip !== undefined && pace.leastRoundTrip < LOCAL_ROUND_TRIP && isLocal(address);
  return nextDoor && !pace.lost && !pace.kissed ? LOCAL_REQUEST_INTERVAL : REQUEST_INTERVAL;
}

const LOCAL_NETWORKS = [
  ['127.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['::1', 128, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 10, 'ipv6'],
] as const;
let localNetworks: net.BlockList | undefined;

/** Made when first asked for: a run of one request does not ask. */
function localNetworkList(): net.BlockList {
  const list = new net.BlockList();
  for (const [network, prefix, family] of LOCAL_NETWORKS) list.addSubnet(network, prefix, family);
  return list;
}

/** Whether an address is loopback, private (RFC 1918, RFC 4193), or link-local. */
export function isLocal({ address, family }: Address): boolean {
  localNetworks ??= localNetworkList();
  return localNetworks.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
