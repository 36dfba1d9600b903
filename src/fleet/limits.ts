// An interval of offsets against the limits of a check → whether it is surely over a limit, surely within, or neither.

import type { Interval } from '../ntp/overlap.ts';
import type { Seconds } from '../ntp/time.ts';
import type { Limits, OffsetRange } from './fleet-outcome.ts';

/** `over`: all of the interval is over the limit; `within`: none of it is. */
export type Standing = 'over' | 'within' | 'across';

/** Compares an interval with a limit. The ends of a range are allowed, and are not if it forbids its inside. */
export function standingOf({ low, high }: Interval, { from, to, inside }: OffsetRange): Standing {
  const disjoint = high < from || low > to;
  const contained = low >= from && high <= to;
  if (!disjoint && !contained) return 'across';
  return disjoint === inside ? 'within' : 'over';
}

/** The limits, of which either may be absent. A default gives way to a limit that is given. */
export function limitsOf(
  given: { readonly warning?: OffsetRange; readonly critical?: OffsetRange },
  defaults: Limits,
): Limits {
  const { warning, critical } = { ...defaults, ...given };
  if (given.warning === undefined && !holds(critical, warning)) return { warning: critical, critical };
  if (given.critical === undefined && !holds(critical, warning)) return { warning, critical: warning };
  return { warning, critical };
}

/** Whether the critical limit is below the warning, both of which are plain sizes: a mistake. */
export function areSwapped({ warning, critical }: Partial<Limits>): boolean {
  return isSize(warning) && isSize(critical) && critical.to < warning.to;
}

function isSize(range: OffsetRange | undefined): range is OffsetRange {
  return range !== undefined && range.from === -range.to && !range.inside;
}

/** How far two right clocks may be apart from the true time each, in seconds: the nearest end of the limits. */
export function toleranceOf({ warning, critical }: Limits): Seconds {
  const ends = [warning, critical].flatMap(({ from, to, inside }) => (inside ? [] : [from, to]));
  const sizes = ends.map(Math.abs).filter(size => size > 0 && Number.isFinite(size));
  return sizes.length === 0 ? 0 : Math.min(...sizes);
}

/** Whether what `inner` allows is allowed by `outer`, as far as the two are comparable. */
function holds(outer: OffsetRange, inner: OffsetRange): boolean {
  if (outer.inside || inner.inside) return true;
  return outer.from <= inner.from && outer.to >= inner.to;
}
