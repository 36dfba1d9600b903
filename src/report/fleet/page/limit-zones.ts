// The limits of a check → the parts of an axis where an offset is over one of them.

import type { Limits, OffsetRange } from '../../../fleet/fleet-outcome.ts';
import { type SymlogAxis, symlogPlace } from './symlog-axis.ts';

/** A part of an axis, in pixels, where an offset is over a limit. */
export interface LimitZone {
  readonly limit: 'warning' | 'critical';
  readonly from: number;
  readonly to: number;
}

/** The zones of an axis of this length. */
export function limitZones(limits: Limits, axis: SymlogAxis, length: number): readonly LimitZone[] {
  return (['warning', 'critical'] as const).flatMap(limit =>
    alertsOf(limits[limit])
      .map(([from, to]) => ({
        limit,
        from: symlogPlace(from, axis, length),
        to: symlogPlace(to, axis, length),
      }))
      .filter(({ from, to }) => to > from),
  );
}

function alertsOf({ from, to, inside }: OffsetRange): readonly (readonly [from: number, to: number])[] {
  if (inside) return [[from, to]];
  return [
    [-Infinity, from],
    [to, Infinity],
  ];
}
