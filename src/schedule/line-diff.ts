// Two texts → the lines in which they differ, with a little of what is around them, as `diff -u` marks them.

/** Unchanged lines that are shown around a change. */
const CONTEXT = 2;

/** The lines of both texts: `-` for one of `before` only, `+` for one of `after` only, a space for a common one. */
export function lineDiff(before: string, after: string): readonly string[] {
  if (before === after) return [];
  const marked = markedLines(linesOf(before), linesOf(after));
  const near = (i: number) =>
    marked.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(line => !line.startsWith(' '));
  return marked.flatMap((line, i) => (near(i) ? [line] : i === 0 || near(i - 1) ? ['…'] : []));
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

/** By the longest common subsequence: the files have some dozen lines. */
function markedLines(before: readonly string[], after: readonly string[]): readonly string[] {
  const longest = commonLengths(before, after);
  const marked: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      marked.push(` ${before[i++]}`);
      j++;
    } else if (i < before.length && (j === after.length || longest[i + 1]![j]! >= longest[i]![j + 1]!)) {
      marked.push(`-${before[i++]}`);
    } else {
      marked.push(`+${after[j++]}`);
    }
  }
  return marked;
}

/** The length of the longest common subsequence of what follows line i and line j. */
function commonLengths(before: readonly string[], after: readonly string[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: before.length + 1 }, () =>
    new Array<number>(after.length + 1).fill(0),
  );
  for (let i = before.length - 1; i >= 0; i--)
    for (let j = after.length - 1; j >= 0; j--)
      lengths[i]![j] =
        before[i] === after[j]
          ? lengths[i + 1]![j + 1]! + 1
          : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  return lengths;
}
