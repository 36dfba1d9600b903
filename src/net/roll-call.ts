// Who of a survey is still at work, and who of them is worth waiting for: → the moment from which nobody is.

export interface RollCall {
  /** Somebody begins; those who have not begun yet are waited for. */
  enter(): RollEntry;
}

/** Somebody who is at work until he leaves. */
export interface RollEntry {
  /** Nobody need wait for this one any more. */
  hopeless(): void;
  hopeful(): void;
  /** It has contributed samples. */
  brought(): void;
  leave(): void;
}

/** Expects so many to enter. Calls `onlyHopelessLeft` once somebody has brought samples and all that are left are hopeless. */
export function rollCall(expected: number, onlyHopelessLeft: () => void): RollCall {
  const hopeless = new Set<RollEntry>();
  let left = expected;
  let brought = false;
  const check = () => {
    if (brought && left === hopeless.size) onlyHopelessLeft();
  };
  const enter = () => {
    const entry: RollEntry = {
      hopeless() {
        hopeless.add(entry);
        check();
      },
      hopeful() {
        hopeless.delete(entry);
      },
      brought() {
        brought = true;
        check();
      },
      leave() {
        left -= 1;
        hopeless.delete(entry);
        check();
      },
    };
    return entry;
  };
  return { enter };
}
