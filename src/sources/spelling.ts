// A mistyped word → the closest known one.

/** The number of edits between two words: insertions, deletions, replacements, and swaps of neighbors. */
export function edits(one: string, other: string): number {
  const [a, b] = [[...one], [...other]];
  const rows: number[][] = [b.map((_, j) => j)];
  rows[0]!.push(b.length);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      const exchanged = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const least = Math.min(replaced, rows[i - 1]![j]! + 1, row[j - 1]! + 1);
      row.push(exchanged ? Math.min(least, rows[i - 2]![j - 2]! + 1) : least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/** The closest of the `known` words within the allowed number of edits. */
export function closest(
  word: string,
  known: Iterable<string>,
  most: (known: string) => number,
): string | undefined {
  const near = [...known]
    // No word is long enough to make this slow.
    .filter(each => Math.abs(each.length - word.length) <= most(each))
    .map(each => ({ each, distance: edits(word, each) }))
    .filter(({ each, distance }) => distance <= most(each));
  return near.sort((a, b) => a.distance - b.distance)[0]?.each;
}

/** The maximum number of edits for an option's name: in a short name, two edits would make a different word. */
export function editsOfOption(name: string): number {
  return name.length < 8 ? 1 : 2;
}

/** The closest word of a list, at most two edits away and less than half its length. */
export function closestWord(word: string, known: Iterable<string>): string | undefined {
  return closest(word.toLowerCase(), known, each => Math.min(2, (each.length - 1) / 2));
}
