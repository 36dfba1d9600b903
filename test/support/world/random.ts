// A seed → numbers that the seed alone decides, so that a world that went wrong goes wrong again.

/** Numbers in [0, 1) (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Exponentially distributed with this mean. */
export function exponential(mean: number, random: () => number): number {
  return mean === 0 ? 0 : -mean * Math.log(1 - random());
}
