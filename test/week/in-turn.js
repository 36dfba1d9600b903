// A list of jobs → their results, a few at a time.

/**
 * Starts `work` for each item in order, at most `places` at a time; the results are in the order of the items.
 * @template T, R @param {readonly T[]} items @param {number} places @param {(item: T) => Promise<R>} work
 * @returns {Promise<R[]>}
 */
export async function inTurn(items, places, work) {
  /** @type {R[]} */
  const results = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(/** @type {T} */ (items[index]));
    }
  };
  await Promise.all(Array.from({ length: Math.min(places, items.length) }, worker));
  return results;
}
