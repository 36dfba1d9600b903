// The ranges of an Ansible inventory → names: "g[01:03].example" → g01.example, g02.example, g03.example ("Adding ranges of hosts"
// in Ansible's "How to build your inventory").

/** The maximum number of names that one line stands for. */
const MOST_NAMES = 65_536;
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const RANGE = /^(.*?)\[(?:(\d*):(\d+)|([a-zA-Z]):([a-zA-Z]))(?::(\d+))?\](.*)$/;

/** The names that a pattern stands for: itself if it has no range. Throws `RangeError` for a range that is empty or too long. */
export function namesOfRange(pattern: string): readonly string[] {
  let names = [''];
  let rest = pattern;
  for (let match = RANGE.exec(rest); match; match = RANGE.exec(rest)) {
    const [, before = '', from, to, first, last, step = '1', after = ''] = match;
    const [low, high] =
      to === undefined ? [LETTERS.indexOf(first!), LETTERS.indexOf(last!)] : [Number(from), Number(to)];
    const size = Math.floor((high - low) / Number(step)) + 1;
    if (!(size >= 1 && size * names.length <= MOST_NAMES))
      throw new RangeError(
        `a range [a:b] or [a:b:step] must go up, to at most ${MOST_NAMES} names in a line`,
      );
    // Ansible pads with zeros if the first number has them.
    const width = from?.startsWith('0') ? from.length : 0;
    const items = Array.from({ length: size }, (_, i) => low + i * Number(step)).map(at =>
      to === undefined ? LETTERS[at]! : String(at).padStart(width, '0'),
    );
    names = names.flatMap(name => items.map(item => name + before + item));
    rest = after;
  }
  return names.map(name => name + rest);
}
