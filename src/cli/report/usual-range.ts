// Values with a few outliers, such as the first correction after boot → the range of the others.

/** A range, and whether values are beyond it. */
export interface UsualRange {
  readonly low: number;
  readonly high: number;
  /** The least and the largest of all values; the same as `low` and `high` if none is beyond. */
  readonly least: number;
  readonly most: number;
}

/** An outlier is this many times farther from the median than most values. */
const FAR = 10;
/** The share of the values that counts as most. */
const MOST = 0.8;

/** The range of the values without outliers; undefined without values. */
export function usualRange(values: readonly number[]): UsualRange | undefined {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const median = sorted[sorted.length >> 1]!;
  const distances = values.map(value => Math.abs(value - median)).sort((a, b) => a - b);
  const limit = FAR * distances[Math.floor(MOST * (distances.length - 1))]!;
  const usual = limit > 0 ? sorted.filter(value => Math.abs(value - median) <= limit) : sorted;
  return { low: usual[0]!, high: usual.at(-1)!, least: sorted[0]!, most: sorted.at(-1)! };
}
