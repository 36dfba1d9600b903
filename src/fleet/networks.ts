// IP addresses → the networks that hold all of them, as text: `10.1.0.0/24`. Few and large ones if the addresses are spread.

import { familyOf } from '../sources/server.ts';

/** The number of networks to name before larger ones are named instead. */
const FEW = 4;

/** The networks, in the order of the addresses: of IPv4 /24 or /16, of IPv6 /64 or /48. */
export function networksOf(addresses: readonly string[]): readonly string[] {
  const small = [...new Set(addresses.map(address => networkOf(address, 'small')))];
  return small.length <= FEW ? small : [...new Set(addresses.map(address => networkOf(address, 'large')))];
}

function networkOf(address: string, size: 'small' | 'large'): string {
  // A host that was read by ssh may be known by its name only.
  if (familyOf(address) === undefined) return address;
  if (!address.includes(':')) {
    const [a, b, c] = address.split('.');
    return size === 'small' ? `${a}.${b}.${c}.0/24` : `${a}.${b}.0.0/16`;
  }
  const [text = ''] = address.split('%');
  const groups = groupsOf(text).slice(0, size === 'small' ? 4 : 3);
  while (groups.at(-1) === '0') groups.pop();
  return `${groups.join(':')}::/${size === 'small' ? 64 : 48}`;
}

/** The eight groups of an IPv6 address. */
function groupsOf(text: string): string[] {
  const [head = '', tail] = text.split('::');
  const [before, after] = [head, tail ?? ''].map(part => part.split(':').filter(group => group !== ''));
  const missing = tail === undefined ? 0 : 8 - before!.length - after!.length;
  return [...before!, ...Array.from({ length: missing }, () => '0'), ...after!];
}
