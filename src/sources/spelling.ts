// A mistyped word → the known one that is meant.

/** Letters added, left out, replaced, or exchanged with their neighbor, to make one word of the other. */
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

/** The closest of the `known` words that is at most so many edits away. */
export function closest(
  word: string,
  known: Iterable<string>,
  most: (known: string) => number,
): string | undefined {
  const near = [...known]
    // No word is so long that this takes its time.
    .filter(each => Math.abs(each.length - word.length) <= most(each))
    .map(each => ({ each, distance: edits(word, each) }))
    .filter(({ each, distance }) => distance <= most(each));
  return near.sort((a, b) => a.distance - b.distance)[0]?.each;
}

/** So many edits of an option's name are a mistype: of a short one, two would make another word. */
export function editsOfOption(name: string): number {
  return name.length < 8 ? 1 : 2;
}

/** The word of a list that is meant: two edits away at most, and nearer than half of its length. */
export function closestWord(word: string, known: Iterable<string>): string | undefined {
  return closest(word.toLowerCase(), known, each => Math.min(2, (each.length - 1) / 2));
}
